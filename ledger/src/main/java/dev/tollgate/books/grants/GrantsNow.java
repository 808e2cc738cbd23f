package dev.tollgate.books.grants;

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

    private static final String GENERAL =
            "SELECT balance_micros + reserved_micros - granted_micros FROM account WHERE id = ?";

    public GrantsNow {
        grants = List.copyOf(grants);
    }

    /** Reads within a read transaction. */
    public static GrantsNow read(Reads sql, String accountId, Instant at) throws SQLException {
        return new GrantsNow(at, sql.number(GENERAL, accountId), CreditGrant.filled(sql, accountId));
    }

    /** Returns whether all credits are general. */
    public boolean isEmpty() {
        return grants.isEmpty();
    }
}
