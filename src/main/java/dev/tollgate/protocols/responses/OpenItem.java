package dev.tollgate.protocols.responses;

import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;

/** An output item that grows: its JSON at the end of a buffer, and its events where they are wanted. Confined to its call. */
abstract sealed class OpenItem permits MessageItem, ReasoningItem {

    /** All items. Offsets are places in it. */
    final CollectedJson items;

    final @Nullable EventWriter events;
    final int index;
    final String id;
    final long start;

    OpenItem(CollectedJson items, @Nullable EventWriter events, int index, String id) {
        this.items = items;
        this.events = events;
        this.index = index;
        this.id = id;
        this.start = items.size();
    }

    /**
     * Writes the rest of the item.
     *
     * @param grounding the sources of the text; null without any
     */
    abstract void close(String status, UpstreamEvent.@Nullable Grounding grounding);

    /** Returns the members by which events inside the item name it. */
    final String where() {
        return ",\"item_id\":\"" + id + "\",\"output_index\":" + index;
    }
}
