package dev.tollgate.books.ledger;

import org.jspecify.annotations.Nullable;

/**
 * The request of a person or a payment for a movement.
 *
 * @param taskId the refunded call, otherwise null
 * @param amountMicros as requested; negative if an adjustment debits
 * @param requestId id of the request, or null
 */
record Requested(
        String accountId,
        EntryKind kind,
        @Nullable String taskId,
        long amountMicros,
        @Nullable RequestId requestId) {}
