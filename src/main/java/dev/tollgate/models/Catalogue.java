package dev.tollgate.models;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is sold, by public id and alias, and what stands behind it, by the upstream's name. */
public final class Catalogue {

    private final Instant created;
    private final List<Model> models;
    private final Map<String, Model> byName = new HashMap<>();
    private final Map<String, UpstreamModel> upstreams = new LinkedHashMap<>();

    /**
     * @param created when the models were put on sale
     * @throws IllegalArgumentException when a name means two models
     */
    public Catalogue(Instant created, List<Model> models, List<UpstreamModel> upstreams) {
        this.created = created;
        this.models = models.stream().filter(Model::active).toList();
        refuseDoubles(models);
        this.models.forEach(model -> names(model).forEach(name -> byName.put(name, model)));
        upstreams.forEach(upstream -> this.upstreams.put(upstream.name(), upstream));
    }

    /** The model of an id or an alias as it is written, no prefix cut off; null where none is on sale under it. */
    public @Nullable Model find(String idOrAlias) {
        return byName.get(idOrAlias);
    }

    /** What is on sale, in the file's order. */
    public List<Model> all() {
        return models;
    }

    /** The rules of an upstream's model, null where the catalogue does not know it. */
    public @Nullable UpstreamModel upstream(String name) {
        return upstreams.get(name);
    }

    /** Every upstream's model that has rules here, in the file's order. */
    public List<String> upstreamNames() {
        return List.copyOf(upstreams.keySet());
    }

    /** When the models were put on sale ({@code created} in {@code GET /v1/models}). */
    public Instant created() {
        return created;
    }

    // An inactive model keeps its names: they must not come to mean another model by accident.
    private static void refuseDoubles(List<Model> models) {
        Set<String> taken = new HashSet<>();
        models.stream().flatMap(model -> names(model).stream()).forEach(name -> {
            if (!taken.add(name)) {
                throw new IllegalArgumentException(name + " names two models");
            }
        });
    }

    private static List<String> names(Model model) {
        List<String> names = new ArrayList<>(model.aliases());
        names.addFirst(model.id());
        return names;
    }
}
