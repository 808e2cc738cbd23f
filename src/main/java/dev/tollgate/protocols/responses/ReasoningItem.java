package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;

/** Thoughts that are shown. A heading begins a new part of the summary (E37). */
final class ReasoningItem extends OpenItem {

    private static final String HEADING = "**";

    private final String mark;
    private byte[] where = {};
    private int parts;
    private long part;
    private long text;

    /** @param mark the member with the mark that says nothing, after a comma (E14); empty without one */
    ReasoningItem(CollectedJson items, @Nullable EventWriter events, int index, String id, String mark) {
        super(items, events, index, id);
        this.mark = mark;
        items.out().raw("{\"type\":\"reasoning\",\"id\":\"").raw(id).raw("\",\"summary\":[");
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
        if (events == null) {
            items.out().escaped(piece);
        } else {
            events.thought(where, piece, items);
        }
    }

    private void openPart() {
        items.out().raw(parts == 0 ? "" : ",");
        where = ascii(where() + ",\"summary_index\":" + parts++);
        part = items.size();
        items.out().raw("{\"type\":\"summary_text\",\"text\":\"");
        text = items.size();
        if (events != null) {
            events.within(
                    "reasoning_summary_part.added",
                    where,
                    it -> it.raw(",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}"));
        }
    }

    private void closePart() {
        long textTo = items.size();
        items.out().raw("\"}");
        if (events != null) {
            EventWriter writer = events;
            writer.within("reasoning_summary_text.done", where, it -> {
                it.raw(",\"text\":\"");
                writer.repeat(items, text, textTo);
                it.raw('"');
            });
            writer.within("reasoning_summary_part.done", where, it -> {
                it.raw(",\"part\":");
                writer.repeat(items, part, items.size());
            });
        }
    }

    @Override
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        closePart();
        items.out().raw(']').raw(mark).raw(",\"status\":\"").raw(status).raw("\"}");
    }
}
