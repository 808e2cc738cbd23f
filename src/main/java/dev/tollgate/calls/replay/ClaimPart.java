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

    /**
     * Sorts claims by name, because two nodes that lock names in different orders would wait for each other forever. Claims of one name keep their
     * order of arrival.
     */
    private static List<ClaimKey> inOneOrder(List<ClaimKey> claims) {
        return claims.size() == 1
                ? claims
                : claims.stream().sorted(Comparator.comparing(ClaimKey::name)).toList();
    }
}
