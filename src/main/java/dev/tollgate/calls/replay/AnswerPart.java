package dev.tollgate.calls.replay;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the claims after the ledger has decided. Settlements come first, because they may wait for another node. Old claims are deleted last and
 * wait for no lock, so two nodes never wait for each other.
 */
final class AnswerPart implements Part<AnswerChange> {

    private final long shareBytesMax;

    AnswerPart(long shareBytesMax) {
        this.shareBytesMax = shareBytesMax;
    }

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
}
