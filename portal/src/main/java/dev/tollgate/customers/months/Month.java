package dev.tollgate.customers.months;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * A month (UTC) of the books.
 *
 * @param state whether it can still change
 * @param opening the balances of all accounts before it, holds included
 * @param sums those that are missing are zero; without {@link MonthLine#HELD}, which follows from the others
 * @param differenceMicros what the accounts hold now more than their rows add up to: 0 if the books are right
 */
public record Month(YearMonth month, State state, Sum opening, Map<MonthLine, Sum> sums, long differenceMicros) {

    /** The time that a server may take to book what ended in a month, clocks of nodes that differ included. */
    static final Duration MARGIN = Duration.ofHours(2);

    /** The state of a month; its code is the name in JSON. */
    public enum State {
        /** Running: its figures grow. */
        RUNNING(sentence("not over")),
        /** Ended, and a last call may still be booked in it. */
        ENDING(sentence("ends, final at 2:00 UTC")),
        /** Final: it never changes. */
        OVER(sentence("final"));

        private final Sentence word;

        State(Sentence word) {
            this.word = word;
        }

        public Sentence word() {
            return word;
        }

        static State of(YearMonth month, Instant now) {
            Instant end = start(month.plusMonths(1));
            return now.isBefore(end) ? RUNNING : now.isBefore(end.plus(MARGIN)) ? ENDING : OVER;
        }
    }

    /**
     * A sum of rows.
     *
     * @param rows entries or calls; 0 if they are not counted
     * @param micros credits; a change of what customers hold has its sign, a loss is above zero
     * @param sandboxMicros the part of them that is sandbox credits, which nobody has paid for
     * @param netCents the money of payments in US cents, without tax; below zero if it went back
     * @param taxCents the tax on it
     */
    public record Sum(long rows, long micros, long sandboxMicros, long netCents, long taxCents) {

        public static final Sum NONE = new Sum(0, 0, 0, 0, 0);

        public Sum plus(Sum more) {
            return new Sum(
                    Math.addExact(rows, more.rows),
                    Math.addExact(micros, more.micros),
                    Math.addExact(sandboxMicros, more.sandboxMicros),
                    Math.addExact(netCents, more.netCents),
                    Math.addExact(taxCents, more.taxCents));
        }

        public long grossCents() {
            return Math.addExact(netCents, taxCents);
        }

        /** Returns the credits without those of the sandbox. */
        public long realMicros() {
            return Math.subtractExact(micros, sandboxMicros);
        }

        public boolean isZero() {
            return equals(NONE);
        }
    }

    public Month {
        sums = Map.copyOf(sums);
    }

    /** Returns the sum of a line. */
    public Sum sum(MonthLine line) {
        return line == MonthLine.HELD ? closing() : sums.getOrDefault(line, Sum.NONE);
    }

    /** Returns what customers hold at the end, holds included: the opening with all changes. */
    public Sum closing() {
        Sum held = MonthLine.of(MonthLine.Part.CREDITS).stream().map(this::sum).reduce(opening, Sum::plus);
        return new Sum(0, held.micros, held.sandboxMicros, 0, 0);
    }

    /** Returns what is owed to customers at the end: what they hold, without sandbox credits. */
    public long owedMicros() {
        return closing().realMicros();
    }

    public Instant from() {
        return start(month);
    }

    /** Returns the first instant after it. */
    public Instant until() {
        return start(month.plusMonths(1));
    }

    Month differingBy(long micros) {
        return new Month(month, state, opening, sums, micros);
    }

    static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Sums in the making. */
    static final class Sums {

        private final Map<YearMonth, Map<MonthLine, Sum>> months = new HashMap<>();

        /** @param atMillis a time in the month */
        void add(long atMillis, MonthLine line, Sum sum) {
            YearMonth month = YearMonth.from(Instant.ofEpochMilli(atMillis).atZone(ZoneOffset.UTC));
            if (!sum.isZero()) {
                months.computeIfAbsent(month, _ -> new EnumMap<>(MonthLine.class))
                        .merge(line, sum, Sum::plus);
            }
        }

        /** Returns these sums with those of other months. */
        Sums with(Sums more) {
            Sums both = new Sums();
            both.months.putAll(months);
            both.months.putAll(more.months);
            return both;
        }

        Map<MonthLine, Sum> of(YearMonth month) {
            return months.getOrDefault(month, Map.of());
        }
    }
}
