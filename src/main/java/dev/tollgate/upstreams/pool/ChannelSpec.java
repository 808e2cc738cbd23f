package dev.tollgate.upstreams.pool;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A channel as the operator wants it.
 *
 * @param id the operator's name for it
 * @param kind which provider
 * @param priority lower ones are asked first, 1 to 100
 * @param weight its share among those of the same priority, 1 to 1000
 * @param models the upstream's name of each model that it serves, by the catalogue's id
 * @param tellsTrace whether it is sent {@code traceparent}
 * @param credentialExpires as the operator has written down, since no provider tells; null where he has not
 */
public record ChannelSpec(
        String id,
        String kind,
        int priority,
        int weight,
        Map<String, String> models,
        boolean tellsTrace,
        @Nullable Instant credentialExpires,
        Opening opening) {

    /** One that is told nothing of traces, and whose credential does not end. */
    public ChannelSpec(String id, String kind, int priority, int weight, Map<String, String> models, Opening opening) {
        this(id, kind, priority, weight, models, false, null, opening);
    }

    public ChannelSpec {
        models = Map.copyOf(models);
    }
}
