package dev.tollgate.protocols.chat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.protocols.openai.ChatCompletion;
import dev.tollgate.protocols.openai.ExtraContent;
import dev.tollgate.protocols.openai.FinishReason;
import dev.tollgate.protocols.openai.MadeFile;
import dev.tollgate.protocols.openai.UrlCitation;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** One choice of a growing response. It shares no state with other choices (guarantee G-11). Confined to its call. */
final class Choice {

    private static final int SERVER_TOOLS_CHARS_MAX = 128 * 1024;

    private final int index;
    private final boolean legacyFunctions;
    private final JoinedText content = new JoinedText();
    private final JoinedText reasoning = new JoinedText();
    private final List<Message.ToolCall> calls = new ArrayList<>();
    private final List<@Nullable String> upstreamIds = new ArrayList<>();

    private final List<MadeFile> files = new ArrayList<>(0);
    private final StringBuilder serverTools = new StringBuilder(0);

    private int filesTold;
    private @Nullable String textSignature;
    private @Nullable String looseSignature;
    private UpstreamEvent.@Nullable Grounding grounding;
    private @Nullable ArrayNode logprobs;
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

    int textChars() {
        return content.length();
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

    /**
     * @param upstreamId the upstream's own id of it
     * @return the call's index within the choice
     */
    int call(Message.ToolCall call, @Nullable String upstreamId) {
        calls.add(call);
        upstreamIds.add(upstreamId);
        return calls.size() - 1;
    }

    boolean hasCall(@Nullable String id) {
        return calls.stream().anyMatch(call -> id != null && id.equals(call.id()));
    }

    /** Takes the signature of a piece of text, which may be empty. */
    void textSignature(String piece, @Nullable String signature) {
        if (signature != null) {
            textSignature = signature;
            if (piece.isEmpty()) {
                looseSignature = signature;
            }
        }
    }

    void thoughtSignature(@Nullable String signature) {
        if (signature != null) {
            looseSignature = signature;
        }
    }

    /** Takes a part that has to be sent back before the first call. Above the limit, parts are discarded. */
    void serverTool(String part) {
        if (calls.isEmpty() && serverTools.length() + part.length() < SERVER_TOOLS_CHARS_MAX) {
            serverTools.append(serverTools.isEmpty() ? "" : ",").append(part);
        }
    }

    /** Adds the parts that later turns need and that the caller may not send back. */
    void addSignedTo(List<SignedPart> signed) {
        int shown = legacyFunctions ? Math.min(1, calls.size()) : calls.size();
        for (int i = 0; i < shown; i++) {
            addSignedTo(signed, i);
        }
        if (textSignature != null && !content.isEmpty() && content.length() <= ChatAnswer.SIGNED_TEXT_CHARS_MAX) {
            signed.add(new SignedPart.Text(content.toString(), textSignature));
        }
    }

    /** Adds a call. If the first call has no signature, the signature of a part without text counts as its own (guarantee G-02). */
    private void addSignedTo(List<SignedPart> signed, int index) {
        Message.ToolCall call = calls.get(index);
        String signature = call.thoughtSignature() == null && index == 0 ? looseSignature : call.thoughtSignature();
        String upstreamId = upstreamIds.get(index);
        String before = index > 0 || serverTools.isEmpty() ? null : "[" + serverTools + "]";
        if (signature != null || before != null || !looksLikeUpstreams(call.id(), upstreamId)) {
            signed.add(new SignedPart.Call(
                    legacyFunctions ? null : call.id(),
                    call.name(),
                    call.arguments(),
                    index == 0,
                    upstreamId,
                    signature,
                    before));
        }
    }

    /** Returns whether the upstream's id differs recognisably from the shown one. */
    private static boolean looksLikeUpstreams(@Nullable String shown, @Nullable String upstreamId) {
        return upstreamId == null
                || (shown != null && shown.equals(upstreamId) && !shown.startsWith(ChatAnswer.CALL_ID_PREFIX));
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
        if (calls.isEmpty()) {
            return FinishReason.STOP;
        }
        return legacyFunctions ? FinishReason.FUNCTION_CALL : FinishReason.TOOL_CALLS;
    }

    String content() {
        return content.toString();
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

    ChatCompletion.Choice whole() {
        return new ChatCompletion.Choice(
                index,
                content.toString(),
                reasoning.toString(),
                files,
                calls,
                legacyFunctions,
                citations(),
                extra(),
                logprobs,
                finishReason(),
                nativeReason());
    }
}
