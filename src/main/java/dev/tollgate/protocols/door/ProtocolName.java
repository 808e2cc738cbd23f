package dev.tollgate.protocols.door;

import java.util.Arrays;
import java.util.Locale;

/** The protocols that callers speak, by the names that tasks, logs, metrics and filters have for them. */
public enum ProtocolName {
    CHAT("OpenAI"),
    GENERATE("Gemini"),
    MESSAGES("Anthropic"),
    RESPONSES("OpenAI Responses"),
    COMPLETIONS("OpenAI completions"),
    EMBEDDINGS("OpenAI embeddings");

    private final String known;

    ProtocolName(String known) {
        this.known = known;
    }

    /** Returns the name in tasks, JSON and metrics. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the name with the protocol that people know it by. */
    public String title() {
        return code() + " (" + known + ")";
    }

    /** Returns whether a text is the code of a protocol. */
    public static boolean isCode(String text) {
        return Arrays.stream(values()).anyMatch(it -> it.code().equals(text));
    }
}
