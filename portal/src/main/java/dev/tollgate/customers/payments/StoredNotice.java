package dev.tollgate.customers.payments;

import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stored notice of a payment service.
 *
 * @param fact the code of a {@link PaymentNotice.Fact}
 * @param createdAt when the event happened at the service
 */
public record StoredNotice(
        String id,
        String type,
        String fact,
        Instant createdAt,
        @Nullable String objectId,
        long cents,
        Result result) {

    static final String COLUMNS = "id, type, fact, created_at, object_id, cents, received_at, outcome, detail, replays";

    /**
     * The result of a notice here.
     *
     * @param at the time at which it came
     * @param outcome taken, kept or refused
     * @param detail why the notice was refused; otherwise null
     * @param replays the number of repetitions
     */
    public record Result(
            Instant at, String outcome, @Nullable String detail, long replays) {}

    static StoredNotice of(ResultSet row) throws SQLException {
        return new StoredNotice(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Columns.time(row, 4),
                row.getString(5),
                row.getLong(6),
                new Result(Columns.time(row, 7), row.getString(8), row.getString(9), row.getLong(10)));
    }
}
