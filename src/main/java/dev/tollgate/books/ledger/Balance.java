package dev.tollgate.books.ledger;

/**
 * Decision D40, in micro-credits, all ≥ 0.
 *
 * @param balanceMicros what can be spent now, holds excluded
 * @param reservedMicros what running calls hold
 * @param purchasedMicros what was ever put in, gifts included, less what was taken back
 * @param consumedMicros what was ever charged, less refunds
 */
public record Balance(long balanceMicros, long reservedMicros, long purchasedMicros, long consumedMicros) {

    public Balance {
        if (balanceMicros < 0 || balanceMicros + reservedMicros + consumedMicros != purchasedMicros) {
            throw new IllegalArgumentException("a balance that does not add up");
        }
    }
}
