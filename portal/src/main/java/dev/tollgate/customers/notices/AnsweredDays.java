package dev.tollgate.customers.notices;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.PlatformHistory.Known;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The answered calls of each model by day or week of UTC, for the public status page. What a channel did counts; calls whose caller left, and those that
 * got no answer for their own request, do not, charged or not. No account weighs more than a third of a day or week in which three or more made some calls, so that no single
 * account makes a model look bad or hides an outage. What is over is kept in memory, as in {@link PlatformHistory}.
 */
public final class AnsweredDays {

    private static final String OPERATOR = "operator";
    private static final Duration DAY = Duration.ofDays(1);
    private static final long MODELS_MAX = 50_000;
    private static final int ACCOUNTS_MIN = 3;

    /** The least number of calls by which an account is one of those: else a single failed call of a small one would weigh as much as all of a large one. */
    private static final int CALLS_MIN = 7;

    /** The first day whose accounts are weighed; no value if all are. */
    private static final String WEIGHED_FROM = "status.weighed-from";

    private static final String CALLS = """
            SELECT model, SUM(calls - cancelled - by_request - charged_by_request), SUM(failed - by_request) FROM (%s) parts GROUP BY account_id, model""".formatted(PlatformHistory.ROWS.formatted(
            Stream.of("model", "calls", "cancelled", "failed", "by_request", "charged_by_request")
                    .map("used."::concat)
                    .collect(Collectors.joining(", "))));

    private final Database database;
    private final Cache<Time, Finished> finished = Caffeine.newBuilder()
            .maximumWeight(MODELS_MAX)
            .weigher((Time time, Finished of) -> 1 + of.models.size())
            .build();

    public AnsweredDays(Database database) {
        this.database = database;
    }

    /**
     * A model's day or week.
     *
     * @param calls that say something about the model
     * @param tenths the part that was answered, in tenths of a percent, rounded down: 1,000 only if all were
     */
    public record Answered(long calls, long tenths) {}

    private record Finished(long corrections, Map<String, Answered> models) {}

    /** Whole days of UTC. */
    private record Time(Instant begin, int days) {

        private Instant end() {
            return begin.plus(DAY.multipliedBy(days));
        }
    }

    /** Returns the models of a day, or of some days together, by their ids. @param begin the first instant of a day of UTC */
    public Map<String, Answered> of(Instant begin, int days) {
        Time time = new Time(begin, days);
        Known known = database.pages().read(OPERATOR, PlatformHistory::known);
        boolean isOver = time.end().toEpochMilli() <= known.until();
        Finished kept = isOver ? finished.getIfPresent(time) : null;
        if (kept != null && kept.corrections == known.corrections()) {
            return kept.models;
        }
        Finished read = database.pages()
                .read(OPERATOR, sql -> new Finished(PlatformHistory.known(sql).corrections(), read(sql, time)));
        if (isOver) {
            finished.put(time, read);
        }
        return read.models;
    }

    private static Map<String, Answered> read(Reads sql, Time time) throws SQLException {
        String from = InstallationValue.find(sql, WEIGHED_FROM);
        boolean isWeighed = from == null || time.begin.toEpochMilli() >= Long.parseLong(from);
        Map<String, Weights> models = new HashMap<>();
        sql.each(
                CALLS,
                row -> models.computeIfAbsent(row.getString(1), _ -> new Weights())
                        .add(row.getLong(2), row.getLong(3)),
                PlatformHistory.range(sql, new Span(time.begin, time.end(), ZoneOffset.UTC))
                        .values()
                        .toArray());
        Map<String, Answered> answered = new HashMap<>();
        models.forEach((model, weights) -> answered.put(model, weights.answered(isWeighed)));
        return answered;
    }

    /** The calls of a model's day, of the two accounts with the most and of all others: no third one can have more than a third. */
    static final class Weights {

        private long mostCalls;
        private long mostFailed;
        private long nextCalls;
        private long nextFailed;
        private long otherCalls;
        private long otherFailed;
        private int accounts;

        /** Adds an account. @param calls that say something about the model @param failed the part of them that a channel has failed */
        void add(long calls, long failed) {
            accounts += calls >= CALLS_MIN ? 1 : 0;
            if (calls > mostCalls) {
                toOthers(nextCalls, nextFailed);
                nextCalls = mostCalls;
                nextFailed = mostFailed;
                mostCalls = calls;
                mostFailed = failed;
            } else if (calls > nextCalls) {
                toOthers(nextCalls, nextFailed);
                nextCalls = calls;
                nextFailed = failed;
            } else {
                toOthers(calls, failed);
            }
        }

        private void toOthers(long calls, long failed) {
            otherCalls += calls;
            otherFailed += failed;
        }

        Answered answered(boolean isWeighed) {
            long calls = mostCalls + nextCalls + otherCalls;
            if (calls == 0) {
                return new Answered(0, 0);
            }
            double most = mostCalls;
            double next = nextCalls;
            if (isWeighed && accounts >= ACCOUNTS_MIN) {
                next = Math.min(next, (double) otherCalls);
                most = Math.min(most, (next + otherCalls) / 2);
            }
            double failed = share(most, mostFailed, mostCalls) + share(next, nextFailed, nextCalls) + otherFailed;
            double part = failed / (most + next + otherCalls);
            return new Answered(calls, 1_000 - (long) Math.ceil(1_000 * part - 1e-9));
        }

        private static double share(double weight, long failed, long calls) {
            return calls == 0 ? 0 : weight * failed / calls;
        }
    }
}
