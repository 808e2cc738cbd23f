package dev.tollgate.books.tasks;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** The tasks' share of a batch: a task is written once, when its call has ended. Until then its hold stands for it. */
final class TasksPart implements Part<TaskChange> {

    private static final TaskResult ABANDONED = TaskResult.error(
                    "internal_error", "The server stopped before the call had ended. Nothing was charged.")
            .withCosts(TaskResult.NO_COSTS);

    @Override
    public Class<TaskChange> type() {
        return TaskChange.class;
    }

    @Override
    public void write(Statements statements, List<TaskChange> changes) throws SQLException {
        TaskRows rows = new TaskRows(statements);
        for (TaskChange change : changes) {
            switch (change) {
                case CloseTask close -> rows.insert(close);
                case FailAbandoned abandoned -> rows.insert(abandoned.expired(), ABANDONED);
            }
        }
        rows.finish();
    }
}
