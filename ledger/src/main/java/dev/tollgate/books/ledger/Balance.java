package dev.tollgate.books.ledger;

/**
 * The amounts of an account (decision D40), in micro-credits, all ≥ 0.
 *
 * @param balanceMicros available credits, without holds
 * @param reservedMicros credits held by running calls
 * @param purchasedMicros all credits ever added, including gifts, minus reversals
 * @param consumedMicros all charges ever, minus refunds
 */
public record Balance(long balanceMicros, long reservedMicros, long purchasedMicros, long consumedMicros) {

    public Balance {
        if (balanceMicros < 0 || balanceMicros + reservedMicros + consumedMicros != purchasedMicros) {
            throw new IllegalArgumentException("a balance that does not add up");
        }
    }
}
