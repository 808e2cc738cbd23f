package dev.tollgate.calls.replay;

import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.replay.Answers.AnswerChange;
import dev.tollgate.storage.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores the reference to a call's response in the commit that charges for it. Does nothing if the reservation had ended before. The outcome is the
 * ids of the tasks whose responses were dropped to make room, oldest first: their spools can be deleted.
 */
public final class KeepAnswer extends Decision<List<String>> implements AnswerChange {

    private final Settle settle;
    private final String accountId;
    private final long bytes;
    private final @Nullable String hash;
    private final byte @Nullable [] copy;

    private KeepAnswer(Settle settle, String accountId, long bytes, @Nullable String hash, byte @Nullable [] copy) {
        this.settle = settle;
        this.accountId = accountId;
        this.bytes = bytes;
        this.hash = hash;
        this.copy = copy;
    }

    /**
     * @param settle the settlement of the same unit
     * @param bytes size of the spool's file
     * @param hash SHA-256 of the spool's file in lower-case hex
     * @param copy the sealed response for other nodes; null if there is none. It counts in no share: the response itself does
     */
    public static KeepAnswer kept(Settle settle, String accountId, long bytes, String hash, byte @Nullable [] copy) {
        return new KeepAnswer(settle, accountId, bytes, hash, copy);
    }

    /** Marks a response that is too large to keep. The key stays claimed, so that a retry gets an error and is not charged again. */
    public static KeepAnswer tooLarge(Settle settle, String accountId) {
        return new KeepAnswer(settle, accountId, 0, null, null);
    }

    Settle settle() {
        return settle;
    }

    String accountId() {
        return accountId;
    }

    long bytes() {
        return bytes;
    }

    @Nullable
    String hash() {
        return hash;
    }

    byte @Nullable [] copy() {
        return copy;
    }

    void made(List<String> dropped) {
        decide(dropped);
    }
}
