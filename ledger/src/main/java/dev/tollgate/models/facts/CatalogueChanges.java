package dev.tollgate.models.facts;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The differences between a catalogue and the same one with other facts of the vendor, as models on sale would meet them (C16). Prices on sale are the
 * present catalogue's. Pure.
 */
public record CatalogueChanges(Catalogue now, Catalogue then, Instant at) {

    /** The kinds of channel on which a model can retire; on others it stays as it is. */
    public static final List<String> KINDS = List.of("gemini", "vertex");

    /**
     * A difference that begins at a time.
     *
     * @param from not before the present time
     * @param kinds of channel that it is about
     * @param models on sale at the present catalogue's prices, in its order
     * @param before the upstream model that serves them by the present catalogue
     * @param after the row that would serve them
     * @param costBefore null if unknown
     * @param costAfter null if unknown
     * @param words what differs, a part of a sentence each
     */
    public record Change(
            Instant from,
            List<String> kinds,
            List<Model> models,
            UpstreamModel before,
            UpstreamModel after,
            UpstreamModel.@Nullable Cost costBefore,
            UpstreamModel.@Nullable Cost costAfter,
            List<String> words) {}

    /** The upstream models by which one model is served at a time, and their costs; equal if callers and the operator notice no difference. */
    private record Served(
            UpstreamModel before,
            UpstreamModel after,
            UpstreamModel.@Nullable Cost costBefore,
            UpstreamModel.@Nullable Cost costAfter) {

        List<String> words() {
            List<String> words = new ArrayList<>();
            if (!before.name().equals(after.name())) {
                words.add(after.name() + " answers instead of " + before.name());
            } else if (!Objects.equals(tariff(costBefore), tariff(costAfter))) {
                words.add("it costs " + usd(costAfter) + " instead of " + usd(costBefore));
            }
            Foresight.differences(before, after).forEach(difference -> words.add(difference.english()));
            return words;
        }
    }

    private record Key(Instant from, UpstreamModel before, UpstreamModel after, List<String> words) {}

    /**
     * A row by which models on sale are served, now or after a retirement, and which the other facts do not have: the present row stays.
     *
     * @param renamed the row of the other facts that differs by its name alone; null if none does
     * @param models on sale that it serves
     */
    public record Missing(String name, @Nullable String renamed, List<Model> models) {}

    /** Returns the rows in use that other facts lack. @param others the names of their rows */
    public List<Missing> missing(Set<String> others) {
        Map<String, List<Model>> served = new LinkedHashMap<>();
        for (Model model : now.all()) {
            Set<String> chain = new LinkedHashSet<>();
            follow(model.upstream().name(), chain);
            chain.forEach(
                    name -> served.computeIfAbsent(name, _ -> new ArrayList<>()).add(model));
        }
        served.keySet().removeAll(others);
        return served.entrySet().stream()
                .map(it -> new Missing(it.getKey(), renamed(it.getKey(), others), List.copyOf(it.getValue())))
                .toList();
    }

    private void follow(String name, Set<String> chain) {
        UpstreamModel row = then.upstream(name);
        if (row != null && chain.add(name)) {
            row.retirements().values().forEach(end -> follow(end.becomes(), chain));
        }
    }

    private @Nullable String renamed(String name, Set<String> others) {
        UpstreamModel row = Objects.requireNonNull(then.upstream(name));
        return others.stream()
                .filter(other -> now.upstream(other) == null)
                .filter(other -> row.named(other).equals(then.upstream(other)))
                .sorted()
                .findFirst()
                .orElse(null);
    }

    /** Returns the differences, the earliest first. */
    public List<Change> all() {
        Map<Key, Change> changes = new LinkedHashMap<>();
        for (Model model : now.all()) {
            Model other = then.find(model.id());
            if (other != null) {
                KINDS.forEach(kind -> add(model, kind, changes));
            }
        }
        return changes.values().stream()
                .sorted((one, two) -> one.from().compareTo(two.from()))
                .toList();
    }

    private void add(Model model, String kind, Map<Key, Change> changes) {
        List<String> last = List.of();
        for (Instant turn : turns(model.upstream().name(), kind)) {
            Served served = served(model.upstream(), kind, turn);
            List<String> words = served.words();
            if (!words.isEmpty() && !words.equals(last)) {
                Key key = new Key(turn, served.before(), served.after(), words);
                Change change = changes.get(key);
                changes.put(key, change == null ? change(served, turn, kind, model, words) : with(change, kind, model));
            }
            last = words;
        }
    }

    private static Change change(Served served, Instant turn, String kind, Model model, List<String> words) {
        return new Change(
                turn,
                List.of(kind),
                List.of(model),
                served.before(),
                served.after(),
                served.costBefore(),
                served.costAfter(),
                words);
    }

    private static Change with(Change change, String kind, Model model) {
        return new Change(
                change.from(),
                added(change.kinds(), kind),
                added(change.models(), model),
                change.before(),
                change.after(),
                change.costBefore(),
                change.costAfter(),
                change.words());
    }

    private static <T> List<T> added(List<T> list, T one) {
        if (list.contains(one)) {
            return list;
        }
        List<T> all = new ArrayList<>(list);
        all.add(one);
        return List.copyOf(all);
    }

    /** Returns the present time, and the later ones at which either catalogue has another model or cost. */
    private SortedSet<Instant> turns(String name, String kind) {
        SortedSet<Instant> turns = new TreeSet<>();
        turns.add(at);
        for (Catalogue each : List.of(now, then)) {
            UpstreamModel row = each.upstream(name);
            for (int steps = 0; row != null && steps <= each.upstreamNames().size(); steps++) {
                row.costs().forEach(cost -> turns.add(cost.from()));
                UpstreamModel.Retirement end = row.retirements().get(kind);
                if (end != null) {
                    turns.add(end.at());
                }
                row = end == null ? null : each.upstream(end.becomes());
            }
        }
        return turns.tailSet(at);
    }

    private Served served(UpstreamModel row, String kind, Instant turn) {
        UpstreamModel before = KindLife.served(now, row, kind, turn);
        UpstreamModel after =
                KindLife.served(then, Objects.requireNonNullElse(then.upstream(row.name()), row), kind, turn);
        return new Served(before, after, before.cost(turn), after.cost(turn));
    }

    private static @Nullable Tariff tariff(UpstreamModel.@Nullable Cost cost) {
        return cost == null ? null : cost.tariff();
    }

    /** Returns the rates that differ from model to model; others are in the catalogue. */
    private static String usd(UpstreamModel.@Nullable Cost cost) {
        if (cost == null) {
            return "an unknown price";
        }
        PriceRates rates = cost.tariff().rates();
        List<String> all = new ArrayList<>();
        all.add(dollars(rates.inputMicros()) + " in, " + dollars(rates.outputMicros()) + " out");
        for (Rate rate : Rate.OPTIONAL) {
            if (cost.tariff().has(rate)) {
                all.add(dollars(rate.of(rates)) + " " + rate.key());
            }
        }
        if (cost.tariff().above() != null) {
            all.add("more above " + Written.number(cost.tariff().above().promptTokens()) + " tokens");
        }
        return "US$ " + String.join(", ", all);
    }

    private static String dollars(long micros) {
        return Written.credits(micros / UpstreamModel.Cost.CREDITS_A_DOLLAR);
    }
}
