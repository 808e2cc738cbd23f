package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.pages.docs.ModelSpeeds.Speed;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.SwitchLink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The list of models as a request wants it: searched, filtered, sorted, and some of them side by side.
 *
 * @param all models on sale, in the catalogue's order
 * @param speeds by the model's id; empty if none is known
 * @param search words that a model's names contain
 */
public record ModelList(
        List<ModelFacts> all,
        Map<String, Speed> speeds,
        String search,
        @Nullable Kind kind,
        @Nullable Order order,
        List<ModelFacts> compared) {

    /** The most models that find room side by side. */
    public static final int COMPARED_MAX = 3;

    private static final int SEARCH_MAX = 100;

    /** The models that a link of the filter leaves. */
    public enum Kind {
        FUNCTIONS(sentence("Functions"), facts -> facts.tags().contains(ModelTag.FUNCTIONS)),
        SEARCH(sentence("Web search"), facts -> facts.tags().contains(ModelTag.SEARCH)),
        JSON(Sentence.asItIs("JSON"), facts -> facts.tags().contains(ModelTag.JSON)),
        IMAGES(sentence("Make images"), facts -> facts.model().makesImages()),
        SPEECH(sentence("Make speech"), facts -> facts.model().speaks()),
        EMBEDDINGS(sentence("Embeddings"), facts -> facts.model().isEmbedding()),
        CHANGING(
                sentence("Changing"),
                facts -> facts.end() != null || !facts.ahead().isEmpty());

        private final Sentence label;
        private final Predicate<ModelFacts> has;

        Kind(Sentence label, Predicate<ModelFacts> has) {
            this.label = label;
            this.has = has;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The figures that models are sorted by: the cheapest, largest or fastest first. */
    public enum Order {
        CONTEXT(sentence("Context")),
        INPUT(sentence("In")),
        OUTPUT(sentence("Out")),
        CACHED(sentence("Cached")),
        FIRST(sentence("First byte")),
        SPEED(sentence("Tokens/s"));

        private final Sentence label;

        Order(Sentence label) {
            this.label = label;
        }

        public Sentence label() {
            return label;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private long rank(ModelFacts facts, @Nullable Speed speed) {
            return switch (this) {
                case CONTEXT -> -facts.model().upstream().inputTokensMax();
                case INPUT -> facts.model().pricing().inputMicrosPerMillion();
                case OUTPUT ->
                    facts.model().isEmbedding()
                            ? Long.MAX_VALUE
                            : facts.model().pricing().outputMicrosPerMillion();
                case CACHED -> Objects.requireNonNullElse(facts.cachedMicros(), Long.MAX_VALUE);
                case FIRST -> speed == null ? Long.MAX_VALUE : speed.firstByteMillis();
                case SPEED -> speed == null ? Long.MAX_VALUE : -speed.tokensASecondTenths();
            };
        }
    }

    /** A fact of the models that are compared. @param values in their order; a dash if one has none */
    public record Row(Sentence name, List<String> values) {}

    static ModelList of(PageRequest<?> request, List<ModelFacts> all, Map<String, Speed> speeds) {
        String search = Objects.requireNonNullElse(request.query("q"), "");
        String compared = Objects.requireNonNullElse(request.query("compare"), "");
        return new ModelList(
                all,
                speeds,
                search.length() > SEARCH_MAX ? search.substring(0, SEARCH_MAX) : search,
                Stream.of(Kind.values())
                        .filter(kind -> kind.word().equals(request.query("can")))
                        .findFirst()
                        .orElse(null),
                Stream.of(Order.values())
                        .filter(order -> order.word().equals(request.query("sort")))
                        .findFirst()
                        .orElse(null),
                Stream.of(compared.split(",", COMPARED_MAX + 1))
                        .limit(COMPARED_MAX)
                        .distinct()
                        .flatMap(id ->
                                all.stream().filter(facts -> facts.model().id().equals(id)))
                        .toList());
    }

    /** Returns the models that are listed, in their order. */
    public List<ModelFacts> listed() {
        List<String> words = List.of(search.toLowerCase(Locale.ROOT).split("\\s+"));
        Stream<ModelFacts> found = all.stream()
                .filter(facts -> kind == null || kind.has.test(facts))
                .filter(facts -> words.stream().allMatch(names(facts)::contains));
        return found.sorted(
                        order == null
                                ? ModelFacts.NEWEST
                                : Comparator.comparingLong(facts -> order.rank(facts, speed(facts))))
                .toList();
    }

    private static String names(ModelFacts facts) {
        return (facts.model().id() + " " + String.join(" ", facts.model().aliases())).toLowerCase(Locale.ROOT);
    }

    public @Nullable Speed speed(ModelFacts facts) {
        return speeds.get(facts.model().id());
    }

    /** Returns the columns of the figures; speed only if one is known. */
    public List<Order> columns() {
        return Stream.of(Order.values())
                .filter(column -> !speeds.isEmpty() || column.compareTo(Order.FIRST) < 0)
                .toList();
    }

    /** Returns the text of a cell; a dash if the model has no such figure. */
    public String cell(Order column, ModelFacts facts, Money money) {
        Speed speed = speed(facts);
        Long cached = facts.cachedMicros();
        return switch (column) {
            case CONTEXT -> ModelFacts.tokens(facts.model().upstream().inputTokensMax());
            case INPUT -> ModelFacts.price(money, facts.model().pricing().inputMicrosPerMillion());
            case OUTPUT ->
                facts.model().isEmbedding()
                        ? "–"
                        : ModelFacts.price(money, facts.model().pricing().outputMicrosPerMillion());
            case CACHED -> cached == null ? "–" : ModelFacts.price(money, cached);
            case FIRST -> speed == null ? "–" : Display.about(speed.firstByteMillis());
            case SPEED -> speed == null ? "–" : speed.tokensASecond();
        };
    }

    // ---- abilities ----

    /** Returns what more than half of the models that answer take and can do. */
    public List<ModelTag> usual() {
        List<ModelFacts> answering =
                all.stream().filter(facts -> facts.model().answers()).toList();
        return answering.stream()
                .flatMap(facts -> facts.tags().stream())
                .distinct()
                .filter(tag -> 2
                                * answering.stream()
                                        .filter(facts -> facts.tags().contains(tag))
                                        .count()
                        > answering.size())
                .toList();
    }

    /** Returns in what a model differs from what is usual. */
    public List<String> exceptions(ModelFacts facts) {
        Stream<String> missing = !facts.model().answers()
                ? Stream.of()
                : usual().stream().filter(tag -> !facts.tags().contains(tag)).map(ModelTag::missing);
        return Stream.concat(
                        facts.tags().stream()
                                .filter(tag -> !usual().contains(tag))
                                .map(ModelTag::label),
                        missing)
                .toList();
    }

    // ---- links ----

    /** Returns the filters; the one for changes only if there are any. */
    public List<SwitchLink> kinds() {
        List<SwitchLink> links = new ArrayList<>();
        links.add(new SwitchLink(say("All"), link(null, order, ids()), kind == null));
        for (Kind each : Kind.values()) {
            if (each == kind || all.stream().anyMatch(each.has)) {
                links.add(new SwitchLink(each.label.said(), link(each, order, ids()), each == kind));
            }
        }
        return links;
    }

    /** Returns the orders that readers choose most. */
    public List<SwitchLink> orders() {
        List<SwitchLink> links = new ArrayList<>();
        links.add(new SwitchLink(say("Newest"), link(kind, null, ids()), order == null));
        links.add(new SwitchLink(say("Price"), link(kind, Order.OUTPUT, ids()), order == Order.OUTPUT));
        links.add(new SwitchLink(say("Context"), link(kind, Order.CONTEXT, ids()), order == Order.CONTEXT));
        if (columns().contains(Order.SPEED)) {
            links.add(new SwitchLink(say("Speed"), link(kind, Order.SPEED, ids()), order == Order.SPEED));
        }
        return links;
    }

    /** Returns the list sorted by a column; the newest first if it is sorted by it now. */
    public String sorted(Order column) {
        return link(kind, column == order ? null : column, ids());
    }

    public boolean isCompared(ModelFacts facts) {
        return compared.contains(facts);
    }

    /** Returns the list with a model among those that are compared, or without it if it is one; the oldest choice gives way to a fourth. */
    public String comparing(ModelFacts facts) {
        List<String> ids = new ArrayList<>(ids());
        String id = facts.model().id();
        if (!ids.remove(id)) {
            ids.add(id);
        }
        return link(kind, order, ids.size() > COMPARED_MAX ? ids.subList(1, ids.size()) : ids);
    }

    /** Returns the list without a comparison. */
    public String alone() {
        return link(kind, order, List.of());
    }

    private List<String> ids() {
        return compared.stream().map(facts -> facts.model().id()).toList();
    }

    private String link(@Nullable Kind kind, @Nullable Order order, List<String> compared) {
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "q", search);
        put(fields, "can", kind == null ? "" : kind.word());
        put(fields, "sort", order == null ? "" : order.word());
        put(fields, "compare", String.join(",", compared));
        return fields.isEmpty() ? Manual.MODELS : Manual.MODELS + "?" + UrlText.form(fields);
    }

    private static void put(Map<String, String> fields, String name, String value) {
        if (!value.isEmpty()) {
            fields.put(name, value);
        }
    }

    /** Returns what a search keeps of the list's address, by field. */
    public Map<String, String> kept() {
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "can", kind == null ? "" : kind.word());
        put(fields, "sort", order == null ? "" : order.word());
        put(fields, "compare", String.join(",", ids()));
        return fields;
    }

    // ---- side by side ----

    /** Returns the facts of the compared models: prices, limits, speed, capabilities. */
    public List<Row> rows(Money money) {
        Map<Sentence, Map<String, String>> rows = new LinkedHashMap<>();
        for (ModelFacts facts : compared) {
            facts.price().rates().forEach(rate -> add(rows, rate.name(), facts, price(facts.price(), rate, money)));
        }
        for (ModelFacts facts : compared) {
            add(rows, sentence("Thoughts"), facts, facts.thoughts());
            columns().stream()
                    .filter(column -> column == Order.CONTEXT || column.compareTo(Order.FIRST) >= 0)
                    .forEach(column -> add(rows, column.label(), facts, cell(column, facts, money)));
            facts.takes().forEach(fact -> add(rows, fact.name(), facts, fact.text()));
        }
        return rows.entrySet().stream()
                .map(row -> new Row(
                        row.getKey(),
                        ids().stream()
                                .map(id -> row.getValue().getOrDefault(id, "–"))
                                .toList()))
                .toList();
    }

    private static String price(PriceFacts price, PriceFacts.Line rate, Money money) {
        String usual = ModelFacts.price(money, rate.micros());
        Long above = rate.longMicros();
        return above == null ? usual : say("{a}; {b}", usual, price.aboveStep(ModelFacts.price(money, above)));
    }

    private static void add(Map<Sentence, Map<String, String>> rows, Sentence name, ModelFacts facts, String value) {
        rows.computeIfAbsent(name, _ -> new LinkedHashMap<>()).put(facts.model().id(), value);
    }
}
