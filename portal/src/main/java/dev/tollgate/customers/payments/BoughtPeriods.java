package dev.tollgate.customers.payments;

import dev.tollgate.books.plans.Plan;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The periods of plans that payments buy, as pages and papers name them. Thread-safe; blocks. */
public record BoughtPeriods(Database database) {

    // The request of the credits, as TakeNotice names it. What has left a grant did so by its expiry or its end.
    private static final String OF = """
            SELECT p.id, v.body, g.number, g.starts_at, g.expires_at, g.left_micros, (SELECT COALESCE(SUM(-gone.amount_micros), 0) FROM entry gone
                    WHERE gone.account_id = e.account_id AND gone.number > e.number AND gone.kind = 'adjustment'
                        AND gone.grants LIKE g.number || ':%%' AND gone.grants NOT LIKE '%% %%'),
                a.balance_micros - a.granted_micros, a.reserved_micros, EXISTS (SELECT 1 FROM entry back WHERE back.account_id = e.account_id
                    AND back.number > e.number AND back.kind = 'reversal' AND back.origin_id = p.id)
            FROM payment p JOIN plan_version v ON v.plan = p.plan AND v.number = p.version JOIN account a ON a.id = p.account_id
                LEFT JOIN entry e ON e.account_id = p.account_id
                    AND e.request_id = CASE WHEN p.channel = 'stripe' THEN 'payment-' || p.id ELSE 'test-payment-' || p.account_id || '-' || p.id END
                LEFT JOIN credit_grant g ON g.account_id = e.account_id AND g.entry_number = e.number
            WHERE p.id IN (%s)""";

    // By the begin of payments, which has an index: none is paid long after it.
    private static final String BESIDE = """
            SELECT p.id, p.account_id, a.name, v.body, p.net_cents, p.ended_at
            FROM payment p JOIN account a ON a.id = p.account_id JOIN plan_version v ON v.plan = p.plan AND v.number = p.version
            WHERE p.created_at >= ? AND p.purpose = 'plan' AND p.state = 'paid' AND p.subscription IS NULL AND p.reversed_micros = 0
            ORDER BY p.created_at DESC LIMIT ?""";

    /**
     * A period that a payment buys.
     *
     * @param plan the plan's name
     * @param credits of the period; null until the payment is paid, and if they went to the general credits of a deleted account
     */
    public record BoughtPeriod(String plan, @Nullable Credits credits) {

        /**
         * The payment's own grant.
         *
         * @param number in its account
         * @param startsAt the begin of the period, which may lie ahead
         * @param endsAt its end
         * @param leftMicros that it has
         * @param lapsedMicros that have expired, or left it when it was ended
         * @param generalMicros the account's general credits that no call holds
         * @param heldMicros what running calls of the account hold
         * @param wasBack whether money of the payment has gone back once, also if it came again
         */
        public record Credits(
                long number,
                Instant startsAt,
                Instant endsAt,
                long leftMicros,
                long lapsedMicros,
                long generalMicros,
                long heldMicros,
                boolean wasBack) {

            /** Returns what a refund of the whole payment would take now, if no call runs (K22). */
            public Refund refund(Payment payment) {
                long rest = Math.max(0, payment.creditMicros() - payment.reversedMicros() - lapsedMicros);
                long own = Math.min(leftMicros, rest);
                long general = Math.clamp(generalMicros, 0, rest - own);
                return new Refund(own, general, rest - own - general);
            }
        }
    }

    /** The micro-credits of a refund: from the payment's own grant, from general credits, and spent already. */
    public record Refund(long ownMicros, long generalMicros, long missingMicros) {}

    /** A payment of a plan whose credits are a grant apart from it. @param plan its name @param cents without tax @param at when it was paid */
    public record Beside(String paymentId, String accountId, String accountName, String plan, long cents, Instant at) {}

    /** Returns the period of a payment; null if it buys credits. */
    public @Nullable BoughtPeriod of(Payment payment) {
        return of(List.of(payment)).get(payment.id());
    }

    /** Returns the periods of payments by their ids; payments of credits are missing. */
    public Map<String, BoughtPeriod> of(List<Payment> payments) {
        Object[] ids = payments.stream()
                .filter(payment -> payment.bought() != null)
                .map(Payment::id)
                .toArray();
        if (ids.length == 0) {
            return Map.of();
        }
        String these = String.join(", ", Collections.nCopies(ids.length, "?"));
        Map<String, BoughtPeriod> periods = new HashMap<>();
        return database.read(sql -> {
            sql.each(OF.formatted(these), row -> periods.put(row.getString(1), period(row)), ids);
            return periods;
        });
    }

    private static BoughtPeriod period(ResultSet row) throws SQLException {
        Instant startsAt = Columns.timeOrNull(row, 4);
        BoughtPeriod.Credits credits = startsAt == null
                ? null
                : new BoughtPeriod.Credits(
                        row.getLong(3),
                        startsAt,
                        Objects.requireNonNull(Columns.timeOrNull(row, 5)),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLong(9),
                        row.getBoolean(10));
        return new BoughtPeriod(Plan.read(row.getString(2)).name(), credits);
    }

    /** Returns payments that were begun since a time and bought a grant apart from the account's plan, the newest first, without refunded ones. */
    public List<Beside> beside(Instant since, int limit) {
        return database.read(sql -> sql.list(
                BESIDE,
                row -> new Beside(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        Plan.read(row.getString(4)).name(),
                        row.getLong(5),
                        Columns.time(row, 6)),
                since,
                limit));
    }
}
