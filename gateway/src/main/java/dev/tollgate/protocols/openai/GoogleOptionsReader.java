package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.GoogleOptions.SafetySetting;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what Google's own OpenAI-compatible endpoint takes under {@code google}. */
final class GoogleOptionsReader {

    private static final List<String> CATEGORIES = List.of(
            "HARM_CATEGORY_HARASSMENT",
            "HARM_CATEGORY_HATE_SPEECH",
            "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT",
            "HARM_CATEGORY_CIVIC_INTEGRITY",
            "HARM_CATEGORY_JAILBREAK");
    private static final List<String> THRESHOLDS =
            List.of("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF");
    private static final List<String> LEVELS = List.of("minimal", "low", "medium", "high", "xhigh");
    /** Gemini's word for "as the model thinks fit". */
    private static final int DYNAMIC_BUDGET = -1;

    private final JsonBody json;
    private final ImageReader images;
    private final List<SafetySetting> safety = new ArrayList<>();

    private @Nullable Boolean includeThoughts;
    private @Nullable Integer thinkingBudget;
    private @Nullable String thinkingLevel;

    GoogleOptionsReader(JsonBody json, ImageReader images) {
        this.json = json;
        this.images = images;
    }

    GoogleOptions read() {
        json.object(this::member);
        return new GoogleOptions(includeThoughts, thinkingBudget, thinkingLevel, safety);
    }

    private void member(String member) {
        switch (member) {
            case "thinking_config" -> thinkingConfig();
            case "image_config", "imageConfig" -> images.config();
            case "safety_settings" -> json.array(CATEGORIES.size(), this::safetySetting);
            // D49: caches are the operator's
            case "cached_content" -> throw json.invalid("is not supported.");
            default -> json.ignore();
        }
    }

    private void thinkingConfig() {
        json.object(member -> {
            switch (member) {
                case "include_thoughts" -> includeThoughts = json.bool();
                case "thinking_budget" -> thinkingBudget = json.integer(DYNAMIC_BUDGET, Integer.MAX_VALUE);
                case "thinking_level" -> thinkingLevel = level();
                default -> json.ignore();
            }
        });
        if (thinkingBudget != null && thinkingLevel != null) {
            throw json.invalid("must have thinking_budget or thinking_level, not both.");
        }
    }

    private String level() {
        String level = json.string().toLowerCase(Locale.ROOT);
        if (!LEVELS.contains(level)) {
            throw json.refuse("one of " + MessageText.list(LEVELS));
        }
        return level;
    }

    private void safetySetting() {
        var members = new Object() {
            @Nullable
            String category;

            @Nullable
            String threshold;
        };
        json.object(member -> {
            switch (member) {
                case "category" -> members.category = json.oneOf(CATEGORIES);
                case "threshold" -> members.threshold = json.oneOf(THRESHOLDS);
                default -> json.ignore();
            }
        });
        safety.add(new SafetySetting(
                json.given(members.category, "category"), json.given(members.threshold, "threshold")));
        checkOnce(safety.getLast().category());
    }

    private void checkOnce(String category) {
        if (safety.stream().filter(it -> it.category().equals(category)).count() > 1) {
            throw JsonBody.invalid(json.memberPath("category"), "must not be there twice, " + category + " is.");
        }
    }
}
