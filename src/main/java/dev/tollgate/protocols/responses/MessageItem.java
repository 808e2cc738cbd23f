package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A message with one text. */
final class MessageItem extends OpenItem {

    private static final String EMPTY_PART =
            ",\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[],\"logprobs\":[]}";

    private final byte[] where;
    private final long part;
    private final long text;
    private final int before;
    private final CollectedJson logprobs = new CollectedJson();

    /** @param before the code points of the response's texts before this one */
    MessageItem(CollectedJson items, @Nullable EventWriter events, int index, String id, int before) {
        super(items, events, index, id);
        this.before = before;
        this.where = ascii(where() + ",\"content_index\":0");
        items.out().raw("{\"type\":\"message\",\"id\":\"").raw(id).raw("\",\"role\":\"assistant\",\"content\":[");
        this.part = items.size();
        items.out().raw("{\"type\":\"output_text\",\"text\":\"");
        this.text = items.size();
        if (events != null) {
            events.item("added", index, it -> it.raw("{\"type\":\"message\",\"id\":\"")
                    .raw(id)
                    .raw("\",\"role\":\"assistant\",\"content\":[],\"status\":\"in_progress\"}"));
            events.within("content_part.added", where, it -> it.raw(EMPTY_PART));
        }
    }

    /** Returns where its text begins in the items. */
    long textFrom() {
        return text;
    }

    void append(String piece) {
        if (events == null) {
            items.out().escaped(piece);
        } else {
            events.text(where, piece, items);
        }
    }

    void logprobs(JsonNode tokens) {
        for (JsonNode token : tokens) {
            logprobs.out().raw(logprobs.isEmpty() ? "" : ",").json(token);
        }
    }

    @Override
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        long textTo = items.size();
        items.out().raw("\",\"annotations\":[");
        if (grounding != null) {
            annotations(grounding);
        }
        items.out().raw("],\"logprobs\":[");
        long logprobsFrom = items.size();
        items.add(logprobs);
        long logprobsTo = items.size();
        items.out().raw("]}");
        long partTo = items.size();
        items.out().raw("],\"status\":\"").raw(status).raw("\"}");
        if (events != null) {
            EventWriter writer = events;
            writer.within("output_text.done", where, it -> {
                it.raw(",\"text\":\"");
                writer.repeat(items, text, textTo);
                it.raw("\",\"logprobs\":[");
                writer.repeat(items, logprobsFrom, logprobsTo);
                it.raw(']');
            });
            writer.within("content_part.done", where, it -> {
                it.raw(",\"part\":");
                writer.repeat(items, part, partTo);
            });
        }
    }

    private void annotations(UpstreamEvent.Grounding grounding) {
        int count = 0;
        for (UpstreamEvent.Citation citation : grounding.citations()) {
            if (before > 0 && citation.endIndex() <= before) {
                continue; // of a text that is done
            }
            Utf8Buffer out = items.out();
            out.raw(count == 0 ? "" : ",");
            long from = items.size();
            out.raw("{\"type\":\"url_citation\",\"start_index\":").number(Math.max(0, citation.startIndex() - before));
            out.raw(",\"end_index\":").number(citation.endIndex() - before);
            out.raw(",\"url\":").string(citation.url());
            out.raw(",\"title\":").string(citation.title()).raw('}');
            int annotation = count++;
            if (events != null) {
                EventWriter writer = events;
                writer.within("output_text.annotation.added", where, it -> {
                    it.raw(",\"annotation_index\":").number(annotation).raw(",\"annotation\":");
                    writer.repeat(items, from, items.size());
                });
            }
        }
    }
}
