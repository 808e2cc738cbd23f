package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A customer's price that rises, in words for the customer. Pure functions. */
final class PriceRise {

    private static final String FORM = "%s from %s to %s";

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
    static String words(Pricing before, Pricing after) {
        Tariff.Tiers tiers = before.tariff().tiers();
        List<String> words = new ArrayList<>();
        for (RatePair.Calls calls : RatePair.of(before.tariff(), after.tariff(), RatePair::differs)) {
            ServiceTier tier = calls.tier();
            boolean isImplied = tier != ServiceTier.STANDARD
                    && tiers.factor(tier) == after.tariff().tiers().factor(tier);
            String rates = isImplied ? "" : calls.sentence(_ -> true, FORM);
            if (!rates.isEmpty()) {
                words.add(rates);
            }
        }
        if (!words.isEmpty()) {
            words.set(words.size() - 1, words.getLast() + " credits (tokens by the million)");
        }
        if (countsMoreSearches(before.tariff(), after.tariff())) {
            words.add("each search query counts, not each call that searches");
        }
        if (before.reasoningBilled() != after.reasoningBilled()) {
            words.add(after.reasoningBilled() ? "thoughts, free before, are billed as output" : "thoughts are free");
        }
        if (!before.rounding().equals(after.rounding())) {
            words.add("rounding from '" + before.rounding().describe() + "' to '"
                    + after.rounding().describe() + "'");
        }
        return String.join("; ", words);
    }

    /** Returns a short mark of a price's rates and rules, the same in every process and under every version. */
    static String mark(Pricing price) {
        String all = TariffJson.of(price.tariff()) + " " + price.reasoningBilled() + " "
                + price.rounding().describe();
        return String.format(Locale.ROOT, "%08x", all.hashCode());
    }
}
