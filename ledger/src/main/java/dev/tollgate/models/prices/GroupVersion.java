package dev.tollgate.models.prices;

import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.Pricing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A version of a price group, for good (Z1).
 *
 * @param sequence from 1, over all groups
 * @param name of the group
 * @param number from 1 within the group
 * @param at the time at which it was set
 * @param from the time from which it is in force; null if that is at once
 */
public record GroupVersion(
        long sequence,
        String name,
        long number,
        Instant at,
        @Nullable Instant from,
        GroupFactors factors) implements Dated {

    /** Returns name and number, as in {@code gold.3}. */
    public String mark() {
        return name + "." + number;
    }

    /** Returns the group's name in a mark. */
    public static String nameOf(String mark) {
        return mark.substring(0, Math.max(0, mark.lastIndexOf('.')));
    }

    /**
     * Returns a model's prices in a group: at each instant the standard price in force with the version in force, and before the first version the standard
     * price (Z2).
     *
     * @param versions of one group, as {@link Dated#merged} returns them
     * @param isRecorded refuses a price by its version; the price before it then stays in force
     * @throws IllegalArgumentException if a rate would be out of range
     */
    static PriceSchedule prices(
            String modelId, PriceSchedule standard, List<GroupVersion> versions, Predicate<String> isRecorded) {
        List<PriceSchedule.Dated> prices = new ArrayList<>();
        Pricing last = null;
        for (Instant at : turns(standard, versions)) {
            GroupVersion version = Dated.at(versions, at);
            Pricing base = standard.at(at);
            Pricing price = version == null ? base : version.factors.of(modelId, base, version.mark());
            boolean isUsable = price.equals(base) || isRecorded.test(price.version());
            if (last == null || isUsable && !price.equals(last)) {
                prices.add(new PriceSchedule.Dated(at, price));
                last = price;
            }
        }
        return new PriceSchedule(prices);
    }

    private static List<Instant> turns(PriceSchedule standard, List<GroupVersion> versions) {
        return Stream.concat(
                        standard.dated().stream().map(PriceSchedule.Dated::from),
                        versions.stream().map(GroupVersion::since))
                .distinct()
                .sorted()
                .toList();
    }
}
