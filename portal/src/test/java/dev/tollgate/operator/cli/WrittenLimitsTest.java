package dev.tollgate.operator.cli;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.operator.admin.accounts.GrantFields;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of a grant's limits, which forms, commands and lists share. */
class WrittenLimitsTest {

    private static List<String> read(String text) {
        GrantLimits limits = GrantFields.LIMITS
                .reader()
                .read("limits", GrantFields.LIMITS.typed().apply(text));
        return limits.all().stream().map(Limit::written).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5:20", "744:0.000001", "24:1000000", "1:12.5"})
    void what_is_written_is_read_again(String text) {
        assertThat(read(text)).containsExactly(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5:20,24:60.5", "5:20, 24:60.5", "5:20 24:60.5"})
    void two_limits_have_blanks_or_a_comma_between_them(String text) {
        assertThat(read(text)).containsExactly("5:20", "24:60.5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "5", "5:", ":5", "5:x", "x:5", "5:1.2.3", "5:20;24:60", "5:20,x"})
    void what_is_no_limit_is_refused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ApiException.class).hasMessageStartingWith("'limits");
    }
}
