package dev.tollgate.books.allowances;

import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;

/** The accounts that have paid for credits, as the store of payments has them. */
@FunctionalInterface
public interface PaidAccounts {

    /** Returns whether an account has paid at least once. */
    boolean hasPaid(Sql sql, String accountId) throws SQLException;
}
