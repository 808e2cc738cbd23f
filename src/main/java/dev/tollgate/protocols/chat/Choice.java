package dev.tollgate.protocols.chat;

import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.protocols.door.SignedAnswer;
import dev.tollgate.protocols.door.ToolNames;
import dev.tollgate.protocols.openai.ChatCompletion;
import dev.tollgate.protocols.openai.ExtraContent;
import dev.tollgate.protocols.openai.FinishReason;
import dev.tollgate.protocols.openai.MadeFile;
import dev.tollgate.protocols.openai.UrlCitation;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One choice of a growing response. It shares no state with other choices (guarantee G-11). Confined to its call. */
final class Choice {

    private final int index;
    private final boolean legacyFunctions;
    private final SignedAnswer answer;
    private final CollectedJson content = new CollectedJson();
    private final CollectedJson reasoning = new CollectedJson();
    private final CollectedJson files = new CollectedJson();

    private int filesTold;
    private UpstreamEvent.@Nullable Grounding grounding;
    private @Nullable CollectedJson logprobs;
    private UpstreamEvent.@Nullable Finish finish;

    Choice(int index, boolean legacyFunctions) {
        this.index = index;
        this.legacyFunctions = legacyFunctions;
        this.answer = new SignedAnswer(ChatRenderer.CALL_ID_PREFIX, legacyFunctions);
    }

    int index() {
        return index;
    }

    /** Returns what later turns need of it. */
    SignedAnswer answer() {
        return answer;
    }

    /** Collects a piece of the text. */
    void text(String text) {
        if (content.isEmpty()) {
            answer.collectedBy(content::unescaped);
        }
        content.out().escaped(text);
    }

    void thought(String text) {
        reasoning.out().escaped(text);
    }

    void file(MadeFile file) {
        file.write(nextFile(), files.out().raw(files.isEmpty() ? "" : ","));
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
        CollectedJson all = logprobs == null ? new CollectedJson() : logprobs;
        logprobs = all;
        tokens.forEach(token -> all.out().raw(all.isEmpty() ? "" : ",").json(token));
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

    /** Returns the text, if it was collected. */
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

    /** @param names the way back to the caller's names of tools */
    ChatCompletion.Choice whole(ToolNames names) {
        return new ChatCompletion.Choice(
                index,
                content,
                reasoning,
                files,
                answer.calls().stream().map(names::shown).toList(),
                legacyFunctions,
                citations(),
                extra(),
                logprobs,
                finishReason(),
                nativeReason());
    }
}
