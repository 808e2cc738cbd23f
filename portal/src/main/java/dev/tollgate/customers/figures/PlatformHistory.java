package dev.tollgate.customers.figures;

import static dev.tollgate.base.words.Sentence.sentence;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The operator's figures of all accounts. Ranges are days or hours of UTC. */
public final class PlatformHistory {

    private static final String OPERATOR = "operator";
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    /** Sums by a period and two columns, each of which may be a constant. */
    private static final String SUMS = "SELECT %s, %s, %s, "
            + UsageColumn.OF_PLATFORM.stream().map(PlatformHistory::sum).collect(Collectors.joining(", "))
            + " FROM usage_hour WHERE starts_at >= ? AND starts_at < ? GROUP BY 1, 2, 3";

    private static final String PERIOD = "starts_at - starts_at %% %d";
    private static final int FIRST_SUM = 4;

    private static final String FIRST = "SELECT starts_at FROM usage_hour WHERE calls > 0 ORDER BY starts_at LIMIT 1";
    private static final String ACCOUNTS = "SELECT id, name FROM account WHERE id > ? ORDER BY id LIMIT ?";

    private static final String ADDED = """
            SELECT COALESCE(SUM(CASE WHEN origin IN ('payment', 'test_payment')
                THEN amount_micros END), 0),
                COALESCE(SUM(CASE WHEN origin = 'voucher' THEN amount_micros END), 0),
                COALESCE(SUM(CASE WHEN kind = 'top_up' THEN amount_micros END), 0),
                COALESCE(SUM(CASE WHEN kind = 'adjustment' THEN amount_micros END), 0),
                COALESCE(SUM(CASE WHEN kind = 'reversal' THEN amount_micros END), 0)
            FROM entry""";
    private static final String OWNED = """
            SELECT COALESCE(SUM(consumed_micros), 0), COALESCE(SUM(reserved_micros), 0), COALESCE(SUM(balance_micros), 0)
            FROM account""";

    /** Rows of accounts in a range. CROSS JOIN: from the few accounts to their rows, never through all rows. */
    public static final String ROWS = """
            SELECT used.account_id, %1$s FROM account a CROSS JOIN usage_day used
            WHERE used.account_id = a.id AND used.starts_at >= ? AND used.starts_at < ?
            UNION ALL
            SELECT used.account_id, %1$s FROM account a CROSS JOIN usage_quarter used
            WHERE used.account_id = a.id AND used.starts_at >= ? AND used.starts_at < ?""";

    private static final String BY_ACCOUNT = "SELECT account.id, account.name, "
            + columns("figures.%s") + " FROM (SELECT account_id, " + columns("SUM(%1$s) AS %1$s") + " FROM ("
            + ROWS.formatted(columns("used.%s"))
            + ") AS parts GROUP BY account_id) AS figures JOIN account ON account.id = figures.account_id"
            + " ORDER BY account.id LIMIT 10000";

    private static String columns(String form) {
        return UsageColumn.columns(UsageColumn.OF_ACCOUNTS).stream()
                .map(form::formatted)
                .collect(Collectors.joining(", "));
    }

    /** The groups of finished days in memory: about 300 bytes each. */
    private static final long GROUPS_MAX = 50_000;

    private final Database database;
    private final Payers payers;
    private final Cache<Long, Finished> finished = Caffeine.newBuilder()
            .maximumWeight(GROUPS_MAX)
            .weigher((Long day, Finished of) -> 1 + of.sums.models.size() + of.sums.channels.size())
            .build();

    public PlatformHistory(Database database) {
        this.database = database;
        this.payers = new Payers(database);
    }

    /** Returns the begin of the hour of the first call of all; null without any. */
    public @Nullable Instant firstCall() {
        return database.pages().read(OPERATOR, sql -> sql.one(FIRST, row -> Instant.ofEpochMilli(row.getLong(1))));
    }

    /** Returns what accounts paid. */
    public Payers payers() {
        return payers;
    }

    /** A kind of credits of all accounts. @param micros above zero if they were added, below if they left or are still there */
    public record Total(Sentence what, long micros, boolean isSum) {

        private Total(Sentence what, long micros) {
            this(what, micros, false);
        }

        /** Returns what all kinds add up to. */
        public static Total sum(long micros) {
            return new Total(sentence("Sum"), micros, true);
        }
    }

    /** Returns where the credits of all accounts came from and where they are, in one snapshot: if the books are right, the sum is zero. */
    public List<Total> totals() {
        return database.read(sql -> {
            List<Total> totals = new ArrayList<>();
            sql.each(ADDED, row -> {
                totals.add(new Total(sentence("Bought"), row.getLong(1)));
                totals.add(new Total(sentence("Redeemed from vouchers"), row.getLong(2)));
                totals.add(new Total(sentence("Granted"), row.getLong(3) - row.getLong(1) - row.getLong(2)));
                totals.add(new Total(sentence("Balance adjustments"), row.getLong(4)));
                totals.add(new Total(sentence("Payments reversed"), row.getLong(5)));
            });
            sql.each(OWNED, row -> {
                totals.add(new Total(sentence("Spent on calls, less refunds"), -row.getLong(1)));
                totals.add(new Total(sentence("Held for running calls"), -row.getLong(2)));
                totals.add(new Total(sentence("Owed to customers, without holds"), -row.getLong(3)));
            });
            return List.copyOf(totals);
        });
    }

    /** The dimension of a group in addition to the day. */
    public enum Part {
        NOTHING("''"),
        MODEL("model"),
        CHANNEL("channel"),
        END("ending");

        private final String column;

        Part(String column) {
            this.column = column;
        }
    }

    /**
     * Figures of a part of a range.
     *
     * @param day of UTC; null if days were not asked for
     * @param name of the model, channel or end; empty if the channel is not known, or nothing was asked for
     */
    public record Group(@Nullable LocalDate day, String name, Figures figures) {}

    /** @param figures of the span */
    public record OfAccount(String id, String name, Figures figures) {}

    /**
     * Returns groups in the order of day and name; at most 10,000.
     *
     * @param from inclusive, to the hour
     * @param to exclusive, to the hour
     */
    public List<Group> groups(Instant from, Instant to, boolean byDay, Part part) {
        return database.pages().read(OPERATOR, sql -> groups(sql, from, to, byDay, part));
    }

    private static List<Group> groups(Reads sql, Instant from, Instant to, boolean byDay, Part part)
            throws SQLException {
        String text = SUMS.formatted(byDay ? PERIOD.formatted(DAY_MILLIS) : "0", part.column, "''");
        return sql.list(text + " ORDER BY 1, 2 LIMIT 10000", row -> group(row, byDay), from, to);
    }

    private static String sum(UsageColumn column) {
        return switch (column) {
            case FAILED -> "SUM(CASE WHEN ending = 'failed' OR ending = 'abandoned' THEN calls ELSE 0 END)";
            case CANCELLED -> "SUM(CASE WHEN ending = 'cancelled' THEN calls ELSE 0 END)";
            default -> "SUM(" + column.column() + ")";
        };
    }

    private static Group group(ResultSet row, boolean byDay) throws SQLException {
        return new Group(
                byDay ? LocalDate.ofEpochDay(row.getLong(1) / DAY_MILLIS) : null,
                row.getString(2),
                Figures.read(row, FIRST_SUM, UsageColumn.OF_PLATFORM));
    }

    /** Figures of an hour, a day or more, by model and by channel; each call counts in both. The name of a channel may be empty: not known. */
    public record Sums(Map<String, Figures> models, Map<String, Figures> channels) {

        public static final Sums NONE = new Sums(Map.of(), Map.of());

        public Figures all() {
            return models.values().stream().reduce(Figures.NONE, Figures::plus);
        }

        public Sums plus(Sums more) {
            return new Sums(plus(models, more.models), plus(channels, more.channels));
        }

        private static Map<String, Figures> plus(Map<String, Figures> some, Map<String, Figures> more) {
            Map<String, Figures> both = new HashMap<>(some);
            more.forEach((name, figures) -> both.merge(name, figures, Figures::plus));
            return both;
        }
    }

    /** A day that is over, as long as no more corrections come. */
    private record Finished(long corrections, Sums sums) {}

    /** The end of the finished days, and how often usage was counted into such days late; as of a read transaction. */
    public record Known(long until, long corrections) {}

    private static final Known NOTHING = new Known(0, 0);
    private static final String KNOWN = "SELECT folded_until, corrections FROM usage_fold WHERE id = 1";

    /**
     * Returns figures by day of UTC, or by hour; those without calls and refunds are missing. A year of hours takes seconds to read, so days that
     * are over are kept in memory until usage is counted into any of them late. The first reader waits for them: each day is a read of its own.
     *
     * @param from inclusive, to the hour
     * @param to exclusive, to the hour
     */
    public NavigableMap<Instant, Sums> periods(Instant from, Instant to, boolean byHour) {
        NavigableMap<Instant, Sums> periods = new TreeMap<>();
        if (byHour) {
            periods.putAll(read(from.toEpochMilli(), to.toEpochMilli(), HOUR_MILLIS));
            return periods;
        }
        Known known = database.pages().read(OPERATOR, PlatformHistory::known);
        long begin = from.toEpochMilli();
        long end = to.toEpochMilli();
        long firstWhole = Math.ceilDiv(begin, DAY_MILLIS) * DAY_MILLIS;
        long lastWhole = Math.floorDiv(Math.min(end, known.until), DAY_MILLIS) * DAY_MILLIS;
        if (firstWhole >= lastWhole) {
            periods.putAll(read(begin, end, DAY_MILLIS));
            return periods;
        }
        periods.putAll(read(begin, firstWhole, DAY_MILLIS));
        for (long day = firstWhole; day < lastWhole; day += DAY_MILLIS) {
            Sums sums = finished(day, known);
            if (!sums.models.isEmpty()) {
                periods.put(Instant.ofEpochMilli(day), sums);
            }
        }
        periods.putAll(read(lastWhole, end, DAY_MILLIS));
        return periods;
    }

    public static Known known(Reads sql) throws SQLException {
        return Objects.requireNonNullElse(sql.one(KNOWN, row -> new Known(row.getLong(1), row.getLong(2))), NOTHING);
    }

    private Sums finished(long day, Known known) {
        Finished kept = finished.getIfPresent(day);
        if (kept != null && kept.corrections == known.corrections) {
            return kept.sums;
        }
        Finished read = database.pages()
                .read(
                        OPERATOR,
                        sql -> new Finished(
                                known(sql).corrections,
                                read(sql, day, day + DAY_MILLIS, DAY_MILLIS)
                                        .getOrDefault(Instant.ofEpochMilli(day), Sums.NONE)));
        finished.put(day, read);
        return read.sums;
    }

    private Map<Instant, Sums> read(long from, long to, long step) {
        return database.pages().read(OPERATOR, sql -> read(sql, from, to, step));
    }

    private static Map<Instant, Sums> read(Reads sql, long from, long to, long step) throws SQLException {
        Map<Instant, Sums> periods = new HashMap<>();
        sql.list(
                SUMS.formatted(PERIOD.formatted(step), "model", "channel"),
                row -> {
                    Sums sums = periods.computeIfAbsent(
                            Instant.ofEpochMilli(row.getLong(1)), _ -> new Sums(new HashMap<>(), new HashMap<>()));
                    Figures figures = Figures.read(row, FIRST_SUM, UsageColumn.OF_PLATFORM);
                    sums.models.merge(row.getString(2), figures, Figures::plus);
                    sums.channels.merge(row.getString(3), figures, Figures::plus);
                    return sums;
                },
                from,
                to);
        return periods;
    }

    /** Returns the accounts of which something ended in such a span, in the order of their ids; at most 10,000. */
    public List<OfAccount> byAccount(Span span) {
        return database.pages()
                .read(
                        OPERATOR,
                        sql -> sql.list(
                                BY_ACCOUNT,
                                row -> new OfAccount(
                                        row.getString(1),
                                        row.getString(2),
                                        Figures.read(row, 3, UsageColumn.OF_ACCOUNTS)),
                                range(sql, span).values().toArray()));
    }

    /** A range of which whole days are read to {@code folded}, and quarters of an hour from there. */
    public record Range(long from, long folded, long to) {

        /** Returns the values of {@link #ROWS}. */
        public List<Object> values() {
            return new ArrayList<>(List.of(from, folded, folded, to));
        }
    }

    public static Range range(Reads sql, Span span) throws SQLException {
        long from = span.from().toEpochMilli();
        long to = span.to().toEpochMilli();
        boolean isOfDays = from % DAY_MILLIS == 0;
        long whole = Math.min(UsageRows.foldedUntil(sql), to - to % DAY_MILLIS);
        long folded = isOfDays ? Math.clamp(whole, from, to) : from;
        return new Range(from, folded, to);
    }

    /** Returns an account's figures of a span. */
    public Figures figures(String accountId, Span span) {
        return database.pages()
                .read(OPERATOR, sql -> new UsageRows(sql, accountId).sum(span.from(), span.to(), null, KeyFilter.ALL));
    }

    /**
     * Accounts in the order of their ids, those without calls too.
     *
     * @param after the last of the page before, or null
     * @param limit 1 to 201: each costs a few reads
     */
    public List<OfAccount> accounts(Span span, @Nullable String after, int limit) {
        if (limit < 1 || limit > 201) {
            throw new IllegalArgumentException("1 to 201 accounts are read at once");
        }
        return database.pages()
                .read(
                        OPERATOR,
                        sql -> sql.list(ACCOUNTS, row -> ofAccount(sql, row, span), after == null ? "" : after, limit));
    }

    private static OfAccount ofAccount(Reads sql, ResultSet row, Span span) throws SQLException {
        String id = row.getString(1);
        Figures figures = new UsageRows(sql, id).sum(span.from(), span.to(), null, KeyFilter.ALL);
        return new OfAccount(id, row.getString(2), figures);
    }
}
