package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void a_single_count_below_zero_is_refused_whichever_it_is(int place) {
        long[] counts = {1, 2, 3, 4, 5, 6, 7, 8};
        counts[place] = -1;
        assertThatThrownBy(() -> usage(counts)).isInstanceOf(IllegalArgumentException.class);
        counts[place] = Long.MIN_VALUE;
        assertThatThrownBy(() -> usage(counts)).isInstanceOf(IllegalArgumentException.class);
        counts[place] = 0;
        assertThat(usage(counts).isNone()).isFalse();
    }

    @Test
    void what_the_upstreams_tools_added_is_input() {
        assertThat(new Usage(100, 20, 0, 0, 0, 0, 0, 0).inputTokens()).isEqualTo(120);
    }

    @Test
    void details_alone_are_no_usage() {
        assertThat(Usage.NONE.isNone()).isTrue();
        assertThat(new Usage(0, 0, 0, 0, 5, 6, 7, 8).isNone()).isTrue();
    }

    private static Usage usage(long[] counts) {
        return new Usage(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7]);
    }
}
