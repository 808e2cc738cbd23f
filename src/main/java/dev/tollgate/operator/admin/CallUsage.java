package dev.tollgate.operator.admin;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.receipts.Receipts;
import dev.tollgate.models.Usage;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the raw counts of a call from its receipt, as they were charged. */
public record CallUsage(Receipts receipts) {

    /** Returns the counts; empty without a receipt, and if it is of form 1, which has none. Blocks. */
    public Optional<Usage> of(String accountId, String taskId) {
        return receipts.text(accountId, taskId).map(text -> usage(ApiJson.MAPPER.readTree(text)));
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
                tier(receipt.path("tier").asString("")));
    }

    private static long count(JsonNode counts, String name) {
        return counts.path(name).asLong(0);
    }

    private static ServiceTier tier(String word) {
        return Arrays.stream(ServiceTier.values())
                .filter(tier -> tier.word().equals(word))
                .findFirst()
                .orElse(ServiceTier.STANDARD);
    }
}
