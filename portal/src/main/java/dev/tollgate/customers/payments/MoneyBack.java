package dev.tollgate.customers.payments;

import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The amount of a payment that was refunded or disputed. Notices may come in any order and more than once: for each charge the largest
 * refunded sum counts, for each dispute the last state in the order of {@link PaymentNotice.Fact}.
 */
final class MoneyBack {

    private static final String FACTS = """
            SELECT fact, object_id, cents FROM payment_notice
            WHERE intent_id = ? AND (outcome = 'taken' OR outcome = 'kept') AND object_id IS NOT NULL""";

    private record Dispute(PaymentNotice.Fact fact, long cents) {}

    private final Map<String, Long> refundedCents = new HashMap<>();
    private final Map<String, Dispute> disputes = new HashMap<>();

    /** Reads what the notices say of the money that one id of the service stands for, those that came before its payment included. */
    static MoneyBack of(Sql sql, String intent) throws SQLException {
        MoneyBack back = new MoneyBack();
        sql.each(FACTS, fact -> back.add(fact.getString(1), fact.getString(2), fact.getLong(3)), intent);
        return back;
    }

    /** @param code of a fact */
    void add(String code, String objectId, long cents) {
        for (PaymentNotice.Fact fact : PaymentNotice.Fact.values()) {
            if (!fact.code().equals(code)) {
                continue;
            }
            if (fact == PaymentNotice.Fact.REFUNDED) {
                refundedCents.merge(objectId, cents, Math::max);
            } else {
                disputes.merge(objectId, new Dispute(fact, cents), MoneyBack::later);
            }
        }
    }

    private static Dispute later(Dispute one, Dispute other) {
        Dispute later = one.fact().compareTo(other.fact()) >= 0 ? one : other;
        return new Dispute(later.fact(), Math.max(one.cents(), other.cents()));
    }

    /** Returns the amount that went back, at most the amount paid. */
    long cents(long grossCents) {
        long cents = 0;
        for (long refunded : refundedCents.values()) {
            cents = Math.min(grossCents, cents + Math.min(grossCents, refunded));
        }
        for (Dispute dispute : disputes.values()) {
            if (dispute.fact() != PaymentNotice.Fact.DISPUTE_WON) {
                cents = Math.min(grossCents, cents + Math.min(grossCents, dispute.cents()));
            }
        }
        return cents;
    }

    /** Returns the same share of the credits, rounded down. If all money went back, it is all credits. */
    long micros(long grossCents, long creditMicros) {
        return Math.multiplyExact(creditMicros, cents(grossCents)) / grossCents;
    }
}
