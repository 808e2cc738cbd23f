package dev.tollgate.books.tasks;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call's record as it was at one instant.
 *
 * @param hold while it runs; null once it has ended
 * @param ended null while it runs
 * @param heldMicros the whole hold, including extensions
 * @param pricing of the call's price version; null without one
 * @param list the upstream's list price; null if it is not known
 * @param stoppedBy the limit or budget that has cut the response, with a team's present name; or null
 * @param teamId of the key; empty: none
 * @param memberId whose personal key it is; empty: none
 * @param labels that are still known
 */
public record Task(
        @Nullable OpenHold hold,
        @Nullable EndedCall ended,
        long heldMicros,
        @Nullable Pricing pricing,
        @Nullable Tariff list,
        @Nullable WrittenJson stoppedBy,
        String teamId,
        String memberId,
        CallLabels labels) {

    /** The call's id, on the OpenAI door the completion's. */
    public String id() {
        return ended == null ? running().id() : ended.id();
    }

    public String accountId() {
        return ended == null ? running().accountId() : ended.accountId();
    }

    public String keyId() {
        return ended == null ? running().keyId() : ended.keyId();
    }

    /** Returns where the call came in, e.g. {@code chat}. */
    public String door() {
        return ended == null ? running().door() : ended.door();
    }

    /** Returns the model as the answer names it. */
    public String model() {
        return ended == null ? running().model() : ended.model();
    }

    /** Returns the model as it was asked for. */
    public String modelId() {
        return ended == null ? running().model() : ended.modelId();
    }

    public TaskStatus status() {
        return ended == null ? TaskStatus.PROCESSING : ended.status();
    }

    public Instant createdAt() {
        return ended == null ? running().createdAt() : ended.createdAt();
    }

    /** Returns null exactly while it is processing. */
    public @Nullable Instant completedAt() {
        return ended == null ? null : ended.endedAt();
    }

    /** Returns what the ledger charged. */
    public long chargeMicros() {
        return ended == null ? 0 : ended.chargedMicros();
    }

    /** Returns the usage object as it was printed, or null without usage. */
    public @Nullable WrittenJson usageJson() {
        return ended == null ? null : CallTexts.usage(ended, pricing);
    }

    /** Returns {@code estimated}, {@code clamped}, {@code total_mismatch}, {@code shortfall} (decisions D19, D33, D37). */
    public List<String> usageFlags() {
        return ended == null ? List.of() : ended.usageFlags();
    }

    /** Returns the maximum that a shrunk call ran with (decision D31), or null. */
    public @Nullable Long maxTokensApplied() {
        return ended == null ? null : ended.details().maxTokensApplied();
    }

    /** Returns the {@code pricing_detail} object, or null. */
    public @Nullable WrittenJson pricingJson() {
        return ended == null ? null : CallTexts.pricing(ended, pricing);
    }

    /** Returns times of the steps and the channels asked, or null. */
    public @Nullable WrittenJson courseJson() {
        return ended == null ? null : CallTexts.course(ended);
    }

    /** Returns counts and cost of each attempt for the operator; null while it runs. */
    public @Nullable WrittenJson costsJson() {
        return ended == null ? null : CallTexts.costs(ended, list);
    }

    /** Returns the use of the provider's cache, or null. */
    @Nullable
    WrittenJson cacheJson() {
        return ended == null ? null : CallTexts.cache(ended);
    }

    boolean isCompaction() {
        return ended != null && ended.details().is(CallFlag.COMPACTION);
    }

    private OpenHold running() {
        return Objects.requireNonNull(hold);
    }
}
