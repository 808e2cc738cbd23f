package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One movement of money. Immutable for good.
 *
 * @param sequence from 1 in each account, without gaps
 * @param reservationId the call (the task's id), or null without a call
 * @param amountMicros above zero
 * @param reason the operator's words, or null
 */
public record Entry(
        String accountId,
        long sequence,
        Instant at,
        EntryKind kind,
        @Nullable String reservationId,
        Bucket from,
        Bucket to,
        long amountMicros,
        @Nullable String reason) {

    public Entry {
        if (amountMicros <= 0 || from == to) {
            throw new IllegalArgumentException("an entry moves something from one bucket to another");
        }
    }

    /** Receives each entry once it is durable, on the writer's thread; must not block or throw. */
    @FunctionalInterface
    public interface EntryObserver {

        /** Ignores every entry. */
        EntryObserver NONE = (kind, from, micros) -> {};

        /** @param micros above zero */
        void entered(EntryKind kind, Bucket from, long micros);
    }
}
