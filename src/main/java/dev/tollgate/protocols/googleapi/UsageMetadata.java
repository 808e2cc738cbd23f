package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.PrintedUsage;
import dev.tollgate.base.conversation.ServiceTier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Usage in Google's words, with the numbers that every other place prints (D6). */
final class UsageMetadata {

    private UsageMetadata() {}

    /** @param tier the service tier that was granted; null if the usage does not name it */
    static ObjectNode of(PrintedUsage usage, @Nullable ServiceTier tier) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("promptTokenCount", usage.prompt().printed());
        tree.put("candidatesTokenCount", usage.completion().candidates());
        tree.put("totalTokenCount", usage.totalTokens());
        if (usage.prompt().cachedTokens() > 0) {
            tree.put("cachedContentTokenCount", usage.prompt().cachedTokens());
        }
        if (usage.completion().reasoningTokens() > 0) {
            tree.put("thoughtsTokenCount", usage.completion().reasoningTokens());
        }
        ArrayNode details = tree.putArray("promptTokensDetails");
        detail(details, "TEXT", usage.prompt().textTokens());
        detail(details, "IMAGE", usage.prompt().imageTokens());
        detail(details, "AUDIO", usage.prompt().audioTokens());
        if (tier != null) {
            tree.put("serviceTier", tier.word());
        }
        return tree;
    }

    private static void detail(ArrayNode details, String modality, long tokens) {
        if (tokens > 0) {
            details.addObject().put("modality", modality).put("tokenCount", tokens);
        }
    }
}
