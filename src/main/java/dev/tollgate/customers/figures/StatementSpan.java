package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.verification.EntryOrigin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a month.
 *
 * @param begin the first of them
 * @param until the sequence after the last of them
 * @param beforeAt of the entry before the first, or when the account was made where there is none
 */
record StatementSpan(StatementLine.Cursor begin, long until, Instant beforeAt) {

    /**
     * An entry of a statement, holds included, with the balance after it. Micro-credits.
     *
     * @param model that answered the call; null if it is of none
     * @param origin for the last columns
     * @param amountMicros what it changes of that balance; 0 for a hold and its return
     */
    record StatementLine(
            Entry entry, @Nullable String model, EntryOrigin origin, long amountMicros, long balanceMicros) {

        /** @param sequence of the next entry; @param balanceMicros before it */
        record Cursor(long sequence, long balanceMicros) {}
    }
}
