package dev.tollgate.customers.payments;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What reading on the writer's connection and reading on the others have in common. */
final class PaymentSql {

    static final String PAYMENT = """
            SELECT id, account_id, channel, created_at, net_cents, tax_cents, credit_micros, state, session_id, intent_id, url, ended_at,
                reversed_micros, missing_micros
            FROM payment""";
    static final String BY_ID = PAYMENT + " WHERE id = ?";
    static final String BY_INTENT = PAYMENT + " WHERE intent_id = ?";
    static final String CONTACT = "SELECT name, address, vat_id FROM billing_contact WHERE account_id = ?";

    private PaymentSql() {}

    static Payment payment(ResultSet row) throws SQLException {
        return new Payment(
                row.getString(1),
                row.getString(2),
                channel(row.getString(3)),
                Instant.ofEpochMilli(row.getLong(4)),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                state(row.getString(8)),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                instant(row, 12),
                row.getLong(13),
                row.getLong(14));
    }

    static Party party(ResultSet row, int first) throws SQLException {
        return new Party(row.getString(first), row.getString(first + 1), row.getString(first + 2));
    }

    static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private static Payment.Channel channel(String code) {
        for (Payment.Channel channel : Payment.Channel.values()) {
            if (channel.code().equals(code)) {
                return channel;
            }
        }
        throw new IllegalStateException("no channel of payments is called " + code);
    }

    private static Payment.State state(String code) {
        for (Payment.State state : Payment.State.values()) {
            if (state.code().equals(code)) {
                return state;
            }
        }
        throw new IllegalStateException("no payment is " + code);
    }

    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    static <T> List<T> list(Connection connection, String sql, RowReader<T> reader, Object... values)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                select.setObject(i + 1, values[i]);
            }
            return read(select, reader);
        }
    }

    static <T> List<T> read(PreparedStatement select, RowReader<T> reader) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            List<T> found = new ArrayList<>();
            while (row.next()) {
                found.add(reader.read(row));
            }
            return found;
        }
    }
}
