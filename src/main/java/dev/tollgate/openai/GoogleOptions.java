package dev.tollgate.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Google's own OpenAI-compatible endpoint takes under {@code extra_body.google}. */
public record GoogleOptions(
        @Nullable Boolean includeThoughts,
        @Nullable Integer thinkingBudget,
        @Nullable String thinkingLevel,
        List<SafetySetting> safetySettings) {

    public GoogleOptions {
        safetySettings = List.copyOf(safetySettings);
    }

    public boolean setsThinking() {
        return thinkingBudget != null || thinkingLevel != null;
    }

    public record SafetySetting(String category, String threshold) {}
}
