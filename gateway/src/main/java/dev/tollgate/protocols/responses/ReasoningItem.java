package dev.tollgate.protocols.responses;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;

/** Thoughts that are shown. A heading begins a new part of the summary (E37). */
final class ReasoningItem extends OpenItem {

    private static final String HEADING = "**";

    private final String mark;
    private int parts;
    private long part;
    private long text;

    /** @param mark the member with the mark that says nothing, after a comma (E14); empty without one */
    ReasoningItem(EventWriter events, int index, String id, String mark) {
        super(events, "reasoning", index, id);
        this.mark = mark;
        added(",\"summary\":[]" + mark + ",\"status\":\"in_progress\"}");
        out.raw(",\"summary\":[");
        openPart();
    }

    void append(String piece) {
        if (piece.startsWith(HEADING) && place() > text) {
            closePart();
            openPart();
        }
        events.thought(where, piece);
    }

    private void openPart() {
        out.raw(parts == 0 ? "" : ",");
        in(",\"summary_index\":" + parts++);
        part = place();
        out.raw("{\"type\":\"summary_text\",\"text\":\"");
        text = place();
        within("reasoning_summary_part.added", it -> it.raw(",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}"));
    }

    private void closePart() {
        repeating("reasoning_summary_text.done", ",\"text\":\"", text, place(), "\"");
        out.raw("\"}");
        repeating("reasoning_summary_part.done", ",\"part\":", part, place(), "");
    }

    @Override
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        closePart();
        out.raw(']').raw(mark).raw(",\"status\":\"").raw(status).raw("\"}");
    }
}
