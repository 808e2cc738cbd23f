package dev.tollgate.customers.figures;

import dev.tollgate.books.rollups.Rollups;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A range as the roll-ups can tell it. Up to {@value #LOCAL_DAYS_MAX} days that are not too long ago are the zone's own days, to the quarter of
 * an hour; anything else is days of UTC, which {@link #zone} says.
 *
 * @param from inclusive
 * @param to exclusive, later than {@code from}
 */
public record Span(Instant from, Instant to, ZoneId zone) {

    public static final int LOCAL_DAYS_MAX = 31;

    /** The longest range, in years: it is gone through day by day. */
    private static final int YEARS_MAX = 100;

    private static final int DAYS_A_WEEK = 7;
    private static final Duration SHORTEST_DAY = Duration.ofHours(23);

    private static final long QUARTER_MILLIS = Duration.ofMinutes(15).toMillis();

    public Span {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("a range ends after its begin");
        }
        if (Duration.between(from, to).toDays() > YEARS_MAX * 366L) {
            throw new IllegalArgumentException("a range has " + YEARS_MAX + " years at most");
        }
    }

    /** Returns the span nearest to a range: its ends move outwards to the next quarters, or days of UTC. */
    public static Span of(Instant from, Instant to, ZoneId zone, Instant now) {
        ZonedDateTime begin = from.atZone(zone);
        ZonedDateTime end = to.atZone(zone);
        Instant kept = now.minus(Duration.ofDays(Rollups.QUARTER_DAYS - 1));
        if (ChronoUnit.DAYS.between(
                                begin.toLocalDateTime(), end.toLocalDateTime().minusNanos(1))
                        < LOCAL_DAYS_MAX
                && !from.isBefore(kept)) {
            return new Span(quarter(from), quarter(to.plusMillis(QUARTER_MILLIS - 1)), zone);
        }
        LocalDate last = end.toLocalDate();
        boolean isMidnight = end.equals(last.atStartOfDay(zone));
        return ofDays(begin.toLocalDate(), isMidnight ? last : last.plusDays(1));
    }

    /** Days of UTC. */
    public static Span ofDays(LocalDate from, LocalDate to) {
        return new Span(start(from, ZoneOffset.UTC), start(to, ZoneOffset.UTC), ZoneOffset.UTC);
    }

    /** Whole days of a zone, not more than {@value #LOCAL_DAYS_MAX} and not too long ago. */
    static Span ofLocalDays(LocalDate from, LocalDate to, ZoneId zone) {
        return new Span(quarter(start(from, zone)), quarter(start(to, zone)), zone);
    }

    static Instant start(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    static Instant quarter(Instant at) {
        long millis = at.toEpochMilli();
        return Instant.ofEpochMilli(millis - Math.floorMod(millis, QUARTER_MILLIS));
    }

    /**
     * Returns what a span is compared with: as many days with the same weekdays, the last ones before it; for a month, the month before, at most to
     * its end. If the span is not over, the other ends at the same time of the day.
     *
     * @param isMonth whether the span is a month or its begin
     */
    public Span before(boolean isMonth, Instant now) {
        Instant soFar = quarter(now).plusMillis(QUARTER_MILLIS);
        ZonedDateTime end = (soFar.isBefore(to) && soFar.isAfter(from) ? soFar : to).atZone(zone);
        ZonedDateTime begin = from.atZone(zone);
        if (isMonth) {
            ZonedDateTime first = begin.minusMonths(1);
            ZonedDateTime other = first.plusDays(ChronoUnit.DAYS.between(begin.toLocalDate(), end.toLocalDate()))
                    .with(end.toLocalTime());
            return new Span(first.toInstant(), (other.isBefore(begin) ? other : begin).toInstant(), zone);
        }
        long days = Math.max(
                1,
                ChronoUnit.DAYS.between(begin.toLocalDateTime(), to.atZone(zone).toLocalDateTime()));
        long weeks = Math.ceilDiv(days, DAYS_A_WEEK);
        return new Span(
                begin.minusWeeks(weeks).toInstant(), end.minusWeeks(weeks).toInstant(), zone);
    }

    /**
     * A time that a range is compared with.
     *
     * @param since the first day of the figures if the span begins before it: then nothing is compared; null if the whole span lies behind it
     */
    public record Past(Span span, @Nullable LocalDate since) {

        /** Returns a time that is compared only if it begins with the first call or after it. @param first null without any call */
        public static Past of(Span span, @Nullable Instant first, Instant begun) {
            boolean isCompared = first != null && !span.from().isBefore(first);
            Instant since = first == null || span.from().isBefore(begun) ? begun : first;
            return new Past(span, isCompared ? null : since.atZone(span.zone()).toLocalDate());
        }

        public boolean isCompared() {
            return since == null;
        }
    }

    boolean isUtc() {
        return zone.equals(ZoneOffset.UTC);
    }

    /** Returns whether it is shorter than the shortest day of a zone. */
    public boolean isPartOfDay() {
        return Duration.between(from, to).compareTo(SHORTEST_DAY) < 0;
    }

    long days() {
        return Duration.between(from, to).toDays();
    }

    LocalDate firstDay() {
        return from.atZone(zone).toLocalDate();
    }
}
