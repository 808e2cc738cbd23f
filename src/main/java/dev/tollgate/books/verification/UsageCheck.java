package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the usage of an account equals the sums of its tasks and refunds: for each folded day, and for each quarter of an hour that is
 * not folded, or kept in addition to its day. Quarters are deleted from the oldest on, so missing oldest quarters are no difference. Tasks
 * without a charge may have been deleted (D44): usage with more calls, but no more tokens or money, is no difference then.
 */
final class UsageCheck implements Check {

    private static final long DAY_MILLIS = 86_400_000;
    private static final int SUM = 6;

    private static final String QUARTERS = "quarter";
    private static final String DAYS = "day";

    // A row of each account comes first: the start of the compared quarters, the end of the folded days, and the number
    // of its calls without a task.
    private static final String SQL = """
            WITH fold AS (SELECT COALESCE(MAX(folded_until), 0) AS until FROM usage_fold)
            SELECT account_id, day, key_id, model, starts_at, source, %1$s
            FROM (
                SELECT a.id AS account_id, 0 AS day, '' AS key_id, '' AS model,
                    CASE WHEN q.first < until THEN q.first ELSE until END AS starts_at, '' AS source, %2$s
                FROM fold, account a LEFT JOIN
                    (SELECT account_id, MIN(starts_at) AS first FROM usage_quarter GROUP BY account_id) q
                        ON q.account_id = a.id
                    LEFT JOIN (SELECT r.account_id, COUNT(*) AS calls FROM reservation r
                        WHERE r.charged_micros = 0 AND NOT EXISTS (SELECT 1 FROM task t WHERE t.id = r.id) GROUP BY r.account_id) f
                        ON f.account_id = a.id
                UNION ALL
                SELECT account_id, starts_at - starts_at %% 86400000, key_id, model, starts_at, 'quarter', %1$s FROM usage_quarter
                UNION ALL
                SELECT account_id, starts_at, key_id, model, starts_at, 'day', %1$s FROM usage_day, fold WHERE starts_at < until
                UNION ALL
                SELECT account_id, completed_at - completed_at %% 86400000, key_id, model_id, completed_at - completed_at %% 900000,
                    'calls', %3$s
                FROM (%4$s) AS counted
                GROUP BY account_id, completed_at - completed_at %% 86400000, key_id, model_id, completed_at - completed_at %% 900000
                UNION ALL
                SELECT account_id, completed_at - completed_at %% 86400000, key_id, model_id, completed_at - completed_at %% 900000,
                    'calls', %6$s
                FROM (%7$s) AS tried WHERE timed IS NOT NULL
                GROUP BY account_id, completed_at - completed_at %% 86400000, key_id, model_id, completed_at - completed_at %% 900000
                UNION ALL
                SELECT e.account_id, e.created_at - e.created_at %% 86400000, t.key_id, t.model_id,
                    e.created_at - e.created_at %% 900000, 'calls', %5$s
                FROM entry e JOIN task t ON t.id = e.reservation_id
                WHERE e.kind = 'refund'
                GROUP BY e.account_id, e.created_at - e.created_at %% 86400000, t.key_id, t.model_id,
                    e.created_at - e.created_at %% 900000
            ) AS all_of_it
            ORDER BY account_id, day, key_id, model""";

    private final Consumer<UsageDifference> differences;
    private @Nullable Group group;
    private long foldedUntil;
    private long quartersFrom;
    private long goneOfAccount;
    private long gone;

    UsageCheck(Consumer<UsageDifference> differences) {
        this.differences = differences;
    }

    @Override
    public String subject() {
        return "usage of accounts";
    }

    @Override
    public String sql(Dialect dialect) {
        UsageSql usage = new UsageSql(dialect);
        String sums = String.join(", ", UsageSql.SUMS);
        String called = only(sum -> !sum.equals("cost_micros"), "SUM(%s)");
        String spent = only("cost_micros"::equals, "SUM(%s)");
        String known = UsageSql.SUMS.stream()
                .map(sum -> switch (sum) {
                    case "calls" -> "until AS calls";
                    case "failed" -> "COALESCE(f.calls, 0) AS failed";
                    default -> "0 AS " + sum;
                })
                .collect(Collectors.joining(", "));
        String refunded = only("refunded_micros"::equals, "SUM(e.amount_micros)");
        return SQL.formatted(sums, known, called, usage.calls(), refunded, spent, usage.attempts());
    }

    private static String only(Predicate<String> those, String expression) {
        return UsageSql.SUMS.stream()
                .map(sum -> those.test(sum) ? expression.formatted(sum) : "0")
                .collect(Collectors.joining(", "));
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String source = row.getString(6);
        if (source.isEmpty()) {
            end(findings);
            group = null;
            foldedUntil = row.getLong(SUM + 1);
            goneOfAccount = row.getLong(SUM + 2);
            gone += goneOfAccount;
            quartersFrom = row.getLong(5) - row.getLong(5) % DAY_MILLIS;
            return;
        }
        List<String> names = List.of(row.getString(1), row.getString(3), row.getString(4));
        Group current = group;
        if (current == null || current.day != row.getLong(2) || !current.names.equals(names)) {
            end(findings);
            current = new Group(names, row.getLong(2));
            group = current;
        }
        long[] sums = new long[UsageSql.SUMS.size()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = row.getLong(SUM + 1 + i);
        }
        current.add(source, row.getLong(5), sums);
    }

    long foldedUntil() {
        return foldedUntil;
    }

    /** Returns the number of calls without a charge that have no task, once it has run. */
    long gone() {
        return gone;
    }

    @Override
    public void end(Findings findings) {
        if (group != null) {
            group.compare();
        }
    }

    /** A day of an account's key and model. */
    private final class Group {

        private final List<String> names;
        private final long day;
        private final long[] missing = new long[UsageSql.SUMS.size()];
        private final Map<Long, long[]> missingByQuarter = new TreeMap<>();

        Group(List<String> names, long day) {
            this.names = names;
            this.day = day;
        }

        void add(String source, long startsAt, long[] sums) {
            if (!source.equals(QUARTERS)) {
                add(missing, sums, source.equals(DAYS) ? -1 : 1);
            }
            if (!source.equals(DAYS)) {
                add(
                        missingByQuarter.computeIfAbsent(startsAt, _ -> new long[sums.length]),
                        sums,
                        source.equals(QUARTERS) ? -1 : 1);
            }
        }

        private static void add(long[] to, long[] sums, int sign) {
            for (int i = 0; i < sums.length; i++) {
                to[i] += sign * sums[i];
            }
        }

        void compare() {
            if (day < foldedUntil) {
                compare(UsageDifference.Of.DAY, day, missing);
            }
            if (day >= quartersFrom) {
                missingByQuarter.forEach((startsAt, sums) -> compare(UsageDifference.Of.QUARTER, startsAt, sums));
            }
        }

        private void compare(UsageDifference.Of of, long startsAt, long[] sums) {
            UsageDifference difference = new UsageDifference(
                    of, startsAt, names, LongStream.of(sums).boxed().toList());
            if (difference.isAny() && !difference.isOfTasksThatAreGone(goneOfAccount)) {
                differences.accept(difference);
            }
        }
    }
}
