package dev.tollgate.customers.notices;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Writes which statements went out. Of servers that come at once the row lets one. Writer's turn only. */
final class StatementsPart implements Part<SetMailed> {

    private static final String MAILED = """
            UPDATE billing_contact SET mailed_month = ?
            WHERE account_id = ? AND (mailed_month IS NULL OR mailed_month < ?)""";

    @Override
    public Class<SetMailed> type() {
        return SetMailed.class;
    }

    @Override
    public void write(Statements statements, List<SetMailed> changes) throws SQLException {
        for (SetMailed change : changes) {
            PreparedStatement update = statements.of(MAILED);
            update.setString(1, change.month());
            update.setString(2, change.accountId());
            update.setString(3, change.month());
            change.noted(update.executeUpdate() == 1);
        }
    }
}
