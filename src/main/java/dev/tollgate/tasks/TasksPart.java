package dev.tollgate.tasks;

import dev.tollgate.ledger.ExpireOpen;
import dev.tollgate.ledger.Resolution;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks' share of a batch. */
final class TasksPart implements Part<TaskChange> {

    private static final TaskResult ABANDONED =
            TaskResult.error("internal_error", "The server stopped before the call had ended. Nothing was charged.");

    @Override
    public Class<TaskChange> type() {
        return TaskChange.class;
    }

    /** A call that opens and ends before it is written is written once. */
    @Override
    public void write(Statements statements, List<TaskChange> changes) throws SQLException {
        TaskRows rows = new TaskRows(statements);
        Map<String, OpenTask> opened = new LinkedHashMap<>();
        for (TaskChange change : changes) {
            switch (change) {
                case OpenTask open -> open(open, opened);
                case CloseTask close -> close(close, opened, rows);
                case FailAbandoned abandoned -> fail(abandoned.expired(), rows);
            }
        }
        for (OpenTask open : opened.values()) {
            rows.insert(open);
        }
        rows.finish();
    }

    private static void open(OpenTask open, Map<String, OpenTask> opened) {
        if (open.reserve().reserved() && opened.put(open.reserve().reservationId(), open) != null) {
            throw new IllegalStateException("a second task " + open.reserve().reservationId());
        }
    }

    private static void close(CloseTask close, Map<String, OpenTask> opened, TaskRows rows) throws SQLException {
        if (close.resolution().outcome() instanceof Resolution.Resolved resolved) {
            OpenTask open = opened.remove(close.resolution().reservationId());
            if (open == null) {
                rows.close(close, resolved.chargedMicros());
            } else {
                rows.insert(open, close, resolved.chargedMicros());
            }
        }
    }

    private static void fail(ExpireOpen expired, TaskRows rows) throws SQLException {
        for (String id : expired.outcome()) {
            rows.fail(id, expired.at(), ABANDONED);
        }
    }
}
