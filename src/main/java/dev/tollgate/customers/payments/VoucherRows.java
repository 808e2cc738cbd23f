package dev.tollgate.customers.payments;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What reading on the writer's connection and reading on the others have in common. */
final class VoucherRows {

    static final String COLUMNS = """
            SELECT sequence, amount_micros, note, created_at, expires_at, account_id, redeemed_at FROM voucher""";

    private VoucherRows() {}

    static Voucher voucher(ResultSet row) throws SQLException {
        return new Voucher(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                Instant.ofEpochMilli(row.getLong(4)),
                instant(row, 5),
                row.getString(6),
                instant(row, 7));
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }
}
