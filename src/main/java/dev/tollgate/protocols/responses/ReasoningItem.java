package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;

/** Thoughts that are shown. A heading begins a new part of the summary (E37). */
final class ReasoningItem extends OpenItem {

    private static final String HEADING = "**";

    private final String mark;
    private byte[] where = {};
    private int parts;
    private int part;
    private int text;

    /** @param mark the member with the mark that says nothing, after a comma (E14); empty without one */
    ReasoningItem(Utf8Buffer items, @Nullable EventWriter events, int index, String id, String mark) {
        super(items, events, index, id);
        this.mark = mark;
        items.raw("{\"type\":\"reasoning\",\"id\":\"").raw(id).raw("\",\"summary\":[");
        if (events != null) {
            events.item("added", index, it -> it.raw("{\"type\":\"reasoning\",\"id\":\"")
                    .raw(id)
                    .raw("\",\"summary\":[]")
                    .raw(mark)
                    .raw(",\"status\":\"in_progress\"}"));
        }
        openPart();
    }

    void append(String piece) {
        if (piece.startsWith(HEADING) && items.size() > text) {
            closePart();
            openPart();
        }
        int from = items.size();
        items.escaped(piece);
        if (events != null) {
            events.thought(where, items.array(), from, items.size());
        }
    }

    private void openPart() {
        items.raw(parts == 0 ? "" : ",");
        where = ascii(where() + ",\"summary_index\":" + parts++);
        part = items.size();
        items.raw("{\"type\":\"summary_text\",\"text\":\"");
        text = items.size();
        if (events != null) {
            events.within(
                    "reasoning_summary_part.added",
                    where,
                    it -> it.raw(",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}"));
        }
    }

    private void closePart() {
        int textTo = items.size();
        items.raw("\"}");
        if (events != null) {
            events.within("reasoning_summary_text.done", where, it -> it.raw(",\"text\":\"")
                    .raw(items.array(), text, textTo - text)
                    .raw('"'));
            events.within("reasoning_summary_part.done", where, it -> it.raw(",\"part\":")
                    .raw(items.array(), part, items.size() - part));
        }
    }

    @Override
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        closePart();
        items.raw(']').raw(mark).raw(",\"status\":\"").raw(status).raw("\"}");
    }
}
