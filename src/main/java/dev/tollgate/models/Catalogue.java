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

/**
 * What is sold, by public id and alias, and what stands behind it, by the upstream's name. Prices may be set while the program runs: what is
 * found afterwards has the new one, what was found before keeps its own. Thread-safe; looking up takes no lock and makes nothing.
 */
public final class Catalogue {

    /** Nothing is on sale. */
    public static final Catalogue NONE = new Catalogue(Instant.EPOCH, List.of(), List.of());

    /** What is on sale at one time. Immutable. */
    private record Offer(List<Model> models, Map<String, Model> byName) {

        static Offer of(List<Model> models) {
            Map<String, Model> byName = new HashMap<>();
            models.forEach(model -> names(model).forEach(name -> byName.put(name, model)));
            return new Offer(models, byName);
        }
    }

    private final Instant created;
    private final List<Model> asWritten;
    private volatile Offer offer;
    private final Map<String, UpstreamModel> upstreams = new LinkedHashMap<>();
    private final Map<String, String> pricePlaces;

    /**
     * @param created when the models were put on sale
     * @throws IllegalArgumentException when a name means two models
     */
    public Catalogue(Instant created, List<Model> models, List<UpstreamModel> upstreams) {
        this(created, models, upstreams, Map.of());
    }

    /** @param pricePlaces file and line of each price version */
    Catalogue(Instant created, List<Model> models, List<UpstreamModel> upstreams, Map<String, String> pricePlaces) {
        this.pricePlaces = Map.copyOf(pricePlaces);
        this.created = created;
        this.asWritten = models.stream().filter(Model::active).toList();
        refuseDoubles(models);
        this.offer = Offer.of(asWritten);
        upstreams.forEach(upstream -> this.upstreams.put(upstream.name(), upstream));
    }

    /** The model of an id or an alias as it is written, no prefix cut off; null where none is on sale under it. */
    public @Nullable Model find(String idOrAlias) {
        return offer.byName.get(idOrAlias);
    }

    /** What is on sale, in the file's order. */
    public List<Model> all() {
        return offer.models;
    }

    /** The same at the prices of the file. */
    public List<Model> asWritten() {
        return asWritten;
    }

    /**
     * From now on these prices hold, and those of the file where there is none.
     *
     * @param prices by the model's public id; of what is not on sale nothing becomes
     */
    public void use(Map<String, Pricing> prices) {
        offer = Offer.of(asWritten.stream()
                .map(model -> {
                    Pricing price = prices.get(model.id());
                    return price == null ? model : model.at(price);
                })
                .toList());
    }

    /** The same at the prices of the file, and what is set in one is not in the other. */
    Catalogue apart() {
        return new Catalogue(created, asWritten, List.copyOf(upstreams.values()), pricePlaces);
    }

    /** File and line where a price version is written. */
    public String placeOf(String priceVersion) {
        return pricePlaces.getOrDefault(priceVersion, "the catalogue");
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
