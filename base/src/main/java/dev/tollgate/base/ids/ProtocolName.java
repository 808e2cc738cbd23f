package dev.tollgate.base.ids;

import java.util.Arrays;
import java.util.Locale;

/** The protocols that callers speak, by the names that tasks, logs, metrics and filters have for them. */
public enum ProtocolName {
    CHAT("Chat Completions", "Chat"),
    GENERATE("Gemini"),
    MESSAGES("Messages"),
    RESPONSES("Responses"),
    COMPLETIONS("Completions"),
    EMBEDDINGS("Embeddings"),
    IMAGES("Images"),
    AUDIO("Audio"),
    INTERACTIONS("Interactions");

    private final String code = name().toLowerCase(Locale.ROOT);
    private final String title;
    private final String brief;

    ProtocolName(String title) {
        this(title, title);
    }

    ProtocolName(String title, String brief) {
        this.title = title;
        this.brief = brief;
    }

    /** Returns the name in tasks, JSON and metrics. */
    public String code() {
        return code;
    }

    /** Returns the name of the API on pages. */
    public String title() {
        return title;
    }

    /** Returns the title of a code; the code itself if it has none. */
    public static String titleOf(String code) {
        return Arrays.stream(values())
                .filter(it -> it.code().equals(code))
                .map(ProtocolName::title)
                .findFirst()
                .orElse(code);
    }

    /** Returns the short title of a code, for lists; the code itself if it has none. */
    public static String briefOf(String code) {
        return Arrays.stream(values())
                .filter(it -> it.code().equals(code))
                .map(it -> it.brief)
                .findFirst()
                .orElse(code);
    }

    /** Returns whether a text is the code of a protocol. */
    public static boolean isCode(String text) {
        return Arrays.stream(values()).anyMatch(it -> it.code().equals(text));
    }
}
