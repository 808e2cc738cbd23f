package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The text and calls of one candidate, with what later turns need of them and the caller may not send back (D50, E14). Confined to its call. */
public final class SignedAnswer {

    /** The longest text whose signature is restored. Gemini recommends signatures on texts and does not require them. */
    private static final int SIGNED_TEXT_CHARS_MAX = 1 << 20;

    private static final int SERVER_TOOLS_CHARS_MAX = 128 * 1024;

    private final ResponseCallIds ids;
    private final boolean legacyFunctions;
    private final JoinedText text = new JoinedText();
    private final List<Message.ToolCall> calls = new ArrayList<>();
    private final List<@Nullable String> upstreamIds = new ArrayList<>();
    private final List<SignedPart> files = new ArrayList<>(0);
    private final StringBuilder serverTools = new StringBuilder(0);
    private @Nullable Supplier<String> collected;
    private @Nullable String textSignature;
    private @Nullable String looseSignature;

    /**
     * @param ids of the calls of all candidates
     * @param legacyFunctions whether the caller is shown its call without the id
     */
    public SignedAnswer(ResponseCallIds ids, boolean legacyFunctions) {
        this.ids = ids;
        this.legacyFunctions = legacyFunctions;
    }

    /** The text is collected elsewhere, and asked for when it is needed. */
    public void collectedBy(Supplier<String> whole) {
        collected = whole;
    }

    /** Returns how many bytes {@link #textToSign} keeps of a piece. */
    public long keeps(String piece) {
        return text.length() <= SIGNED_TEXT_CHARS_MAX ? Utf8Buffer.escapedBytes(piece) : 0;
    }

    /** Adds a piece of text, if only for its signature: as long as that may be found again. */
    public void textToSign(String piece) {
        if (text.length() <= SIGNED_TEXT_CHARS_MAX) {
            text.append(piece);
        }
    }

    /** Returns the text as far as it was added or collected. */
    public String text() {
        return collected == null ? text.toString() : collected.get();
    }

    /** Takes the signature of a piece of text, which may be empty. */
    public void textSignature(String piece, @Nullable String signature) {
        if (signature != null) {
            textSignature = signature;
            if (piece.isEmpty()) {
                looseSignature = signature;
            }
        }
    }

    public @Nullable String textSignature() {
        return textSignature;
    }

    public void thoughtSignature(@Nullable String signature) {
        if (signature != null) {
            looseSignature = signature;
        }
    }

    /** Takes a file that the model has made, whose caller may send it back without its signature (Y15). */
    public void file(UpstreamEvent.Media made) {
        if (made.signature() != null && !made.linked()) {
            files.add(new SignedPart.File(
                    SignedPart.File.head(made.data().head()), made.data().length(), made.signature()));
        }
    }

    /** Returns the call as it is shown; null if the caller takes one at a time and has it. */
    public Message.@Nullable ToolCall call(UpstreamEvent.ToolCall event) {
        if (ids.one() && !calls.isEmpty()) {
            return null;
        }
        Message.ToolCall call = ids.call(event);
        calls.add(call);
        upstreamIds.add(event.upstreamId());
        return call;
    }

    public List<Message.ToolCall> calls() {
        return calls;
    }

    /** Takes a part that has to be sent back before the first call. Above the limit, parts are discarded. */
    public void serverTool(String part) {
        if (calls.isEmpty() && serverTools.length() + part.length() < SERVER_TOOLS_CHARS_MAX) {
            serverTools.append(serverTools.isEmpty() ? "" : ",").append(part);
        }
    }

    /** Returns the parts that later turns need and that the caller may not send back. */
    public List<SignedPart> parts() {
        List<SignedPart> signed = new ArrayList<>(files);
        for (int i = 0; i < calls.size(); i++) {
            addTo(signed, i);
        }
        if (textSignature != null && text.length() <= SIGNED_TEXT_CHARS_MAX) {
            String whole = text();
            if (!whole.isEmpty() && whole.length() <= SIGNED_TEXT_CHARS_MAX) {
                signed.add(new SignedPart.Text(whole, textSignature));
            }
        }
        return signed;
    }

    /** Adds a call. If the first call has no signature, the signature of a part without text counts as its own (guarantee G-02). */
    private void addTo(List<SignedPart> signed, int index) {
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
    private boolean looksLikeUpstreams(@Nullable String shown, @Nullable String upstreamId) {
        return upstreamId == null || (shown != null && shown.equals(upstreamId) && !shown.startsWith(ids.prefix()));
    }
}
