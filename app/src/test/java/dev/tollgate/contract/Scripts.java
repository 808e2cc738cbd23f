package dev.tollgate.contract;

import java.util.List;
import java.util.stream.Collectors;

/** The upstream's scripted answers, in the sandbox's own YAML. */
final class Scripts {

    static final String NONE = "[]";

    private Scripts() {}

    /** Always this status. */
    static String status(int status) {
        return "- respond: [{status: " + status + "}]";
    }

    /** This status so many times, then the sandbox's own answers. */
    static String status(int status, int times) {
        return "- {times: " + times + ", respond: [{status: " + status + "}]}";
    }

    /** A piece of text, then this fault. */
    static String brokenAfter(String text, String fault) {
        return "- respond: [{event: {candidates: [{content: {role: model, parts: [{text: \"%s\"}]}, index: 0}]}}, {fault: %s}]"
                .formatted(text, fault);
    }

    /** A piece of text, then nothing for a minute. */
    static String silentAfter(String text) {
        return """
                - respond:
                    - event:
                        candidates: [{content: {role: model, parts: [{text: "%s"}]}, index: 0}]
                        usageMetadata: {promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 11}
                    - delay_ms: 60000
                """.formatted(text);
    }

    /** One answer of these parts, each in an event of its own. */
    static String parts(String... parts) {
        String events = List.of(parts).stream()
                .map(part -> "    - event: {candidates: [{content: {role: model, parts: [" + part + "]}, index: 0}]}\n")
                .collect(Collectors.joining());
        return "- respond:\n" + events + """
                    - event:
                        candidates: [{content: {role: model, parts: [{text: ""}]}, finishReason: STOP, index: 0}]
                        usageMetadata: {promptTokenCount: 194, candidatesTokenCount: 229, thoughtsTokenCount: 457, totalTokenCount: 880}
                """;
    }
}
