package dev.tollgate.base.config;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.money.Credits;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalsTest {

    @ParameterizedTest
    @CsvSource({
        "12.5, 12500000",
        "0, 0",
        "0.000001, 1",
        "10000, 10000000000",
        "1.000000, 1000000",
        "007, 7000000",
        "0.10, 100000"
    })
    void credits_become_micro_credits_exactly(String text, long micros) {
        assertThat(Decimals.credits(text, Long.MAX_VALUE)).isEqualTo(micros);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-1",
                "+1",
                "1.",
                ".5",
                "1e3",
                "1,5",
                "0x10",
                "0.0000001",
                "1 ",
                "NaN",
                "٣",
                "9999999999999999"
            })
    void everything_else_is_refused(String text) {
        assertThatThrownBy(() -> Decimals.credits(text, Long.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void more_than_the_most_is_refused_with_the_most() {
        assertThat(Decimals.credits("5", 5_000_000)).isEqualTo(5_000_000);
        assertThatThrownBy(() -> Decimals.credits("5.000001", 5_000_000))
                .hasMessage("a decimal number like 12.5, with at most 6 decimals, up to 5");
    }

    @Test
    void micro_credits_written_and_read_again_are_the_same() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            long micros = random.nextLong(1_000_000_000_000_000L) >> random.nextInt(50);
            assertThat(Decimals.credits(Credits.text(micros), Long.MAX_VALUE))
                    .as("seed %d", seed)
                    .isEqualTo(micros);
        }
        assertThat(Credits.text(250_000)).isEqualTo("0.25");
        assertThat(Credits.text(10_000_000_000L)).isEqualTo("10000");
        assertThat(Credits.text(0)).isEqualTo("0");
        assertThat(Credits.text(-1_500_000)).isEqualTo("-1.5");
    }
}
