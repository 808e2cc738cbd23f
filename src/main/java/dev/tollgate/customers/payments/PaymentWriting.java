package dev.tollgate.customers.payments;

import dev.tollgate.customers.payments.TakeNotice.Verdict;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Writes what was decided of payments. Writer's thread only. */
final class PaymentWriting {

    private static final String INSERT = """
            INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state, session_id, url)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""";
    private static final String OPEN = "UPDATE payment SET session_id = ?, url = ? WHERE id = ? AND session_id IS NULL";
    private static final String UPDATE = """
            UPDATE payment SET state = ?, tax_cents = ?, intent_id = ?, ended_at = ?, reversed_micros = ?, missing_micros = ?
            WHERE id = ?""";
    private static final String NOTICE = """
            INSERT INTO payment_notice (id, type, fact, created_at, received_at, payment_id, intent_id, object_id, cents, outcome, detail)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String REPLAY = "UPDATE payment_notice SET replays = replays + 1 WHERE id = ?";
    private static final String NO_LONGER_REFUSED =
            "UPDATE payment_notice SET outcome = ?, payment_id = ?, replays = replays + 1 WHERE id = ?";
    private static final String NO_LONGER_KEPT =
            "UPDATE payment_notice SET outcome = 'taken', payment_id = ? WHERE intent_id = ? AND outcome = 'kept'";
    private static final String CONTACT = """
            INSERT INTO billing_contact (account_id, name, address, vat_id, changed_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, address = excluded.address, vat_id = excluded.vat_id,
                changed_at = excluded.changed_at""";
    private static final String LAST_NUMBER =
            "SELECT COALESCE(MAX(sequence), 0) FROM invoice WHERE series = ? AND year = ?";
    private static final String INVOICE = """
            INSERT INTO invoice (payment_id, series, year, sequence, issued_at, seller_name, seller_address, seller_vat_id, buyer_name,
                buyer_address, buyer_vat_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private final Statements statements;

    PaymentWriting(Statements statements) {
        this.statements = statements;
    }

    void insert(Payment payment) throws SQLException {
        PreparedStatement insert = statements.of(INSERT);
        insert.setString(1, payment.id());
        insert.setString(2, payment.accountId());
        insert.setString(3, payment.channel().code());
        insert.setLong(4, payment.createdAt().toEpochMilli());
        insert.setLong(5, payment.netCents());
        insert.setLong(6, payment.creditMicros());
        insert.setString(7, payment.state().code());
        insert.setString(8, payment.sessionId());
        insert.setString(9, payment.url());
        insert.executeUpdate();
    }

    void open(OpenSession open) throws SQLException {
        PreparedStatement update = statements.of(OPEN);
        update.setString(1, open.sessionId());
        update.setString(2, open.url());
        update.setString(3, open.paymentId());
        update.executeUpdate();
    }

    void set(SetContact set) throws SQLException {
        PreparedStatement upsert = statements.of(CONTACT);
        upsert.setString(1, set.accountId());
        party(upsert, 2, set.contact());
        upsert.setLong(5, set.at().toEpochMilli());
        upsert.executeUpdate();
    }

    void update(PaymentRow row) throws SQLException {
        PreparedStatement update = statements.of(UPDATE);
        update.setString(1, row.state().code());
        update.setLong(2, row.taxCents());
        update.setString(3, row.intentId());
        time(update, 4, row.endedAt());
        update.setLong(5, row.taken().micros());
        update.setLong(6, row.taken().missingMicros());
        update.setString(7, row.stored().id());
        update.executeUpdate();
    }

    void notice(TakeNotice take) throws SQLException {
        PaymentRow row = take.row();
        switch (take.outcome()) {
            case AGAIN -> {}
            case REPLAYED -> {
                PreparedStatement update = statements.of(REPLAY);
                update.setString(1, take.notice().id());
                update.executeUpdate();
            }
            case TAKEN, KEPT, REFUSED -> {
                if (row != null && take.couldNotPay()) {
                    row.giveUp();
                    insert(take, Verdict.REFUSED, row, "the account cannot hold the credits");
                } else {
                    insert(take, take.outcome(), row, take.detail());
                }
                if (row != null && take.hasPaid()) {
                    paid(take, row);
                }
            }
        }
    }

    private void insert(TakeNotice take, Verdict verdict, @Nullable PaymentRow row, @Nullable String detail)
            throws SQLException {
        if (take.isAgain()) {
            PreparedStatement update = statements.of(NO_LONGER_REFUSED);
            update.setString(1, verdict.code());
            update.setString(2, row == null ? null : row.stored().id());
            update.setString(3, take.notice().id());
            update.executeUpdate();
            return;
        }
        PaymentNotice notice = take.notice();
        PreparedStatement insert = statements.of(NOTICE);
        insert.setString(1, notice.id());
        insert.setString(2, notice.type());
        insert.setString(3, notice.fact().code());
        insert.setLong(4, notice.createdAt().toEpochMilli());
        insert.setLong(5, take.at().toEpochMilli());
        insert.setString(6, row == null ? null : row.stored().id());
        insert.setString(7, notice.intentId());
        insert.setString(8, notice.objectId());
        insert.setLong(9, notice.cents());
        insert.setString(10, verdict.code());
        insert.setString(11, detail);
        insert.executeUpdate();
    }

    private void paid(TakeNotice take, PaymentRow row) throws SQLException {
        PreparedStatement update = statements.of(NO_LONGER_KEPT);
        update.setString(1, row.stored().id());
        update.setString(2, row.intentId());
        update.executeUpdate();
        invoice(row.stored(), take.seller(), contact(row.stored().accountId()), take.at());
    }

    private Party contact(String accountId) throws SQLException {
        PreparedStatement select = statements.of(PaymentSql.CONTACT);
        select.setString(1, accountId);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? PaymentSql.party(row, 1) : Party.NOBODY;
        }
    }

    private void invoice(Payment payment, Party seller, Party buyer, Instant at) throws SQLException {
        String series = Invoice.series(payment.channel(), seller);
        int year = at.atZone(ZoneOffset.UTC).getYear();
        long sequence = 1 + lastNumber(series, year);
        PreparedStatement insert = statements.of(INVOICE);
        insert.setString(1, payment.id());
        insert.setString(2, series);
        insert.setLong(3, year);
        insert.setLong(4, sequence);
        insert.setLong(5, at.toEpochMilli());
        party(insert, 6, seller);
        party(insert, 9, buyer);
        insert.executeUpdate();
    }

    private long lastNumber(String series, int year) throws SQLException {
        PreparedStatement select = statements.of(LAST_NUMBER);
        select.setString(1, series);
        select.setLong(2, year);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static void party(PreparedStatement statement, int first, Party party) throws SQLException {
        statement.setString(first, party.name());
        statement.setString(first + 1, party.address());
        statement.setString(first + 2, party.vatId());
    }

    private static void time(PreparedStatement statement, int index, @Nullable Instant time) throws SQLException {
        if (time == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, time.toEpochMilli());
        }
    }
}
