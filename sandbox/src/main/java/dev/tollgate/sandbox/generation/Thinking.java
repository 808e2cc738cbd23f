package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.samples.Excerpt;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The amount of thinking before a response, and its shown part. */
final class Thinking {

    private static final int MINIMAL_TOKENS = 16;
    private static final int LOW_TOKENS = 60;
    private static final int MEDIUM_TOKENS = 110;
    private static final int HIGH_TOKENS = 170;
    private static final int XHIGH_TOKENS = 240;
    private static final int PROMPT_TOKENS_MAX = 60;

    private Thinking() {}

    /** Thought tokens of one candidate: grows with level or budget and a little with the prompt; 0 where switched off. */
    static int tokens(GoogleRequest ask) {
        JsonNode thinking = ask.thinking();
        int prompt = Math.min(PROMPT_TOKENS_MAX, PromptTokens.ofText(ask.lastUserText()));
        int budget = thinking.path("thinkingBudget").asInt(-1);
        if (budget >= 0) {
            return Math.min(budget, ofBudget(budget) + prompt);
        }
        if (!ask.model().thinksUnasked() && !thinking.has("thinkingBudget")) {
            return 0;
        }
        String level = JsonTrees.text(thinking, "thinkingLevel");
        return ofLevel(level.isEmpty() ? ask.model().level() : level) + prompt;
    }

    private static int ofBudget(int budget) {
        if (budget <= 1_024) {
            return LOW_TOKENS;
        }
        return budget <= 8_192 ? MEDIUM_TOKENS : HIGH_TOKENS;
    }

    private static int ofLevel(String level) {
        return switch (level) {
            case "MINIMAL" -> MINIMAL_TOKENS;
            case "LOW" -> LOW_TOKENS;
            case "MEDIUM" -> MEDIUM_TOKENS;
            case "XHIGH" -> XHIGH_TOKENS;
            default -> HIGH_TOKENS;
        };
    }

    /** The summaries shown with {@code includeThoughts}; their length has nothing to do with the tokens. */
    static List<String> summaries(GoogleRequest ask) {
        String asked = Excerpt.harmless(ask.lastUserText());
        String first =
                asked.isEmpty() ? "There is no text to go by, only what came with it." : "I am asked: “" + asked + "”";
        return List.of(
                "**Understanding the request**\n\n" + first + "\n\n",
                "**Settling on an answer**\n\nI will answer briefly and to the point.\n");
    }
}
