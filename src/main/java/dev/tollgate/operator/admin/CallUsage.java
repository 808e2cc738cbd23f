package dev.tollgate.operator.admin;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.models.Usage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the raw counts of a call from its receipt, at the service tier that the upstream granted, by which it charges. */
public record CallUsage(Receipts receipts) {

    /**
     * Returns the counts; empty without a receipt, and if it is of form 1, which has none. Blocks.
     *
     * @param pricingJson the task's pricing detail, which names the granted tier if another one was charged
     */
    public Optional<Usage> of(String accountId, String taskId, String pricingJson) {
        String granted =
                ApiJson.MAPPER.readTree(pricingJson).path("tier_granted").asString("");
        return receipts.text(accountId, taskId)
                .map(text -> usage(ApiJson.MAPPER.readTree(text)))
                .map(usage -> usage.at(ServiceTier.of(granted).orElse(usage.tier())));
    }

    private static @Nullable Usage usage(JsonNode receipt) {
        JsonNode counts = receipt.get("counts");
        if (counts == null) {
            return null;
        }
        long completion = count(counts, "completion_tokens");
        return new Usage(
                count(counts, "prompt_tokens"),
                count(counts, "tool_tokens"),
                completion,
                count(counts, "reasoning_tokens"),
                count(counts, "cached_tokens"),
                count(counts, "cached_audio_tokens"),
                count(counts, "audio_tokens"),
                0,
                completion,
                count(counts, "searches"),
                ServiceTier.of(receipt.path("tier").asString("")).orElse(ServiceTier.STANDARD));
    }

    private static long count(JsonNode counts, String name) {
        return counts.path(name).asLong(0);
    }
}
