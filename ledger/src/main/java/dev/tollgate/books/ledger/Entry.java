package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of an account's ledger: the charge of a call, or a movement that belongs to no call (a row of {@code entry}). Immutable for good. Amounts are in
 * micro-credits.
 *
 * @param number from 1 in each account, without gaps over calls and entries together
 * @param taskId the charged or refunded call, or null
 * @param amountMicros the change of the balance, with its sign
 * @param missingMicros the platform's part of a reversed payment, with the sign of the change: negative if the balance lacked it
 * @param balanceAfterMicros the balance with what is held (decision D40)
 * @param reason the words of its request; null for a charge
 */
public record Entry(
        String accountId,
        long number,
        Instant at,
        EntryKind kind,
        @Nullable String taskId,
        long amountMicros,
        long missingMicros,
        long balanceAfterMicros,
        @Nullable String reason) {

    /** Returns the bucket that the balance's part leaves. */
    public Bucket from() {
        return amountMicros < 0 ? Bucket.AVAILABLE : other();
    }

    /** Returns the bucket that the balance's part reaches. */
    public Bucket to() {
        return amountMicros < 0 ? other() : Bucket.AVAILABLE;
    }

    private Bucket other() {
        return kind == EntryKind.CHARGE || kind == EntryKind.REFUND ? Bucket.REVENUE : Bucket.FUNDING;
    }

    /** Returns what was asked for: above zero for a reversal that debits, and with its sign for an adjustment. */
    long askedMicros() {
        long moved = amountMicros + missingMicros;
        return kind == EntryKind.REVERSAL ? -moved : moved;
    }

    /** Receives each movement once it is durable, on the writer's thread; must not block or throw. */
    @FunctionalInterface
    public interface EntryObserver {

        /** Ignores every movement. */
        EntryObserver NONE = (kind, from, micros) -> {};

        /** @param micros above zero */
        void entered(EntryKind kind, Bucket from, long micros);
    }
}
