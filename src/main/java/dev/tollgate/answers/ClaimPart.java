package dev.tollgate.answers;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** Decides who gets a name, before the ledger decides about money. */
final class ClaimPart implements Part<ClaimKey> {

    @Override
    public Class<ClaimKey> type() {
        return ClaimKey.class;
    }

    @Override
    public void apply(Statements statements, List<ClaimKey> changes) throws SQLException {
        AnswerRows rows = new AnswerRows(statements);
        for (ClaimKey claim : changes) {
            claim.found(rows.insert(claim));
        }
    }
}
