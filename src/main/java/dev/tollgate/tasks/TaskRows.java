package dev.tollgate.tasks;

import dev.tollgate.ledger.Reserve;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The tasks' SQL on the writer's connection. */
final class TaskRows {

    private static final String INSERT = """
            INSERT INTO task (id, account_id, key_id, door, model, status, created_at)
            VALUES (?, ?, ?, ?, ?, 'processing', ?)""";
    private static final String UPDATE = """
            UPDATE task SET status = ?, completed_at = ?, charge_micros = ?, usage = ?, usage_flags = ?, max_tokens_applied = ?,
                pricing = ?, error_code = ?, error_message = ?, model = COALESCE(?, model)
            WHERE id = ? AND status = 'processing'""";

    private final Statements statements;

    TaskRows(Statements statements) {
        this.statements = statements;
    }

    void insert(OpenTask task) throws SQLException {
        Reserve reserve = task.reserve();
        PreparedStatement insert = statements.of(INSERT);
        insert.setString(1, reserve.reservationId());
        insert.setString(2, reserve.accountId());
        insert.setString(3, reserve.keyId());
        insert.setString(4, task.door());
        insert.setString(5, task.model());
        insert.setLong(6, reserve.at().toEpochMilli());
        insert.executeUpdate();
    }

    void close(CloseTask task, long chargeMicros) throws SQLException {
        update(
                task.resolution().reservationId(),
                task.status(),
                task.resolution().at(),
                chargeMicros,
                task.result(),
                task.model());
    }

    void fail(String id, Instant at, TaskResult result) throws SQLException {
        update(id, TaskStatus.FAILED, at, 0, result, null);
    }

    private void update(
            String id, TaskStatus status, Instant at, long chargeMicros, TaskResult result, @Nullable String model)
            throws SQLException {
        PreparedStatement update = statements.of(UPDATE);
        update.setString(1, status.code());
        update.setLong(2, at.toEpochMilli());
        update.setLong(3, chargeMicros);
        setText(update, 4, result.usageJson());
        update.setString(5, String.join(" ", result.usageFlags()));
        setNumber(update, 6, result.maxTokensApplied());
        setText(update, 7, result.pricingJson());
        setText(update, 8, result.errorCode());
        setText(update, 9, result.errorMessage());
        setText(update, 10, model);
        update.setString(11, id);
        update.executeUpdate();
    }

    private static void setText(PreparedStatement statement, int index, @Nullable String text) throws SQLException {
        if (text == null) {
            statement.setNull(index, Types.VARCHAR);
        } else {
            statement.setString(index, text);
        }
    }

    private static void setNumber(PreparedStatement statement, int index, @Nullable Long number) throws SQLException {
        if (number == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, number);
        }
    }
}
