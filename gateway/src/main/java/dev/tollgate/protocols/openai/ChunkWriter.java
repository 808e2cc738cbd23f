package dev.tollgate.protocols.openai;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.JsonOut;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.models.PrintedUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes the events of one streamed response (protocol 3.4), each as a whole SSE event, to a buffer that the caller empties.
 *
 * <p>The caller keeps the order: {@link #role} of every choice first, {@link #finish} of every choice last, exactly once each; then {@link #usage}
 * and {@link #done}, or {@link ChatErrors#inStream} alone. {@code choice} is the index of the choice.
 *
 * <p>The hot path copies prepared bytes and escapes the text after them; it allocates nothing. Not thread-safe.
 */
public final class ChunkWriter {

    private static final byte[] DELTA_ROLE = ascii(",\"delta\":{\"role\":\"assistant\",\"content\":\"\"");
    private static final byte[] DELTA_CONTENT = ascii(",\"delta\":{\"content\":");
    private static final byte[] DELTA_REASONING = ascii(",\"delta\":{\"reasoning_content\":");
    private static final byte[] DELTA_TOOL_CALL = ascii(",\"delta\":{\"tool_calls\":[{\"index\":");
    private static final byte[] DELTA_FUNCTION_CALL = ascii(",\"delta\":{\"function_call\":");
    private static final byte[] DELTA_ANNOTATIONS = ascii(",\"delta\":{\"annotations\":");
    private static final byte[] DELTA_IMAGES = ascii(",\"delta\":{\"images\":[");
    private static final byte[] DELTA = ascii(",\"delta\":{");
    private static final byte[] END = ascii("},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");

    private Utf8Buffer out;
    private final byte[] startOfChoice;
    private final int startLength;

    /**
     * @param created Unix seconds
     * @param model as the answer is to name it (D20)
     */
    public ChunkWriter(String id, long created, String model, Utf8Buffer out) {
        this.out = out;
        Utf8Buffer prefix = Utf8Buffer.scratch();
        prefix.raw("data: {\"id\":").string(id);
        prefix.raw(",\"object\":\"chat.completion.chunk\",\"created\":").number(created);
        prefix.raw(",\"model\":").string(model).raw(",\"choices\":[");
        this.startLength = prefix.size();
        this.startOfChoice = prefix.raw("{\"index\":").bytes();
    }

    /** Writes the next events elsewhere. */
    public void goOnIn(Utf8Buffer next) {
        out = next;
    }

    public void role(int choice) {
        choice(choice, DELTA_ROLE).raw(END);
    }

    public void content(int choice, String text) {
        choice(choice, DELTA_CONTENT).string(text).raw(END);
    }

    /** @param twice whether the text is in {@code reasoning}, too, where OpenRouter's programs read it */
    public void reasoning(int choice, String text, boolean twice) {
        choice(choice, DELTA_REASONING).string(text);
        if (twice) {
            out.raw(",\"reasoning\":").string(text);
        }
        out.raw(END);
    }

    /**
     * @param index counts the choice's files up from 0 over the whole stream
     * @param pieces that this writes to
     */
    public void file(int choice, int index, MadeFile file, JsonPieces pieces) {
        choice(choice, DELTA_IMAGES);
        file.write(index, pieces);
        out.raw(']').raw(END);
    }

    /** Writes an image as a part of the text. @param pieces that this writes to */
    public void image(int choice, JsonSource address, JsonPieces pieces) {
        choice(choice, DELTA_CONTENT).raw('"');
        image(address, pieces);
        out.raw('"').raw(END);
    }

    /** Writes a Markdown image into a JSON string. */
    public static void image(JsonSource address, JsonOut to) {
        to.out().raw("\\n\\n![image](");
        to.add(address);
        to.out().raw(")\\n\\n");
    }

    /**
     * Writes a whole call in one delta, because some clients append the id and the name of every delta that has them.
     *
     * @param index counts the choice's calls up from 0 over the whole stream
     * @param input of a custom tool; null for a function
     */
    public void toolCall(int choice, int index, Message.ToolCall call, @Nullable String input) {
        choice(choice, DELTA_TOOL_CALL).number(index).raw(',');
        CallJson.writeMembers(call, input, out);
        out.raw("}]").raw(END);
    }

    /** Writes a call in the deprecated form, at most once a choice. The call has no field for its signature, so the signature is in the delta. */
    public void functionCall(int choice, Message.ToolCall call) {
        choice(choice, DELTA_FUNCTION_CALL);
        CallJson.writeFunction(call, out);
        if (call.thoughtSignature() != null) {
            ExtraContent.ofSignature(call.thoughtSignature()).write(out.raw(','));
        }
        out.raw(END);
    }

    /** The whole list, once, after the first text and before the finish. */
    public void annotations(int choice, List<UrlCitation> citations) {
        UrlCitation.write(citations, choice(choice, DELTA_ANNOTATIONS));
        out.raw(END);
    }

    /** @param tokens in OpenAI's shape: an array of {@code {token, logprob, bytes, top_logprobs}} */
    public void logprobs(int choice, JsonNode tokens) {
        choice(choice, DELTA).raw("},\"logprobs\":");
        CallJson.writeLogprobs(tokens, out);
        out.raw(",\"finish_reason\":null}]}\n\n");
    }

    /**
     * The end of a choice.
     *
     * @param nativeReason the upstream's word (D17)
     * @param extra all that the choice's message has of it: accumulators keep only the last {@code extra_content} (D45)
     */
    public void finish(int choice, FinishReason reason, @Nullable String nativeReason, ExtraContent extra) {
        choice(choice, DELTA);
        if (!extra.isEmpty()) {
            extra.write(out);
        }
        out.raw("},\"logprobs\":null,\"finish_reason\":").string(reason.word());
        if (nativeReason != null) {
            out.raw(",\"native_finish_reason\":").string(nativeReason);
        }
        out.raw("}]}\n\n");
    }

    /**
     * The last chunk before {@link #done}.
     *
     * @param serviceTier OpenAI's word for the tier that was granted; null if the answer does not name it
     */
    public void usage(PrintedUsage usage, @Nullable String serviceTier, long creditsMicros) {
        usage.write(out.raw(startOfChoice, startLength).raw("],\"usage\":"));
        if (serviceTier != null) {
            out.raw(",\"service_tier\":").string(serviceTier);
        }
        out.raw(",\"credits_consumed\":").credits(creditsMicros);
        out.raw("}\n\n");
    }

    public static void done(Utf8Buffer out) {
        out.raw(DONE);
    }

    private Utf8Buffer choice(int choice, byte[] delta) {
        return out.raw(startOfChoice).number(choice).raw(delta);
    }
}
