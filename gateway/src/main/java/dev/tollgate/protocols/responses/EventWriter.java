package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import java.util.function.Consumer;

/**
 * Writes the events of one streamed response, each as a whole SSE event with the next sequence number, to pieces that the caller sends. For a response that
 * leaves as a whole it writes none. The caller keeps the order (E35). The hot path copies prepared bytes. Not thread-safe.
 */
final class EventWriter {

    private static final byte[] TEXT_DELTA = head("response.output_text.delta");
    private static final byte[] THOUGHT_DELTA = head("response.reasoning_summary_text.delta");
    private static final byte[] END = ascii("}\n\n");
    private static final byte[] END_OF_TEXT = ascii("\",\"logprobs\":[]}\n\n");
    private static final byte[] END_OF_THOUGHT = ascii("\"}\n\n");

    final boolean streams;

    /** All items of the response, which events repeat. */
    final CollectedJson items = new CollectedJson();

    private JsonPieces pieces = new JsonPieces();
    private Utf8Buffer out = pieces.out();
    private long sequence;

    EventWriter(boolean streams) {
        this.streams = streams;
    }

    /** Writes the next events elsewhere. */
    void goOnIn(JsonPieces next) {
        pieces = next;
        out = next.out();
    }

    /** Appends some of the items to the event that is being written. */
    void repeat(long from, long to) {
        pieces.repeat(items, from, to);
    }

    private static byte[] head(String type) {
        return ascii("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":");
    }

    /** Writes an event. @param members begin with a comma */
    void event(String type, Consumer<Utf8Buffer> members) {
        if (streams) {
            out.raw(head(type)).number(sequence++);
            members.accept(out);
            out.raw(END);
        }
    }

    /** Writes an event about the whole response. */
    void response(String type, Consumer<JsonPieces> response) {
        event("response." + type, it -> {
            it.raw(",\"response\":");
            response.accept(pieces);
        });
    }

    /** Collects a piece of text, and writes it. */
    void text(byte[] where, String piece) {
        delta(TEXT_DELTA, where, piece, END_OF_TEXT);
    }

    /** Collects a piece of a thought, and writes it. */
    void thought(byte[] where, String piece) {
        delta(THOUGHT_DELTA, where, piece, END_OF_THOUGHT);
    }

    private void delta(byte[] head, byte[] where, String piece, byte[] end) {
        if (!streams) {
            items.out().escaped(piece);
            return;
        }
        out.raw(head).number(sequence++).raw(where).raw(",\"delta\":\"");
        int from = out.size();
        out.escaped(piece);
        items.out().raw(out.array(), from, out.size() - from);
        out.raw(end);
    }
}
