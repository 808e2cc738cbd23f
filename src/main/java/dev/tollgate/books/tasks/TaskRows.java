package dev.tollgate.books.tasks;

import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reservation.OpenHold;
import dev.tollgate.books.ledger.Resolution;
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
            "costs utf8");

    private final Rows inserts;

    TaskRows(Statements statements) throws SQLException {
        this.inserts = INSERT.on(statements);
    }

    /** Nothing where the reservation had ended before. */
    void insert(CloseTask task) throws SQLException {
        if (task.resolution().outcome() instanceof Resolution.Resolved resolved) {
            insert(
                    task.resolution().ended(),
                    task.model(),
                    task.status(),
                    task.resolution().at(),
                    resolved.chargedMicros(),
                    task.result());
        }
    }

    void insert(ReleaseAbandoned expired, TaskResult result) throws SQLException {
        for (OpenHold hold : expired.ended()) {
            insert(hold, hold.model(), TaskStatus.FAILED, expired.endOf(hold), 0, result);
        }
    }

    private void insert(
            OpenHold hold, String model, TaskStatus status, Instant at, long chargeMicros, TaskResult result)
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
                .next();
    }

    private static byte @Nullable [] bytes(@Nullable WrittenJson json) {
        return json == null ? null : json.utf8();
    }

    void finish() throws SQLException {
        inserts.finish();
    }
}
