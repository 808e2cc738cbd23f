package dev.tollgate.models;

import dev.tollgate.base.conversation.Effort;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Warnings about the catalogue for the operator: models that retire and their successors, models that are or will be sold below the upstream's
 * price, and models whose responses are likely to be empty. One sentence on each line; the same facts give the same sentence. Immutable.
 */
public final class Foresight {

    /** The time before a change at which customers are notified. */
    public static final Duration TELLS_CUSTOMERS = Duration.ofDays(30);

    /** A maximum at which a response may have no room for text: thoughts of a few hundred tokens are usual. */
    private static final long SMALL_TOKENS_MAX = 1_024;

    private final Catalogue catalogue;
    private final ModelLife life;
    private final Instant now;

    public Foresight(Catalogue catalogue, ModelLife life, Instant now) {
        this.catalogue = catalogue;
        this.life = life;
        this.now = now;
    }

    private record End(String asked, ModelLife.Retirement retirement) {}

    /** Returns one sentence for each upstream model that retires soon or has retired, with the models that it serves. */
    public List<String> retirements() {
        return ends().entrySet().stream()
                .map(end -> sentence(end.getKey(), end.getValue()))
                .toList();
    }

    /** Returns these upstream models with their days, like {@code gemini-2.5-pro (1 Dec 2026)}. */
    public List<String> retiringUpstreams() {
        return ends().keySet().stream()
                .map(end -> end.asked() + " (" + Written.day(end.retirement().at()) + ")")
                .toList();
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

    private String sentence(End end, List<Model> models) {
        UpstreamModel before = models.getFirst().upstream();
        UpstreamModel after = rules(end.retirement());
        String day = Written.day(end.retirement().at());
        String told = end.retirement().isInEffect()
                ? "%s now answers for %s instead of %s (retirement: %s)."
                        .formatted(after.name(), ids(models), end.asked(), day)
                : "The provider retires %s on %s. %s will then answer for %s."
                        .formatted(end.asked(), day, after.name(), ids(models));
        return told + differing(differences(before, after));
    }

    private static String differing(List<String> differences) {
        return differences.isEmpty() ? "" : " Differences: " + String.join("; ", differences) + ".";
    }

    /** Returns the differences that a model's callers notice when its successor answers; empty if no retirement is near. */
    public List<String> differences(Model model) {
        ModelLife.Retirement end = life.retirement(model);
        return end == null ? List.of() : differences(model.upstream(), rules(end));
    }

    /** Returns the differences that callers notice, apart from the text of responses. */
    private static List<String> differences(UpstreamModel before, UpstreamModel after) {
        List<String> differences = new ArrayList<>();
        if (before.thinking() instanceof UpstreamModel.Thinking.Budget
                && after.thinking() instanceof UpstreamModel.Thinking.Level level) {
            differences.add("thinking levels (" + String.join(", ", levels(level)) + ") instead of budgets");
        }
        if (after.candidatesMax() < before.candidatesMax()) {
            differences.add("n is at most " + after.candidatesMax() + ", not " + before.candidatesMax());
        }
        if (after.signatures() && !before.signatures()) {
            differences.add("thought signatures required");
        }
        if (before.penalties() && !after.penalties()) {
            differences.add("no penalties");
        }
        if (before.logprobs() && !after.logprobs()) {
            differences.add("no logprobs");
        }
        if (before.trailingAssistant() && !after.trailingAssistant()) {
            differences.add("no continuation of an assistant's message");
        }
        if (after.inputTokensMax() < before.inputTokensMax() || after.outputTokensMax() < before.outputTokensMax()) {
            differences.add("limits of " + Written.number(after.inputTokensMax()) + " tokens in and "
                    + Written.number(after.outputTokensMax()) + " out");
        }
        return differences;
    }

    private static List<String> levels(UpstreamModel.Thinking.Level level) {
        return UpstreamModel.Thinking.Level.LEVELS.stream()
                .filter(level.byEffort()::containsValue)
                .toList();
    }

    /**
     * A change of a model within the next {@link #TELLS_CUSTOMERS}.
     *
     * @param model the model on sale
     * @param sentence the announcement to its users
     * @param isSuccession whether another upstream model answers from then on; otherwise a cost rises
     */
    public record Change(Model model, Instant at, String sentence, boolean isSuccession) {

        /** Returns model and day of the change, without a comma. */
        public String key() {
            return model.id() + "@" + at.atZone(ZoneOffset.UTC).toLocalDate();
        }
    }

    /** Returns the changes by retiring upstream models. */
    public List<Change> retiring() {
        List<Change> changes = new ArrayList<>();
        for (Model model : catalogue.all()) {
            ModelLife.Retirement end = life.retirement(model);
            if (end != null && isSoon(end.at())) {
                String when = end.isInEffect()
                        ? "%s answers for %s now."
                        : "From " + Written.day(end.at()) + " %s answers for %s.";
                changes.add(new Change(
                        model,
                        end.at(),
                        when.formatted(rules(end).name(), model.id()) + differing(differences(model))
                                + " Name and price stay the same.",
                        true));
            }
        }
        return changes;
    }

    /** Returns the models whose upstream doubles a price that our price covers until then. */
    public List<Change> doubling() {
        List<Change> changes = new ArrayList<>();
        for (Model model : catalogue.all()) {
            Model current = life.current(model);
            if (BelowCost.of(current.at(now), now).isPresent()) {
                continue;
            }
            UpstreamModel.Cost before = current.upstream().cost(now);
            for (UpstreamModel.Cost after : current.upstream().costs()) {
                if (before != null && isSoon(after.from()) && doubles(before, after)) {
                    BelowCost.of(current.at(after.from()), after.from())
                            .ifPresent(_ -> changes.add(new Change(
                                    model,
                                    after.from(),
                                    "On " + Written.day(after.from()) + " the provider doubles its price for "
                                            + current.upstream().name()
                                            + ". Your price stays until the operator changes it.",
                                    false)));
                }
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
        return losses(model).stream().map(this::sentence);
    }

    /** Returns a loss in a sentence, with its day if it is ahead. */
    public String sentence(BelowCost loss) {
        return loss.from().equals(now) ? loss.sentence() : loss.sentenceFromThen();
    }

    /** Returns the losses of one model, now and from a near day on, the earliest first: a rate below the upstream's, or other ones than before. */
    public List<BelowCost> losses(Model model) {
        List<BelowCost> found = new ArrayList<>();
        for (Instant at : turns(model)) {
            Model then = at.equals(now) ? life.current(model) : at(model, at);
            BelowCost.ofAnyRate(then.at(at), at)
                    .filter(loss -> found.isEmpty() || !isSame(found.getLast(), loss))
                    .ifPresent(found::add);
        }
        return found;
    }

    private static boolean isSame(BelowCost one, BelowCost other) {
        return one.upstream().name().equals(other.upstream().name())
                && one.cost().equals(other.cost())
                && one.price().equals(other.price());
    }

    /** Returns now, and the announced days on which the upstream model, its price or ours changes. */
    private List<Instant> turns(Model model) {
        Instant last = now.plus(ModelLife.TOLD_BEFORE);
        List<Instant> turns = new ArrayList<>(List.of(now));
        ModelLife.Retirement end = life.retirement(model);
        if (end != null) {
            turns.add(end.at());
            rules(end).costs().forEach(cost -> turns.add(cost.from()));
        }
        model.upstream().costs().forEach(cost -> turns.add(cost.from()));
        model.prices().after(now).forEach(price -> turns.add(price.from()));
        return turns.stream()
                .filter(at -> !at.isBefore(now) && !at.isAfter(last))
                .distinct()
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private Model at(Model model, Instant at) {
        ModelLife.Retirement end = life.retirement(model);
        return end == null || (!end.isInEffect() && at.isBefore(end.at())) ? model : model.standingOn(rules(end));
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
        UpstreamModel.Thinking thinking = life.current(model).upstream().thinking();
        return most != null
                && most <= SMALL_TOKENS_MAX
                && !(thinking instanceof UpstreamModel.Thinking.None)
                && !thinking.efforts().contains(Effort.NONE);
    }

    private static String ids(List<Model> models) {
        return models.stream().map(Model::id).collect(Collectors.joining(", "));
    }
}
