package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Balance;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The changing figures on pages. Pages poll them, so one read serves many accounts. Thread-safe; blocks. */
public record LiveAccounts(Database database) {

    /** The most accounts of one look. */
    public static final int ACCOUNTS_MAX = 500;

    private static final String PAYER = "live";
    private static final int RUNNING_MAX = 20;
    private static final int NEW_MAX = 51;

    private static final String HEADS =
            "SELECT id, balance_micros, reserved_micros, purchased_micros, consumed_micros, last_number FROM account WHERE id IN (%s)";
    private static final int LOOKED_AT_MAX = 2_000;

    private static final String RUNNING = """
            SELECT h.id, h.model, h.key_id, CASE WHEN k.hidden = 1 THEN '' ELSE k.name END, h.created_at, h.held_micros
            FROM open_hold h LEFT JOIN api_key k ON k.id = h.key_id
            WHERE h.account_id = ?%s ORDER BY h.id DESC LIMIT ?""";

    /** The newest calls of an account are looked at, of which a member may have none. */
    private static final String NEW = """
            SELECT COUNT(*) FROM (SELECT 1 FROM call c
                WHERE c.account_id = ? AND c.number > ?%s LIMIT ?) AS newer""";

    /** @param number of its last call or entry: if that and the balance stand still, nothing of the account's has changed */
    public record Head(Balance balance, long number) {}

    /** A running call, of whatever node. @param keyName empty for the playground's; its id where it has no name any more */
    public record RunningCall(String id, String model, String keyName, Instant startedAt, long heldMicros) {}

    /** @param running at most {@value #RUNNING_MAX}, the newest first */
    public record Now(Head head, Figures today, List<RunningCall> running) {

        public Now {
            running = List.copyOf(running);
        }
    }

    /** Accounts as they stand. @param ids at most {@value #ACCOUNTS_MAX} */
    public Map<String, Head> heads(List<String> ids) {
        if (ids.size() > ACCOUNTS_MAX) {
            throw new IllegalArgumentException("at most " + ACCOUNTS_MAX + " accounts at once");
        }
        String text = HEADS.formatted(String.join(", ", Collections.nCopies(ids.size(), "?")));
        return database.pages().read(PAYER, sql -> {
            Map<String, Head> heads = new HashMap<>();
            sql.each(text, row -> heads.put(row.getString(1), head(row)), ids.toArray());
            return heads;
        });
    }

    private static Head head(ResultSet row) throws SQLException {
        return new Head(new Balance(row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)), row.getLong(6));
    }

    /**
     * Returns the figures of some keys of an account at one instant; null if it does not exist.
     *
     * @param zone whose today it is
     */
    public @Nullable Now now(String accountId, KeyFilter keys, ZoneId zone, Instant now) {
        return database.pages().read(accountId, sql -> {
            Head head = head(sql, accountId);
            if (head == null) {
                return null;
            }
            LocalDate today = now.atZone(zone).toLocalDate();
            return new Now(
                    head,
                    new UsageRows(sql, accountId)
                            .sum(
                                    Span.quarter(Span.start(today, zone)),
                                    Span.quarter(Span.start(today.plusDays(1), zone)),
                                    null,
                                    keys),
                    running(sql, accountId, keys));
        });
    }

    private static @Nullable Head head(Reads sql, String accountId) throws SQLException {
        return sql.one(HEADS.formatted("?"), LiveAccounts::head, accountId);
    }

    private static List<RunningCall> running(Reads sql, String accountId, KeyFilter keys) throws SQLException {
        List<Object> values = new ArrayList<>(List.of(accountId));
        String text = RUNNING.formatted(keys.sql("h.key_id", accountId, values));
        values.add(RUNNING_MAX);
        return sql.list(
                text,
                row -> new RunningCall(
                        row.getString(1),
                        row.getString(2),
                        Objects.requireNonNullElse(row.getString(4), row.getString(3)),
                        Columns.time(row, 5),
                        row.getLong(6)),
                values.toArray());
    }

    /** Returns how many calls of some keys have ended after a number; 51 for more than 50. */
    public int newer(String accountId, KeyFilter keys, long number) {
        return database.pages().read(accountId, sql -> {
            Head head = head(sql, accountId);
            long from = head == null ? number : Math.max(number, head.number() - LOOKED_AT_MAX);
            List<Object> values = new ArrayList<>(List.of(accountId, from));
            String text = NEW.formatted(keys.sql("c.key_id", accountId, values));
            values.add(NEW_MAX);
            return (int) sql.number(text, values.toArray());
        });
    }
}
