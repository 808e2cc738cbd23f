package dev.tollgate.models;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.words.Sentence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Warnings about the catalogue for the operator: models that retire and their successors, models that are or will be sold below the upstream's
 * price, and models whose responses are likely to be empty. One sentence on each line; the same facts give the same sentence. Immutable.
 */
public record Foresight(Catalogue catalogue, ModelLife life, Instant now) {

    /** The time before a change at which customers are notified. */
    public static final Duration TELLS_CUSTOMERS = Duration.ofDays(30);

    /** A maximum at which a response may have no room for text: thoughts of a few hundred tokens are usual. */
    private static final long SMALL_TOKENS_MAX = 1_024;

    private record End(String asked, ModelLife.Retirement retirement) {}

    /** Returns one sentence for each upstream model that retires soon or has retired, with the models that it serves. */
    public List<Sentence> retirements() {
        return ends().entrySet().stream()
                .map(end -> sentence(end.getKey(), end.getValue()))
                .toList();
    }

    /** Returns these upstream models with their days, like {@code gemini-2.5-pro (1 Dec 2026)}. */
    public List<Sentence> retiringUpstreams() {
        return ends().keySet().stream()
                .map(end -> Sentence.sentence(
                        "{model} ({day})",
                        end.asked(),
                        Written.day(end.retirement().at())))
                .toList();
    }

    /** Returns the upstream models on sale of which the built-in catalogue has other days or list prices, as after an older copy of it. */
    public List<String> otherFacts() {
        Catalogue builtIn = CatalogueLoader.builtIn();
        return catalogue.all().stream()
                .map(Model::upstream)
                .distinct()
                .filter(row -> catalogue.isOwn(row.name()) && isOther(row, builtIn.upstream(row.name())))
                .map(UpstreamModel::name)
                .toList();
    }

    private static boolean isOther(UpstreamModel own, @Nullable UpstreamModel builtIn) {
        return builtIn != null
                && !(own.retirements().equals(builtIn.retirements())
                        && own.costs().equals(builtIn.costs()));
    }

    private Map<End, List<Model>> ends() {
        Map<End, List<Model>> ends = new LinkedHashMap<>();
        for (Model model : catalogue.all()) {
            ModelLife.Retirement end = life.retirement(model);
            if (end != null) {
                ends.computeIfAbsent(new End(model.upstream().name(), end), _ -> new ArrayList<>())
                        .add(model);
            }
        }
        return ends;
    }

    private Sentence sentence(End end, List<Model> models) {
        UpstreamModel before = models.getFirst().upstream();
        UpstreamModel after = rules(end.retirement());
        Sentence day = Written.day(end.retirement().at());
        Sentence ids = all(models);
        List<Sentence> differences = differences(before, after);
        Sentence change =
                end.retirement().isInEffect() ? answering(end, after, ids, day) : retiring(end, after, ids, day);
        return differences.isEmpty() ? change : Sentence.sentence("{a} {b}", change, differing(differences));
    }

    private static Sentence answering(End end, UpstreamModel after, Sentence ids, Sentence day) {
        return ids.english().equals(end.asked())
                ? Sentence.sentence("{successor} now answers for {models} (retirement: {day}).", after.name(), ids, day)
                : Sentence.sentence(
                        "{successor} now answers for {models} instead of {asked} (retirement: {day}).",
                        after.name(),
                        ids,
                        end.asked(),
                        day);
    }

    private static Sentence retiring(End end, UpstreamModel after, Sentence ids, Sentence day) {
        return Sentence.sentence(
                "The provider retires {model} on {day}. {successor} will then answer for {models}.",
                end.asked(),
                day,
                after.name(),
                ids);
    }

    private static Sentence all(List<Model> models) {
        return models.stream()
                .map(model -> Sentence.asItIs(model.id()))
                .reduce((a, b) -> Sentence.sentence("{a}, {b}", a, b))
                .orElseThrow();
    }

    private static Sentence differing(List<Sentence> differences) {
        Sentence all = differences.stream()
                .reduce((one, next) -> Sentence.sentence("{a}; {b}", one, next))
                .orElseThrow();
        return Sentence.sentence("Differences: {differences}.", all);
    }

    /** Returns the differences that a model's callers notice when its successor answers; empty if no retirement is near. */
    public List<Sentence> differences(Model model) {
        ModelLife.Retirement end = life.retirement(model);
        return end == null ? List.of() : differences(model.upstream(), rules(end));
    }

    /** Returns the differences that callers notice, apart from the text of responses. */
    public static List<Sentence> differences(UpstreamModel before, UpstreamModel after) {
        List<Sentence> differences = new ArrayList<>();
        if (before.thinking() instanceof Thinking.Budget && after.thinking() instanceof Thinking.Level level) {
            differences.add(Sentence.sentence("thinking levels ({levels}) instead of budgets", levels(level)));
        }
        if (after.candidatesMax() < before.candidatesMax()) {
            differences.add(Sentence.sentence(
                    "n is at most {after}, not {before}", after.candidatesMax(), before.candidatesMax()));
        }
        if (after.signatures() && !before.signatures()) {
            differences.add(Sentence.sentence("thought signatures required"));
        }
        if (before.penalties() && !after.penalties()) {
            differences.add(Sentence.sentence("no penalties"));
        }
        if (before.logprobs() && !after.logprobs()) {
            differences.add(Sentence.sentence("no logprobs"));
        }
        if (before.trailingAssistant() && !after.trailingAssistant()) {
            differences.add(Sentence.sentence("no continuation of an assistant's message"));
        }
        if (after.inputTokensMax() < before.inputTokensMax() || after.outputTokensMax() < before.outputTokensMax()) {
            differences.add(Sentence.sentence(
                    "limits of {in} tokens in and {out} out", after.inputTokensMax(), after.outputTokensMax()));
        }
        return differences;
    }

    private static Sentence levels(Thinking.Level level) {
        return Thinking.Level.LEVELS.stream()
                .filter(level.byEffort()::containsValue)
                .map(Sentence::asItIs)
                .reduce((one, next) -> Sentence.sentence("{a}, {b}", one, next))
                .orElse(Sentence.asItIs(""));
    }

    /** Returns the notices to customers about their models. @param cost whether calls cost the operator money; else the provider's prices are left out */
    public List<ModelChange> changes(boolean cost) {
        List<ModelChange> changes = new ArrayList<>(retiring());
        changes.addAll(rising());
        if (cost) {
            changes.addAll(doubling());
        }
        return changes;
    }

    /** Returns the changes by retiring upstream models. */
    public List<ModelChange> retiring() {
        List<ModelChange> changes = new ArrayList<>();
        for (Model model : catalogue.all()) {
            ModelLife.Retirement end = life.retirement(model);
            if (end != null && isSoon(end.at())) {
                String successor = rules(end).name();
                Sentence change = end.isInEffect()
                        ? Sentence.sentence("{successor} answers for {models} now.", successor, model.id())
                        : Sentence.sentence(
                                "From {day} {successor} answers for {models}.",
                                Written.day(end.at()),
                                successor,
                                model.id());
                List<Sentence> differences = differences(model);
                if (!differences.isEmpty()) {
                    change = Sentence.sentence("{a} {b}", change, differing(differences));
                }
                changes.add(new ModelChange(
                        model, end.at(), Sentence.sentence("{a} {b}", change, kept(model)), keepsPrice(model), ""));
            }
        }
        return changes;
    }

    private Sentence kept(Model model) {
        return keepsPrice(model)
                ? Sentence.sentence("Name and price of {model} stay the same.", model.id())
                : Sentence.sentence("The name {model} stays the same.", model.id());
    }

    private boolean keepsPrice(Model model) {
        return model.prices().after(now).isEmpty();
    }

    /** Returns the models whose upstream doubles a price that our price covers until then, unless our price changes. */
    public List<ModelChange> doubling() {
        List<ModelChange> changes = new ArrayList<>();
        for (Model model : catalogue.all()) {
            Model current = life.current(model);
            if (!keepsPrice(model) || BelowCost.of(current.at(now), now).isPresent()) {
                continue;
            }
            UpstreamModel.Cost before = current.upstream().cost(now);
            for (UpstreamModel.Cost after : current.upstream().costs()) {
                if (before != null && isSoon(after.from()) && doubles(before, after)) {
                    BelowCost.of(current.at(after.from()), after.from())
                            .ifPresent(_ -> changes.add(
                                    new ModelChange(model, after.from(), doubled(current, after.from()), false, "")));
                }
            }
        }
        return changes;
    }

    private static Sentence doubled(Model current, Instant at) {
        String upstream = current.upstream().name();
        return upstream.equals(current.id())
                ? Sentence.sentence(
                        "On {day} the provider doubles its price for {upstream}. Your price for {model} stays until the operator changes it.",
                        Written.day(at),
                        upstream,
                        current.id())
                : Sentence.sentence(
                        "On {day} the provider doubles its price for {upstream}, which answers for {model}. Your price for {model} stays until the operator changes it.",
                        Written.day(at),
                        upstream,
                        current.id());
    }

    /** Returns the models whose own price rises for customers, with the old and the new rates. */
    public List<ModelChange> rising() {
        List<ModelChange> changes = new ArrayList<>();
        for (Model model : catalogue.all()) {
            PriceSchedule offered = life.offered(model).prices();
            Pricing before = offered.at(now);
            for (PriceSchedule.Dated next : offered.after(now)) {
                Pricing after = next.pricing();
                if (isSoon(next.from()) && PriceRise.isBetween(before, after)) {
                    Sentence sentence = Sentence.sentence(
                            "From {time} the price of {model} changes: {changes}.",
                            Written.time(next.from()),
                            model.id(),
                            PriceRise.words(before, after));
                    String mark = PriceRise.mark(model.prices().at(next.from())); // whatever channels offer
                    changes.add(new ModelChange(model, next.from(), sentence, false, mark));
                }
                before = after;
            }
        }
        return changes;
    }

    private boolean isSoon(Instant at) {
        return at.isAfter(now) && !at.isAfter(now.plus(TELLS_CUSTOMERS));
    }

    private static boolean doubles(UpstreamModel.Cost before, UpstreamModel.Cost after) {
        return after.inputMicrosPerMillion() >= 2 * before.inputMicrosPerMillion()
                || after.outputMicrosPerMillion() >= 2 * before.outputMicrosPerMillion();
    }

    /** Returns the models of which any rate is below the upstream's, now or from a near day on. */
    public List<String> losses() {
        return catalogue.all().stream().flatMap(this::sentences).toList();
    }

    /** Returns one sentence about the models that are sold at the provider's price; none if there is no such model. */
    public List<String> withoutMargin() {
        List<Model> models = catalogue.all().stream()
                .filter(model -> BelowCost.isAtCost(life.current(model).at(now), now))
                .toList();
        return switch (models.size()) {
            case 0 -> List.of();
            case 1 -> List.of(models.getFirst().id() + " is sold at the provider's price, without margin.");
            default ->
                List.of(models.getFirst().id() + " and " + (models.size() - 1)
                        + " further models are sold at the provider's price, without margin.");
        };
    }

    private Stream<String> sentences(Model model) {
        return losses(model).stream().map(loss -> sentence(loss).english());
    }

    /** Returns a loss in a sentence, with its day if it is ahead. */
    public Sentence sentence(BelowCost loss) {
        return loss.from().equals(now) ? loss.sentence() : loss.sentenceFromThen();
    }

    /**
     * Returns the losses of one model, now and from a near day on, the earliest first: a rate of the model is below the same rate of an upstream model that
     * serves it on some channel, or such rates have changed. Calls at flex count only if a channel takes them.
     */
    public List<BelowCost> losses(Model model) {
        List<BelowCost> found = new ArrayList<>();
        Map<String, BelowCost> last = new HashMap<>();
        for (Instant at : turns(model)) {
            for (Model then : servedBy(life.offered(model), at)) {
                BelowCost.ofAnyRate(then.at(at), at)
                        .filter(loss -> !isSame(last.put(loss.upstream().name(), loss), loss))
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private static boolean isSame(@Nullable BelowCost before, BelowCost loss) {
        return before != null
                && before.cost().equals(loss.cost())
                && before.price().equals(loss.price());
    }

    /** Returns a model with the rules of each upstream model that serves it at a time. One that only a channel knows has the row's own. */
    private List<Model> servedBy(Model model, Instant at) {
        return life.servedBy(model, at).stream()
                .map(name -> Objects.requireNonNullElse(catalogue.upstream(name), model.upstream()))
                .distinct()
                .map(rules -> rules.equals(model.upstream()) ? model : model.standingOn(rules))
                .toList();
    }

    /** Returns now, and the announced days on which the upstream model, its price or ours changes. */
    private List<Instant> turns(Model model) {
        Instant last = now.plus(ModelLife.TOLD_BEFORE);
        List<Instant> turns = new ArrayList<>(List.of(now));
        ModelLife.Retirement end = life.retirement(model);
        if (end != null) {
            turns.add(end.at());
        }
        Stream.of(now, last)
                .flatMap(at -> servedBy(model, at).stream())
                .flatMap(then -> then.upstream().costs().stream())
                .forEach(cost -> turns.add(cost.from()));
        model.prices().after(now).forEach(price -> turns.add(price.from()));
        return turns.stream()
                .filter(at -> !at.isBefore(now) && !at.isAfter(last))
                .distinct()
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private UpstreamModel rules(ModelLife.Retirement end) {
        return Objects.requireNonNull(catalogue.upstream(end.successor()), end.successor());
    }

    /** Returns the models with a small default maximum whose upstream model always thinks. */
    public List<String> smallAnswers() {
        Map<String, List<Model>> small = catalogue.all().stream()
                .filter(this::isSmall)
                .collect(Collectors.groupingBy(
                        model -> Written.number(Objects.requireNonNull(model.maxTokensByDefault())) + " tokens, and "
                                + life.current(model).upstream().name(),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return small.entrySet().stream()
                .map(entry -> ids(entry.getValue())
                        + ": the default maximum is " + entry.getKey()
                        + " always thinks within it, so a response may be empty. Raise defaults.max_tokens in the"
                        + " catalogue, or have callers send max_tokens.")
                .toList();
    }

    private boolean isSmall(Model model) {
        Long most = model.maxTokensByDefault();
        Thinking thinking = life.current(model).upstream().thinking();
        return most != null
                && most <= SMALL_TOKENS_MAX
                && !(thinking instanceof Thinking.None)
                && !thinking.efforts().contains(Effort.NONE);
    }

    private static String ids(List<Model> models) {
        return models.stream().map(Model::id).collect(Collectors.joining(", "));
    }
}
