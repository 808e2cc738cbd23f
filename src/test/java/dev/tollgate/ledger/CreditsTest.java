package dev.tollgate.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CreditsTest {

    @ParameterizedTest
    @CsvSource({
        "250000, 0.25",
        "4475400, 4.4754",
        "1, 0.000001",
        "0, 0",
        "10000000000, 10000",
        "100000000, 100",
        "-1500000, -1.5",
        "9223372036854775807, 9223372036854.775807",
        "-9223372036854775808, -9223372036854.775808",
    })
    void an_amount_is_its_exact_decimal_number_and_back(long micros, String text) {
        assertThat(Credits.text(micros)).isEqualTo(text);
        assertThat(Credits.micros(text)).isEqualTo(micros);
    }

    @Test
    void trailing_zeros_are_read() {
        assertThat(Credits.micros("0.250000")).isEqualTo(250_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1e3",
                "0.0000001",
                "1,5",
                "NaN",
                ".5",
                "5.",
                "+1",
                " 1",
                "0x10",
                "9223372036854.775808",
                "99999999999999999999999999999999999999",
                "٣"
            })
    void what_is_not_an_amount_is_refused(String text) {
        assertThatThrownBy(() -> Credits.micros(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
