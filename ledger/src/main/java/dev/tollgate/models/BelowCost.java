package dev.tollgate.models;

import dev.tollgate.base.words.Sentence;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A model that is sold below the upstream's own price, for a warning to the operator at the start.
 *
 * @param modelId the public id
 * @param price the customer's price
 * @param upstream the upstream model
 * @param from start of the loss, in the past or the future
 * @param cost the upstream's price
 */
public record BelowCost(String modelId, Pricing price, UpstreamModel upstream, Instant from, UpstreamModel.Cost cost) {

    /** Returns empty if the upstream's price at a time is unknown, or neither its input price nor its output price is undercut. */
    public static Optional<BelowCost> of(Model model, Instant at) {
        return known(model, at).filter(BelowCost::isOfInputOrOutput);
    }

    /** Returns empty if the upstream's price at a time is unknown, or none of its rates is undercut. */
    public static Optional<BelowCost> ofAnyRate(Model model, Instant at) {
        return known(model, at)
                .filter(loss -> loss.isOfInputOrOutput() || !loss.further().isEmpty());
    }

    private static Optional<BelowCost> known(Model model, Instant at) {
        UpstreamModel.Cost cost = model.upstream().cost(at);
        return cost == null
                ? Optional.empty()
                : Optional.of(new BelowCost(model.id(), model.pricing(), model.upstream(), at, cost));
    }

    /** Returns whether a model is sold at the upstream's own price for input and output at a time. */
    static boolean isAtCost(Model model, Instant at) {
        UpstreamModel.Cost cost = model.upstream().cost(at);
        return cost != null
                && model.pricing().inputMicrosPerMillion() == cost.inputMicrosPerMillion()
                && model.pricing().outputMicrosPerMillion() == cost.outputMicrosPerMillion();
    }

    private boolean isOfInputOrOutput() {
        return price.inputMicrosPerMillion() < cost.inputMicrosPerMillion()
                || price.outputMicrosPerMillion() < cost.outputMicrosPerMillion();
    }

    /** Returns one line for the start about a loss from a day on. */
    public Sentence sentenceFromThen() {
        return Sentence.sentence("From {day} on {sentence}", Written.day(from), sentence());
    }

    /** Returns one line for the start about a present loss. */
    public Sentence sentence() {
        Sentence further = further().stream()
                .reduce((a, b) -> Sentence.sentence("{a}; {b}", a, b))
                .orElse(null);
        if (!isOfInputOrOutput()) {
            return Sentence.sentence(
                    "{model} is sold below the cost of {upstream}: {rates}.",
                    modelId,
                    upstream.name(),
                    Objects.requireNonNull(further));
        }
        Sentence sold = price.reasoningBilled()
                ? Sentence.sentence(
                        "{model} is sold at {in} in / {out} out credits per million tokens; {upstream} costs {costIn} / {costOut}.",
                        modelId,
                        Written.credits(price.inputMicrosPerMillion()),
                        Written.credits(price.outputMicrosPerMillion()),
                        upstream.name(),
                        Written.credits(cost.inputMicrosPerMillion()),
                        Written.credits(cost.outputMicrosPerMillion()))
                : Sentence.sentence(
                        "{model} is sold at {in} in / {out} out credits per million tokens, its thoughts free; {upstream} costs {costIn} / {costOut}.",
                        modelId,
                        Written.credits(price.inputMicrosPerMillion()),
                        Written.credits(price.outputMicrosPerMillion()),
                        upstream.name(),
                        Written.credits(cost.inputMicrosPerMillion()),
                        Written.credits(cost.outputMicrosPerMillion()));
        return further == null
                ? sold
                : Sentence.sentence("{a} {b}", sold, Sentence.sentence("Also below cost: {rates}.", further));
    }

    /** Returns the undercut rates apart from input and output of ordinary calls, each where it is undercut first. */
    private List<Sentence> further() {
        Set<Rate> named = EnumSet.noneOf(Rate.class);
        return RatePair.of(price.tariff(), cost.tariff(), pair -> pair.rises() && named.add(pair.rate())).stream()
                .flatMap(call -> call
                        .sentence(
                                pair -> !call.isOrdinary() || Rate.OPTIONAL.contains(pair.rate()), BelowCost::undercut)
                        .stream())
                .toList();
    }

    private static Sentence undercut(RatePair pair) {
        return Sentence.sentence(
                "{rate} at {price}, cost {cost}",
                pair.rate().word(),
                Written.credits(pair.fromMicros()),
                Written.credits(pair.toMicros()));
    }
}
