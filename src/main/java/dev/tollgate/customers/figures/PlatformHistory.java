package dev.tollgate.customers.figures;

import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The operator's figures of all accounts. Ranges are days or hours of UTC. */
public final class PlatformHistory {

    private static final String OPERATOR = "operator";
    private static final long DAY_MILLIS = 86_400_000;

    private static final String GROUPS = """
            SELECT by_day, by_one, %s
            FROM (
                SELECT CASE WHEN ? = 1 THEN starts_at - starts_at %% 86400000 ELSE 0 END AS by_day,
                    CASE WHEN ? = 1 THEN model WHEN ? = 2 THEN channel WHEN ? = 3 THEN ending ELSE '' END AS by_one, usage_hour.*
                FROM usage_hour WHERE starts_at >= ? AND starts_at < ?) AS hours
            GROUP BY by_day, by_one ORDER BY by_day, by_one LIMIT 10000""".formatted(
                    UsageColumn.OF_PLATFORM.stream().map(PlatformHistory::sum).collect(Collectors.joining(", ")));

    private static final String ACCOUNTS = "SELECT id, name FROM account WHERE id > ? ORDER BY id LIMIT ?";

    /** Accounts with calls or refunds in a range of days, by what they paid. CROSS JOIN: from the few accounts to their rows, never through all rows. */
    private static final String HIGHEST = """
            SELECT account.id, account.name, earned.net FROM (
                SELECT account_id, SUM(charged_micros) - SUM(refunded_micros) AS net FROM (
                    SELECT d.account_id, d.charged_micros, d.refunded_micros FROM account a CROSS JOIN usage_day d
                    WHERE d.account_id = a.id AND d.starts_at >= ? AND d.starts_at < ?
                    UNION ALL
                    SELECT q.account_id, q.charged_micros, q.refunded_micros FROM account a CROSS JOIN usage_quarter q
                    WHERE q.account_id = a.id AND q.starts_at >= ? AND q.starts_at < ?) AS parts
                GROUP BY account_id) AS earned JOIN account ON account.id = earned.account_id
            WHERE earned.net < ? OR (earned.net = ? AND account.id > ?)
            ORDER BY earned.net DESC, account.id LIMIT ?""";

    private final Database database;

    public PlatformHistory(Database database) {
        this.database = database;
    }

    /** The dimension of a group in addition to the day. */
    public enum Part {
        NOTHING,
        MODEL,
        CHANNEL,
        END
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
        int by = part.ordinal();
        return sql.list(GROUPS, row -> group(row, byDay), byDay, by, by, by, from, to);
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
                Figures.read(row, 3, UsageColumn.OF_PLATFORM));
    }

    /** The end of a page of accounts that are ordered by their charges. */
    public record Rank(long netMicros, String id) {

        private static final Rank FIRST = new Rank(Long.MAX_VALUE, "");

        public String text() {
            return netMicros + "." + id;
        }

        /** The first one for what is none. */
        public static Rank of(@Nullable String text) {
            if (text == null || !text.matches("-?[0-9]{1,18}\\.[a-z0-9A-Z_]{1,64}")) {
                return FIRST;
            }
            int dot = text.indexOf('.');
            return new Rank(Long.parseLong(text.substring(0, dot)), text.substring(dot + 1));
        }
    }

    /**
     * Accounts of which something ended in a span of days of UTC, those that paid most first, whatever page they are on.
     *
     * @param limit 1 to 200: each costs a few reads
     */
    public List<OfAccount> highest(Span span, Rank after, int limit) {
        if (limit < 1 || limit > 200) {
            throw new IllegalArgumentException("a page has 1 to 200 accounts");
        }
        return database.pages().read(OPERATOR, sql -> {
            long from = span.from().toEpochMilli();
            long to = span.to().toEpochMilli();
            long folded = Math.clamp(UsageRows.foldedUntil(sql), from, to);
            return sql.list(
                    HIGHEST,
                    row -> ofAccount(sql, row, span),
                    from,
                    folded,
                    folded,
                    to,
                    after.netMicros(),
                    after.netMicros(),
                    after.id(),
                    limit);
        });
    }

    /**
     * Accounts in the order of their ids, those without calls too.
     *
     * @param after the last of the page before, or null
     * @param limit 1 to 200: each costs a few reads
     */
    public List<OfAccount> accounts(Span span, @Nullable String after, int limit) {
        if (limit < 1 || limit > 200) {
            throw new IllegalArgumentException("a page has 1 to 200 accounts");
        }
        return database.pages()
                .read(
                        OPERATOR,
                        sql -> sql.list(ACCOUNTS, row -> ofAccount(sql, row, span), after == null ? "" : after, limit));
    }

    private static OfAccount ofAccount(Reads sql, ResultSet row, Span span) throws SQLException {
        String id = row.getString(1);
        Figures figures = new UsageRows(sql, id).sum(span.from(), span.to(), null, null);
        return new OfAccount(id, row.getString(2), figures);
    }
}
