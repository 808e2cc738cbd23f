package dev.tollgate.customers.figures;

import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param entries the call's charge and its refunds, in their order
 * @param answerKeptAt since when its answer is kept for repeats under its Idempotency-Key; null where it is not
 */
public record CallDetail(
        CallRow call, List<Entry> entries, @Nullable Instant answerKeptAt) {

    public CallDetail {
        entries = List.copyOf(entries);
    }

    /** Returns the whole hold in micro-credits, with its extensions, released or not. */
    public long heldMicros() {
        return call.heldMicros();
    }

    /** Returns the refunds of the charge in micro-credits. */
    public long refundedMicros() {
        return entries.stream()
                .filter(entry -> entry.kind() == EntryKind.REFUND)
                .mapToLong(Entry::amountMicros)
                .sum();
    }
}
