package dev.tollgate.books.ledger;

import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.grants.PaidBy.Share;
import dev.tollgate.books.ledger.Entry.EntryObserver;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a batch adds: movements that people and payments have requested, one row for each request. The account's row is locked by then, so
 * no other node adds to the account's part. Rare, so read and written row by row. Writer's thread only.
 */
final class Journal {

    private static final String REFUNDED = "SELECT COALESCE(SUM(amount_micros), 0) FROM entry WHERE task_id = ?";
    private static final String EARLIER = """
            SELECT account_id, number, created_at, kind, task_id, amount_micros, missing_micros, balance_after_micros, reason, grants, origin, origin_id
            FROM entry WHERE account_id = ? AND request_id = ?""";
    private static final String OF_GRANTS =
            "SELECT amount_micros, grants, origin_id FROM entry WHERE account_id = ? AND kind = ? AND grants IS NOT NULL";
    private static final String LAST_REVERSAL = """
            SELECT origin, origin_id, reason FROM entry WHERE account_id = ? AND kind = 'reversal' AND origin_id = ? ORDER BY number DESC LIMIT 1""";
    private static final String INSERT = """
            INSERT INTO entry (account_id, number, created_at, kind, task_id, amount_micros, missing_micros, balance_after_micros, reason, request_id,
                sandbox_micros, grants, origin, origin_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    /**
     * The request of a person or a payment for a movement.
     *
     * @param taskId the refunded call, otherwise null
     * @param amountMicros as requested; negative if an adjustment debits, or a reversal gives back
     * @param requestId id of the request, or null
     */
    record Requested(
            String accountId,
            EntryKind kind,
            @Nullable String taskId,
            long amountMicros,
            @Nullable RequestId requestId,
            Origin origin) {}

    /** An earlier request of an account. @param grants that its entry moved credits into, or out of; null: none */
    record Earlier(Requested requested, @Nullable String grants) {}

    /** @param sandboxMicros the part of the amount that is sandbox credits @param grants what has moved into grants or out of them; null: none */
    private record Row(
            Entry entry,
            Origin origin,
            @Nullable RequestId requestId,
            long sandboxMicros,
            @Nullable String grants) {}

    private final Statements statements;
    private final List<Row> added = new ArrayList<>();

    Journal(Statements statements) {
        this.statements = statements;
    }

    /** Returns the earlier movement under the id of a request, or null. Reads. */
    @Nullable
    Earlier earlier(String accountId, RequestId requestId) throws SQLException {
        for (Row row : added) {
            if (row.entry.accountId().equals(accountId) && requestId.equals(row.requestId)) {
                return earlier(row.entry, row.origin, requestId, row.grants);
            }
        }
        PreparedStatement select = statements.of(EARLIER);
        select.setString(1, accountId);
        select.setString(2, requestId.stored());
        try (ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            Origin origin = new Origin(Origin.Kind.of(row.getString(11)), row.getString(12));
            return earlier(LedgerSql.entry(row), origin, requestId, row.getString(10));
        }
    }

    private static Earlier earlier(Entry entry, Origin origin, RequestId requestId, @Nullable String grants) {
        return new Earlier(
                new Requested(entry.accountId(), entry.kind(), entry.taskId(), entry.askedMicros(), requestId, origin),
                grants);
    }

    /** Returns the refunds of a call's charge so far. Reads. */
    long refundedMicros(String taskId) throws SQLException {
        PreparedStatement select = statements.of(REFUNDED);
        select.setString(1, taskId);
        long sum;
        try (ResultSet row = select.executeQuery()) {
            sum = row.next() ? row.getLong(1) : 0;
        }
        for (Row row : added) {
            if (taskId.equals(row.entry.taskId())) {
                sum = Math.addExact(sum, row.entry.amountMicros());
            }
        }
        return sum;
    }

    /** Returns what has left a grant because it expired or was ended. Reads. */
    long leftMicros(String accountId, long grant) throws SQLException {
        return -moved(accountId, EntryKind.ADJUSTMENT, (origin, share) -> share.grant() == grant);
    }

    /** Returns what a payment's reversals have taken out of grants, and not returned. Reads. @param payment its id */
    long takenOfGrantsMicros(String accountId, String payment) throws SQLException {
        return -moved(accountId, EntryKind.REVERSAL, (origin, share) -> payment.equals(origin));
    }

    /** Returns what a payment's reversals have returned to a grant, and not taken again. Reads. @param payment its id */
    long returnedMicros(String accountId, String payment, long grant) throws SQLException {
        return moved(
                accountId, EntryKind.REVERSAL, (origin, share) -> payment.equals(origin) && share.grant() == grant);
    }

    /** The origin and the reason of an earlier reversal. */
    record Reversed(Origin origin, String reason) {}

    /** Returns the newest reversal of a payment, of which something was taken back. Reads. */
    Reversed lastReversal(String accountId, String payment) throws SQLException {
        for (Row row : added.reversed()) {
            if (row.entry.kind() == EntryKind.REVERSAL
                    && row.entry.accountId().equals(accountId)
                    && payment.equals(row.origin.id())) {
                return new Reversed(row.origin, String.valueOf(row.entry.reason()));
            }
        }
        Reversed last = statements.one(
                LAST_REVERSAL,
                row -> new Reversed(new Origin(Origin.Kind.of(row.getString(1)), row.getString(2)), row.getString(3)),
                accountId,
                payment);
        if (last == null) {
            throw Book.missing("a reversal of payment " + payment + " of", accountId);
        }
        return last;
    }

    /** Returns the sum of shares of grants in entries of a kind, with their signs. @param which of them, by the id of the entry's origin */
    private long moved(String accountId, EntryKind kind, BiPredicate<@Nullable String, Share> which)
            throws SQLException {
        long[] sum = {0};
        PreparedStatement select = statements.of(OF_GRANTS);
        select.setString(1, accountId);
        select.setString(2, kind.code());
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                sum[0] += moved(row.getLong(1), row.getString(2), row.getString(3), which);
            }
        }
        for (Row row : added) {
            if (row.grants != null
                    && row.entry.kind() == kind
                    && row.entry.accountId().equals(accountId)) {
                sum[0] += moved(row.entry.amountMicros(), row.grants, row.origin.id(), which);
            }
        }
        return sum[0];
    }

    private static long moved(
            long amountMicros, String grants, @Nullable String origin, BiPredicate<@Nullable String, Share> which) {
        long sum = PaidBy.of(grants).shares().stream()
                .filter(share -> which.test(origin, share))
                .mapToLong(Share::micros)
                .sum();
        return amountMicros < 0 ? -sum : sum;
    }

    /**
     * Moves credits of an account and adds the entry.
     *
     * @param amountMicros change of the balance, with its sign
     * @param missingMicros the platform's part, with the sign of the change
     */
    void enter(AccountRow account, Requested asked, long amountMicros, long missingMicros, String reason, Instant at) {
        enter(account, asked, amountMicros, missingMicros, 0, reason, at);
    }

    /** Adds an entry that moves credits into grants, or out of them. @param grants their shares, without sign; null: none */
    void enter(
            AccountRow account,
            Requested asked,
            long amountMicros,
            long missingMicros,
            String reason,
            Instant at,
            @Nullable String grants) {
        enter(account, asked, amountMicros, missingMicros, 0, reason, at, grants);
    }

    /** Adds an entry that moves no credits of grants. Parameters as below. */
    void enter(
            AccountRow account,
            Requested asked,
            long amountMicros,
            long missingMicros,
            long sandboxMicros,
            String reason,
            Instant at) {
        enter(account, asked, amountMicros, missingMicros, sandboxMicros, reason, at, null);
    }

    /**
     * Moves credits of an account and adds the entry. Parameters as above.
     *
     * @param sandboxMicros the part of the amount that is sandbox credits; of a debit at most, as far as the account has them
     */
    void enter(
            AccountRow account,
            Requested asked,
            long amountMicros,
            long missingMicros,
            long sandboxMicros,
            String reason,
            Instant at,
            @Nullable String grants) {
        Instant stamp = account.stamp(at);
        long sandboxBefore = account.funds.sandboxMicros();
        if (sandboxMicros < 0) {
            account.takeSandbox(-sandboxMicros);
        }
        Bucket other = asked.kind() == EntryKind.REFUND ? Bucket.REVENUE : Bucket.FUNDING;
        if (amountMicros < 0) {
            account.funds.move(Bucket.AVAILABLE, other, -amountMicros);
        } else {
            account.funds.move(other, Bucket.AVAILABLE, amountMicros);
        }
        if (sandboxMicros > 0) {
            account.setSandboxMicros(account.funds.sandboxMicros() + sandboxMicros);
        }
        added.add(new Row(
                new Entry(
                        account.id,
                        account.number(stamp),
                        stamp,
                        asked.kind(),
                        asked.taskId(),
                        amountMicros,
                        missingMicros,
                        account.funds.balanceAfterMicros(),
                        reason),
                asked.origin(),
                asked.requestId(),
                account.funds.sandboxMicros() - sandboxBefore,
                grants));
    }

    void write() throws SQLException {
        for (Row row : added) {
            Entry entry = row.entry;
            statements.run(
                    INSERT,
                    entry.accountId(),
                    entry.number(),
                    entry.at(),
                    entry.kind().code(),
                    entry.taskId(),
                    entry.amountMicros(),
                    entry.missingMicros(),
                    entry.balanceAfterMicros(),
                    entry.reason(),
                    row.requestId == null ? null : row.requestId.stored(),
                    row.sandboxMicros,
                    row.grants,
                    row.origin.kind().code(),
                    row.origin.id());
        }
    }

    /** Reports the entries of a batch that was committed. */
    void committed(EntryObserver observer) {
        for (Row row : added) {
            Entry entry = row.entry;
            if (entry.amountMicros() != 0) {
                observer.entered(entry.kind(), entry.from(), Math.abs(entry.amountMicros()));
            }
            if (entry.missingMicros() != 0) {
                Bucket from = entry.missingMicros() < 0 ? Bucket.SHORTFALL : Bucket.FUNDING;
                observer.entered(entry.kind(), from, Math.abs(entry.missingMicros()));
            }
        }
    }
}
