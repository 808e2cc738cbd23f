package dev.tollgate.upstreams.pool;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A channel as the channels file defines it.
 *
 * @param id the operator's name for it
 * @param kind the provider's kind
 * @param priority lower ones are used first, 1 to 100
 * @param weight its share among channels of the same priority, 1 to 1000
 * @param functionsMax the most functions that a call may declare on it, 1 to 512
 * @param project a name for the provider's cache that it reads: equal for channels of one project and region; its id by default
 * @param models the upstream's name of each model that it serves, by the catalogue's id
 * @param flex the models of these, by the catalogue's id, whose calls at the service tier flex it takes
 * @param tellsTrace whether Tollgate sends it {@code traceparent}
 * @param credentialExpires the date that the operator entered, since providers do not report it; null if not entered
 */
public record ChannelSpec(
        String id,
        String kind,
        int priority,
        int weight,
        int functionsMax,
        String project,
        Map<String, String> models,
        Set<String> flex,
        boolean tellsTrace,
        @Nullable Instant credentialExpires,
        Opening opening) {

    /** The kind of the built-in sandbox, whose health is kept for each account: a prompt can make it fail. */
    public static final String SANDBOX = "sandbox";

    /** Google's limit. */
    public static final int FUNCTIONS_MAX = 512;

    /** Defines a channel with all functions, with flex for all models, without {@code traceparent} and without an end of its credential. */
    public ChannelSpec(String id, String kind, int priority, int weight, Map<String, String> models, Opening opening) {
        this(id, kind, priority, weight, FUNCTIONS_MAX, id, models, models.keySet(), false, null, opening);
    }

    public ChannelSpec {
        models = Map.copyOf(models);
        flex = Set.copyOf(flex);
    }
}
