package dev.tollgate.history;

import dev.tollgate.ledger.Entry;

/**
 * An entry with the balance after it, which includes what is held (decision D40). Micro-credits.
 *
 * @param amountMicros what it changes of that balance; 0 for a hold and its return
 */
public record LedgerLine(Entry entry, long amountMicros, long balanceMicros) {}
