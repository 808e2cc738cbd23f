package dev.tollgate.protocols.embeddings;

import dev.tollgate.upstreams.pool.EmbedAsk;
import java.util.List;

/**
 * The body of a request for embeddings.
 *
 * @param inputs with the settings of the whole request in each
 * @param ignored fields without effect (D5)
 */
record EmbeddingRequest(String model, List<EmbedAsk.Input> inputs, EmbedAsk.Form form, List<String> ignored) {

    EmbeddingRequest {
        inputs = List.copyOf(inputs);
        ignored = List.copyOf(ignored);
    }
}
