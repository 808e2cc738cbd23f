package dev.tollgate.models;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The prices of a model over time (P3), of which one is in force at each instant. Immutable.
 *
 * @param dated the earliest first, of which the first is in force from {@link Instant#MIN}
 */
public record PriceSchedule(List<Dated> dated) {

    /** @param from the time from which the price is in force; {@link Instant#MIN} if it has always been */
    public record Dated(Instant from, Pricing pricing) {}

    public PriceSchedule {
        dated = dated.stream().sorted(Comparator.comparing(Dated::from)).toList();
        if (dated.isEmpty() || !dated.getFirst().from().equals(Instant.MIN)) {
            throw new IllegalArgumentException("no price from the beginning");
        }
        if (dated.stream().map(Dated::from).distinct().count() < dated.size()) {
            throw new IllegalArgumentException("two prices from the same time on");
        }
    }

    /** Returns one price for all times. */
    public static PriceSchedule of(Pricing pricing) {
        return new PriceSchedule(List.of(new Dated(Instant.MIN, pricing)));
    }

    /** Returns the price in force at a time. */
    public Pricing at(Instant when) {
        return datedAt(when).pricing();
    }

    /** Returns the price in force at a time, with the time from which it is. */
    public Dated datedAt(Instant when) {
        Dated found = dated.getFirst();
        for (int i = 1; i < dated.size() && !dated.get(i).from().isAfter(when); i++) {
            found = dated.get(i);
        }
        return found;
    }

    /** Returns the prices that come into force after a time, the earliest first. */
    public List<Dated> after(Instant when) {
        return dated.stream().filter(price -> price.from().isAfter(when)).toList();
    }

    /** Returns these prices until another one comes into force, which replaces all later ones. */
    public PriceSchedule then(Dated next) {
        List<Dated> all = new ArrayList<>();
        dated.stream().filter(price -> price.from().isBefore(next.from())).forEach(all::add);
        all.add(next);
        return new PriceSchedule(all);
    }
}
