package dev.tollgate.books.tasks;

import dev.tollgate.base.ids.CallLabels;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A call's record as it was at one instant.
 *
 * @param id the reservation's id, on the OpenAI door the completion's
 * @param door where the call came in, e.g. {@code chat}
 * @param model as the answer names it
 * @param modelId as it was asked for
 * @param teamId of the key; empty: none
 * @param memberId whose personal key it is; empty: none
 * @param labels that are still known
 * @param completedAt null exactly while it is processing
 * @param chargeMicros what the ledger charged
 */
public record Task(
        String id,
        String accountId,
        String keyId,
        String door,
        String model,
        String modelId,
        String teamId,
        String memberId,
        CallLabels labels,
        TaskStatus status,
        Instant createdAt,
        @Nullable Instant completedAt,
        long chargeMicros,
        TaskResult result) {}
