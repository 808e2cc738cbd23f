package dev.tollgate.books.ledger;

/**
 * What a key's calls have taken of a spend window, micro-credits.
 *
 * @param chargedMicros of calls that have ended
 * @param heldMicros of running ones
 */
public record WindowUse(long chargedMicros, long heldMicros) {

    public static final WindowUse NONE = new WindowUse(0, 0);

    /** What counts against the limit. */
    public long micros() {
        return chargedMicros + heldMicros;
    }
}
