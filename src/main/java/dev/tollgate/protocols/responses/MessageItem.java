package dev.tollgate.protocols.responses;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A message with one text. */
final class MessageItem extends OpenItem {

    private static final String EMPTY_PART =
            ",\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[],\"logprobs\":[]}";

    private final byte[] where;
    private final int part;
    private final int text;
    private final int before;
    private final Utf8Buffer logprobs = new Utf8Buffer(0);

    /** @param before the code points of the response's texts before this one */
    MessageItem(Utf8Buffer items, @Nullable EventWriter events, int index, String id, int before) {
        super(items, events, index, id);
        this.before = before;
        this.where = ascii(where() + ",\"content_index\":0");
        items.raw("{\"type\":\"message\",\"id\":\"").raw(id).raw("\",\"role\":\"assistant\",\"content\":[");
        this.part = items.size();
        items.raw("{\"type\":\"output_text\",\"text\":\"");
        this.text = items.size();
        if (events != null) {
            events.item("added", index, it -> it.raw("{\"type\":\"message\",\"id\":\"")
                    .raw(id)
                    .raw("\",\"role\":\"assistant\",\"content\":[],\"status\":\"in_progress\"}"));
            events.within("content_part.added", where, it -> it.raw(EMPTY_PART));
        }
    }

    void append(String piece) {
        int from = items.size();
        items.escaped(piece);
        if (events != null) {
            events.text(where, items.array(), from, items.size());
        }
    }

    void logprobs(JsonNode tokens) {
        for (JsonNode token : tokens) {
            logprobs.raw(logprobs.size() == 0 ? "" : ",").json(token);
        }
    }

    @Override
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        int textTo = items.size();
        items.raw("\",\"annotations\":[");
        if (grounding != null) {
            annotations(grounding);
        }
        items.raw("],\"logprobs\":[").raw(logprobs.array(), logprobs.size()).raw("]}");
        int partTo = items.size();
        items.raw("],\"status\":\"").raw(status).raw("\"}");
        if (events != null) {
            events.within("output_text.done", where, it -> it.raw(",\"text\":\"")
                    .raw(items.array(), text, textTo - text)
                    .raw("\",\"logprobs\":[")
                    .raw(logprobs.array(), logprobs.size())
                    .raw(']'));
            events.within(
                    "content_part.done", where, it -> it.raw(",\"part\":").raw(items.array(), part, partTo - part));
        }
    }

    private void annotations(UpstreamEvent.Grounding grounding) {
        int count = 0;
        for (UpstreamEvent.Citation citation : grounding.citations()) {
            if (before > 0 && citation.endIndex() <= before) {
                continue; // of a text that is done
            }
            items.raw(count == 0 ? "" : ",");
            int from = items.size();
            items.raw("{\"type\":\"url_citation\",\"start_index\":")
                    .number(Math.max(0, citation.startIndex() - before));
            items.raw(",\"end_index\":").number(citation.endIndex() - before);
            items.raw(",\"url\":").string(citation.url());
            items.raw(",\"title\":").string(citation.title()).raw('}');
            int annotation = count++;
            if (events != null) {
                events.within("output_text.annotation.added", where, it -> it.raw(",\"annotation_index\":")
                        .number(annotation)
                        .raw(",\"annotation\":")
                        .raw(items.array(), from, items.size() - from));
            }
        }
    }
}
