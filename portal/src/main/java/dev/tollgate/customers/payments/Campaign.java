package dev.tollgate.customers.payments;

import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.customers.payments.Voucher.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The vouchers that one act has made, at one time, with equal credits, terms and note. Their numbers follow each other.
 *
 * @param first the number of its first voucher, by which it is named
 * @param lot of each voucher
 * @param expiresAt when the codes expire; null: never, or not known, since all were revoked when a revocation still replaced it
 */
public record Campaign(
        long first,
        long last,
        Lot lot,
        String note,
        Instant createdAt,
        @Nullable Instant expiresAt,
        Counts counts) {

    /** The number of its vouchers, in all and in each state; the others are open. */
    public record Counts(long all, long redeemed, long revoked, long expired) {

        public long open() {
            return all - redeemed - revoked - expired;
        }
    }

    /** Returns the state: open while a code of it is, else why nothing is left: codes that expired count more than revoked ones, these more than redeemed ones. */
    public State state() {
        if (counts.open() > 0) {
            return State.OPEN;
        }
        if (counts.expired() > 0) {
            return State.EXPIRED;
        }
        return counts.revoked() > 0 ? State.REVOKED : State.REDEEMED;
    }

    /** Returns the credits that its redeemed vouchers have given. */
    public long givenMicros() {
        return Math.multiplyExact(counts.redeemed(), lot.micros());
    }

    /** Returns how much of it is redeemed, from 0 to 100. */
    public long percent() {
        return counts.redeemed() == 0 ? 0 : Math.max(1, counts.redeemed() * 100 / counts.all());
    }
}
