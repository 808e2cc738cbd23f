package dev.tollgate.ledger;

import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ledger's SQL on the writer's connection. */
final class LedgerRows {

    private static final String SELECT_ACCOUNT = LedgerSql.SELECT_ACCOUNT + " WHERE id = ?";
    private static final String SELECT_RESERVATION = LedgerSql.SELECT_RESERVATION + " WHERE id = ?";
    private static final String SELECT_WINDOW =
            "SELECT charged_micros, held_micros FROM spend_window WHERE key_id = ? AND kind = ? AND starts_at = ?";
    private static final String SELECT_OPEN = "SELECT id FROM reservation WHERE state = 'open' ORDER BY id";

    private static final String COUNT_SHORTFALLS =
            "SELECT COUNT(*) FROM entry WHERE account_id = ? AND created_at >= ? AND from_bucket = 'shortfall'";

    private static final String INSERT_ACCOUNT = """
            INSERT INTO account (blocked, balance_micros, reserved_micros, purchased_micros, consumed_micros, last_sequence,
                id, name, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String UPDATE_ACCOUNT = """
            UPDATE account SET blocked = ?, balance_micros = ?, reserved_micros = ?, purchased_micros = ?, consumed_micros = ?,
                last_sequence = ?
            WHERE id = ?""";
    private static final String INSERT_RESERVATION = """
            INSERT INTO reservation (state, held_micros, charged_micros, id, account_id, key_id, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)""";
    private static final String UPDATE_RESERVATION =
            "UPDATE reservation SET state = ?, held_micros = ?, charged_micros = ? WHERE id = ?";
    private static final String UPSERT_WINDOW = """
            INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (key_id, kind, starts_at)
            DO UPDATE SET charged_micros = excluded.charged_micros, held_micros = excluded.held_micros""";
    private static final String INSERT_ENTRY = """
            INSERT INTO entry (account_id, sequence, created_at, kind, reservation_id, from_bucket, to_bucket, amount_micros,
                reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private final Statements statements;

    LedgerRows(Statements statements) {
        this.statements = statements;
    }

    @Nullable
    AccountRow account(String id) throws SQLException {
        PreparedStatement select = statements.of(SELECT_ACCOUNT);
        select.setString(1, id);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? new AccountRow(LedgerSql.account(row), row.getLong("last_sequence")) : null;
        }
    }

    @Nullable
    ReservationRow reservation(String id) throws SQLException {
        PreparedStatement select = statements.of(SELECT_RESERVATION);
        select.setString(1, id);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? new ReservationRow(LedgerSql.reservation(row)) : null;
        }
    }

    /** The window, with nothing in it where there is no row yet. */
    WindowRow window(WindowRow.Id id) throws SQLException {
        PreparedStatement select = statements.of(SELECT_WINDOW);
        select.setString(1, id.keyId());
        select.setString(2, id.kind().code());
        select.setLong(3, id.startsAtMillis());
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? new WindowRow(id, row.getLong(1), row.getLong(2)) : new WindowRow(id, 0, 0);
        }
    }

    List<String> openReservationIds() throws SQLException {
        List<String> ids = new ArrayList<>();
        try (ResultSet row = statements.of(SELECT_OPEN).executeQuery()) {
            while (row.next()) {
                ids.add(row.getString(1));
            }
        }
        return ids;
    }

    int shortfalls(String accountId, long fromMillis) throws SQLException {
        PreparedStatement select = statements.of(COUNT_SHORTFALLS);
        select.setString(1, accountId);
        select.setLong(2, fromMillis);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    void write(AccountRow account) throws SQLException {
        if (account.fresh || account.isChanged()) {
            PreparedStatement write = statements.of(account.fresh ? INSERT_ACCOUNT : UPDATE_ACCOUNT);
            write.setInt(1, account.isBlocked() ? 1 : 0);
            write.setLong(2, account.balanceMicros());
            write.setLong(3, account.reservedMicros());
            write.setLong(4, account.purchasedMicros());
            write.setLong(5, account.consumedMicros());
            write.setLong(6, account.lastSequence());
            write.setString(7, account.id);
            if (account.fresh) {
                write.setString(8, account.name);
                write.setLong(9, account.createdAtMillis);
            }
            write.executeUpdate();
        }
    }

    void write(ReservationRow reservation) throws SQLException {
        if (reservation.isChanged()) {
            PreparedStatement write = statements.of(reservation.fresh ? INSERT_RESERVATION : UPDATE_RESERVATION);
            write.setString(1, reservation.state().code());
            write.setLong(2, reservation.heldMicros());
            write.setLong(3, reservation.chargedMicros());
            write.setString(4, reservation.id);
            if (reservation.fresh) {
                write.setString(5, reservation.accountId);
                write.setString(6, reservation.keyId);
                write.setLong(7, reservation.createdAtMillis);
            }
            write.executeUpdate();
        }
    }

    void write(WindowRow window) throws SQLException {
        if (window.isChanged()) {
            PreparedStatement write = statements.of(UPSERT_WINDOW);
            write.setString(1, window.id.keyId());
            write.setString(2, window.id.kind().code());
            write.setLong(3, window.id.startsAtMillis());
            write.setLong(4, window.chargedMicros());
            write.setLong(5, window.heldMicros());
            write.executeUpdate();
        }
    }

    void append(List<Entry> entries) throws SQLException {
        for (Entry entry : entries) {
            PreparedStatement write = statements.of(INSERT_ENTRY);
            write.setString(1, entry.accountId());
            write.setLong(2, entry.sequence());
            write.setLong(3, entry.at().toEpochMilli());
            write.setString(4, entry.kind().code());
            setText(write, 5, entry.reservationId());
            write.setString(6, entry.from().code());
            write.setString(7, entry.to().code());
            write.setLong(8, entry.amountMicros());
            setText(write, 9, entry.reason());
            write.executeUpdate();
        }
    }

    private static void setText(PreparedStatement statement, int index, @Nullable String text) throws SQLException {
        if (text == null) {
            statement.setNull(index, Types.VARCHAR);
        } else {
            statement.setString(index, text);
        }
    }
}
