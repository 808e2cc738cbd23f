package dev.tollgate.base.fields;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Times of RFC 3339 and of the years 1 to 9999. */
class WrittenTimeTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-30T14:03:09Z, 2026-11-30T14:03:09Z",
        "2026-11-30t14:03:09z, 2026-11-30T14:03:09Z",
        "2026-11-30T14:03:09.1239+08:00, 2026-11-30T06:03:09.123Z",
        "2026-11-30T14:03-00:30, 2026-11-30T14:33:00Z",
        "2026-11-30, 2026-11-30T00:00:00Z",
        "0001-01-01, 0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z"
    })
    void a_time_with_its_offset_and_a_day_are_read(String text, String time) {
        assertThat(WrittenTime.timeOrDay(text)).isEqualTo(Instant.parse(time));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "2026-11-31",
                "2026-11-30T14:03:09",
                "2026-11-30T25:03:09Z",
                "2026-11-30 14:03:09Z",
                "2026-11-30T14:03:09+08",
                "2026-11-30T14:03:09Z ",
                "20261130",
                "+10000-01-01T00:00:00Z",
                "+999999999-12-31T23:59:59Z",
                "-999999999-01-01T00:00:00Z",
                "+292278994-08-17T07:12:55.808Z",
                "+12026-11-30",
                "0000-01-01",
                "0000-12-31T23:59:59Z",
                "0001-01-01T00:00:00+00:01",
                "9999-12-31T23:59:59-00:01",
                "２０２６-11-30"
            })
    void another_text_is_no_time(String text) {
        assertThat(WrittenTime.timeOrDay(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2026-11-31", "1969-12-31", "9999-01-01", "2026-11-30T00:00:00Z", "+12026-11-30"})
    void a_form_takes_days_alone_that_have_an_end_in_each_zone(String text) {
        assertThat(WrittenTime.date(text)).isNull();
        assertThat(WrittenTime.date("1970-01-01")).isEqualTo(LocalDate.EPOCH);
        assertThat(WrittenTime.date("9998-12-31")).isEqualTo(LocalDate.of(9998, 12, 31));
    }

    @Test
    void a_day_begins_at_midnight_in_its_zone() {
        assertThat(WrittenTime.timeOrDay("2026-07-01", ZoneId.of("Europe/Berlin")))
                .isEqualTo(Instant.parse("2026-06-30T22:00:00Z"));
        assertThat(WrittenTime.day("2026-07-01T00:00:00Z", ZoneOffset.UTC)).isNull();
        assertThat(WrittenTime.time("2026-07-01")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"-62135596800, true", "-62135596801, false", "253402300799, true", "253402300800, false"})
    void unix_seconds_have_the_same_years(long seconds, boolean isTime) {
        assertThat(WrittenTime.seconds(seconds) != null).isEqualTo(isTime);
    }
}
