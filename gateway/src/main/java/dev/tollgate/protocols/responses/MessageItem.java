package dev.tollgate.protocols.responses;

import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A message with one text. */
final class MessageItem extends OpenItem {

    private static final String EMPTY_PART =
            ",\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[],\"logprobs\":[]}";

    private final long part;
    private final long text;
    private final int before;
    private final CollectedJson logprobs = new CollectedJson();

    /** @param before the code points of the response's texts before this one */
    MessageItem(EventWriter events, int index, String id, int before) {
        super(events, "message", index, id);
        this.before = before;
        added(",\"role\":\"assistant\",\"content\":[],\"status\":\"in_progress\"}");
        in(",\"content_index\":0");
        within("content_part.added", it -> it.raw(EMPTY_PART));
        out.raw(",\"role\":\"assistant\",\"content\":[");
        part = place();
        out.raw("{\"type\":\"output_text\",\"text\":\"");
        text = place();
    }

    void append(String piece) {
        events.text(where, piece);
    }

    void logprobs(JsonNode tokens) {
        for (JsonNode token : tokens) {
            logprobs.out().raw(logprobs.isEmpty() ? "" : ",").json(token);
        }
    }

    @Override
    void close(String status, UpstreamEvent.@Nullable Grounding grounding) {
        long textTo = place();
        out.raw("\",\"annotations\":[");
        if (grounding != null) {
            annotations(grounding);
        }
        out.raw("],\"logprobs\":[");
        long logprobsFrom = place();
        events.items.add(logprobs);
        long logprobsTo = place();
        out.raw("]}");
        within("output_text.done", it -> {
            it.raw(",\"text\":\"");
            events.repeat(text, textTo);
            it.raw("\",\"logprobs\":[");
            events.repeat(logprobsFrom, logprobsTo);
            it.raw(']');
        });
        repeating("content_part.done", ",\"part\":", part, place(), "");
        out.raw("],\"status\":\"").raw(status).raw("\"}");
    }

    private void annotations(UpstreamEvent.Grounding grounding) {
        int count = 0;
        for (UpstreamEvent.Citation citation : grounding.citations()) {
            if (before > 0 && citation.endIndex() <= before) {
                continue; // it belongs to a text that is done
            }
            out.raw(count == 0 ? "" : ",");
            long from = place();
            out.raw("{\"type\":\"url_citation\",\"start_index\":").number(Math.max(0, citation.startIndex() - before));
            out.raw(",\"end_index\":").number(citation.endIndex() - before);
            out.raw(",\"url\":").string(citation.url());
            out.raw(",\"title\":").string(citation.title()).raw('}');
            String head = ",\"annotation_index\":" + count++ + ",\"annotation\":";
            repeating("output_text.annotation.added", head, from, place(), "");
        }
    }
}
