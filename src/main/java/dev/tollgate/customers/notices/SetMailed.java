package dev.tollgate.customers.notices;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.YearMonth;

/** Notes that the statement of a month goes out, once if several servers come together. The outcome says whether it did not before. */
final class SetMailed extends Write<Boolean> {

    private static final String MAILED = """
            UPDATE billing_contact SET mailed_month = ?
            WHERE account_id = ? AND (mailed_month IS NULL OR mailed_month < ?)""";

    private final String accountId;
    private final YearMonth month;

    SetMailed(String accountId, YearMonth month) {
        this.accountId = accountId;
        this.month = month;
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        return statements.run(MAILED, month.toString(), accountId, month.toString()) == 1;
    }
}
