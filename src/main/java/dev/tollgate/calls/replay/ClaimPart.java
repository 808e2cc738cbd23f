package dev.tollgate.calls.replay;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;

/** Decides who gets a name, before the ledger decides about money. */
final class ClaimPart implements Part<ClaimKey> {

    @Override
    public Class<ClaimKey> type() {
        return ClaimKey.class;
    }

    @Override
    public void decide(Statements statements, List<ClaimKey> changes) throws SQLException {
        AnswerRows rows = new AnswerRows(statements);
        for (ClaimKey claim : inOneOrder(changes)) {
            claim.found(rows.insert(claim));
        }
    }

    /** Two nodes that wait for each other's claims would wait in vain; those of one name stay in the order in which they came. */
    private static List<ClaimKey> inOneOrder(List<ClaimKey> claims) {
        return claims.size() == 1
                ? claims
                : claims.stream().sorted(Comparator.comparing(ClaimKey::name)).toList();
    }
}
