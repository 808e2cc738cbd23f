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
        return new Bounds(MODEL, prompt, 300, false, 1, null, null, new Extras(0, searchesMax, tier));
    }

    private static UpstreamEvent used(long prompt, long cached, long output) {
        return new UpstreamEvent.Usage(
                ABSENT,
                UpstreamEvent.Modalities.NONE,
                UpstreamEvent.Modalities.NONE,
                prompt,
                ABSENT,
                output,
                ABSENT,
                cached);
    }

    private static UpstreamEvent granted(ServiceTier tier) {
        return new UpstreamEvent.TierGranted(tier);
    }

    /** Plays an answer that is cut within a piece: 300 tokens of output are covered, four more arrive with four characters. */
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

    @Test
    void the_most_of_a_call_keeps_room_for_what_searches_add() {
        Bounds counted = new Bounds(
                        MODEL, 40_000, 40_000, false, 1, 1_000L, null, new Extras(0, 8, ServiceTier.STANDARD))
                .withCountedPrompt(100, 100 + 16_384);
        assertThat(counted.wantedMicros()).isEqualTo(20 * 16_484 + 40 * 1_000 + 8 * 100);
        Coverage coverage = new Coverage(counted, 20 * 16_484 + 40 * 300 + 8 * 100);
        coverage.promptIs(100);
        assertThat(coverage.tokens()).isEqualTo(300);

        Bounds less = counted.less();
        assertThat(less.wantedMicros()).isEqualTo(20 * 1_124 + 40 * 1_000 + 100);
        assertThat(less.less()).isNull();
        Coverage smaller = new Coverage(less, 20 * 1_124 + 40 * 300 + 100);
        assertThat(smaller.tokens()).isEqualTo(300);
        smaller.promptIs(100);
        assertThat(smaller.tokens()).isGreaterThan(300);
        assertThat(bounds(100, 0, ServiceTier.STANDARD).less()).isNull();
    }

    @Test
    void the_most_of_a_call_has_all_tokens_of_its_tools() {
        Extras extras = new Extras(
                0, 0, ServiceTier.STANDARD, 0, 0, Extras.Held.MOST, Extras.Images.NONE, new Extras.Tools(100_000, 0));
        Bounds most = new Bounds(MODEL, 100_100, 100, false, 1, 1_000L, null, extras);
        assertThat(most.wantedMicros()).as("at the rates of short prompts").isEqualTo(10 * 100_100 + 20 * 1_000);
        Coverage coverage = new Coverage(most, 10 * 100_100 + 20 * 300);
        coverage.promptIs(100);
        assertThat(coverage.tokens()).as("the tools may still add some").isEqualTo(300);

        Bounds less = most.less();
        assertThat(less.wantedMicros()).isEqualTo(10 * (100 + 16_384) + 20 * 1_000);
        assertThat(less.less()).isNull();
        assertThat(less.mostMicros(1_000)).as("whatever is held").isEqualTo(most.mostMicros(1_000));
        Extras few = new Extras(
                0, 0, ServiceTier.STANDARD, 0, 0, Extras.Held.MOST, Extras.Images.NONE, new Extras.Tools(16_384, 1));
        assertThat(new Bounds(MODEL, 16_484, 100, false, 1, 1_000L, null, few).less())
                .isNull();
    }

    private static final long HELD = 1_000 + 100 + 20 * 300;

    /** Returns a call with a hold for 100 tokens of prompt, 300 of output and one search, that has reported eight searches. */
    private static PlayedCall searched() {
        PlayedCall call = PlayedCall.held(bounds(100, 8, ServiceTier.STANDARD), HELD);
        call.upstream.says(used(100, 0, 290), text("a"), new UpstreamEvent.Searched(8));
        call.told();
        return call;
    }

    @Test
    void a_caller_that_leaves_pays_for_all_reported_searches() {
        PlayedCall call = searched();
        call.does(call.call()::gone);
        long due = 1_000 + 20 * 290 + 800;
        assertThat(call.told()).containsExactly("cancel", "extend for used by " + (due - HELD));
        call.books.grows(new Books.Grown(due));
        assertThat(call.told()).containsExactly("settle CANCELLED " + due);
        assertThat(call.books.settlement().bill().shortfallMicros()).isZero();
    }

    @Test
    void a_caller_that_leaves_pays_what_balance_and_limits_cover() {
        for (Books.Extension answer :
                new Books.Extension[] {new Books.Grown(HELD + 7), new Books.NotGrown("SPEND_LIMIT")}) {
            PlayedCall call = searched();
            call.does(call.call()::gone);
            call.told();
            call.books.grows(answer);
            assertThat(call.told())
                    .containsExactly("settle CANCELLED " + (answer instanceof Books.Grown ? HELD + 7 : HELD));
            assertThat(call.books.settlement().bill().isUncovered()).isTrue();
        }
    }

    @Test
    void a_cut_answer_pays_for_what_was_shown_and_all_reported_searches() {
        PlayedCall call = searched();
        call.upstream.says(used(100, 0, 302), text("b".repeat(12)));
        assertThat(call.told()).endsWith("extend for used by 700");
        call.books.grows(new Books.Grown(HELD + 700));
        assertThat(call.told()).endsWith("settle CUT_HOLD_USED " + (HELD + 700));

        PlayedCall late = searched();
        late.does(late.call()::timeIsUp);
        late.books.grows(new Books.Grown(1_000 + 20 * 290 + 800));
        assertThat(late.told()).endsWith("settle CUT " + (1_000 + 20 * 290 + 800));
    }

    @Test
    void searches_reported_behind_the_cut_are_charged() {
        for (boolean leaves : new boolean[] {true, false}) {
            Bounds growing = bounds(100, 80, ServiceTier.STANDARD);
            long held = growing.less().wantedMicros();
            PlayedCall call = PlayedCall.held(growing, held);
            call.upstream.says(used(100, 0, 4_000), text("a"));
            call.upstream.says(used(100, 0, 4_097), text("b"));
            call.upstream.says(used(100, 0, 4_097), text("c"), new UpstreamEvent.Searched(40));
            call.told();
            call.does(leaves ? call.call()::gone : call.call()::timeIsUp);
            call.books.grows(new Books.NotGrown("CREDITS_EXHAUSTED"));
            long due = 1_000 + 20 * (leaves ? 4_097 : 4_000) + 4_000;
            assertThat(call.told()).endsWith("extend for used by " + (due - held));
        }
    }

    @Test
    void an_estimate_never_extends_a_hold() {
        Bounds counted = new Bounds(MODEL, 50, 300, false, 1, null, null, Extras.NONE);
        PlayedCall call = PlayedCall.held(counted, 500 + 20 * 256); // 400 bytes of prompt are estimated as 100 tokens
        call.upstream.says(text("a".repeat(256)));
        call.told();
        call.does(call.call()::gone);
        assertThat(call.told()).containsExactly("cancel", "settle CANCELLED " + (1_000 + 20 * 64));

        PlayedCall above = PlayedCall.held(counted, 500 + 20 * 16);
        above.upstream.says(text("a".repeat(16)));
        above.does(above.call()::gone);
        assertThat(above.told()).endsWith("settle CANCELLED " + (500 + 20 * 16));
        assertThat(above.books.settlement().bill())
                .returns(1_000 + 20 * 4 - 820L, Books.Bill::shortfallMicros)
                .returns(false, Books.Bill::isUncovered);
    }
}
