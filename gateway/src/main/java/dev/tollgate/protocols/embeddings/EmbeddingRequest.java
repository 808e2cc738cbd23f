package dev.tollgate.protocols.embeddings;

import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.util.List;

/**
 * The body of a request for embeddings.
 *
 * @param inputs with the settings of the whole request in each
 * @param callerNames user and tags
 * @param ignored fields without effect (D5)
 */
record EmbeddingRequest(
        String model, List<EmbedAsk.Input> inputs, EmbedAsk.Form form, CallerNames callerNames, List<String> ignored) {

    EmbeddingRequest {
        inputs = List.copyOf(inputs);
        ignored = List.copyOf(ignored);
    }
}
