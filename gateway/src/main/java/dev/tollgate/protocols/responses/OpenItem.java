package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An output item that is being written: its JSON at the end of all items, and its events. Confined to its call. */
class OpenItem {

    final EventWriter events;

    /** The end of all items. */
    final Utf8Buffer out;

    private final String type;
    private final int index;
    private final String id;

    /** The place where the item begins. */
    final long start;

    /** The members that name the item, or a part of it, in an event. */
    byte[] where;

    /** Begins an item. */
    OpenItem(EventWriter events, String type, int index, String id) {
        this.events = events;
        this.type = type;
        this.index = index;
        this.id = id;
        out = events.items.out().raw(index == 0 ? "" : ",");
        start = place();
        out.raw("{\"type\":\"").raw(type).raw("\",\"id\":\"").raw(id).raw('"');
        where = where("");
    }

    /** Returns where the next byte of the items will be. */
    final long place() {
        return events.items.size();
    }

    /** Returns the members by which events inside the item name it. @param part the members that name a part of it */
    private byte[] where(String part) {
        return events.streams ? ascii(",\"item_id\":\"" + id + "\",\"output_index\":" + index + part) : new byte[0];
    }

    /** Names a part of the item in the next events. @param part members, each after a comma */
    final void in(String part) {
        where = where(part);
    }

    /** Writes the event of an item that begins as it is written until now. @param rest the end of its JSON until it is done */
    final void added(String rest) {
        item("added", rest);
    }

    final void done() {
        item("done", "");
    }

    private void item(String what, String rest) {
        long to = place();
        events.event("response.output_item." + what, it -> {
            it.raw(",\"output_index\":").number(index).raw(",\"item\":");
            events.repeat(start, to);
            it.raw(rest);
        });
    }

    /** Writes an event inside the item. */
    final void within(String event, Consumer<Utf8Buffer> members) {
        events.event("response." + event, it -> members.accept(it.raw(where)));
    }

    /** Writes an event inside the item that repeats a part of it. @param before the member's name and what precedes the part */
    final void repeating(String event, String before, long from, long to, String after) {
        within(event, it -> {
            it.raw(before);
            events.repeat(from, to);
            it.raw(after);
        });
    }

    /** Writes events that have only the item's state. */
    final void states(String... states) {
        for (String state : states) {
            within(type + "." + state, it -> {});
        }
    }

    /**
     * Writes the rest of the item.
     *
     * @param grounding the sources of the text; null without any
     */
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {}
}
