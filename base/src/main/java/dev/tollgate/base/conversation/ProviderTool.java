package dev.tollgate.base.conversation;

import org.jspecify.annotations.Nullable;

/** A tool that the model's provider runs itself (D15, Y25), in the order in which requests name them. */
public enum ProviderTool {
    SEARCH("googleSearch", "google_search", "a web search"),
    /** Reads pages whose addresses stand in the prompt. */
    URL_CONTEXT("urlContext", "url_context", "url_context"),
    /** Runs code that the model writes. */
    CODE_EXECUTION("codeExecution", "code_execution", "code_execution"),
    /** Looks for places on Google Maps. */
    MAPS("googleMaps", "google_maps", "google_maps");

    private final String key;
    private final String snake;
    private final String words;

    ProviderTool(String key, String snake, String words) {
        this.key = key;
        this.snake = snake;
        this.words = words;
    }

    /** Returns its member of a request to Gemini. */
    public String key() {
        return key;
    }

    /** Returns its name in catalogues, and as the type of a tool. */
    public String snake() {
        return snake;
    }

    /** Returns its name in a sentence. */
    public String words() {
        return words;
    }

    /** Returns the tool with a name in either spelling; null if there is none. */
    public static @Nullable ProviderTool of(String name) {
        for (ProviderTool tool : values()) {
            if (tool.key.equals(name) || tool.snake.equals(name)) {
                return tool;
            }
        }
        return null;
    }
}
