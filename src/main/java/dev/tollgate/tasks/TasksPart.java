package dev.tollgate.tasks;

import dev.tollgate.ledger.ExpireOpen;
import dev.tollgate.ledger.Resolution;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** The tasks' share of a batch. */
final class TasksPart implements Part<TaskChange> {

    private static final TaskResult ABANDONED =
            TaskResult.error("internal_error", "The server stopped before the call had ended. Nothing was charged.");

    @Override
    public Class<TaskChange> type() {
        return TaskChange.class;
    }

    @Override
    public void apply(Statements statements, List<TaskChange> changes) throws SQLException {
        TaskRows rows = new TaskRows(statements);
        for (TaskChange change : changes) {
            switch (change) {
                case OpenTask open -> open(open, rows);
                case CloseTask close -> close(close, rows);
                case FailAbandoned abandoned -> fail(abandoned.expired(), rows);
            }
        }
        rows.finish();
    }

    private static void open(OpenTask open, TaskRows rows) throws SQLException {
        if (open.reserve().reserved()) {
            rows.insert(open);
        }
    }

    private static void close(CloseTask close, TaskRows rows) throws SQLException {
        if (close.resolution().outcome() instanceof Resolution.Resolved resolved) {
            rows.close(close, resolved.chargedMicros());
        }
    }

    private static void fail(ExpireOpen expired, TaskRows rows) throws SQLException {
        for (String id : expired.outcome()) {
            rows.fail(id, expired.at(), ABANDONED);
        }
    }
}
