package dev.tollgate.protocols.chat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.protocols.door.ToolNames;
import dev.tollgate.protocols.door.answers.ResponseCallIds;
import dev.tollgate.protocols.door.answers.SignedAnswer;
import dev.tollgate.protocols.openai.ChunkWriter;
import dev.tollgate.protocols.openai.ExtraContent;
import dev.tollgate.protocols.openai.FinishReason;
import dev.tollgate.protocols.openai.MadeFile;
import dev.tollgate.protocols.openai.UrlCitation;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One choice of a growing response. It shares no state with other choices (guarantee G-11), but ids of calls. Confined to its call. */
final class Choice {

    final int index;

    /** The use of the deprecated form, in which the first call is the {@code function_call}. */
    final boolean legacyFunctions;

    /** The use of OpenRouter's words, in which thoughts are in {@code reasoning}, too. */
    final boolean saysReasoning;

    /** The parts that later turns need. */
    final SignedAnswer answer;

    /** The inside of a JSON string; empty in a stream. */
    final CollectedJson content = new CollectedJson();

    final CollectedJson reasoning = new CollectedJson();

    /** The text with images in it; null without any. */
    private @Nullable CollectedJson marked;

    /** The elements of {@code images}, with commas between them; empty in a stream. */
    final CollectedJson files = new CollectedJson();

    /** The elements of an array in OpenAI's shape; null where not asked for, and in a stream. */
    @Nullable
    CollectedJson logprobs;

    UpstreamEvent.@Nullable Grounding grounding;
    UpstreamEvent.@Nullable Finish finish;
    private final ToolNames names;

    /** The count of the choice's files. A stream keeps nothing else of them. */
    int filesTold;

    /** @param names the way back to the caller's names of tools */
    Choice(int index, ResponseCallIds ids, ToolNames names, boolean legacyFunctions, boolean saysReasoning) {
        this.index = index;
        this.names = names;
        this.legacyFunctions = legacyFunctions;
        this.saysReasoning = saysReasoning;
        this.answer = new SignedAnswer(ids, legacyFunctions);
    }

    /** Returns the inside of the string that is shown: the text, and images in it. */
    CollectedJson shown() {
        return marked == null ? content : marked;
    }

    /** Shows an image as a part of the text, of which the model knows nothing. */
    void markdown(JsonSource address) {
        CollectedJson shown = marked == null ? new CollectedJson() : marked;
        if (marked == null) {
            shown.add(content);
            marked = shown;
        }
        ChunkWriter.image(address, shown);
    }

    /** Collects a piece of the text. */
    void text(String text) {
        if (marked != null) {
            marked.out().escaped(text);
        }
        if (content.isEmpty()) {
            answer.collectedBy(content::unescaped);
        }
        content.out().escaped(text);
    }

    void file(MadeFile file) {
        files.out().raw(files.isEmpty() ? "" : ",");
        file.write(filesTold++, files);
    }

    /** Adds the log probabilities of one piece's tokens. */
    void logprobs(JsonNode tokens) {
        CollectedJson all = logprobs == null ? new CollectedJson() : logprobs;
        logprobs = all;
        tokens.forEach(token -> all.out().raw(all.isEmpty() ? "" : ",").json(token));
    }

    /** Returns the calls as the caller knows their tools. */
    List<Message.ToolCall> calls() {
        return answer.calls().stream().map(names::shown).toList();
    }

    /** Returns the input of a call of a custom tool; null for a function's. */
    @Nullable
    String input(int call) {
        return names.input(answer.calls().get(call));
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
}
