package dev.tollgate.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked Chat Completions request (wire.md 3.2). Null means that the caller did not say; nothing model-specific is decided
 * here.
 *
 * @param model as the caller wrote it
 * @param messages at least one
 * @param stream null where absent or null (D1 decides)
 * @param maxTokens {@code max_completion_tokens}, else {@code max_tokens}; at least 1
 * @param maxTokensField the field that {@code maxTokens} came from, for messages
 * @param n 1 to 128
 * @param stop at most 4, none empty
 * @param temperature 0 to 2
 * @param topP 0 to 1
 * @param topK at least 1 (an extension)
 * @param presencePenalty -2 to 2
 * @param frequencyPenalty -2 to 2
 * @param topLogprobs 0 to 20, only with {@code logprobs}
 * @param seed any 64-bit integer (the range of int32 is checked for the model: D21)
 * @param tools in the caller's order, the deprecated {@code functions} included
 * @param reasoningEffort one of OpenAI's seven words
 * @param webSearch whether {@code web_search_options} was given (D15)
 * @param google Google's own extensions, from {@code google} or {@code extra_body.google}
 * @param legacyFunctions whether the caller used {@code functions}, so that the answer has {@code function_call}
 * @param ignored dotted names of fields without effect (D5), in the order of the body
 */
public record ChatRequest(
        String model,
        List<Message> messages,
        @Nullable Boolean stream,
        @Nullable Long maxTokens,
        @Nullable String maxTokensField,
        int n,
        List<String> stop,
        @Nullable Double temperature,
        @Nullable Double topP,
        @Nullable Integer topK,
        @Nullable Double presencePenalty,
        @Nullable Double frequencyPenalty,
        boolean logprobs,
        @Nullable Integer topLogprobs,
        @Nullable Long seed,
        List<Tool> tools,
        ToolChoice toolChoice,
        ResponseFormat responseFormat,
        @Nullable String reasoningEffort,
        @Nullable Boolean includeThoughts,
        boolean webSearch,
        @Nullable GoogleOptions google,
        boolean legacyFunctions,
        List<String> ignored) {

    public ChatRequest {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
        tools = List.copyOf(tools);
        ignored = List.copyOf(ignored);
    }

    /** Whether the answer is to be grounded in a web search, by whichever spelling the caller chose (D15). */
    public boolean searches() {
        return webSearch || tools.stream().anyMatch(Tool::isSearch);
    }

    /** The field that asks for a web search, to blame where there is none; only of use where {@link #searches}. */
    public String searchField() {
        return webSearch ? "web_search_options" : "tools";
    }

    /** Whether there is anything but text in it. */
    public boolean hasMedia() {
        return messages.stream().anyMatch(Message::hasMedia);
    }

    /** The tools that are functions of the caller's; a search tool is not one. */
    public List<Tool> functions() {
        return tools.stream().filter(tool -> !tool.isSearch()).toList();
    }
}
