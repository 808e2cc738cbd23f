package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of one streamed response, each as a whole SSE event with the next sequence number, to pieces that the caller sends. The caller
 * keeps the order (E35). The hot path copies prepared bytes. Not thread-safe.
 */
final class EventWriter {

    private static final byte[] TEXT_DELTA = head("response.output_text.delta");
    private static final byte[] THOUGHT_DELTA = head("response.reasoning_summary_text.delta");
    private static final byte[] END = ascii("}\n\n");

    private JsonPieces pieces;
    private Utf8Buffer out;
    private long sequence;

    EventWriter(JsonPieces pieces) {
        this.pieces = pieces;
        this.out = pieces.out();
    }

    /** Writes the next events elsewhere. */
    void goOnIn(JsonPieces next) {
        pieces = next;
        out = next.out();
    }

    /** Appends some of what was collected to the event that is being written. */
    void repeat(CollectedJson json, long from, long to) {
        pieces.repeat(json, from, to);
    }

    private static byte[] head(String type) {
        return ascii("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":");
    }

    /** Writes an event of a prepared type. @param members begin with a comma */
    private void event(byte[] head, Consumer<Utf8Buffer> members) {
        out.raw(head).number(sequence++);
        members.accept(out);
        out.raw(END);
    }

    /** Writes an event about the whole response. */
    void response(String type, Consumer<JsonPieces> response) {
        event(head("response." + type), it -> {
            it.raw(",\"response\":");
            response.accept(pieces);
        });
    }

    /** Writes that an item is {@code added} or {@code done}. */
    void item(String what, int index, Consumer<Utf8Buffer> item) {
        event(
                head("response.output_item." + what),
                it -> item.accept(it.raw(",\"output_index\":").number(index).raw(",\"item\":")));
    }

    /** Writes an event inside an item. @param where the item's own members, each after a comma */
    void within(String type, byte[] where, Consumer<Utf8Buffer> members) {
        event(head("response." + type), it -> members.accept(it.raw(where)));
    }

    /** Writes a piece of text, and collects it. */
    void text(byte[] where, String piece, CollectedJson text) {
        delta(TEXT_DELTA, where, piece, text);
        out.raw("\",\"logprobs\":[]").raw(END);
    }

    /** Writes a piece of a thought, and collects it. */
    void thought(byte[] where, String piece, CollectedJson text) {
        delta(THOUGHT_DELTA, where, piece, text);
        out.raw('"').raw(END);
    }

    private void delta(byte[] head, byte[] where, String piece, CollectedJson text) {
        out.raw(head).number(sequence++).raw(where).raw(",\"delta\":\"");
        int from = out.size();
        out.escaped(piece);
        text.out().raw(out.array(), from, out.size() - from);
    }

    /** Writes a failure, nested and flat: helpers look in both places (E22). */
    void error(ApiError error) {
        event(head("error"), it -> {
            it.raw(",\"code\":").string(error.code().code());
            it.raw(",\"message\":").string(error.message());
            param(it, error.param());
            it.raw(",\"error\":{\"type\":").string(error.code().type());
            it.raw(",\"code\":").string(error.code().code());
            it.raw(",\"message\":").string(error.message());
            param(it, error.param());
            it.raw('}');
        });
    }

    private static void param(Utf8Buffer out, @Nullable String param) {
        out.raw(",\"param\":");
        if (param == null) {
            out.raw("null");
        } else {
            out.string(param);
        }
    }
}
