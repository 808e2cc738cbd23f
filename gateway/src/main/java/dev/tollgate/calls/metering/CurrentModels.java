package dev.tollgate.calls.metering;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.running.Standing;
import dev.tollgate.upstreams.pool.Upstreams;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The models on sale, each with the rules of the upstream model that serves it now (D59). A retired model keeps its id, aliases and price, and
 * follows the rules of its successor. If several channels serve a model, the catalogue's rules hold as long as one of them still uses the original;
 * translation finds what another channel cannot serve. Thread-safe.
 */
public final class CurrentModels implements ModelLife {

    private final SoldTo sold;
    private final Catalogue catalogue;
    private final Upstreams upstreams;
    private final InstantSource clock;
    private final Map<Replaced, UpstreamModel> replaced = new ConcurrentHashMap<>();

    /**
     * The key of a successor's rules: at most one for each row and successor of the catalogue.
     *
     * @param successor the upstream's name of the successor
     */
    private record Replaced(String modelId, String successor) {}

    /** @param clock the time by which prices come into force, the same on all servers that share the books */
    public CurrentModels(SoldTo sold, Upstreams upstreams, InstantSource clock) {
        this.sold = sold;
        this.catalogue = sold.standard();
        this.upstreams = upstreams;
        this.clock = clock;
    }

    /** Returns the model of an id or alias as written; null if none is on sale under that name. */
    public @Nullable Model find(String idOrAlias) {
        return find(idOrAlias, now());
    }

    /** Returns the model of an id or alias at the standard price in force at a time; null if none is on sale under that name. */
    public @Nullable Model find(String idOrAlias, Instant at) {
        return current(catalogue, idOrAlias, at);
    }

    /** Returns the model of an id or alias at an account's price in force at a time (Z3); null if none is on sale under that name. */
    public @Nullable Model find(String idOrAlias, Instant at, String accountId) {
        return current(sold.catalogue(accountId, at), idOrAlias, at);
    }

    private @Nullable Model current(Catalogue prices, String idOrAlias, Instant at) {
        Model model = prices.find(idOrAlias);
        return model == null ? null : current(model, at);
    }

    /** Returns the ids of the models that make images. */
    public List<String> makingImages() {
        return ids(Model::makesImages);
    }

    /** Returns the ids of the models that make speech. */
    public List<String> speaking() {
        return ids(Model::speaks);
    }

    private List<String> ids(Predicate<Model> fits) {
        return catalogue.all().stream().filter(fits).map(Model::id).toList();
    }

    @Override
    public Model current(Model model) {
        return current(model, now());
    }

    @Override
    public Model offered(Model model) {
        return upstreams.grantFlex(model.id()) ? model : model.withoutFlex();
    }

    /** Returns the time by which prices come into force. */
    public Instant now() {
        return clock.instant();
    }

    private Model current(Model sold, Instant now) {
        Model model = asServed(sold.at(now));
        if (model.upstream().retirements().isEmpty()) {
            return model;
        }
        Collection<Standing> standings = upstreams.standings(model.id()).values();
        if (standings.isEmpty() || standings.stream().anyMatch(standing -> !standing.isReplaced())) {
            return model;
        }
        String successor = standings.iterator().next().model();
        return model.standingOn(
                replaced.computeIfAbsent(new Replaced(model.id(), successor), _ -> rules(model, successor)));
    }

    /** Returns the model without functions next to a search if one of its channels takes only one of both, as Vertex AI does. */
    private Model asServed(Model model) {
        return !model.tools().functionsWithSearch() || upstreams.takeFunctionsWithSearch(model.id())
                ? model
                : model.withoutFunctionsWithSearch();
    }

    /** Returns whether a channel of the model writes answers in several hops for an account now (H2). */
    public boolean haveHops(Model model, String accountId) {
        return upstreams.haveHops(model.id(), accountId);
    }

    /** Returns a function from a channel's name to the upstream's name of the model there; null if the channel does not serve the model. */
    public Function<String, @Nullable String> modelOn(Model model) {
        Map<String, Standing> standings = upstreams.standings(model.id());
        return channel -> {
            Standing standing = standings.get(channel);
            return standing == null ? null : standing.model();
        };
    }

    @Override
    public @Nullable Retirement retirement(Model model) {
        Instant told = clock.instant().plus(TOLD_BEFORE);
        return upstreams.standings(model.id()).values().stream()
                .filter(standing -> standing.isReplaced() || isTold(standing, told))
                .min(Comparator.comparing(standing -> Objects.requireNonNull(standing.retires())))
                .map(standing -> new Retirement(
                        Objects.requireNonNull(standing.retires()),
                        Objects.requireNonNull(standing.successor()),
                        standing.isReplaced()))
                .orElse(null);
    }

    @Override
    public Set<String> servedBy(Model model, Instant at) {
        Set<String> names = new LinkedHashSet<>();
        upstreams.standings(model.id()).values().forEach(standing -> names.add(standing.modelAt(at)));
        return names.isEmpty() ? Set.of(model.upstream().name()) : names;
    }

    private static boolean isTold(Standing standing, Instant told) {
        return standing.retires() != null && !standing.retires().isAfter(told);
    }

    private UpstreamModel rules(Model model, String successor) {
        return Objects.requireNonNull(catalogue.upstream(successor), successor).inPlaceOf(model.upstream());
    }
}
