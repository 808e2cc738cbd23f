package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.verification.EntryOrigin;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.StatementSpan.StatementLine;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.sql.Reads;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An account's entries. Within one read transaction. */
final class LedgerRead {

    private static final int LOOKED_AT_MAX = 2_000;

    /** Entries read for each line: a call has a hold, a charge and a release, and some calls make no line. */
    private static final int ENTRIES_OF_LINE = 4;

    private static final String ENTRIES = Ledger.SELECT_ENTRY
            + " WHERE account_id = ? AND sequence < ? AND sequence >= ? ORDER BY sequence DESC LIMIT " + LOOKED_AT_MAX;
    /** Halves what is between the bounds until they meet, in one question: a server would be waited for as often as there are steps. */
    private static final String FIRST_SINCE = """
            (WITH RECURSIVE bounds(low, high) AS (
                SELECT CAST(1 AS BIGINT), CAST(? AS BIGINT)
                UNION ALL
                SELECT CASE WHEN %1$s THEN (low + high) / 2 + 1 ELSE low END, CASE WHEN %1$s THEN high ELSE (low + high) / 2 END
                FROM bounds WHERE low < high)
            SELECT MAX(low) FROM bounds)""".formatted("""
            COALESCE((SELECT e.created_at FROM entry e WHERE e.account_id = ? AND e.sequence >= (low + high) / 2
                ORDER BY e.sequence LIMIT 1) < ?, FALSE)""");

    private static final String FIRST_IN = "SELECT " + FIRST_SINCE + ", " + FIRST_SINCE;

    private static final String MODELS = "SELECT id, model_id FROM task WHERE id IN (";

    private static final String BEFORE = """
            SELECT COALESCE((SELECT created_at FROM entry WHERE account_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT 1),
                created_at) FROM account WHERE id = ?""";

    private static final String LINES = """
            SELECT e.account_id, e.sequence, e.created_at, e.kind, e.reservation_id, e.from_bucket, e.to_bucket, e.amount_micros,
                e.reason, t.model, %s
            FROM entry e%s
            WHERE e.account_id = ? AND e.sequence >= ? AND e.sequence < ? ORDER BY e.sequence LIMIT ?""".formatted(EntryOrigin.COLUMNS, EntryOrigin.JOINS);

    private static final String BALANCE = """
            SELECT a.balance_micros, a.reserved_micros, a.purchased_micros, a.consumed_micros, a.last_sequence, a.last_entry_at, %s
            FROM account a LEFT JOIN usage_fold f ON f.id = 1 WHERE a.id = ?""";

    /** Have an index of their own, for they are few; the words are the index's. */
    private static final String BESIDE_CALLS = """
             WHERE account_id = ? AND kind <> 'reservation' AND kind <> 'charge' AND kind <> 'release' AND kind <> 'expiry'
            ORDER BY sequence""";

    private final Reads sql;
    private final String accountId;

    LedgerRead(Reads sql, String accountId) {
        this.sql = sql;
        this.accountId = accountId;
    }

    /**
     * @param lastSequence of its newest entry
     * @param lastEntryAt before which no entry will ever come
     * @param folded asked for with the rest
     */
    record Now(Balance balance, long lastSequence, Instant lastEntryAt, Folded folded) {}

    @Nullable
    Now now(Dialect dialect) throws SQLException {
        return sql.one(
                BALANCE.formatted(Folded.columns(dialect)),
                row -> new Now(
                        new Balance(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                        row.getLong(5),
                        Instant.ofEpochMilli(row.getLong(6)),
                        Folded.of(row, 7)),
                accountId);
    }

    /** Sequences. @param from of the first entry of a span, or of the next one where there is none; @param to the same of what follows it */
    record Lines(long from, long to) {}

    /** The entries that are not before {@code from} and are before {@code to}: times and sequences agree. */
    Lines within(Instant from, Instant to, long lastSequence) throws SQLException {
        long end = lastSequence + 1;
        Lines lines = sql.one(
                FIRST_IN,
                row -> new Lines(row.getLong(1), row.getLong(2)),
                end,
                accountId,
                from,
                accountId,
                from,
                end,
                accountId,
                to,
                accountId,
                to);
        return Objects.requireNonNull(lines);
    }

    /** Returns the time of the entry before a sequence, or of the account's creation. */
    Instant timeBefore(long sequence) throws SQLException {
        return Instant.ofEpochMilli(sql.number(BEFORE, accountId, sequence, accountId));
    }

    /** Lines in the order of the sequence, with the model that answered. @param until exclusive */
    List<StatementLine> lines(StatementLine.Cursor from, long until, int limit) throws SQLException {
        List<StatementLine> lines = new ArrayList<>();
        sql.each(
                LINES,
                row -> {
                    Entry entry = Ledger.entry(row);
                    long amount = amount(entry);
                    long before = lines.isEmpty()
                            ? from.balanceMicros()
                            : lines.getLast().balanceMicros();
                    lines.add(new StatementLine(
                            entry, row.getString("model"), EntryOrigin.read(row), amount, before + amount));
                },
                accountId,
                from.sequence(),
                until,
                limit);
        return lines;
    }

    /** @param holds whether holds and their returns are lines, too */
    LedgerPage page(LedgerPage.Cursor from, boolean holds, int limit) throws SQLException {
        return page(from, 1, holds, limit);
    }

    /** @param first the lowest sequence that is looked at */
    LedgerPage page(LedgerPage.Cursor from, long first, boolean holds, int limit) throws SQLException {
        List<LedgerLine> lines = new ArrayList<>();
        long balance = from.balanceMicros();
        try (PreparedStatement select = sql.prepare(ENTRIES)) {
            select.setString(1, accountId);
            select.setLong(2, from.before());
            select.setLong(3, first);
            select.setFetchSize(limit * ENTRIES_OF_LINE);
            try (ResultSet row = select.executeQuery()) {
                for (int seen = 1; row.next(); seen++) {
                    Entry entry = Ledger.entry(row);
                    long amount = amount(entry);
                    if (holds || amount != 0) {
                        if (lines.size() == limit) {
                            return new LedgerPage(
                                    named(lines), new LedgerPage.Cursor(entry.sequence() + 1, balance), null);
                        }
                        lines.add(new LedgerLine(entry, null, amount, balance));
                    }
                    balance -= amount;
                    if (seen == LOOKED_AT_MAX) {
                        return new LedgerPage(
                                named(lines), new LedgerPage.Cursor(entry.sequence(), balance), entry.at());
                    }
                }
            }
        }
        return new LedgerPage(named(lines), null, null);
    }

    /** Returns the lines with the models of their calls. */
    private List<LedgerLine> named(List<LedgerLine> lines) throws SQLException {
        List<String> calls = lines.stream()
                .map(line -> line.entry().reservationId())
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        if (calls.isEmpty()) {
            return lines;
        }
        Map<String, String> models = new HashMap<>();
        sql.each(
                MODELS + "?" + ", ?".repeat(calls.size() - 1) + ")",
                row -> models.put(row.getString(1), row.getString(2)),
                calls.toArray());
        return lines.stream()
                .map(line -> new LedgerLine(
                        line.entry(),
                        models.get(line.entry().reservationId()),
                        line.amountMicros(),
                        line.balanceMicros()))
                .toList();
    }

    /** Returns the entries that belong to no call, in their order: purchases, refunds, reversals, adjustments. */
    List<Entry> besideCalls(Dialect dialect) throws SQLException {
        // SQLite would go through all of the account's entries, which it has in that order too.
        String index = dialect == Dialect.SQLITE ? " INDEXED BY entry_beside_calls" : "";
        return sql.list(Ledger.SELECT_ENTRY + index + BESIDE_CALLS, Ledger::entry, accountId);
    }

    /** Returns an entry's change of the balance, which includes held credits. */
    static long amount(Entry entry) {
        return of(entry.to(), entry) - of(entry.from(), entry);
    }

    private static long of(Bucket bucket, Entry entry) {
        return bucket == Bucket.AVAILABLE || bucket == Bucket.RESERVED ? entry.amountMicros() : 0;
    }

    static boolean isIn(Entry entry, Instant from, Instant to) {
        return !entry.at().isBefore(from) && entry.at().isBefore(to);
    }
}
