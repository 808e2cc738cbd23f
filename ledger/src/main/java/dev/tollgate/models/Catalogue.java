package dev.tollgate.models;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The models on sale, by public id and alias, and the models of upstreams, by the upstream's name. Prices may be set while the program runs:
 * a model found later has the new price, a model found earlier keeps its own. Thread-safe; a look-up needs no lock and allocates nothing.
 */
public final class Catalogue {

    /** A catalogue without models. */
    public static final Catalogue NONE = new Catalogue(Instant.EPOCH, List.of(), List.of());

    /** The models on sale at one time. Immutable. */
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
    private final Set<String> own;

    /**
     * @param created time at which the models were put on sale
     * @throws IllegalArgumentException if a name means two models
     */
    public Catalogue(Instant created, List<Model> models, List<UpstreamModel> upstreams) {
        this(created, models, upstreams, Map.of(), Set.of());
    }

    /**
     * @param pricePlaces file and line of each price version
     * @param own the upstream's models whose rules an operator has written
     */
    Catalogue(
            Instant created,
            List<Model> models,
            List<UpstreamModel> upstreams,
            Map<String, String> pricePlaces,
            Set<String> own) {
        this.own = Set.copyOf(own);
        this.pricePlaces = Map.copyOf(pricePlaces);
        this.created = created;
        this.asWritten = models.stream().filter(Model::active).toList();
        refuseDoubles(models);
        this.offer = Offer.of(asWritten);
        upstreams.forEach(upstream -> this.upstreams.put(upstream.name(), upstream));
    }

    /** Returns the model of an id or an alias, without cutting a prefix off; null if none is on sale under it. */
    public @Nullable Model find(String idOrAlias) {
        return offer.byName.get(idOrAlias);
    }

    /** Returns the models on sale, in the order of the file. */
    public List<Model> all() {
        return offer.models;
    }

    /** Returns the models on sale that answer, in the order of the file; all models if none does. */
    public List<Model> answering() {
        List<Model> all = offer.models;
        List<Model> answering = all.stream().filter(Model::answers).toList();
        return answering.isEmpty() ? all : answering;
    }

    /** Returns the models on sale at the prices of the file. */
    public List<Model> asWritten() {
        return asWritten;
    }

    /**
     * Sets the prices of models; from its time on, each replaces the file's prices and the earlier ones in its list.
     *
     * @param prices by the model's public id, in the order in which they were set; ids that are not on sale are ignored
     */
    public void use(Map<String, List<PriceSchedule.Dated>> prices) {
        offer = Offer.of(asWritten.stream()
                .map(model -> atPrices(model, prices.getOrDefault(model.id(), List.of())))
                .toList());
    }

    private static Model atPrices(Model model, List<PriceSchedule.Dated> set) {
        PriceSchedule prices = model.prices();
        for (PriceSchedule.Dated price : set) {
            prices = prices.then(price);
        }
        return set.isEmpty() ? model : model.atPrices(prices);
    }

    /** Returns a copy with each model changed by a function that leaves its names. Prices that are set later do not reach it. */
    public Catalogue with(UnaryOperator<Model> changed) {
        Catalogue copy = apart();
        copy.offer = Offer.of(offer.models.stream().map(changed).toList());
        return copy;
    }

    /** Returns what the present prices stand for: another object after each change of a price. */
    public Object state() {
        return offer;
    }

    /** Returns a copy at the prices of the file. Prices set in one do not change the other. */
    Catalogue apart() {
        return new Catalogue(created, asWritten, List.copyOf(upstreams.values()), pricePlaces, own);
    }

    /** Returns the longest time that a call of any model may take, by its row, by its long answers or by the settings. @param setting of the settings */
    public Duration callTimeMax(Duration setting) {
        return asWritten.stream()
                .map(model -> model.longTokensMax() > 0 ? Model.CALL_TIME_MAX : model.callTimeMax())
                .filter(Objects::nonNull)
                .reduce(setting, (one, other) -> one.compareTo(other) > 0 ? one : other);
    }

    /** Returns file and line of a price version. */
    public String placeOf(String priceVersion) {
        return pricePlaces.getOrDefault(priceVersion, "the catalogue");
    }

    /** Returns the rules of an upstream's model, null if the catalogue does not have it. */
    public @Nullable UpstreamModel upstream(String name) {
        return upstreams.get(name);
    }

    /** Returns whether an operator's own catalogue has the rules of an upstream's model, and no vendor's file has others. */
    public boolean isOwn(String upstreamModel) {
        return own.contains(upstreamModel);
    }

    /** Returns the rules of all upstream models, in the order of the file. */
    public List<UpstreamModel> upstreamModels() {
        return List.copyOf(upstreams.values());
    }

    /** Returns all upstream models with rules, in the order of the file. */
    public List<String> upstreamNames() {
        return List.copyOf(upstreams.keySet());
    }

    /** Returns the time at which the models were put on sale ({@code created} in {@code GET /v1/models}). */
    public Instant created() {
        return created;
    }

    // An inactive model keeps its names: they must not mean another model by accident.
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
