package dev.tollgate.base.words;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.Year;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TimeFormTest {

    private static final ZonedDateTime AT = ZonedDateTime.of(2025, 11, 21, 14, 3, 9, 0, ZoneOffset.UTC);

    private static String read(int year, TimeForm form) {
        return Language.ENGLISH.<String, RuntimeException>boundIn(Year.of(year), () -> form.format(AT));
    }

    @ParameterizedTest
    @CsvSource({
        "DAY_OF_MONTH, 21 Nov, 21 Nov 2025",
        "LONG_DAY_OF_MONTH, 21 November, 21 November 2025",
        "MINUTE, 21 Nov 14:03, 21 Nov 2025 14:03",
        "MINUTE_APART, '21 Nov, 14:03', '21 Nov 2025, 14:03'",
        "LONG_MINUTE, 21 November 14:03, 21 November 2025 14:03",
        "CLOCK_ON_DAY, 14:03 on 21 November, 14:03 on 21 November 2025",
        "SECOND, 21 Nov 14:03:09, 21 Nov 2025 14:03:09"
    })
    void a_time_of_another_year_has_its_year(TimeForm form, String inIt, String after) {
        assertThat(read(2025, form)).isEqualTo(inIt);
        assertThat(read(2026, form)).isEqualTo(after);
        assertThat(form.format(AT)).isEqualTo(after);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"MONTH_NAME", "CLOCK", "LONG_DAY_WITHOUT_YEAR"})
    void each_form_of_a_day_has_its_year_later(TimeForm form) {
        assertThat(form.format(AT)).contains("2025");
    }

    @Test
    void a_mail_that_a_page_sends_has_the_year() {
        String mail = Language.ENGLISH.<String, RuntimeException>boundIn(
                Year.of(2025), () -> Language.ENGLISH.bound(() -> TimeForm.SECOND.format(AT)));
        assertThat(mail).isEqualTo("21 Nov 2025 14:03:09");
    }
}
