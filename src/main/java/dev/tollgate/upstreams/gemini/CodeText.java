package dev.tollgate.upstreams.gemini;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Code that the upstream ran, and what came of it, as fenced Markdown (D49): OpenAI has no part of its own for it. */
final class CodeText {

    private CodeText() {}

    static String code(JsonNode executableCode) {
        String language = executableCode.path("language").asString("").toLowerCase(Locale.ROOT);
        return fenced(language.equals("language_unspecified") ? "" : language, executableCode.path("code"));
    }

    static String result(JsonNode codeExecutionResult) {
        return codeExecutionResult.path("output").asString("").isEmpty()
                ? ""
                : fenced("output", codeExecutionResult.path("output"));
    }

    private static String fenced(String language, JsonNode text) {
        return "\n```" + language + "\n" + text.asString("").stripTrailing() + "\n```\n";
    }
}
