package dev.tollgate.protocols.messages;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of one message (E46), which open and close as they are needed, one at a time: as whole SSE events in a buffer that the caller empties, or
 * collected until the message leaves. Not thread-safe.
 */
final class MessageBlocks {

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

    private final boolean streams;
    private final boolean thoughtsOmitted;

    /** The blocks of a message that leaves as a whole, with commas between them and without the marks of thoughts. */
    private final CollectedJson blocks = new CollectedJson();

    /** The beginning and the end of each text, as places in the blocks. */
    private final List<Long> texts = new ArrayList<>(0);

    /** The places in the blocks that lack a mark. */
    private final List<Long> marks = new ArrayList<>(0);

    /** The places where the first text begins and where a search does, behind all; 0 without a search that goes before the texts. */
    private long firstText;

    private long search;
    private Utf8Buffer out = blocks.out();
    private String mark = "";
    private List<String> citations = List.of();
    private int index = -1;
    private Open open = Open.NOTHING;

    private enum Open {
        NOTHING,
        THINKING,
        TEXT
    }

    /** @param thoughtsOmitted whether thinking blocks have no text */
    MessageBlocks(boolean streams, boolean thoughtsOmitted) {
        this.streams = streams;
        this.thoughtsOmitted = thoughtsOmitted;
    }

    /** Writes the next events elsewhere. */
    void goOnIn(Utf8Buffer next) {
        out = streams ? next : out;
    }

    /** Begins a stream. @param mark the signature of thinking blocks, which says nothing (E14) */
    void start(String id, String model, TokenCounts prompt, String mark) {
        this.mark = mark;
        out.raw("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{");
        head(out, id, model);
        out.raw("],\"stop_reason\":null,\"stop_sequence\":null,\"stop_details\":null");
        prompt.ofMessage(out);
        out.raw(END);
    }

    /** Writes the members of a message up to its first block. */
    private static void head(Utf8Buffer out, String id, String model) {
        out.raw("\"id\":").string(id).raw(",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
        out.string(model).raw(",\"content\":[");
    }

    void thought(String text) {
        if (open != Open.THINKING) {
            begin(Open.THINKING, "{\"type\":\"thinking\",\"thinking\":\"", "\",\"signature\":\"\"}");
        }
        if (!thoughtsOmitted) {
            piece(THINKING_DELTA, text);
        }
    }

    /** Returns whether the text begins a block. */
    boolean beginsText() {
        return open != Open.TEXT;
    }

    void text(String text) {
        if (open != Open.TEXT) {
            begin(Open.TEXT, "{\"type\":\"text\",\"text\":\"", "\"}");
        }
        piece(TEXT_DELTA, text);
    }

    private void begin(Open what, String head, String empty) {
        Utf8Buffer block = open(what);
        firstText = texts.isEmpty() ? blocks.size() : firstText;
        block.raw(head);
        if (streams) {
            out.raw(empty).raw("}\n\n");
        } else if (what == Open.TEXT) {
            texts.add(blocks.size());
        }
    }

    private void piece(byte[] delta, String text) {
        if (streams) {
            delta().raw(delta).string(text).raw(END);
        } else {
            out.escaped(text);
        }
    }

    void call(Message.ToolCall call) {
        open(Open.NOTHING).raw("{\"type\":\"tool_use\",\"id\":").string(String.valueOf(call.id()));
        out.raw(",\"name\":").string(call.name()).raw(',').raw(DIRECT).raw(",\"input\":");
        input(call.arguments());
    }

    /** Writes what a call is given, and ends its block. */
    private void input(String json) {
        if (streams) {
            out.raw("{}}}\n\n");
            delta().raw(",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":");
            out.string(json).raw(END);
            stop();
        } else {
            out.raw(json.getBytes(StandardCharsets.UTF_8)).raw('}');
        }
    }

    /** Writes a web search with its results, and its citations in the text that is open: before all texts, unless they have left in a stream. */
    void sources(SearchSources sources, String text) {
        citations = open == Open.TEXT ? sources.citations(text) : List.of();
        close();
        search = streams || texts.isEmpty() ? 0 : blocks.size();
        sources.writeSearch(open(Open.NOTHING));
        input(sources.input());
        sources.writeResults(open(Open.NOTHING));
        if (streams) {
            out.raw("}\n\n");
            stop();
        }
    }

    /** Ends a stream. */
    void end(StopReason ending, TokenCounts counts, long chargeMicros) {
        close();
        out.raw("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{");
        ending.write(out);
        out.raw(",\"container\":null},\"usage\":");
        counts.ofDelta(out);
        ending.writeOwn(out, chargeMicros);
        out.raw("}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    /** Writes a message up to the end of its blocks. @param its the signature of thinking blocks */
    void whole(String id, String model, String its, JsonPieces body) {
        close();
        head(body.out().raw('{'), id, model);
        long behind = search > 0 ? search : blocks.size();
        long text = search > 0 ? firstText : behind;
        marked(0, text, its, body);
        if (search > 0) {
            body.repeat(blocks, search + 1, blocks.size()).out().raw(',');
        }
        marked(text, behind, its, body);
    }

    /** Writes some of the blocks with the signatures that they lack. */
    private void marked(long from, long to, String its, JsonPieces body) {
        long written = from;
        for (long at : marks) {
            if (at > from && at < to) {
                body.repeat(blocks, written, at).out().string(its);
                written = at;
            }
        }
        body.repeat(blocks, written, to);
    }

    /** Returns the texts of a message that leaves as a whole, as they will come back. */
    String texts() {
        return blocks.texts(texts);
    }

    private Utf8Buffer open(Open what) {
        close();
        open = what;
        index++;
        return streams ? out.raw(START).number(index).raw(",\"content_block\":") : out.raw(index == 0 ? "" : ",");
    }

    private void close() {
        Open closing = open;
        open = Open.NOTHING;
        switch (closing) {
            case NOTHING -> {}
            case THINKING -> closeThought();
            case TEXT -> closeText();
        }
    }

    private void closeThought() {
        if (streams) {
            delta().raw(",\"delta\":{\"type\":\"signature_delta\",\"signature\":");
            out.string(mark).raw(END);
            stop();
        } else {
            out.raw("\",\"signature\":");
            marks.add(blocks.size());
            out.raw('}');
        }
    }

    private void closeText() {
        if (streams) {
            for (String citation : citations) {
                delta().raw(",\"delta\":{\"type\":\"citations_delta\",\"citation\":");
                out.raw(citation.getBytes(StandardCharsets.UTF_8)).raw(END);
            }
            stop();
        } else {
            texts.add(blocks.size());
            out.raw('"');
            String before = ",\"citations\":[";
            for (String citation : citations) {
                out.raw(before).raw(citation.getBytes(StandardCharsets.UTF_8));
                before = ",";
            }
            out.raw(citations.isEmpty() ? "}" : "]}");
        }
    }

    private void stop() {
        out.raw(STOP).number(index).raw("}\n\n");
    }

    private Utf8Buffer delta() {
        return out.raw(DELTA).number(index);
    }
}
