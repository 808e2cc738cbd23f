package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class SpanTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant LATER = Instant.parse("2027-05-01T00:00:00Z");

    private static Span days(String first, String end) {
        return Span.ofLocalDays(LocalDate.parse(first), LocalDate.parse(end), BERLIN);
    }

    private static void check(Span span, boolean isMonth, String now, String from, String to) {
        assertThat(span.before(isMonth, Instant.parse(now)))
                .isEqualTo(new Span(Instant.parse(from), Instant.parse(to), span.zone()));
    }

    @Test
    void days_are_compared_with_as_many_days_just_before() {
        check(
                days("2026-11-20", "2026-11-27"),
                false,
                LATER.toString(),
                "2026-11-12T23:00:00Z",
                "2026-11-19T23:00:00Z");
    }

    @Test
    void days_are_compared_with_the_same_weekdays() {
        check(
                days("2026-10-30", "2026-11-29"),
                false,
                LATER.toString(),
                "2026-09-24T22:00:00Z",
                "2026-10-24T22:00:00Z");
        check(
                days("2026-11-26", "2026-11-27"),
                false,
                LATER.toString(),
                "2026-11-18T23:00:00Z",
                "2026-11-19T23:00:00Z");
    }

    @Test
    void days_that_are_not_over_are_compared_to_the_same_quarter_hour() {
        check(
                days("2026-11-20", "2026-11-27"),
                false,
                "2026-11-26T10:07:00Z",
                "2026-11-12T23:00:00Z",
                "2026-11-19T10:15:00Z");
    }

    @Test
    void a_month_is_compared_with_the_month_before_to_the_same_day() {
        check(
                days("2026-11-01", "2026-11-27"),
                true,
                "2026-11-26T10:07:00Z",
                "2026-09-30T22:00:00Z",
                "2026-10-26T10:15:00Z");
    }

    @Test
    void a_month_is_compared_at_most_to_the_end_of_the_month_before() {
        check(days("2026-12-01", "2027-01-01"), true, LATER.toString(), "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z");
        check(
                days("2027-03-01", "2027-03-31"),
                true,
                "2027-03-30T10:00:00Z",
                "2027-01-31T23:00:00Z",
                "2027-02-28T23:00:00Z");
    }
}
