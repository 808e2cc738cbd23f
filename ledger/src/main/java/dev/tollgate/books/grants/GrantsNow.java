package dev.tollgate.books.grants;

import dev.tollgate.books.grants.AccountGrants.Call;
import dev.tollgate.books.grants.AccountGrants.Money;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * An account's credits at an instant, by what pays. Both parts include what running calls hold. Immutable.
 *
 * @param generalMicros the credits outside of grants, micro-credits
 * @param grants those with something left, in the order of payment (Z14); general credits pay after them
 */
public record GrantsNow(Instant at, long generalMicros, List<CreditGrant> grants) {

    /** The id of no model: only grants for all models serve it. */
    private static final String ANY_MODEL = "";

    private static final String GENERAL =
            "SELECT balance_micros + reserved_micros - granted_micros FROM account WHERE id = ?";

    private static final String NEWEST = "SELECT last_number_at FROM account WHERE id = ?";

    public GrantsNow {
        grants = List.copyOf(grants);
    }

    /** Reads within a read transaction. */
    public static GrantsNow read(Reads sql, String accountId, Instant at) throws SQLException {
        return new GrantsNow(at, sql.number(GENERAL, accountId), CreditGrant.filled(sql, accountId));
    }

    /**
     * Returns the credits that a call of any model could hold at this time, besides the holds of running calls: grants for some models do not serve it, and limits
     * of grants count. Reads within the same transaction.
     *
     * @param reservedMicros held by running calls
     * @param hiddenMicros general credits that do not pay for this server's calls
     * @param isReal whether calls of this server cost money: grants of the sandbox do not serve them
     */
    public long room(Reads sql, String accountId, long reservedMicros, long hiddenMicros, boolean isReal)
            throws SQLException {
        if (isEmpty()) {
            return Math.max(0, generalMicros - reservedMicros - hiddenMicros);
        }
        long granted = grants.stream().mapToLong(CreditGrant::leftMicros).sum();
        Money money = new Money(generalMicros + granted - reservedMicros, reservedMicros, granted, hiddenMicros);
        // A hold has the account's newest time if the clock was set back: what had expired then stays so.
        long atMillis = Math.max(at.toEpochMilli(), sql.number(NEWEST, accountId));
        Call call = Call.begun("", ANY_MODEL, atMillis);
        return new AccountGrants(GrantSql.live(sql, accountId), new GrantDraw(), isReal)
                .room(call, money, atMillis, found -> GrantSql.running(sql, accountId, found));
    }

    /** Returns whether all credits are general. */
    public boolean isEmpty() {
        return grants.isEmpty();
    }
}
