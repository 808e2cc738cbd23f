package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.ContinuationToken;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A hop of a response that comes in several (protocol 2.5). Its prompt contains what earlier hops have generated.
 *
 * @param first the request of the first hop
 * @param eventsSent the events that earlier hops have sent
 */
record LongDecode(GoogleRequest first, int eventsSent) {

    private static final String USAGE = "usageMetadata";
    private static final String PROMPT = "promptTokenCount";

    static LongDecode of(GoogleRequest ask) {
        return new LongDecode(ContinuationToken.first(ask), ContinuationToken.eventsSent(ask));
    }

    /** Returns the events that earlier hops have not sent; at least the last one. @param all of the whole response */
    List<Supplier<ObjectNode>> rest(List<Supplier<ObjectNode>> all) {
        int sent = Math.min(eventsSent, all.size() - 1);
        if (sent == 0) {
            return all;
        }
        JsonNode generated = all.get(sent - 1).get().path(USAGE);
        int visible = generated.path("candidatesTokenCount").asInt(0);
        int thoughts = generated.path("thoughtsTokenCount").asInt(0);
        return all.subList(sent, all.size()).stream()
                .<Supplier<ObjectNode>>map(event -> () -> moved(event.get(), visible, thoughts))
                .toList();
    }

    /** Moves the tokens of earlier hops from the response to the prompt. The total stays as it is. */
    private static ObjectNode moved(ObjectNode event, int visible, int thoughts) {
        ObjectNode usage = (ObjectNode) event.get(USAGE);
        usage.put(PROMPT, usage.path(PROMPT).asInt(0) + visible + thoughts);
        subtract(usage, "candidatesTokenCount", visible);
        subtract(usage, "thoughtsTokenCount", thoughts);
        usage.withArray("promptTokensDetails")
                .add(JsonTrees.object().put("modality", "TEXT").put("tokenCount", visible + thoughts));
        return event;
    }

    private static void subtract(ObjectNode usage, String name, int tokens) {
        int left = usage.path(name).asInt(0) - tokens;
        if (left > 0) {
            usage.put(name, left);
        } else {
            usage.remove(name);
        }
    }
}
