package dev.tollgate.models;

import java.util.List;

/**
 * The abilities of a model of embeddings (E68, E69).
 *
 * @param dimensionsMin the shortest vector that callers may request
 * @param dimensionsMax the longest vector, which is also the default
 * @param taskTypes the words that it knows for the use of a vector; empty if such a word has no effect
 * @param scalesShorter whether Tollgate scales shorter vectors to length 1, because the provider does not
 */
public record EmbeddingRules(int dimensionsMin, int dimensionsMax, List<String> taskTypes, boolean scalesShorter) {

    public EmbeddingRules {
        taskTypes = List.copyOf(taskTypes);
    }
}
