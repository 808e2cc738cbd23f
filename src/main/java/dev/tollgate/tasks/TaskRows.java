package dev.tollgate.tasks;

import dev.tollgate.ledger.Reserve;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The tasks' SQL on the writer's connection. */
final class TaskRows {

    private static final RowStatement INSERT = RowStatement.insert(
            "task",
            "id text",
            "account_id text",
            "key_id text",
            "door text",
            "model text",
            "status text",
            "created_at bigint");
    private static final RowStatement INSERT_ENDED = RowStatement.insert(
            "task",
            "id text",
            "account_id text",
            "key_id text",
            "door text",
            "created_at bigint",
            "status text",
            "completed_at bigint",
            "charge_micros bigint",
            "usage text",
            "usage_flags text",
            "max_tokens_applied bigint",
            "pricing text",
            "error_code text",
            "error_message text",
            "model text");
    private static final RowStatement UPDATE = RowStatement.of(
            """
            UPDATE task SET status = ?, completed_at = ?, charge_micros = ?, usage = ?, usage_flags = ?, max_tokens_applied = ?,
                pricing = ?, error_code = ?, error_message = ?, model = COALESCE(?, model)
            WHERE id = ? AND status = 'processing'""", """
            UPDATE task SET status = r.status, completed_at = r.completed_at, charge_micros = r.charge_micros, usage = r.usage,
                usage_flags = r.usage_flags, max_tokens_applied = r.max_tokens_applied, pricing = r.pricing,
                error_code = r.error_code, error_message = r.error_message, model = COALESCE(r.model, task.model)
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS r (status, completed_at, charge_micros, usage, usage_flags,
                max_tokens_applied, pricing, error_code, error_message, model, id)
            WHERE task.id = r.id AND task.status = 'processing'""", "text", "bigint", "bigint", "text", "text", "bigint", "text", "text", "text", "text", "text");

    private final Rows inserts;
    private final Rows ended;
    private final Rows updates;

    TaskRows(Statements statements) throws SQLException {
        this.inserts = INSERT.on(statements);
        this.ended = INSERT_ENDED.on(statements);
        this.updates = UPDATE.on(statements);
    }

    void insert(OpenTask task) throws SQLException {
        Reserve reserve = task.reserve();
        inserts.text(reserve.reservationId())
                .text(reserve.accountId())
                .text(reserve.keyId())
                .text(task.door())
                .text(task.model())
                .text(TaskStatus.PROCESSING.code())
                .number(reserve.at().toEpochMilli())
                .next();
    }

    /** One that has ended before it was written. */
    void insert(OpenTask open, CloseTask close, long chargeMicros) throws SQLException {
        Reserve reserve = open.reserve();
        ended.text(reserve.reservationId())
                .text(reserve.accountId())
                .text(reserve.keyId())
                .text(open.door())
                .number(reserve.at().toEpochMilli());
        end(ended, close.status(), close.resolution().at(), chargeMicros, close.result(), close.model())
                .next();
    }

    void close(CloseTask task, long chargeMicros) throws SQLException {
        end(updates, task.status(), task.resolution().at(), chargeMicros, task.result(), task.model())
                .text(task.resolution().reservationId())
                .next();
    }

    void fail(String id, Instant at, TaskResult result) throws SQLException {
        end(updates, TaskStatus.FAILED, at, 0, result, null).text(id).next();
    }

    void finish() throws SQLException {
        inserts.finish();
        ended.finish();
        updates.finish();
    }

    private static Rows end(
            Rows rows, TaskStatus status, Instant at, long chargeMicros, TaskResult result, @Nullable String model)
            throws SQLException {
        return rows.text(status.code())
                .number(at.toEpochMilli())
                .number(chargeMicros)
                .text(result.usageJson())
                .text(String.join(" ", result.usageFlags()))
                .number(result.maxTokensApplied())
                .text(result.pricingJson())
                .text(result.errorCode())
                .text(result.errorMessage())
                .text(model);
    }
}
