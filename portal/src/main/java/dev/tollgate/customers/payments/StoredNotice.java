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
 * @param outcome taken, kept or refused
 * @param detail why the notice was refused; otherwise null
 * @param replays the number of repetitions
 */
public record StoredNotice(
        String id,
        String type,
        String fact,
        Instant createdAt,
        Instant receivedAt,
        @Nullable String paymentId,
        @Nullable String intentId,
        @Nullable String objectId,
        long cents,
        String outcome,
        @Nullable String detail,
        long replays) {

    static StoredNotice of(ResultSet row) throws SQLException {
        return new StoredNotice(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Columns.time(row, 4),
                Columns.time(row, 5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getLong(9),
                row.getString(10),
                row.getString(11),
                row.getLong(12));
    }
}
