package dev.tollgate.upstreams.embeddings;

import java.util.Set;

/**
 * The places of vectors and token counts in a protocol's answer, as dotted names without the positions in arrays.
 *
 * @param vectors arrays of numbers
 * @param tokens counts of the input's tokens; several ones of a name add up, and the name that came first counts
 * @param elements the array whose objects hold one vector each; empty if vectors come in the order of the inputs
 * @param cost what the server charged, in US dollars; empty if it is not read
 */
public record VectorPlaces(Set<String> vectors, Set<String> tokens, String elements, String cost) {

    /** Gemini's {@code batchEmbedContents} and {@code embedContent}, of which Vertex AI reports tokens. */
    public static final VectorPlaces GEMINI = new VectorPlaces(
            Set.of("embeddings.values", "embedding.values"), Set.of("usageMetadata.promptTokenCount"), "", "");

    /** Vertex AI's {@code predict}. */
    public static final VectorPlaces PREDICTIONS = new VectorPlaces(
            Set.of("predictions.embeddings.values"), Set.of("predictions.embeddings.statistics.token_count"), "", "");

    /** OpenAI's list, whose objects have an {@code index}. */
    public static final VectorPlaces OPENAI = new VectorPlaces(
            Set.of("data.embedding"), Set.of("usage.prompt_tokens", "usage.input_tokens"), "data", "usage.cost");

    /** Returns these places without the server's cost. */
    public VectorPlaces withoutCost() {
        return new VectorPlaces(vectors, tokens, elements, "");
    }

    boolean isCost(String path) {
        return !cost.isEmpty() && path.equals(cost);
    }

    boolean isIndex(String path) {
        return !elements.isEmpty() && path.equals(elements + ".index");
    }
}
