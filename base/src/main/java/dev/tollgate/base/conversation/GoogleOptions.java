package dev.tollgate.base.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options that only Google's models have: how much they think, and what they hold back. */
public record GoogleOptions(
        @Nullable Boolean includeThoughts,
        @Nullable Integer thinkingBudget,
        @Nullable String thinkingLevel,
        List<SafetySetting> safetySettings) {

    public GoogleOptions {
        safetySettings = List.copyOf(safetySettings);
    }

    /** Returns these thinking options with the other options of a request. @param others null without any */
    public GoogleOptions with(@Nullable GoogleOptions others) {
        return others == null
                ? this
                : new GoogleOptions(others.includeThoughts, thinkingBudget, thinkingLevel, others.safetySettings);
    }

    public boolean setsThinking() {
        return thinkingBudget != null || thinkingLevel != null;
    }

    public record SafetySetting(String category, String threshold) {}
}
