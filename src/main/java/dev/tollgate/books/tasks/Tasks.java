package dev.tollgate.books.tasks;

import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
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
                max_tokens_applied, pricing, error_code, error_message, model_id, course, costs
            FROM task WHERE id = ? AND account_id = ?
            UNION ALL
            SELECT id, account_id, key_id, door, model, 'processing', created_at, NULL, 0, NULL, '', NULL, NULL, NULL, NULL, model, NULL, NULL
            FROM open_hold WHERE id = ? AND account_id = ?""";

    private final Database database;

    public Tasks(Database database) {
        this.database = database;
    }

    /** Goes after the ledger, whose outcomes it reads. */
    public Part<?> part() {
        return new TasksPart();
    }

    /** The task, if it is this account's: another's is as good as none (decision D28). */
    public Optional<Task> find(String accountId, String id) {
        return database.readFor(
                accountId, sql -> Optional.ofNullable(sql.one(SELECT, Tasks::task, id, accountId, id, accountId)));
    }

    private static Task task(ResultSet row) throws SQLException {
        Long completedAt = number(row, "completed_at");
        return new Task(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("key_id"),
                row.getString("door"),
                row.getString("model"),
                row.getString("model_id"),
                TaskStatus.parse(row.getString("status")),
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
}
