package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.json.Json;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code logprobsResult} in OpenAI's shape (protocol 4.4). */
final class TokenLogprobs {

    /** OpenAI's own stand-in for a probability of zero. */
    private static final double LEAST = -9999;

    private TokenLogprobs() {}

    static ArrayNode of(JsonNode logprobsResult) {
        ArrayNode tokens = Json.MAPPER.createArrayNode();
        JsonNode tops = logprobsResult.path("topCandidates");
        int position = 0;
        for (JsonNode chosen : logprobsResult.path("chosenCandidates").values()) {
            ObjectNode token = token(chosen);
            ArrayNode alternatives = token.putArray("top_logprobs");
            tops.path(position++).path("candidates").forEach(top -> alternatives.add(token(top)));
            tokens.add(token);
        }
        return tokens;
    }

    private static ObjectNode token(JsonNode candidate) {
        String text = candidate.path("token").asString("");
        ObjectNode token = Json.MAPPER.createObjectNode();
        token.put("token", text);
        token.put("logprob", logprob(candidate.path("logProbability")));
        ArrayNode bytes = token.putArray("bytes");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(b & 0xff);
        }
        return token;
    }

    /** Proto JSON leaves out a zero, and writes minus infinity as a string. */
    private static double logprob(JsonNode value) {
        if (value.isString()) {
            return LEAST;
        }
        return Math.max(LEAST, value.asDouble(0));
    }
}
