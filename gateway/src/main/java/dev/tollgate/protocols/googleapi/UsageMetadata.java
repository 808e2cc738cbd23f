package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.models.Count.Modality;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Usage in Google's words, with the numbers that every other place prints (D6). */
final class UsageMetadata {

    private static final String PROMPT = "promptTokensDetails";

    private UsageMetadata() {}

    /** @param tier the service tier that was granted; null if the usage does not name it */
    static ObjectNode of(PrintedUsage usage, @Nullable ServiceTier tier) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        Usage tokens = usage.tokens();
        tree.put("promptTokenCount", usage.prompt());
        tree.put("candidatesTokenCount", usage.candidates());
        tree.put("totalTokenCount", usage.totalTokens());
        if (tokens.cachedTokens() > 0) {
            tree.put("cachedContentTokenCount", tokens.cachedTokens());
        }
        if (tokens.thoughtsTokens() > 0) {
            tree.put("thoughtsTokenCount", tokens.thoughtsTokens());
        }
        tree.putArray(PROMPT);
        detail(tree, PROMPT, Modality.TEXT, usage.promptText());
        detail(tree, PROMPT, Modality.IMAGE, tokens.of(Count.IMAGE));
        detail(tree, PROMPT, Modality.AUDIO, tokens.of(Count.AUDIO));
        detail(tree, "candidatesTokensDetails", Modality.AUDIO, tokens.speechTokens());
        for (Count made : Count.MADE) {
            detail(tree, "candidatesTokensDetails", made.modality(), tokens.of(made));
        }
        if (tier != null) {
            tree.put("serviceTier", tier.word());
        }
        return tree;
    }

    private static void detail(ObjectNode tree, String list, Modality modality, long tokens) {
        if (tokens > 0) {
            tree.withArray(list).addObject().put("modality", modality.name()).put("tokenCount", tokens);
        }
    }
}
