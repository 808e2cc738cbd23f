package dev.tollgate.base.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options that only Google's models have: how much they think, what they hold back, and how they sound.
 *
 * @param voice of a model that speaks; null for its own
 */
public record GoogleOptions(
        @Nullable Boolean includeThoughts,
        @Nullable Integer thinkingBudget,
        @Nullable String thinkingLevel,
        List<SafetySetting> safetySettings,
        @Nullable String voice) {

    public GoogleOptions {
        safetySettings = List.copyOf(safetySettings);
    }

    /** Makes options without a voice. */
    public GoogleOptions(
            @Nullable Boolean includeThoughts,
            @Nullable Integer thinkingBudget,
            @Nullable String thinkingLevel,
            List<SafetySetting> safetySettings) {
        this(includeThoughts, thinkingBudget, thinkingLevel, safetySettings, null);
    }

    /** Returns these thinking options with the other options of a request. @param others null without any */
    public GoogleOptions with(@Nullable GoogleOptions others) {
        return others == null
                ? this
                : new GoogleOptions(
                        others.includeThoughts, thinkingBudget, thinkingLevel, others.safetySettings, others.voice);
    }

    public boolean setsThinking() {
        return thinkingBudget != null || thinkingLevel != null;
    }

    public record SafetySetting(String category, String threshold) {}
}
