package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    public String sentenceFromThen() {
        return "From " + Written.day(from) + " on " + sentence();
    }

    /** Returns one line for the start about a present loss. */
    public String sentence() {
        String further = String.join("; ", further());
        if (!isOfInputOrOutput()) {
            return modelId + " is sold below the cost of " + upstream.name() + ": " + further + ".";
        }
        String thoughts = price.reasoningBilled() ? "" : ", its thoughts free";
        return "%s is sold at %s in / %s out credits per million tokens%s; %s costs %s / %s.%s"
                .formatted(
                        modelId,
                        Written.credits(price.inputMicrosPerMillion()),
                        Written.credits(price.outputMicrosPerMillion()),
                        thoughts,
                        upstream.name(),
                        Written.credits(cost.inputMicrosPerMillion()),
                        Written.credits(cost.outputMicrosPerMillion()),
                        further.isEmpty() ? "" : " Also below cost: " + further + ".");
    }

    /** Returns the undercut rates apart from input and output of ordinary calls, each where it is undercut first. */
    private List<String> further() {
        Set<Rate> named = EnumSet.noneOf(Rate.class);
        List<String> found = new ArrayList<>();
        for (Case one : cases()) {
            String rates = one.rates(price.tariff(), cost.tariff()).stream()
                    .filter(Sold::isUndercut)
                    .filter(rate -> named.add(rate.rate()))
                    .filter(rate -> !one.isOrdinary() || !rate.isInputOrOutput())
                    .map(Sold::toString)
                    .collect(Collectors.joining(", "));
            if (!rates.isEmpty()) {
                found.add(one.isOrdinary() ? rates : one + ": " + rates);
            }
        }
        return found;
    }

    /** Returns the kinds of call whose rates may differ: short and long prompts, by service tier. */
    private List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        PriceRates.Step step = cost.tariff().above();
        for (ServiceTier tier : ServiceTier.values()) {
            if (tier == ServiceTier.STANDARD || price.offers(tier)) {
                cases.add(new Case(0, tier));
                if (step != null) {
                    cases.add(new Case(step.promptTokens(), tier));
                }
            }
        }
        return cases;
    }

    /** @param above the tokens that the prompt exceeds; 0 for any prompt */
    private record Case(long above, ServiceTier tier) {

        boolean isOrdinary() {
            return above == 0 && tier == ServiceTier.STANDARD;
        }

        List<Sold> rates(Tariff sale, Tariff cost) {
            Usage call = new Usage(above + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, tier);
            PriceRates sold = sale.of(call);
            PriceRates paid = cost.of(call);
            return Stream.of(Rate.values())
                    .filter(rate -> sold.has(rate) || paid.has(rate)) // otherwise another rate says it
                    .map(rate -> new Sold(rate, rate.of(sold), rate.of(paid)))
                    .toList();
        }

        @Override
        public String toString() {
            String prompts = above == 0 ? "" : "prompts above " + Written.number(above) + " tokens";
            if (tier == ServiceTier.STANDARD) {
                return prompts;
            }
            return prompts + (above == 0 ? "" : " ") + "at tier " + tier.word();
        }
    }

    private record Sold(Rate rate, long soldMicros, long costMicros) {

        boolean isUndercut() {
            return soldMicros < costMicros;
        }

        boolean isInputOrOutput() {
            return !Rate.OPTIONAL.contains(rate);
        }

        @Override
        public String toString() {
            return rate.words() + " at " + Written.credits(soldMicros) + ", cost " + Written.credits(costMicros);
        }
    }
}
