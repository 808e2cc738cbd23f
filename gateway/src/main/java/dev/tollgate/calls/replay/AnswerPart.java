package dev.tollgate.calls.replay;

import dev.tollgate.calls.replay.Answers.AnswerChange;
import dev.tollgate.calls.replay.Answers.ConfirmClaim;
import dev.tollgate.calls.replay.Answers.ForgetOld;
import dev.tollgate.calls.replay.Answers.FreeAbandoned;
import dev.tollgate.calls.replay.Answers.FreeClaim;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the claims after the ledger has decided. Settlements come first, because they may wait for another node. Old claims are deleted last and
 * wait for no lock, so two nodes never wait for each other.
 */
record AnswerPart(long shareBytesMax) implements Part<AnswerChange> {

    @Override
    public Class<AnswerChange> type() {
        return AnswerChange.class;
    }

    @Override
    public void write(Statements statements, List<AnswerChange> changes) throws SQLException {
        AnswerRows rows = new AnswerRows(statements);
        for (AnswerChange change : changes) {
            switch (change) {
                case ConfirmClaim confirm -> confirm(confirm, rows);
                case KeepAnswer keep -> keep.made(keep(keep, rows));
                case FreeClaim free -> free(free, rows);
                case FreeAbandoned abandoned -> free(abandoned, rows);
                case ForgetOld _ -> {}
            }
        }
        for (AnswerChange change : changes) {
            if (change instanceof ForgetOld forget) {
                forget.made(forget(forget, rows));
            }
        }
    }

    private static void confirm(ConfirmClaim confirm, AnswerRows rows) throws SQLException {
        if (confirm.claim().won() && !confirm.reserve().reserved()) {
            rows.free(confirm.claim().taskId());
        }
    }

    private static void free(FreeClaim free, AnswerRows rows) throws SQLException {
        if (free.release().resolved()) {
            rows.free(free.release().reservationId());
        }
    }

    private static void free(FreeAbandoned abandoned, AnswerRows rows) throws SQLException {
        for (String id : abandoned.expired().outcome()) {
            rows.free(id);
        }
    }

    private List<String> keep(KeepAnswer keep, AnswerRows rows) throws SQLException {
        if (!keep.settle().resolved()) {
            return List.of();
        }
        rows.settle(keep);
        long share = rows.grow(keep.accountId(), keep.bytes());
        List<String> dropped = new ArrayList<>();
        while (share > shareBytesMax) {
            AnswerRows.StoredRow oldest = rows.oldest(keep.accountId());
            rows.drop(oldest);
            share -= oldest.bytes();
            dropped.add(oldest.taskId());
        }
        return dropped;
    }

    private static List<String> forget(ForgetOld forget, AnswerRows rows) throws SQLException {
        List<String> forgotten = new ArrayList<>();
        for (AnswerRows.StoredRow answer : rows.settledBefore(forget.before(), forget.answersMax())) {
            if (rows.forget(answer)) {
                forgotten.add(answer.taskId());
            }
        }
        return forgotten;
    }

    /** The claims' SQL on the writer's connection. */
    record AnswerRows(Statements statements) {

        private static final String FREE = "DELETE FROM kept_answer WHERE task_id = ? AND state = 'running'";
        private static final String SETTLE =
                "UPDATE kept_answer SET state = ?, settled_at = ?, bytes = ?, hash = ?, sealed_copy = ?"
                        + " WHERE task_id = ? AND state = 'running'";
        private static final String GROW = """
                INSERT INTO answer_share (account_id, bytes) VALUES (?, ?)
                ON CONFLICT (account_id) DO UPDATE SET bytes = answer_share.bytes + excluded.bytes""";
        private static final String SHRINK = "UPDATE answer_share SET bytes = bytes - ? WHERE account_id = ?";
        private static final String SHARE = "SELECT bytes FROM answer_share WHERE account_id = ?";
        private static final String OLDEST = """
                SELECT task_id, account_id, bytes FROM kept_answer WHERE account_id = ? AND state = 'kept'
                ORDER BY settled_at, task_id LIMIT 1""";
        private static final String DROP =
                "UPDATE kept_answer SET state = 'dropped', bytes = 0, hash = NULL, sealed_copy = NULL WHERE task_id = ?";

        // Locks the account's share, too. If a settlement of another node holds it, the next sweep deletes the claim.
        private static final String SETTLED_BEFORE = """
                SELECT a.task_id, a.account_id, a.bytes FROM kept_answer a JOIN answer_share ON answer_share.account_id = a.account_id
                WHERE a.settled_at IS NOT NULL AND a.settled_at < ?
                ORDER BY a.settled_at, a.task_id LIMIT ?""";
        private static final String FREE_SHARES = Dialect.POSTGRESQL.lock() + " OF answer_share SKIP LOCKED";

        // Does nothing if the response was dropped or deleted before its share was locked.
        private static final String FORGET = "DELETE FROM kept_answer WHERE task_id = ? AND bytes = ?";

        /** @param bytes of the spool's file; 0 if the answer was dropped */
        record StoredRow(String taskId, String accountId, long bytes) {}

        void free(String taskId) throws SQLException {
            PreparedStatement delete = statements.of(FREE);
            delete.setString(1, taskId);
            delete.executeUpdate();
        }

        void settle(KeepAnswer keep) throws SQLException {
            PreparedStatement update = statements.of(SETTLE);
            update.setString(1, keep.hash() == null ? "dropped" : "kept");
            update.setLong(2, keep.settle().at().toEpochMilli());
            update.setLong(3, keep.bytes());
            if (keep.hash() == null) {
                update.setNull(4, Types.VARCHAR);
            } else {
                update.setString(4, keep.hash());
            }
            update.setBytes(5, keep.copy());
            update.setString(6, keep.settle().reservationId());
            update.executeUpdate();
        }

        /** @return what the account's answers take now */
        long grow(String accountId, long bytes) throws SQLException {
            PreparedStatement grow = statements.of(GROW);
            grow.setString(1, accountId);
            grow.setLong(2, bytes);
            grow.executeUpdate();
            PreparedStatement select = statements.of(SHARE);
            select.setString(1, accountId);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }

        private void shrink(StoredRow answer) throws SQLException {
            PreparedStatement shrink = statements.of(SHRINK);
            shrink.setLong(1, answer.bytes());
            shrink.setString(2, answer.accountId());
            shrink.executeUpdate();
        }

        /** Returns the oldest response. There is one, since a full share is the sum of the responses in it. */
        StoredRow oldest(String accountId) throws SQLException {
            PreparedStatement select = statements.of(OLDEST);
            select.setString(1, accountId);
            return list(select).getFirst();
        }

        void drop(StoredRow answer) throws SQLException {
            shrink(answer);
            PreparedStatement update = statements.of(DROP);
            update.setString(1, answer.taskId());
            update.executeUpdate();
        }

        /** Returns settled claims whose account shares are not locked, and locks those shares. */
        List<StoredRow> settledBefore(Instant before, int rowsMax) throws SQLException {
            String shares = statements.dialect() == Dialect.POSTGRESQL ? FREE_SHARES : "";
            PreparedStatement select = statements.of(SETTLED_BEFORE + shares);
            select.setLong(1, before.toEpochMilli());
            select.setInt(2, rowsMax);
            return list(select);
        }

        /** @return whether it was there as it was found */
        boolean forget(StoredRow answer) throws SQLException {
            PreparedStatement delete = statements.of(FORGET);
            delete.setString(1, answer.taskId());
            delete.setLong(2, answer.bytes());
            boolean there = delete.executeUpdate() == 1;
            if (there) {
                shrink(answer);
            }
            return there;
        }

        private static List<StoredRow> list(PreparedStatement select) throws SQLException {
            List<StoredRow> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(new StoredRow(row.getString(1), row.getString(2), row.getLong(3)));
                }
            }
            return found;
        }
    }
}
