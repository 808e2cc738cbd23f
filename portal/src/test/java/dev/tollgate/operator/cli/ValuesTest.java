package dev.tollgate.operator.cli;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms of values on the command line. */
class ValuesTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            2026-12-01, 2026-12-01T00:00:00Z
            2026-12-01T12:00:00+01:00, 2026-12-01T12:00:00+01:00
            tomorrow, tomorrow
            """)
    void a_date_begins_at_midnight_in_utc(String typed, String sent) {
        assertThat(Values.from(typed).stringValue()).isEqualTo(sent);
    }
}
