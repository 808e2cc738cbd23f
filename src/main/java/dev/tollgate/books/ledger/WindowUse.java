package dev.tollgate.books.ledger;

/**
 * The use of a spend window, in micro-credits.
 *
 * @param chargedMicros charges of calls that have ended
 * @param heldMicros holds of running calls
 */
public record WindowUse(long chargedMicros, long heldMicros) {

    public static final WindowUse NONE = new WindowUse(0, 0);

    /** Returns the amount that counts against the limit. */
    public long micros() {
        return chargedMicros + heldMicros;
    }
}
