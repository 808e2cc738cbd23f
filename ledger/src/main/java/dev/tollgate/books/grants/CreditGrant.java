package dev.tollgate.books.grants;

import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A grant as it was at one instant: numbered credits of an account that expire, or pay only for some models, or both. Amounts are in
 * micro-credits. Immutable.
 *
 * @param number from 1 in its account
 * @param creditsMicros what was given; grows only if the kind is {@link Kind#REFUND}
 * @param leftMicros 0 once it has ended
 * @param models ids, and beginnings with {@code *}, with spaces between them; empty: all
 * @param expiresAt null: never
 * @param endedAt null while it is live
 * @param lapsedMicros what has expired
 * @param limits each {@code hours:micro-credits}, with a space between them; empty: none
 * @param used of each limit in its latest window, as {@code window:micro-credits}
 * @param isOfSandbox whether it pays only for responses of the sandbox
 */
public record CreditGrant(
        String accountId,
        long number,
        Kind kind,
        long creditsMicros,
        long leftMicros,
        String models,
        Instant createdAt,
        Instant startsAt,
        @Nullable Instant expiresAt,
        @Nullable Instant endedAt,
        long lapsedMicros,
        String limits,
        String used,
        boolean isOfSandbox) {

    /** The origin of a grant. */
    public enum Kind {
        GIFT,
        VOUCHER,
        PLAN,
        /** Refunds of calls whose grants had ended. */
        REFUND;

        private final String code = name().toLowerCase(Locale.ROOT);

        /** The name in the database and in JSON. */
        public String code() {
            return code;
        }

        static Kind of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    private static final String SELECT = """
            SELECT account_id, number, kind, credits_micros, left_micros, models, created_at, starts_at, expires_at, ended_at, lapsed_micros, limits, used,
                sandbox
            FROM credit_grant WHERE account_id = ?""";

    /** Returns an account's live grants by number, within a read transaction. */
    public static List<CreditGrant> live(Reads sql, String accountId) throws SQLException {
        return sql.list(SELECT + " AND ended_at IS NULL ORDER BY number", CreditGrant::read, accountId);
    }

    /** Returns an account's grants, the newest first, within a read transaction. @param before the number after the first of them @param limit their largest number */
    public static List<CreditGrant> all(Reads sql, String accountId, long before, int limit) throws SQLException {
        return sql.list(
                SELECT + " AND number < ? ORDER BY number DESC LIMIT ?", CreditGrant::read, accountId, before, limit);
    }

    private static CreditGrant read(ResultSet row) throws SQLException {
        return new CreditGrant(
                row.getString(1),
                row.getLong(2),
                Kind.of(row.getString(3)),
                row.getLong(4),
                row.getLong(5),
                row.getString(6),
                Columns.time(row, 7),
                Columns.time(row, 8),
                Columns.timeOrNull(row, 9),
                Columns.timeOrNull(row, 10),
                row.getLong(11),
                row.getString(12),
                row.getString(13),
                row.getInt(14) == 1);
    }

    /** Returns an account's grants for exports: they stay when the account ends. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                "grants.csv",
                "credits that expire or pay only for some models",
                "credit_grant g",
                "g.account_id = :account",
                """
                    g.number g.kind g.credits_micros g.left_micros g.models g.created_at g.starts_at g.expires_at g.ended_at g.lapsed_micros g.limits
                    g.sandbox:YES_NO""",
                "g.number"));
    }
}
