package dev.tollgate.books.tasks;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reservation.OpenHold;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.tasks.Tasks.CloseTask;
import dev.tollgate.books.tasks.Tasks.FailAbandoned;
import dev.tollgate.books.tasks.Tasks.TaskChange;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds tasks, and their part of the writer's work. Reads block. */
public final class Tasks {

    private static final String SELECT = """
            SELECT id, account_id, key_id, door, model, status, created_at, completed_at, charge_micros, usage, usage_flags,
                max_tokens_applied, pricing, error_code, error_message, model_id, course, costs, labels, %1$s
            FROM task WHERE id = ? AND account_id = ?
            UNION ALL
            SELECT id, account_id, key_id, door, model, 'processing', created_at, NULL, 0, NULL, '', NULL, NULL, NULL, NULL, model, NULL, NULL, labels, %1$s
            FROM open_hold WHERE id = ? AND account_id = ?""".formatted("""
            COALESCE((SELECT k.team_id FROM api_key k WHERE k.id = key_id), '') AS team,
                COALESCE((SELECT k.member_id FROM api_key k WHERE k.id = key_id), '') AS member""");

    // A key without a first id was never moved.
    private static final String READS = """
            SELECT 1 FROM api_key WHERE id = ?
                AND (CASE WHEN member_id = '' THEN team_id ELSE member_id END = ?
                    OR CASE WHEN origin_id = '' THEN id ELSE origin_id END = ?)""";

    private final Database database;

    public Tasks(Database database) {
        this.database = database;
    }

    /** Returns the part, which goes after the ledger, whose outcomes it reads. @param labels of the same writer */
    public Part<?> part(LabelNumbers labels) {
        return new TasksPart(labels);
    }

    /** The task, if it is this account's: another's is as good as none (decision D28). */
    public Optional<Task> find(String accountId, String id) {
        return find(accountId, id, null);
    }

    /** Returns the task if a key may read it: one of its own, or of its owner's other keys. @param reads null for all of the account */
    public Optional<Task> find(String accountId, String id, @Nullable KeyOwner reads) {
        return database.readFor(accountId, sql -> {
            Task task = sql.one(SELECT, row -> task(sql, row), id, accountId, id, accountId);
            if (task == null) {
                return Optional.empty();
            }
            boolean mayRead = reads == null || sql.has(READS, task.keyId(), reads.id(), reads.originId());
            return mayRead ? Optional.of(task) : Optional.empty();
        });
    }

    private static Task task(Reads sql, ResultSet row) throws SQLException {
        TaskStatus status = TaskStatus.parse(row.getString("status"));
        String labels = row.getString("labels");
        Long completedAt = number(row, "completed_at");
        return new Task(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("key_id"),
                row.getString("door"),
                row.getString("model"),
                row.getString("model_id"),
                row.getString("team"),
                row.getString("member"),
                status == TaskStatus.PROCESSING
                        ? CallLabels.of(labels)
                        : Labels.of(sql, row.getString("account_id"), labels),
                status,
                Instant.ofEpochMilli(row.getLong("created_at")),
                completedAt == null ? null : Instant.ofEpochMilli(completedAt),
                row.getLong("charge_micros"),
                result(row));
    }

    private static TaskResult result(ResultSet row) throws SQLException {
        String flags = row.getString("usage_flags");
        return new TaskResult(
                json(row.getString("usage")),
                flags.isEmpty() ? List.of() : List.of(flags.split(" ", -1)),
                number(row, "max_tokens_applied"),
                json(row.getString("pricing")),
                row.getString("error_code"),
                row.getString("error_message"),
                json(row.getString("course")),
                json(row.getString("costs")));
    }

    private static @Nullable WrittenJson json(@Nullable String text) {
        return text == null ? null : WrittenJson.of(text);
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /** A change of the tasks. Each depends on a change of the ledger in the same unit, which has been applied before it. */
    public sealed interface TaskChange extends Change permits CloseTask, FailAbandoned {}

    /**
     * Ends the task of a reservation with what the ledger charged; does nothing if the reservation had ended before.
     *
     * @param resolution of the same unit
     * @param status not {@code PROCESSING}
     * @param model as the answer named it
     */
    public record CloseTask(Resolution resolution, TaskStatus status, String model, TaskResult result)
            implements TaskChange {

        public CloseTask {
            if (status == TaskStatus.PROCESSING) {
                throw new IllegalArgumentException("a task that ends is not processing");
            }
        }
    }

    /**
     * Marks the tasks whose owner has died as failed (decision D34).
     *
     * @param expired of the same unit
     */
    public record FailAbandoned(ReleaseAbandoned expired) implements TaskChange {}

    /** The tasks' share of a batch: a task is written once, when its call has ended. Until then its hold stands for it. */
    private static final class TasksPart implements Part<TaskChange> {

        private static final RowStatement INSERT = RowStatement.insert(
                "task",
                "id text",
                "account_id text",
                "key_id text",
                "door text",
                "created_at bigint",
                "model text",
                "model_id text",
                "status text",
                "completed_at bigint",
                "charge_micros bigint",
                "usage utf8",
                "usage_flags text",
                "max_tokens_applied bigint",
                "pricing utf8",
                "error_code text",
                "error_message text",
                "course utf8",
                "costs utf8",
                "labels text");

        private static final TaskResult ABANDONED = TaskResult.error(
                        "internal_error", "The server stopped before the call had ended. Nothing was charged.")
                .withCosts(TaskResult.NO_COSTS);

        private final LabelNumbers labels;

        TasksPart(LabelNumbers labels) {
            this.labels = labels;
        }

        @Override
        public Class<TaskChange> type() {
            return TaskChange.class;
        }

        @Override
        public void write(Statements statements, List<TaskChange> changes) throws SQLException {
            Rows inserts = INSERT.on(statements);
            for (TaskChange change : changes) {
                switch (change) {
                    case CloseTask close -> insert(close, statements, inserts);
                    case FailAbandoned abandoned -> insert(abandoned, statements, inserts);
                }
            }
            inserts.finish();
        }

        /** Does nothing if the reservation had ended before. */
        private void insert(CloseTask task, Statements statements, Rows inserts) throws SQLException {
            if (task.resolution().outcome() instanceof Resolution.Resolved resolved) {
                insert(
                        task.resolution().ended(),
                        labels.of(
                                statements,
                                task.resolution().ended(),
                                task.resolution().at().toEpochMilli()),
                        task.model(),
                        task.status(),
                        task.resolution().at(),
                        resolved.chargedMicros(),
                        task.result(),
                        inserts);
            }
        }

        private void insert(FailAbandoned abandoned, Statements statements, Rows inserts) throws SQLException {
            for (OpenHold hold : abandoned.expired().ended()) {
                Instant at = abandoned.expired().endOf(hold);
                insert(
                        hold,
                        labels.of(statements, hold, at.toEpochMilli()),
                        hold.model(),
                        TaskStatus.FAILED,
                        at,
                        0,
                        ABANDONED,
                        inserts);
            }
        }

        private static void insert(
                OpenHold hold,
                List<Long> numbers,
                String model,
                TaskStatus status,
                Instant at,
                long chargeMicros,
                TaskResult result,
                Rows inserts)
                throws SQLException {
            inserts.text(hold.id())
                    .text(hold.accountId())
                    .text(hold.keyId())
                    .text(hold.door())
                    .number(hold.createdAt().toEpochMilli())
                    .text(model)
                    .text(hold.model())
                    .text(status.code())
                    .number(at.toEpochMilli())
                    .number(chargeMicros)
                    .utf8(bytes(result.usageJson()))
                    .text(String.join(" ", result.usageFlags()))
                    .number(result.maxTokensApplied())
                    .utf8(bytes(result.pricingJson()))
                    .text(result.errorCode())
                    .text(result.errorMessage())
                    .utf8(bytes(result.courseJson()))
                    .utf8(bytes(result.costsJson()))
                    .text(String.join(" ", numbers.stream().map(String::valueOf).toList()))
                    .next();
        }

        private static byte @Nullable [] bytes(@Nullable WrittenJson json) {
            return json == null ? null : json.utf8();
        }
    }
}
