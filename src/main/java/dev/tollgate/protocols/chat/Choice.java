package dev.tollgate.protocols.chat;

import dev.tollgate.protocols.door.JoinedText;
import dev.tollgate.protocols.door.SignedAnswer;
import dev.tollgate.protocols.openai.ChatCompletion;
import dev.tollgate.protocols.openai.ExtraContent;
import dev.tollgate.protocols.openai.FinishReason;
import dev.tollgate.protocols.openai.MadeFile;
import dev.tollgate.protocols.openai.UrlCitation;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** One choice of a growing response. It shares no state with other choices (guarantee G-11). Confined to its call. */
final class Choice {

    private final int index;
    private final boolean legacyFunctions;
    private final SignedAnswer answer;
    private final JoinedText reasoning = new JoinedText();
    private final List<MadeFile> files = new ArrayList<>(0);

    private int filesTold;
    private UpstreamEvent.@Nullable Grounding grounding;
    private @Nullable ArrayNode logprobs;
    private UpstreamEvent.@Nullable Finish finish;

    Choice(int index, boolean legacyFunctions) {
        this.index = index;
        this.legacyFunctions = legacyFunctions;
        this.answer = new SignedAnswer(ChatAnswer.CALL_ID_PREFIX, legacyFunctions);
    }

    int index() {
        return index;
    }

    /** Returns what later turns need of it. */
    SignedAnswer answer() {
        return answer;
    }

    void thought(String text) {
        reasoning.append(text);
    }

    void file(MadeFile file) {
        files.add(file);
    }

    /** Returns the index of the choice's next file. A stream keeps nothing else of its files. */
    int nextFile() {
        return filesTold++;
    }

    void grounding(UpstreamEvent.Grounding grounding) {
        this.grounding = grounding;
    }

    /** Adds the log probabilities of one piece's tokens. */
    void logprobs(JsonNode tokens) {
        if (logprobs == null) {
            logprobs = JsonNodeFactory.instance.arrayNode();
        }
        tokens.forEach(logprobs::add);
    }

    void finish(UpstreamEvent.Finish finish) {
        this.finish = finish;
    }

    /** Returns the finish reason in OpenAI's words. Gemini has none for calls: such a response ends with a plain stop (protocol 4.4). */
    FinishReason finishReason() {
        return switch (finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason()) {
            case LENGTH -> FinishReason.LENGTH;
            case FILTERED -> FinishReason.CONTENT_FILTER;
            case STOP, MALFORMED, OTHER -> stopReason();
        };
    }

    private FinishReason stopReason() {
        if (answer.calls().isEmpty()) {
            return FinishReason.STOP;
        }
        return legacyFunctions ? FinishReason.FUNCTION_CALL : FinishReason.TOOL_CALLS;
    }

    String content() {
        return answer.text();
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
                ? ExtraContent.ofSignature(answer.textSignature())
                : new ExtraContent(answer.textSignature(), grounding.searchEntryPoint(), grounding.metadata());
    }

    ChatCompletion.Choice whole() {
        return new ChatCompletion.Choice(
                index,
                answer.text(),
                reasoning.toString(),
                files,
                answer.calls(),
                legacyFunctions,
                citations(),
                extra(),
                logprobs,
                finishReason(),
                nativeReason());
    }
}
