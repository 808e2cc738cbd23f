package dev.tollgate.books.ledger;

import org.jspecify.annotations.Nullable;

/**
 * What was asked for of a movement that somebody has asked for.
 *
 * @param taskId the call that a refund is of, else null
 * @param amountMicros as it was asked for; below zero where an adjustment takes away
 * @param requestId under which, or null
 */
record Requested(
        String accountId,
        EntryKind kind,
        @Nullable String taskId,
        long amountMicros,
        @Nullable RequestId requestId) {}
