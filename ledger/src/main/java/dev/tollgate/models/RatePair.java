package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.words.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A rate in two tariffs, for sentences that compare them.
 *
 * @param fromMicros in the first tariff
 * @param toMicros in the second one
 */
record RatePair(Rate rate, long fromMicros, long toMicros) {

    boolean rises() {
        return fromMicros < toMicros;
    }

    boolean differs() {
        return fromMicros != toMicros;
    }

    /** A kind of call. @param above the tokens that the prompt exceeds; 0 for any prompt @param pairs the wanted rates */
    record Calls(long above, ServiceTier tier, List<RatePair> pairs) {

        boolean isOrdinary() {
            return above == 0 && tier == ServiceTier.STANDARD;
        }

        /** Returns some of the rates on one line, empty if there are none. @param words of a rate */
        Optional<Sentence> sentence(Predicate<RatePair> shown, Function<RatePair, Sentence> words) {
            return pairs.stream()
                    .filter(shown)
                    .map(words)
                    .reduce((one, next) -> Sentence.sentence("{a}, {b}", one, next))
                    .map(this::ofCalls);
        }

        private Sentence ofCalls(Sentence rates) {
            if (tier == ServiceTier.STANDARD) {
                return above == 0 ? rates : Sentence.sentence("prompts above {tokens} tokens: {rates}", above, rates);
            }
            return above == 0
                    ? Sentence.sentence("at tier {tier}: {rates}", tier.word(), rates)
                    : Sentence.sentence(
                            "prompts above {tokens} tokens at tier {tier}: {rates}", above, tier.word(), rates);
        }
    }

    /** Returns the kinds of call whose rates may differ, each with its wanted rates: short and long prompts, by the first tariff's tiers. */
    static List<Calls> of(Tariff from, Tariff to, Predicate<RatePair> wanted) {
        List<Calls> calls = new ArrayList<>();
        for (ServiceTier tier : ServiceTier.values()) {
            if (tier == ServiceTier.STANDARD || from.tiers().offers(tier)) {
                for (long above : steps(to)) {
                    calls.add(new Calls(
                            above,
                            tier,
                            pairs(from, to, above, tier).filter(wanted).toList()));
                }
            }
        }
        return calls;
    }

    private static List<Long> steps(Tariff tariff) {
        PriceRates.Step step = tariff.above();
        return step == null ? List.of(0L) : List.of(0L, step.promptTokens());
    }

    private static Stream<RatePair> pairs(Tariff from, Tariff to, long above, ServiceTier tier) {
        Usage call = new Usage(tier, above + 1);
        PriceRates before = from.of(call);
        PriceRates after = to.of(call);
        return Stream.of(Rate.values())
                .filter(rate -> from.has(rate) || rate != Rate.MAPS && to.has(rate)) // otherwise another rate says it
                .map(rate -> new RatePair(rate, rate.of(before), rate.of(after)));
    }
}
