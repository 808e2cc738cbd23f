package dev.tollgate.upstreams.gemini;

import dev.tollgate.models.UpstreamModel;
import java.util.Set;
import java.util.function.Function;

/**
 * The catalogue, as far as channels need it.
 *
 * @param names the upstream models that have rules there
 * @param byName the rules of an upstream model by its name; throws where there are none
 */
public record KnownModels(Set<String> names, Function<String, UpstreamModel> byName) {

    public KnownModels {
        names = Set.copyOf(names);
    }

    /** The rules of an upstream model. @throws RuntimeException where there are none */
    UpstreamModel rules(String name) {
        return byName.apply(name);
    }
}
