package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Made-up log probabilities of a piece of text, a token a word, in Google's form (protocol 2.1). */
final class Logprobs {

    private static final Pattern TOKEN = Pattern.compile("\\s*\\S+\\s*");

    private Logprobs() {}

    /** @param alternatives how many candidates each token has, besides being chosen */
    static void add(ObjectNode candidate, String piece, int alternatives, RandomGenerator random) {
        ObjectNode result = JsonTrees.object();
        ArrayNode chosen = JsonTrees.array();
        ArrayNode top = JsonTrees.array();
        double sum = 0;
        Matcher tokens = TOKEN.matcher(piece);
        while (tokens.find()) {
            double probability = -0.01 - random.nextInt(100) / 1_000.0;
            sum += probability;
            chosen.add(token(tokens.group(), probability));
            ArrayNode candidates = top.addObject().putArray("candidates");
            for (int i = 0; i < alternatives; i++) {
                candidates.add(i == 0 ? token(tokens.group(), probability) : token(" other" + i, probability - i));
            }
        }
        result.put("logProbabilitySum", sum).set("chosenCandidates", chosen);
        if (alternatives > 0) {
            result.set("topCandidates", top);
        }
        candidate.put("avgLogprobs", chosen.isEmpty() ? 0 : sum / chosen.size());
        candidate.set("logprobsResult", result);
    }

    private static ObjectNode token(String token, double probability) {
        return JsonTrees.object()
                .put("token", token)
                .put("tokenId", 1 + (token.hashCode() & 0xFFFF))
                .put("logProbability", probability);
    }
}
