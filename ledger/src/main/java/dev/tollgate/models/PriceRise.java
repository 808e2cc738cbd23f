package dev.tollgate.models;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.words.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A customer's price that rises, in words for the customer. Pure functions. */
final class PriceRise {

    private PriceRise() {}

    /** Returns whether any call may cost more at another price. */
    static boolean isBetween(Pricing before, Pricing after) {
        return RatePair.of(before.tariff(), after.tariff(), RatePair::rises).stream()
                        .anyMatch(calls -> !calls.pairs().isEmpty())
                || (after.reasoningBilled() && !before.reasoningBilled())
                || countsMoreSearches(before.tariff(), after.tariff())
                || after.rounding().minimumMicros() > before.rounding().minimumMicros();
    }

    private static boolean countsMoreSearches(Tariff before, Tariff after) {
        return before.searchCounts() == Tariff.SearchCounts.CALLS
                && after.searchCounts() == Tariff.SearchCounts.QUERIES
                && after.has(Rate.SEARCH);
    }

    /** Returns the parts of a price that change, each with the old and the new value. */
    static Sentence words(Pricing before, Pricing after) {
        Tariff.Tiers tiers = before.tariff().tiers();
        List<Sentence> words = new ArrayList<>();
        for (RatePair.Calls calls : RatePair.of(before.tariff(), after.tariff(), RatePair::differs)) {
            ServiceTier tier = calls.tier();
            boolean isImplied = tier != ServiceTier.STANDARD
                    && tiers.factor(tier) == after.tariff().tiers().factor(tier);
            if (!isImplied) {
                calls.sentence(_ -> true, PriceRise::change).ifPresent(words::add);
            }
        }
        if (!words.isEmpty()) {
            words.set(words.size() - 1, sentence("{rates} credits (tokens by the million)", words.getLast()));
        }
        if (countsMoreSearches(before.tariff(), after.tariff())) {
            words.add(sentence("each search query counts, not each call that searches"));
        }
        if (before.reasoningBilled() != after.reasoningBilled()) {
            words.add(
                    after.reasoningBilled()
                            ? sentence("thoughts, free before, are billed as output")
                            : sentence("thoughts are free"));
        }
        if (!before.rounding().equals(after.rounding())) {
            words.add(sentence(
                    "rounding from '{before}' to '{after}'",
                    before.rounding().describe(),
                    after.rounding().describe()));
        }
        return words.stream()
                .reduce((one, next) -> sentence("{a}; {b}", one, next))
                .orElse(Sentence.asItIs(""));
    }

    private static Sentence change(RatePair pair) {
        return sentence(
                "{rate} from {before} to {after}",
                pair.rate().words(),
                Written.credits(pair.fromMicros()),
                Written.credits(pair.toMicros()));
    }

    /** Returns a short mark of a price's rates and rules, the same in every process and under every version. */
    static String mark(Pricing price) {
        String all = TariffJson.of(price.tariff()) + " " + price.reasoningBilled() + " "
                + price.rounding().describe();
        return String.format(Locale.ROOT, "%08x", all.hashCode());
    }
}
