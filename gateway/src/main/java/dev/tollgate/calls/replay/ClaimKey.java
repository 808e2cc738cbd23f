package dev.tollgate.calls.replay;

import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.calls.replay.Answers.ConfirmClaim;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * Claims a name for a call, in the unit of the call's reservation, which takes place only if the claim is {@link #won}. If the reservation is
 * refused, {@link ConfirmClaim} gives the claim up in the same unit.
 */
public final class ClaimKey extends Decision<Boolean> {

    private final AnswerName name;
    private final String bodyHash;
    private final String taskId;
    private final String accountId;
    private final Instant at;

    /** @param taskId the call's id, never used before */
    public ClaimKey(AnswerName name, String bodyHash, String taskId, String accountId, Instant at) {
        this.name = name;
        this.bodyHash = bodyHash;
        this.taskId = taskId;
        this.accountId = accountId;
        this.at = at;
    }

    /** Returns whether the name was free, once the claim is applied. */
    public boolean won() {
        return outcome();
    }

    AnswerName name() {
        return name;
    }

    String taskId() {
        return taskId;
    }

    /** Decides who gets a name, before the ledger decides about money. */
    static final class ClaimPart implements Part<ClaimKey> {

        private static final String INSERT = """
                INSERT INTO kept_answer (key_id, name_hash, body_hash, task_id, account_id, created_at, state)
                VALUES (?, ?, ?, ?, ?, ?, 'running') ON CONFLICT (key_id, name_hash) DO NOTHING""";

        @Override
        public Class<ClaimKey> type() {
            return ClaimKey.class;
        }

        @Override
        public void decide(Statements statements, List<ClaimKey> changes) throws SQLException {
            for (ClaimKey claim : inOneOrder(changes)) {
                claim.decide(insert(statements, claim));
            }
        }

        /** @return whether the name was free */
        private static boolean insert(Statements statements, ClaimKey claim) throws SQLException {
            PreparedStatement insert = statements.of(INSERT);
            insert.setString(1, claim.name.keyId());
            insert.setString(2, claim.name.nameHash());
            insert.setString(3, claim.bodyHash);
            insert.setString(4, claim.taskId);
            insert.setString(5, claim.accountId);
            insert.setLong(6, claim.at.toEpochMilli());
            return insert.executeUpdate() == 1;
        }

        /**
         * Sorts claims by name, because two nodes that lock names in different orders would wait for each other forever. Claims of one name keep their
         * order of arrival.
         */
        private static List<ClaimKey> inOneOrder(List<ClaimKey> claims) {
            return claims.size() == 1
                    ? claims
                    : claims.stream()
                            .sorted(Comparator.comparing(ClaimKey::name))
                            .toList();
        }
    }
}
