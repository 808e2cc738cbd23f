package dev.tollgate.customers.payments;

import dev.tollgate.books.ledger.TakeBack;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The SQL that reads on the writer's connection and on others share. */
final class PaymentSql {

    /** A notice of a dispute of which no other one says how it ended. */
    static final String OPEN_DISPUTE = """
            said.fact = 'disputed' AND said.outcome = 'taken' AND NOT EXISTS (SELECT 1 FROM payment_notice ended
                WHERE ended.payment_id = said.payment_id AND ended.object_id = said.object_id AND ended.outcome = 'taken'
                AND ended.fact IN ('dispute_lost', 'dispute_won'))""";

    static final String DISPUTES = """
            SELECT payment.account_id, account.name, MAX(said.cents), MIN(said.created_at) FROM payment_notice said
                JOIN payment ON payment.id = said.payment_id JOIN account ON account.id = payment.account_id
            WHERE %s GROUP BY said.object_id, payment.account_id, account.name
            ORDER BY 4 LIMIT ?""".formatted(OPEN_DISPUTE);

    static final String PAYMENT = """
            SELECT id, account_id, channel, created_at, net_cents, credit_micros, state, session_id, url, intent_id, tax_cents, ended_at,
                reversed_micros, missing_micros, lapsed_micros, EXISTS (SELECT 1 FROM payment_notice said WHERE said.payment_id = payment.id AND %s),
                plan, version, at_once, subscription, period
            FROM payment""".formatted(OPEN_DISPUTE);
    static final String BY_ID = PAYMENT + " WHERE id = ?";
    static final String BY_INTENT = PAYMENT + " WHERE intent_id = ?";
    static final String CONTACT = "SELECT name, address, vat_id FROM billing_contact WHERE account_id = ?";

    private PaymentSql() {}

    static Payment payment(ResultSet row) throws SQLException {
        return new Payment(
                row.getString(1),
                row.getString(2),
                channel(row.getString(3)),
                Columns.time(row, 4),
                row.getLong(5),
                row.getLong(6),
                bought(row),
                new Payment.Progress(
                        state(row.getString(7)),
                        new Payment.Page(row.getString(8), row.getString(9)),
                        row.getString(10),
                        row.getLong(11),
                        Columns.timeOrNull(row, 12),
                        new TakeBack.Taken(row.getLong(13), row.getLong(14), row.getLong(15)),
                        row.getBoolean(16)));
    }

    private static Payment.@Nullable Bought bought(ResultSet row) throws SQLException {
        String plan = row.getString(17);
        Long period = Columns.numberOrNull(row, 21);
        return plan == null
                ? null
                : new Payment.Bought(
                        plan,
                        row.getLong(18),
                        Columns.flag(row, 19),
                        Columns.numberOrNull(row, 20),
                        period == null ? null : period.intValue());
    }

    static Party party(ResultSet row, int first) throws SQLException {
        return new Party(row.getString(first), row.getString(first + 1), row.getString(first + 2));
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
}
