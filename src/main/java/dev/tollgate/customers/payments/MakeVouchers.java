package dev.tollgate.customers.payments;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes vouchers of one kind. The outcome is the number of the first; the others follow it. It is 0 where they were made before. */
public final class MakeVouchers extends VoucherChange<Long> {

    private static final long MADE_BEFORE = 0;

    private final List<String> codeHashes;
    private final long amountMicros;
    private final String note;
    private final @Nullable Instant expiresAt;
    private final Instant at;

    MakeVouchers(List<String> codeHashes, long amountMicros, String note, @Nullable Instant expiresAt, Instant at) {
        this.codeHashes = List.copyOf(codeHashes);
        this.amountMicros = amountMicros;
        this.note = note;
        this.expiresAt = expiresAt;
        this.at = at;
    }

    List<String> codeHashes() {
        return codeHashes;
    }

    Voucher numbered(long sequence) {
        return new Voucher(sequence, amountMicros, note, at, expiresAt, null, null);
    }

    void madeBefore() {
        decide(MADE_BEFORE);
    }

    /** Once decided. */
    public boolean wasMadeBefore() {
        return outcome() == MADE_BEFORE;
    }

    void made(long firstSequence) {
        decide(firstSequence);
    }
}
