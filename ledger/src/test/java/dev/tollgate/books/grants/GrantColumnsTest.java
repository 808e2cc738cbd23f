package dev.tollgate.books.grants;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.grants.GrantLimits.Used;
import dev.tollgate.models.prices.ModelPatterns;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Columns of a grant and of who paid: models, limits, use, shares. */
class GrantColumnsTest {

    private static final long HOUR = 3_600_000;
    private static final long START = 1_000;

    @Test
    void a_prefix_covers_ids_of_the_catalogue_only() {
        ModelPatterns models = ModelPatterns.of("gemini-4-* google/gemini-3-pro");
        assertThat(models.cover("gemini-4-argon")).isTrue();
        assertThat(models.cover("gemini-4-")).isTrue();
        assertThat(models.cover("gemini-4")).isFalse();
        assertThat(models.cover("google/gemini-4-argon")).isFalse();
        assertThat(models.cover("google/gemini-3-pro")).isTrue();
        assertThat(models.cover("google/gemini-3-pro-preview")).isFalse();
        assertThat(models.cover("GEMINI-4-argon")).isFalse();
        assertThat(models.text()).isEqualTo("gemini-4-* google/gemini-3-pro");
        assertThat(ModelPatterns.of("").cover("anything")).isTrue();
        assertThat(ModelPatterns.of("").areEvery()).isTrue();
    }

    @Test
    void a_pattern_that_no_id_can_have_is_refused() {
        for (String bad : List.of("*", "", "a b", "gem*ini", "gemini**", "-x", "a\n")) {
            assertThat(ModelPatterns.isPattern(bad)).as(bad).isFalse();
        }
        assertThatThrownBy(() -> ModelPatterns.of("gemini-4-*  x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ModelPatterns(Collections.nCopies(61, "a")))
                .hasMessageContaining("at most 60");
    }

    @Test
    void a_limit_begins_again_with_each_window_and_two_have_windows_of_their_own() {
        GrantLimits limits = GrantLimits.of("5:20 24:60");
        assertThat(limits.text()).isEqualTo("5:20 24:60");
        assertThat(limits.leavesMicros(Used.NOTHING, START, START)).isEqualTo(20);
        Used used = limits.with(Used.NOTHING, START, START + 5 * HOUR - 1, 20);
        assertThat(used.text()).isEqualTo("0:20 0:20");
        assertThat(limits.leavesMicros(used, START, START + 5 * HOUR - 1)).isZero();
        assertThat(limits.endMillis(0, used, START, START + 5 * HOUR - 1)).isEqualTo(START + 5 * HOUR);
        assertThat(limits.leavesMicros(used, START, START + 5 * HOUR)).isEqualTo(20);
        used = limits.with(used, START, START + 10 * HOUR, 18);
        assertThat(used.text()).isEqualTo("2:18 0:38");
        assertThat(limits.leavesMicros(used, START, START + 15 * HOUR)).isEqualTo(20);
        used = limits.with(used, START, START + 15 * HOUR, 20);
        assertThat(limits.leavesMicros(used, START, START + 20 * HOUR)).isEqualTo(2);
        assertThat(limits.leavesMicros(used, START, START + 24 * HOUR - 1)).isEqualTo(2);
        assertThat(limits.leavesMicros(used, START, START + 24 * HOUR)).isEqualTo(20);
        assertThat(GrantLimits.NONE.leavesMicros(Used.NOTHING, START, START)).isEqualTo(Long.MAX_VALUE);
        assertThat(GrantLimits.NONE.with(Used.NOTHING, START, START, 5)).isEqualTo(Used.NOTHING);
    }

    @Test
    void a_window_never_turns_back() {
        GrantLimits limits = GrantLimits.of("1:20");
        Used used = limits.with(Used.NOTHING, START, START + HOUR, 0);
        assertThat(used.text()).isEqualTo("1:0");
        used = limits.with(Used.of(used.text()), START, START + HOUR - 1, 15);
        assertThat(used.text()).isEqualTo("1:15");
        assertThat(limits.leavesMicros(used, START, START + HOUR - 1)).isEqualTo(5);
        assertThat(limits.leavesMicros(used, START, START - 5 * HOUR)).isEqualTo(5);
        assertThat(limits.leavesMicros(Used.NOTHING, START, START - 5 * HOUR)).isEqualTo(20);
        assertThat(limits.with(Used.NOTHING, START, START - 5 * HOUR, 3).text()).isEqualTo("0:3");
    }

    @Test
    void a_month_has_744_hours_at_most() {
        GrantLimits month = GrantLimits.of("744:1");
        Used used = month.with(Used.NOTHING, START, START + 744 * HOUR - 1, 1);
        assertThat(month.leavesMicros(used, START, START + 744 * HOUR - 1)).isZero();
        assertThat(month.leavesMicros(used, START, START + 744 * HOUR)).isEqualTo(1);
        for (String bad : List.of("745:1", "0:1", "5:0", "5", "5:", ":5", "5:1 6:1 7:1", "5:1  6:1", "x:1")) {
            assertThatThrownBy(() -> GrantLimits.of(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shares_are_written_and_read_in_the_order_of_payment() {
        PaidBy paid = PaidBy.of("7:100000 9:312345");
        assertThat(paid.shares()).containsExactly(new PaidBy.Share(7, 100_000), new PaidBy.Share(9, 312_345));
        assertThat(paid.micros()).isEqualTo(412_345);
        assertThat(paid.text()).isEqualTo("7:100000 9:312345");
        assertThat(PaidBy.of(null).text()).isNull();
        assertThat(PaidBy.GENERAL.micros()).isZero();
        for (String bad : List.of("", "7", "7:0", "0:7", "7:1  8:1", "7:1,8:1", "7:-1")) {
            assertThatThrownBy(() -> PaidBy.of(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
