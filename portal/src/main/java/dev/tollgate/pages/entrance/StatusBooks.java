package dev.tollgate.pages.entrance;

import dev.tollgate.books.rollups.FirstByte;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.Sums;
import dev.tollgate.customers.notices.Announcements;
import dev.tollgate.customers.notices.Announcements.Announcement;
import dev.tollgate.customers.notices.AnsweredDays;
import dev.tollgate.customers.notices.AnsweredDays.Answered;
import dev.tollgate.pages.frame.SharedReading;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * The books as the status page shows them: days of UTC that are over, so that no one can watch the calls of others while they are made.
 *
 * @param isRead whether the books could be read
 * @param today the day of the reading; the last day that is shown is the one before
 * @param models the days with enough calls, from the oldest on, by the model's id
 * @param announcements those that hold, are ahead, or have ended within the shown days
 */
public record StatusBooks(
        boolean isRead, LocalDate today, Map<String, List<Day>> models, List<Announcement> announcements) {

    static final int DAYS = 90;

    /** The least number of calls of a model's day that has a figure: of fewer, a figure would show the calls of one customer. */
    static final int CALLS_MIN = 20;

    private static final Duration EVERY = Duration.ofSeconds(30);

    /**
     * A model's day.
     *
     * @param answeredTenths the calls with an answer, in tenths of a percent of those that say something about the model ({@link Answered}), rounded down
     * @param firstByteMillis the median time to the first byte; {@link FirstByte#NONE} for too few calls with one
     */
    public record Day(LocalDate day, long answeredTenths, long firstByteMillis) {}

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
            return new StatusBooks(
                    true, today, days(history.periods(begin, end, false), answered), announcements.since(begin));
        } catch (StoreException e) {
            return new StatusBooks(false, today, Map.of(), List.of());
        }
    }

    private static Map<String, List<Day>> days(NavigableMap<Instant, Sums> periods, AnsweredDays answered) {
        Map<String, List<Day>> models = new HashMap<>();
        periods.forEach((at, sums) -> {
            Map<String, Answered> shares = answered.of(at);
            sums.models().forEach((model, figures) -> {
                Day day = day(LocalDate.ofInstant(at, ZoneOffset.UTC), figures, shares.get(model));
                if (day != null) {
                    models.computeIfAbsent(model, _ -> new ArrayList<>()).add(day);
                }
            });
        });
        return models;
    }

    /** Returns null for too few calls. A caller who left, and a request that was itself the cause of its failure, say nothing about the model. */
    private static @Nullable Day day(LocalDate day, Figures figures, @Nullable Answered answered) {
        return answered == null || answered.calls() < CALLS_MIN
                ? null
                : new Day(
                        day,
                        answered.tenths(),
                        figures.withFirstByte() < CALLS_MIN ? FirstByte.NONE : figures.firstByteMillis(50));
    }
}
