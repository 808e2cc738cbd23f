package dev.tollgate.customers.payments;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.copies.LostTime;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Writes what was decided of payments. Writer's thread only. */
record PaymentWriting(Statements statements) {

    private static final String INSERT = """
            INSERT INTO payment (id, account_id, channel, created_at, net_cents, credit_micros, state, session_id, url, purpose, plan, version, at_once)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""";
    private static final String OPEN = "UPDATE payment SET session_id = ?, url = ? WHERE id = ? AND session_id IS NULL";
    private static final String UPDATE = """
            UPDATE payment SET state = ?, tax_cents = ?, intent_id = ?, ended_at = ?, reversed_micros = ?, missing_micros = ?, lapsed_micros = ?,
                subscription = ?, period = ?
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
                buyer_address, buyer_vat_id, buyer_country)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    void insert(Payment payment) throws SQLException {
        Payment.Bought bought = payment.bought();
        statements.run(
                INSERT,
                payment.id(),
                payment.accountId(),
                payment.channel().code(),
                payment.createdAt(),
                payment.netCents(),
                payment.creditMicros(),
                payment.state().code(),
                payment.sessionId(),
                payment.url(),
                payment.purpose().code(),
                bought == null ? null : bought.plan(),
                bought == null ? null : bought.version(),
                bought != null && bought.atOnce());
    }

    /** Stores a payment as its notice describes it, or the page of a payment without a notice. */
    void restore(Payment payment) throws SQLException {
        insert(payment);
        statements.run(
                "UPDATE payment SET session_id = ? WHERE id = ? AND session_id IS NULL",
                payment.sessionId(),
                payment.id());
    }

    /** Stores the payment page. If the payment service answers twice, the first answer stays. */
    void open(String paymentId, String sessionId, String url) throws SQLException {
        statements.run(OPEN, sessionId, url, paymentId);
    }

    void set(String accountId, Party contact, Instant at) throws SQLException {
        statements.run(CONTACT, accountId, contact.name(), contact.address(), contact.vatId(), at);
    }

    void update(PaymentRow row) throws SQLException {
        Payment.Bought bought = row.bought();
        statements.run(
                UPDATE,
                row.state().code(),
                row.taxCents(),
                row.intentId(),
                row.endedAt(),
                row.taken().micros(),
                row.taken().missingMicros(),
                row.taken().lapsedMicros(),
                bought == null ? null : bought.subscription(),
                bought == null ? null : bought.period(),
                row.stored().id());
    }

    void notice(TakeNotice take) throws SQLException {
        PaymentRow row = take.row();
        switch (take.outcome()) {
            case AGAIN, OF_NO_USE -> {}
            case REPLAYED -> {
                statements.run(REPLAY, take.notice().id());
            }
            case TAKEN, KEPT, REFUSED -> {
                if (row != null && take.couldNotPay()) {
                    row.giveUp();
                    insert(take, Verdict.REFUSED, row, Blame.NO_ROOM.kept());
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
            statements.run(
                    NO_LONGER_REFUSED,
                    verdict.code(),
                    row == null ? null : row.stored().id(),
                    take.notice().id());
            return;
        }
        PaymentNotice notice = take.notice();
        statements.run(
                NOTICE,
                notice.id(),
                notice.type(),
                notice.fact().code(),
                notice.createdAt(),
                take.at(),
                row == null ? null : row.stored().id(),
                notice.intentId(),
                notice.objectId(),
                notice.cents(),
                verdict.code(),
                detail);
    }

    private void paid(TakeNotice take, PaymentRow row) throws SQLException {
        statements.run(NO_LONGER_KEPT, row.stored().id(), row.intentId());
        invoice(take, row.stored(), contact(row.stored().accountId()));
    }

    private Party contact(String accountId) throws SQLException {
        Party contact = statements.one(PaymentSql.CONTACT, row -> PaymentSql.party(row, 1), accountId);
        return contact == null ? Party.NOBODY : contact;
    }

    private void invoice(TakeNotice take, Payment payment, Party buyer) throws SQLException {
        Party seller = take.seller();
        Instant at = take.at();
        PaymentNotice.Begun begun = take.notice().begun();
        String series = Invoice.series(payment.channel(), seller) + LostTime.mark(LostTime.all(statements));
        int year = at.atZone(ZoneOffset.UTC).getYear();
        long sequence = 1 + statements.number(LAST_NUMBER, series, year);
        statements.run(
                INVOICE,
                payment.id(),
                series,
                year,
                sequence,
                at,
                seller.name(),
                seller.address(),
                seller.vatId(),
                buyer.name(),
                buyer.address(),
                buyer.vatId(),
                begun == null ? "" : begun.country());
    }
}
