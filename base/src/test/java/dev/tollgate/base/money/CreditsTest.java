package dev.tollgate.base.money;

import static dev.tollgate.testing.Asserts.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreditsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 0.000001",
        "10, 0.00001",
        "250000, 0.25",
        "1000000, 1",
        "4475400, 4.4754",
        "10000000000, 10000",
        "1660000, 1.66",
        "-1, -0.000001",
        "-250000, -0.25",
        "-1500000, -1.5",
        "9223372036854775807, 9223372036854.775807",
        "-9223372036854775808, -9223372036854.775808"
    })
    void micro_credits_are_printed_exactly(long micros, String text) {
        assertThat(Credits.text(micros)).isEqualTo(text);
    }

    @Test
    void every_amount_reads_back_as_it_was() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            long micros = random.nextLong() >> random.nextInt(63);
            assertThat(new BigDecimal(Credits.text(micros)).movePointRight(6).longValueExact())
                    .as("seed %d", seed)
                    .isEqualTo(micros);
        }
    }
}
