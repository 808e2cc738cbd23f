package dev.tollgate.customers.figures;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.customers.figures.PlatformHistory.Range;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The payments of accounts for calls: who pays more or less than before, has stopped, or is about to run out of credits. Thread-safe; blocks. */
public final class Payers {

    private static final String OPERATOR = "operator";

    /** Days without a call after which an account has stopped. */
    private static final int QUIET_DAYS = 7;

    private static final int MONTH_DAYS = 30;

    /** An account that paid less than this part of the revenue may stop without notice. */
    private static final int PART_MIN = 20;

    /** The largest rises, and the largest falls, that are always listed. */
    private static final int MOVERS = 2;

    /** Accounts with calls or refunds in a range, by what they paid. */
    private static final String EARNED = "(SELECT account_id, SUM(charged_micros) - SUM(refunded_micros) AS net FROM ("
            + PlatformHistory.ROWS.formatted("used.charged_micros, used.refunded_micros")
            + ") AS parts GROUP BY account_id) AS earned JOIN account ON account.id = earned.account_id\n";

    /** Accounts whose balance is less than they pay in so many days. */
    private static final String ENDING =
            "SELECT account.id, account.name, account.balance_micros + account.reserved_micros, earned.net FROM "
                    + EARNED + """
            WHERE earned.net > 0 AND (account.balance_micros + account.reserved_micros) * ? < earned.net * ?
                AND account.blocked = 0
            ORDER BY earned.net DESC, account.id LIMIT ?""";

    /** Sums of what accounts paid, of days or of quarters of an hour. */
    private static final String PAID = """
            SELECT used.account_id, CAST(SUM(used.charged_micros) - SUM(used.refunded_micros) AS BIGINT)
            FROM account a CROSS JOIN %s used
            WHERE used.account_id = a.id AND used.starts_at >= ? AND used.starts_at < ? GROUP BY used.account_id""";

    private static final String PAID_BY_DAY = PAID.formatted("usage_day");
    private static final String PAID_BY_QUARTER = PAID.formatted("usage_quarter");
    private static final String NAME = "SELECT name, blocked FROM account WHERE id = ?";

    private static final String ANY_PAID =
            "SELECT 1 FROM usage_hour WHERE starts_at < ? AND charged_micros > 0 LIMIT 1";
    private static final String LATEST =
            "SELECT starts_at FROM %s WHERE account_id = ? AND calls > 0 ORDER BY starts_at DESC LIMIT 1";
    private static final String LATEST_DAY = LATEST.formatted("usage_day");
    private static final String LATEST_QUARTER = LATEST.formatted("usage_quarter");

    /** The last calls of the accounts that {@link AccountList#all} lists. */
    private static final String LATEST_OF_ALL = """
            SELECT a.id, COALESCE((SELECT MAX(starts_at) FROM usage_quarter WHERE account_id = a.id AND calls > 0),
                (SELECT MAX(starts_at) FROM usage_day WHERE account_id = a.id AND calls > 0))
            FROM (SELECT id FROM account ORDER BY last_number_at DESC, created_at DESC, id LIMIT ?) a""";

    /** The sums of accounts in memory: about 100 bytes each. */
    private static final long PAID_MAX = 200_000;

    private final Database database;
    private final Cache<PaidIn, Map<String, Long>> paid = Caffeine.newBuilder()
            .maximumWeight(PAID_MAX)
            .weigher((PaidIn range, Map<String, Long> sums) -> 1 + sums.size())
            .build();

    Payers(Database database) {
        this.database = database;
    }

    /** Days that are over, whose sums stay as long as no usage is counted into any of them late. */
    private record PaidIn(long from, long folded, long corrections) {}

    /**
     * An account in two spans.
     *
     * @param nowMicros what it paid in the later one
     * @param lastDay the day of UTC of its last call; null without any
     */
    public record Payer(
            String id,
            String name,
            long nowMicros,
            long beforeMicros,
            @Nullable LocalDate lastDay) {

        public long difference() {
            return nowMicros - beforeMicros;
        }
    }

    /**
     * Returns the accounts that paid most in one of two spans of days of UTC, or of hours that are not long ago, and those that changed most. The
     * first has paid most in the later span.
     *
     * @param limit 1 to 200: each costs a few reads
     */
    public List<Payer> changed(Span span, Span before, int limit) {
        if (limit < 1 || limit > 200) {
            throw new IllegalArgumentException("a page has 1 to 200 accounts");
        }
        return database.pages().read(OPERATOR, sql -> {
            Map<String, Long> now = paid(sql, span);
            Map<String, Long> past = paid(sql, before);
            List<Payer> chosen = new ArrayList<>();
            for (String id : chosen(now, past, limit)) {
                String name = sql.one(NAME, row -> row.getString(1), id);
                chosen.add(new Payer(
                        id,
                        name == null ? id : name,
                        now.getOrDefault(id, 0L),
                        past.getOrDefault(id, 0L),
                        lastDay(sql, id)));
            }
            chosen.sort(Comparator.comparing(Payer::nowMicros)
                    .reversed()
                    .thenComparing(Payer::name)
                    .thenComparing(Payer::id));
            return chosen;
        });
    }

    /** Returns what accounts paid in such a span; an account without calls is missing. */
    public Map<String, Long> paid(Span span) {
        return database.pages().read(OPERATOR, sql -> paid(sql, span));
    }

    private static Set<String> chosen(Map<String, Long> now, Map<String, Long> past, int limit) {
        Set<String> all = new HashSet<>(now.keySet());
        all.addAll(past.keySet());
        Comparator<String> byMost =
                Comparator.comparing(id -> Math.max(now.getOrDefault(id, 0L), past.getOrDefault(id, 0L)));
        Comparator<String> byGrowth = Comparator.comparing(id -> now.getOrDefault(id, 0L) - past.getOrDefault(id, 0L));
        Set<String> chosen = new LinkedHashSet<>();
        add(chosen, all, byMost.reversed(), limit);
        add(chosen, all, byGrowth, MOVERS);
        add(chosen, all, byGrowth.reversed(), MOVERS);
        return chosen;
    }

    private static void add(Set<String> chosen, Set<String> all, Comparator<String> order, int limit) {
        all.stream()
                .sorted(order.thenComparing(Comparator.naturalOrder()))
                .limit(limit)
                .forEach(chosen::add);
    }

    private Map<String, Long> paid(Reads sql, Span span) throws SQLException {
        Range range = PlatformHistory.range(sql, span);
        PaidIn days = new PaidIn(
                range.from(), range.folded(), PlatformHistory.known(sql).corrections());
        Map<String, Long> ofDays = paid.getIfPresent(days);
        if (ofDays == null) {
            ofDays = paid(sql, PAID_BY_DAY, range.from(), range.folded());
            paid.put(days, ofDays);
        }
        Map<String, Long> net = new HashMap<>(ofDays);
        paid(sql, PAID_BY_QUARTER, range.folded(), range.to())
                .forEach((id, micros) -> net.merge(id, micros, Long::sum));
        return net;
    }

    private static Map<String, Long> paid(Reads sql, String text, long from, long to) throws SQLException {
        Map<String, Long> sums = new HashMap<>();
        if (from < to) {
            sql.each(text, row -> sums.put(row.getString(1), row.getLong(2)), from, to);
        }
        return sums;
    }

    /** Returns whether any account paid for a call before a time. */
    public boolean hasAnyPaidBefore(Instant time) {
        return database.pages().read(OPERATOR, sql -> sql.one(ANY_PAID, row -> true, time) != null);
    }

    // ---- accounts that have stopped ----

    /** Returns whether an account with a last call on that day has stopped. */
    public static boolean hasStopped(@Nullable LocalDate lastDay, LocalDate today) {
        return lastDay != null && lastDay.isBefore(today.minusDays(QUIET_DAYS));
    }

    /** Returns the days of UTC of accounts' last calls; an account without calls is missing. @param ids at most 200 */
    public Map<String, LocalDate> lastDays(Collection<String> ids) {
        return database.pages().read(OPERATOR, sql -> {
            Map<String, LocalDate> days = new HashMap<>();
            for (String id : ids) {
                LocalDate day = lastDay(sql, id);
                if (day != null) {
                    days.put(id, day);
                }
            }
            return days;
        });
    }

    /** Returns the same for all accounts of the list. */
    public Map<String, LocalDate> lastDays() {
        return database.pages().read(OPERATOR, sql -> {
            Map<String, LocalDate> days = new HashMap<>();
            sql.each(
                    LATEST_OF_ALL,
                    row -> {
                        long latest = row.getLong(2);
                        if (!row.wasNull()) {
                            days.put(
                                    row.getString(1),
                                    LocalDate.ofInstant(Instant.ofEpochMilli(latest), ZoneOffset.UTC));
                        }
                    },
                    AccountList.ALL_MAX);
            return days;
        });
    }

    private static @Nullable LocalDate lastDay(Reads sql, String id) throws SQLException {
        Long quarter = sql.one(LATEST_QUARTER, row -> row.getLong(1), id);
        Long latest = quarter == null ? sql.one(LATEST_DAY, row -> row.getLong(1), id) : quarter;
        return latest == null ? null : LocalDate.ofInstant(Instant.ofEpochMilli(latest), ZoneOffset.UTC);
    }

    /** An account that has stopped. @param paidMicros in the 30 days to its last call @param allMicros what all accounts paid in these days */
    public record Stopped(String id, String name, LocalDate lastDay, long paidMicros, long allMicros) {}

    /** Returns the accounts that have stopped in the last 37 days and paid at least a twentieth of the revenue, the largest first. Banned ones are left out. */
    public List<Stopped> stopped(LocalDate today) {
        return database.pages().read(OPERATOR, sql -> {
            LocalDate quiet = today.minusDays(QUIET_DAYS);
            Map<String, Long> paid = paid(sql, Span.ofDays(quiet.minusDays(MONTH_DAYS), quiet));
            List<Stopped> stopped = new ArrayList<>();
            for (String id : large(paid)) {
                LocalDate last = lastDay(sql, id);
                if (last != null && hasStopped(last, today)) {
                    Map<String, Long> month = paid(sql, Span.ofDays(last.minusDays(MONTH_DAYS - 1), last.plusDays(1)));
                    String name = sql.one(NAME, row -> row.getInt(2) == 0 ? row.getString(1) : "", id);
                    if (name != null && !name.isEmpty() && large(month).contains(id)) {
                        stopped.add(new Stopped(id, name, last, Objects.requireNonNull(month.get(id)), sum(month)));
                    }
                }
            }
            stopped.sort(Comparator.comparing(Stopped::paidMicros).reversed());
            return stopped;
        });
    }

    private static List<String> large(Map<String, Long> paid) {
        long all = sum(paid);
        return paid.entrySet().stream()
                .filter(each -> each.getValue() > 0 && each.getValue() >= all / PART_MIN)
                .map(Map.Entry::getKey)
                .limit(PART_MIN)
                .toList();
    }

    private static long sum(Map<String, Long> paid) {
        return paid.values().stream().mapToLong(Long::longValue).sum();
    }

    // ---- accounts that run out of credits ----

    /** An account whose credits are about to end. @param balanceMicros what it has @param netMicros what it paid in the span */
    public record Ending(String id, String name, long balanceMicros, long netMicros) {}

    /**
     * Returns accounts whose balance would last less than some days if they went on to pay as in a span of days, those that pay most first.
     *
     * @param limit 1 to 200
     */
    public List<Ending> ending(Span span, long days, int limit) {
        return database.pages().read(OPERATOR, sql -> {
            List<Object> values = PlatformHistory.range(sql, span).values();
            Collections.addAll(values, Duration.between(span.from(), span.to()).toDays(), days, limit);
            return sql.list(
                    ENDING,
                    row -> new Ending(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
                    values.toArray());
        });
    }
}
