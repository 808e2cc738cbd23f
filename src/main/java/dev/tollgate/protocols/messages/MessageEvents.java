package dev.tollgate.protocols.messages;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.Utf8Buffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes the events of one streamed response (E46), each as a whole SSE event, to a buffer that the caller empties. Blocks open and close
 * as they are needed: one at a time, numbered from 0. Not thread-safe.
 */
final class MessageEvents {

    private static final byte[] TEXT_DELTA = ascii(",\"delta\":{\"type\":\"text_delta\",\"text\":");
    private static final byte[] THINKING_DELTA = ascii(",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":");
    private static final byte[] DELTA =
            ascii("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    private static final byte[] START =
            ascii("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":");
    private static final byte[] STOP =
            ascii("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":");
    private static final byte[] END = ascii("}}\n\n");

    /** The member that says that the model itself makes the call. */
    static final byte[] DIRECT = ascii("\"caller\":{\"type\":\"direct\"}");

    private Utf8Buffer out;
    private final String mark;
    private final boolean thoughtsOmitted;
    private int index = -1;
    private Open open = Open.NOTHING;

    private enum Open {
        NOTHING,
        THINKING,
        TEXT
    }

    /**
     * @param mark the signature of thinking blocks, which says nothing (E14)
     * @param thoughtsOmitted whether thinking blocks have no text
     */
    MessageEvents(Utf8Buffer out, String mark, boolean thoughtsOmitted) {
        this.out = out;
        this.mark = mark;
        this.thoughtsOmitted = thoughtsOmitted;
    }

    /** Writes the next events elsewhere. */
    void goOnIn(Utf8Buffer next) {
        out = next;
    }

    void start(String id, String model, TokenCounts prompt) {
        out.raw("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{");
        head(out, id, model);
        out.raw("],\"stop_reason\":null,\"stop_sequence\":null,\"stop_details\":null");
        out.raw(",\"container\":null,\"diagnostics\":null,\"usage\":");
        prompt.ofMessage(out, "standard");
        out.raw(END);
    }

    /** Writes the members of a message up to its first block. */
    static void head(Utf8Buffer out, String id, String model) {
        out.raw("\"id\":")
                .string(id)
                .raw(",\"type\":\"message\",\"role\":\"assistant\",\"model\":")
                .string(model);
        out.raw(",\"content\":[");
    }

    void thought(String text) {
        if (open != Open.THINKING) {
            open(Open.THINKING)
                    .raw("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
                    .raw("}\n\n");
        }
        if (!thoughtsOmitted) {
            delta().raw(THINKING_DELTA).string(text).raw(END);
        }
    }

    /** Returns whether the text begins a block. */
    boolean beginsText() {
        return open != Open.TEXT;
    }

    void text(String text) {
        if (open != Open.TEXT) {
            open(Open.TEXT)
                    .raw("{\"type\":\"text\",\"text\":\"\",\"citations\":null}")
                    .raw("}\n\n");
        }
        delta().raw(TEXT_DELTA).string(text).raw(END);
    }

    void call(Message.ToolCall call) {
        open(Open.NOTHING).raw("{\"type\":\"tool_use\",\"id\":").string(String.valueOf(call.id()));
        out.raw(",\"name\":").string(call.name()).raw(',').raw(DIRECT).raw(",\"input\":{}}}\n\n");
        delta().raw(",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":")
                .string(call.arguments())
                .raw(END);
        stop();
    }

    /** Writes a web search: its citations in the text that is open, if one is, and the search with its results after it. */
    void sources(SearchSources sources, String text) {
        if (open == Open.TEXT) {
            for (String citation : sources.citations(text)) {
                delta().raw(",\"delta\":{\"type\":\"citations_delta\",\"citation\":");
                out.raw(citation.getBytes(StandardCharsets.UTF_8)).raw(END);
            }
        }
        sources.writeSearch(open(Open.NOTHING), false);
        out.raw("}\n\n");
        delta().raw(",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":");
        out.string(new String(sources.input(), StandardCharsets.UTF_8)).raw(END);
        stop();
        sources.writeResults(open(Open.NOTHING));
        out.raw("}\n\n");
        stop();
    }

    void end(StopReason ending, TokenCounts counts, long chargeMicros) {
        close();
        out.raw("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{");
        ending.write(out);
        out.raw(",\"container\":null},\"usage\":");
        counts.ofDelta(out);
        ending.writeOwn(out, chargeMicros);
        out.raw("}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    /** Writes an error, after which nothing follows. */
    void error(byte[] error) {
        out.raw("event: error\ndata: ").raw(error).raw("\n\n");
    }

    private Utf8Buffer open(Open what) {
        close();
        open = what;
        index++;
        return out.raw(START).number(index).raw(",\"content_block\":");
    }

    private void close() {
        if (open == Open.THINKING) {
            delta().raw(",\"delta\":{\"type\":\"signature_delta\",\"signature\":")
                    .string(mark)
                    .raw(END);
        }
        if (open != Open.NOTHING) {
            stop();
        }
        open = Open.NOTHING;
    }

    private void stop() {
        out.raw(STOP).number(index).raw("}\n\n");
    }

    private Utf8Buffer delta() {
        return out.raw(DELTA).number(index);
    }
}
