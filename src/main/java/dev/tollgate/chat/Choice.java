package dev.tollgate.chat;

import dev.tollgate.openai.Completion;
import dev.tollgate.openai.ExtraContent;
import dev.tollgate.openai.FinishReason;
import dev.tollgate.openai.Message;
import dev.tollgate.openai.UrlCitation;
import dev.tollgate.upstream.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One choice of an answer as it grows. State of one choice never touches another's (complaint G-11). Confined to its call. */
final class Choice {

    private final int index;
    private final boolean legacyFunctions;
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<Message.ToolCall> calls = new ArrayList<>();

    private @Nullable String textSignature;
    private UpstreamEvent.@Nullable Grounding grounding;
    private @Nullable JsonNode logprobs;
    private UpstreamEvent.@Nullable Finish finish;

    Choice(int index, boolean legacyFunctions) {
        this.index = index;
        this.legacyFunctions = legacyFunctions;
    }

    int index() {
        return index;
    }

    void text(String text) {
        content.append(text);
    }

    void thought(String text) {
        reasoning.append(text);
    }

    /** @return the call's index within the choice */
    int call(Message.ToolCall call) {
        calls.add(call);
        return calls.size() - 1;
    }

    boolean hasCall(@Nullable String id) {
        return calls.stream().anyMatch(call -> id != null && id.equals(call.id()));
    }

    void textSignature(@Nullable String signature) {
        if (signature != null) {
            textSignature = signature;
        }
    }

    void grounding(UpstreamEvent.Grounding grounding) {
        this.grounding = grounding;
    }

    void logprobs(JsonNode tokens) {
        logprobs = tokens;
    }

    void finish(UpstreamEvent.Finish finish) {
        this.finish = finish;
    }

    /** In OpenAI's words; the upstream has none for calls, which end with a plain stop (wire.md section 0, item 7). */
    FinishReason finishReason() {
        return switch (finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason()) {
            case LENGTH -> FinishReason.LENGTH;
            case FILTERED -> FinishReason.CONTENT_FILTER;
            case STOP, MALFORMED, OTHER -> stopReason();
        };
    }

    private FinishReason stopReason() {
        if (calls.isEmpty()) {
            return FinishReason.STOP;
        }
        return legacyFunctions ? FinishReason.FUNCTION_CALL : FinishReason.TOOL_CALLS;
    }

    @Nullable
    String nativeReason() {
        return finish == null ? null : finish.nativeReason();
    }

    List<UrlCitation> citations() {
        return grounding == null
                ? List.of()
                : grounding.citations().stream()
                        .map(it -> new UrlCitation(it.startIndex(), it.endIndex(), it.url(), it.title()))
                        .toList();
    }

    ExtraContent extra() {
        return grounding == null
                ? ExtraContent.ofSignature(textSignature)
                : new ExtraContent(textSignature, grounding.searchEntryPoint(), grounding.metadata());
    }

    Completion.Choice whole() {
        return new Completion.Choice(
                index,
                content.toString(),
                reasoning.toString(),
                calls,
                legacyFunctions,
                citations(),
                extra(),
                logprobs,
                finishReason(),
                nativeReason());
    }
}
