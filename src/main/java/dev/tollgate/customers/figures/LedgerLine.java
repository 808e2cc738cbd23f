package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Entry;
import org.jspecify.annotations.Nullable;

/**
 * An entry with the balance after it, which includes what is held (decision D40). Micro-credits.
 *
 * @param model that was asked for, where it is of a call that has ended; else null
 * @param amountMicros what it changes of that balance; 0 for a hold and its return
 */
public record LedgerLine(Entry entry, @Nullable String model, long amountMicros, long balanceMicros) {}
