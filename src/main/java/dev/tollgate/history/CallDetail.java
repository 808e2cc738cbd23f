package dev.tollgate.history;

import dev.tollgate.ledger.Entry;
import dev.tollgate.ledger.EntryKind;
import java.util.List;

/** @param entries the call's movements, in their order */
public record CallDetail(CallRow call, List<Entry> entries) {

    public CallDetail {
        entries = List.copyOf(entries);
    }

    /** What was given back of the charge, micro-credits. */
    public long refundedMicros() {
        return entries.stream()
                .filter(entry -> entry.kind() == EntryKind.REFUND)
                .mapToLong(Entry::amountMicros)
                .sum();
    }
}
