package dev.tollgate.testing;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.LedgerChange.Moved;

/** Outcomes of changes that move credits. */
public final class Moves {

    private Moves() {}

    /** Returns a movement. */
    public static Outcome<Moved> moved(long micros, long missing, Balance before, Balance after, boolean blocked) {
        return new Outcome.Done<>(new Moved(micros, missing, before, after, blocked));
    }

    /** Returns a grant. */
    public static Outcome<Moved> granted(long micros, Balance after) {
        Balance before = new Balance(
                after.balanceMicros() - micros,
                after.reservedMicros(),
                after.purchasedMicros() - micros,
                after.consumedMicros());
        return moved(micros, 0, before, after, false);
    }

    /** Returns the outcome of what was done before under the same id. */
    public static Outcome<Moved> earlier(Balance balance) {
        return moved(0, 0, balance, balance, false);
    }
}
