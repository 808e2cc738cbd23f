package dev.tollgate.books.plans;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.plans.Plan.Period;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ends of periods, counted from the anchor in UTC (RS-11). */
class PlanCalendarTest {

    private static List<String> ends(Period period, String anchor, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> period.end(Instant.parse(anchor), number).toString())
                .toList();
    }

    @Test
    void months_end_on_the_day_of_the_anchor_or_the_last_day() {
        assertThat(ends(Period.MONTH, "2027-01-31T10:00:00Z", 4))
                .containsExactly(
                        "2027-02-28T10:00:00Z", "2027-03-31T10:00:00Z", "2027-04-30T10:00:00Z", "2027-05-31T10:00:00Z");
        assertThat(ends(Period.MONTH, "2027-01-30T10:00:00Z", 2))
                .containsExactly("2027-02-28T10:00:00Z", "2027-03-30T10:00:00Z");
        assertThat(ends(Period.MONTH, "2027-01-29T23:59:59.999Z", 2))
                .containsExactly("2027-02-28T23:59:59.999Z", "2027-03-29T23:59:59.999Z");
    }

    @Test
    void a_leap_year_has_its_day() {
        assertThat(ends(Period.MONTH, "2028-01-31T00:00:00Z", 2))
                .containsExactly("2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z");
        assertThat(Period.MONTH.end(Instant.parse("2028-02-29T00:00:00Z"), 12)).isEqualTo("2029-02-28T00:00:00Z");
        assertThat(Period.MONTH.end(Instant.parse("2028-02-29T00:00:00Z"), 48)).isEqualTo("2032-02-29T00:00:00Z");
        assertThat(ends(Period.DAY, "2028-02-28T12:00:00Z", 2))
                .containsExactly("2028-02-29T12:00:00Z", "2028-03-01T12:00:00Z");
    }

    @Test
    void days_and_weeks_know_no_summer_time() {
        assertThat(ends(Period.WEEK, "2027-03-24T01:30:00Z", 2))
                .containsExactly("2027-03-31T01:30:00Z", "2027-04-07T01:30:00Z");
        assertThat(Period.DAY.end(Instant.parse("2027-03-24T01:30:00Z"), 366)).isEqualTo("2028-03-24T01:30:00Z");
        assertThat(Period.DAY.end(Instant.parse("2027-03-24T01:30:00Z"), 0)).isEqualTo("2027-03-24T01:30:00Z");
    }

    @ParameterizedTest
    @EnumSource
    void no_period_is_longer_than_the_longest(Period period) {
        Instant anchor = Instant.parse("2027-01-01T00:00:00Z");
        for (int day = 0; day < 1_500; day++) { // with a leap year
            Instant begin = anchor.plus(Duration.ofDays(day));
            assertThat(Duration.between(begin, period.end(begin, 1))).isLessThanOrEqualTo(Period.LONGEST);
        }
    }
}
