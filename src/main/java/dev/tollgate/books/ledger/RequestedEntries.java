package dev.tollgate.books.ledger;

import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Movements that people and payments have requested, including the movements of this batch. The account's row is locked by then, so no other
 * node adds to the account's part. Rare, so read immediately and row by row. Writer's thread only.
 */
final class RequestedEntries {

    private static final String REFUNDED =
            "SELECT COALESCE(SUM(amount_micros), 0) FROM requested_entry WHERE task_id = ?";
    private static final String EARLIER = """
            SELECT kind, task_id, amount_micros FROM requested_entry WHERE account_id = ? AND request_id = ?""";
    private static final String INSERT = """
            INSERT INTO requested_entry (account_id, sequence, kind, task_id, amount_micros, request_id) VALUES (?, ?, ?, ?, ?, ?)""";

    private record Row(Requested requested, long sequence) {}

    private final Statements statements;
    private final List<Row> added = new ArrayList<>();

    RequestedEntries(Statements statements) {
        this.statements = statements;
    }

    /** Returns the refunds of a call's charge so far. */
    long refundedMicros(String taskId) throws SQLException {
        PreparedStatement select = statements.of(REFUNDED);
        select.setString(1, taskId);
        long sum;
        try (ResultSet row = select.executeQuery()) {
            sum = row.next() ? row.getLong(1) : 0;
        }
        for (Row row : added) {
            if (taskId.equals(row.requested.taskId())) {
                sum = Math.addExact(sum, row.requested.amountMicros());
            }
        }
        return sum;
    }

    /** Returns the earlier movement under the id of a request, or null. */
    @Nullable
    Requested earlier(String accountId, RequestId requestId) throws SQLException {
        for (Row row : added) {
            if (row.requested.accountId().equals(accountId) && requestId.equals(row.requested.requestId())) {
                return row.requested;
            }
        }
        PreparedStatement select = statements.of(EARLIER);
        select.setString(1, accountId);
        select.setString(2, requestId.stored());
        return read(select, accountId, requestId);
    }

    private static @Nullable Requested read(PreparedStatement select, String accountId, RequestId requestId)
            throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            return row.next()
                    ? new Requested(
                            accountId,
                            LedgerSql.parse(EntryKind.class, row.getString(1)),
                            row.getString(2),
                            row.getLong(3),
                            requestId)
                    : null;
        }
    }

    /** @param sequence number of its first entry */
    void add(Requested requested, long sequence) {
        added.add(new Row(requested, sequence));
    }

    void write() throws SQLException {
        for (Row row : added) {
            RequestId requestId = row.requested.requestId();
            PreparedStatement insert = statements.of(INSERT);
            insert.setString(1, row.requested.accountId());
            insert.setLong(2, row.sequence);
            insert.setString(3, row.requested.kind().code());
            insert.setString(4, row.requested.taskId());
            insert.setLong(5, row.requested.amountMicros());
            insert.setString(6, requestId == null ? null : requestId.stored());
            insert.executeUpdate();
        }
        added.clear();
    }

    /**
     * The request of a person or a payment for a movement.
     *
     * @param taskId the refunded call, otherwise null
     * @param amountMicros as requested; negative if an adjustment debits
     * @param requestId id of the request, or null
     */
    record Requested(
            String accountId,
            EntryKind kind,
            @Nullable String taskId,
            long amountMicros,
            @Nullable RequestId requestId) {}
}
