package dev.tollgate.models;

import java.time.Instant;

/** Costs of upstreams for tests. */
final class Costs {

    private Costs() {}

    /** Rates in micro-credits per million tokens, and for each call with a search. */
    static UpstreamModel.Cost cost(Instant from, long input, long cached, long output, long searchMicros) {
        PriceRates rates = new PriceRates(input, output, cached, input, searchMicros * 1_000);
        return new UpstreamModel.Cost(from, new Tariff(rates, null, Tariff.SearchCounts.CALLS, Tariff.Tiers.NONE));
    }
}
