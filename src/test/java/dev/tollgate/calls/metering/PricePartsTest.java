package dev.tollgate.calls.metering;

import static dev.tollgate.calls.metering.Said.text;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.upstreams.pool.UpstreamEvent.Usage.ABSENT;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.junit.jupiter.api.Test;

/**
 * Calls whose price has every part (P6, P6a), from their hold on. In micro-credits a token of prompt costs 10, cached 1, of audio 30, of output 20,
 * above 150 tokens of prompt twice as much; a search costs 100. Priority doubles the price of tokens, flex halves it.
 */
class PricePartsTest {

    private static final PriceRates SHORT = new PriceRates(10_000_000, 20_000_000, 1_000_000, 30_000_000, 100_000);
    private static final PriceRates LONG = new PriceRates(20_000_000, 40_000_000, 2_000_000, 60_000_000, 100_000);
    private static final Pricing PRICING = new Pricing(
            "v1",
            new Tariff(
                    SHORT,
                    new PriceRates.Step(150, LONG),
                    Tariff.SearchCounts.QUERIES,
                    new Tariff.Tiers(5_000, 20_000)),
            false,
            new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 0));
    private static final Model MODEL = Sold.model(PRICING, false);

    private static Bounds bounds(long prompt, int searchesMax, ServiceTier tier) {
        return new Bounds(MODEL, prompt, 300, false, 1, null, new Bounds.Extras(0, searchesMax, tier));
    }

    private static UpstreamEvent used(long prompt, long cached, long output) {
        return new UpstreamEvent.Usage(
                prompt,
                ABSENT,
                output,
                ABSENT,
                cached,
                ABSENT,
                UpstreamEvent.Modalities.NONE,
                UpstreamEvent.Modalities.NONE);
    }

    private static UpstreamEvent granted(ServiceTier tier) {
        return new UpstreamEvent.TierGranted(tier);
    }

    /** Plays an answer that is cut within a piece: 300 tokens of output are covered, four more are told with four characters. */
    private static PlayedCall cut(Bounds bounds, long heldMicros, long cached, UpstreamEvent... first) {
        PlayedCall call = PlayedCall.held(bounds, heldMicros);
        call.upstream.says(first);
        call.upstream.says(used(100, cached, 298), text("a"));
        call.upstream.says(used(100, cached, 302), text("bcde"));
        return call;
    }

    @Test
    void a_hold_that_is_used_up_is_charged_whole() {
        PlayedCall call = cut(bounds(100, 0, ServiceTier.STANDARD), 1_000 + 20 * 300 + 5, 0, text("-"));
        assertThat(call.told()).endsWith("settle CUT_HOLD_USED 7005");
    }

    @Test
    void a_cut_answer_is_not_charged_for_cached_tokens_as_if_uncached() {
        PlayedCall call = cut(bounds(100, 0, ServiceTier.STANDARD), 1_000 + 20 * 300, 90, text("-"));
        assertThat(call.told()).endsWith("settle CUT " + (100 + 90 + 20 * 300));
    }

    @Test
    void a_cut_answer_is_not_charged_for_a_search_that_was_not_made() {
        PlayedCall call = cut(bounds(100, 8, ServiceTier.STANDARD), 1_000 + 100 + 20 * 300, 0, text("-"));
        assertThat(call.told()).endsWith("settle CUT " + (1_000 + 20 * 300));
        PlayedCall searched =
                cut(bounds(100, 8, ServiceTier.STANDARD), 1_000 + 100 + 20 * 300 + 5, 0, new UpstreamEvent.Searched(1));
        assertThat(searched.told()).endsWith("settle CUT_HOLD_USED 7105");
    }

    @Test
    void a_cut_answer_is_not_charged_for_a_dearer_tier_than_granted() {
        Bounds priority = bounds(100, 0, ServiceTier.PRIORITY);
        PlayedCall call = cut(priority, 2_000 + 40 * 300, 0, granted(ServiceTier.STANDARD));
        assertThat(call.told()).endsWith("settle CUT " + (1_000 + 20 * 300));
        PlayedCall served = cut(priority, 2_000 + 40 * 300 + 5, 0, granted(ServiceTier.PRIORITY));
        assertThat(served.told()).endsWith("settle CUT_HOLD_USED 14005");
    }
}
