package dev.tollgate.pages.entrance;

import dev.tollgate.books.rollups.FirstByte;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.Sums;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.notices.Announcements.Announcement;
import dev.tollgate.customers.notices.AnsweredDays;
import dev.tollgate.customers.notices.AnsweredDays.Answered;
import dev.tollgate.pages.frame.SharedReading;
import dev.tollgate.storage.StoreException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.stream.Stream;

/**
 * The books as the status page shows them: days and weeks of UTC that are over, so that no one can watch the calls of others while they are made.
 *
 * @param isRead whether the books could be read
 * @param today the day of the reading; the last day that is shown is the one before
 * @param models what had enough calls, by the model's id
 * @param announcements those that hold, are ahead, or have ended within the shown days
 */
public record StatusBooks(
        boolean isRead, LocalDate today, Map<String, History> models, List<Announcement> announcements) {

    static final int DAYS = 90;

    static final int WEEK = 7;

    /** The least number of calls of a model's day or week that has a figure: of fewer, a figure would show the calls of one customer. */
    static final int CALLS_MIN = 20;

    private static final Duration EVERY = Duration.ofSeconds(30);

    /**
     * A day, or a week from a Monday on.
     *
     * @param answeredTenths the calls with an answer, in tenths of a percent of those that say something about the model ({@link Answered}), rounded down
     * @param firstByteMillis the median time to the first byte; {@link FirstByte#NONE} for too few calls with one
     */
    public record Period(LocalDate first, int days, long answeredTenths, long firstByteMillis) {

        public LocalDate last() {
            return first.plusDays(days - 1L);
        }
    }

    /** The days and the weeks of a model that have figures, from the oldest on. */
    public record History(List<Period> days, List<Period> weeks) {

        static final History NONE = new History(List.of(), List.of());

        /** Returns whether weeks are shown: weeks with figures cover more than twice as many days as days with figures. */
        public boolean isByWeek() {
            return weeks.size() * WEEK > 2 * days.size();
        }

        public boolean isEmpty() {
            return shown().isEmpty();
        }

        List<Period> shown() {
            return isByWeek() ? weeks : days;
        }
    }

    static final StatusBooks NONE = new StatusBooks(true, LocalDate.EPOCH, Map.of(), List.of());

    /** Returns the reading for all visitors together. */
    public static SharedReading<StatusBooks> reading(
            PlatformHistory history, AnsweredDays answered, Announcements announcements, InstantSource clock) {
        return new SharedReading<>(now -> read(history, answered, announcements, now), NONE, EVERY, clock);
    }

    private static StatusBooks read(
            PlatformHistory history, AnsweredDays answered, Announcements announcements, Instant now) {
        Instant end = now.truncatedTo(ChronoUnit.DAYS);
        Instant begin = end.minus(DAYS, ChronoUnit.DAYS);
        LocalDate today = LocalDate.ofInstant(end, ZoneOffset.UTC);
        try {
            NavigableMap<Instant, Sums> days = history.periods(begin, end, false);
            return new StatusBooks(true, today, models(days, today, answered), announcements.since(begin));
        } catch (StoreException e) {
            return new StatusBooks(false, today, Map.of(), List.of());
        }
    }

    private static Map<String, History> models(
            NavigableMap<Instant, Sums> days, LocalDate today, AnsweredDays answered) {
        Map<String, List<Period>> byDay = new HashMap<>();
        days.forEach((at, sums) -> add(byDay, LocalDate.ofInstant(at, ZoneOffset.UTC), 1, sums, answered));
        Map<String, List<Period>> byWeek = new HashMap<>();
        LocalDate monday = today.minusDays(DAYS).with(TemporalAdjusters.nextOrSame(DayOfWeek.MONDAY));
        for (; !monday.plusDays(WEEK).isAfter(today); monday = monday.plusDays(WEEK)) {
            Sums sums = days.subMap(start(monday), start(monday.plusDays(WEEK))).values().stream()
                    .reduce(Sums.NONE, Sums::plus);
            add(byWeek, monday, WEEK, sums, answered);
        }
        Map<String, History> models = new HashMap<>();
        Stream.concat(byDay.keySet().stream(), byWeek.keySet().stream())
                .forEach(model -> models.put(
                        model,
                        new History(byDay.getOrDefault(model, List.of()), byWeek.getOrDefault(model, List.of()))));
        return models;
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Adds the period to the models that had enough calls. A caller who left, and a request that was itself the cause of its failure, say nothing about the model. */
    private static void add(
            Map<String, List<Period>> models, LocalDate first, int days, Sums sums, AnsweredDays answered) {
        if (sums.models().isEmpty()) {
            return;
        }
        Map<String, Answered> shares = answered.of(start(first), days);
        sums.models().forEach((model, figures) -> {
            Answered share = shares.get(model);
            if (share != null && share.calls() >= CALLS_MIN) {
                models.computeIfAbsent(model, _ -> new ArrayList<>())
                        .add(new Period(
                                first,
                                days,
                                share.tenths(),
                                figures.withFirstByte() < CALLS_MIN ? FirstByte.NONE : figures.firstByteMillis(50)));
            }
        });
    }
}
