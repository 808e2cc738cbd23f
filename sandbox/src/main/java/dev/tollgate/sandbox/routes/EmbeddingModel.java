package dev.tollgate.sandbox.routes;

import java.util.List;
import java.util.Optional;

/**
 * A model of embeddings. Immutable.
 *
 * @param name without {@code models/}
 * @param inputTokensMax what is beyond is cut silently, as Google does by default
 * @param scalesShorter whether vectors shorter than {@link #DIMENSIONS_MAX} have length 1, too
 */
public record EmbeddingModel(String name, int inputTokensMax, boolean scalesShorter) {

    public static final int DIMENSIONS_MAX = 3_072;

    private static final List<EmbeddingModel> ALL = List.of(
            new EmbeddingModel("gemini-embedding-001", 2_048, false),
            new EmbeddingModel("gemini-embedding-2", 8_192, true));

    /** The model of a name. */
    public static Optional<EmbeddingModel> named(String name) {
        return ALL.stream().filter(model -> model.name.equals(name)).findFirst();
    }
}
