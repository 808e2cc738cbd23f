package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Tariff;
import org.junit.jupiter.api.Test;

/** How a call comes to its hold or to its refusal. 612 micro-credits are the least for it: 100 for the prompt and 256 tokens of output. */
class ReservingTest {

    private static final ApiError TOO_LOW = ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, "too low");
    private static final ApiError TROUBLE = ApiError.of(ErrorCode.INTERNAL_ERROR, "trouble");

    private final PlayedCall played = new PlayedCall(Sold.bounds(false, 1, null));

    ReservingTest() {
        played.begin();
        assertThat(played.told()).containsExactly("reserve 612 to 8292");
    }

    @Test
    void a_call_that_nothing_is_held_for_ends_with_the_reason() {
        played.books.decides(new Books.NotHeld(TOO_LOW, false));
        assertThat(played.told()).containsExactly("over", "failed too low");
    }

    @Test
    void a_prompt_is_counted_where_that_may_help_and_the_smaller_bound_is_tried() {
        played.books.decides(new Books.NotHeld(TOO_LOW, true));
        assertThat(played.told()).containsExactly("count");
        played.upstream.counts(40L);
        assertThat(played.told()).containsExactly("reserve 552 to 8232");
        played.books.decides(new Books.NotHeld(TROUBLE, true));
        assertThat(played.told()).as("counted once").containsExactly("over", "failed trouble");
    }

    @Test
    void a_call_runs_by_the_bounds_of_its_counted_prompt() {
        played.books.decides(new Books.NotHeld(TOO_LOW, true));
        played.upstream.counts(40L);
        played.told();
        played.books.holds(552);
        assertThat(played.told()).containsExactly("admitted task_1 256 []", "ask for null");
    }

    @Test
    void a_count_that_makes_nothing_cheaper_or_does_not_come_changes_nothing() {
        played.books.decides(new Books.NotHeld(TOO_LOW, true));
        played.told();
        played.upstream.counts(null);
        assertThat(played.told()).containsExactly("over", "failed too low");

        PlayedCall larger = new PlayedCall(Sold.bounds(false, 1, null));
        larger.begin();
        larger.books.decides(new Books.NotHeld(TOO_LOW, true));
        larger.told();
        larger.upstream.counts(5_000L);
        assertThat(larger.told()).containsExactly("over", "failed too low");
    }

    @Test
    void an_account_has_four_prompts_counted_at_once_and_its_turn_back_after_each() {
        for (int i = 0; i < 3; i++) {
            assertThat(played.counting.enter("acc")).isTrue();
        }
        played.books.decides(new Books.NotHeld(TOO_LOW, true));
        assertThat(played.told()).containsExactly("count");
        assertThat(played.counting.enter("acc")).isFalse();
        assertThat(played.counting.enter("other")).isTrue();
        played.upstream.counts(null);
        assertThat(played.counting.enter("acc")).isTrue();

        PlayedCall fifth = new PlayedCall(Sold.bounds(false, 1, null));
        for (int i = 0; i < 4; i++) {
            fifth.counting.enter("acc");
        }
        fifth.begin();
        fifth.told();
        fifth.books.decides(new Books.NotHeld(TOO_LOW, true));
        assertThat(fifth.told()).as("waits").isEmpty();
        fifth.does(() -> fifth.counting.leave("acc"));
        assertThat(fifth.told()).containsExactly("count");
    }

    @Test
    void a_call_waits_ten_seconds_for_its_count_and_then_holds_by_bytes() {
        PlayedCall waiting = longPrompt();
        waiting.nanos = 9_999_999_999L;
        waiting.does(waiting.call()::waits);
        assertThat(waiting.told()).isEmpty();
        waiting.nanos = 10_000_000_000L;
        waiting.does(waiting.call()::waits);
        assertThat(waiting.told()).containsExactly("reserve 1424 to 16784");
        waiting.does(() -> waiting.counting.leave("acc"));
        assertThat(waiting.told()).as("its turn is the next one's").isEmpty();
    }

    @Test
    void a_call_that_ends_in_line_for_its_count_ends_at_once() {
        PlayedCall left = longPrompt();
        left.does(left.call()::gone);
        assertThat(left.told()).containsExactly("over");

        PlayedCall stopped = longPrompt();
        stopped.does(() -> stopped.call().stop(TROUBLE));
        assertThat(stopped.told()).containsExactly("over", "failed trouble");

        PlayedCall broken = longPrompt();
        broken.does(() -> broken.call().turn(() -> {
            throw new IllegalStateException("of a test");
        }));
        assertThat(broken.told()).containsExactly("over", "failed An unexpected error has ended the call.");
        for (PlayedCall call : new PlayedCall[] {left, stopped, broken}) {
            call.counting.leave("acc");
            assertThat(call.counting.enter("acc")).isTrue();
        }
    }

    @Test
    void a_long_prompt_is_counted_before_anything_is_held() {
        PlayedCall counted = new PlayedCall(LONG);
        counted.begin();
        assertThat(counted.told()).containsExactly("count");
        counted.upstream.counts(90L);
        assertThat(counted.told()).as("at the rates of short prompts").containsExactly("reserve 602 to 8282");
        counted.books.holds(8_282);
        assertThat(counted.told()).containsExactly("admitted task_1 null []", "ask for null");

        PlayedCall above = new PlayedCall(LONG);
        above.begin();
        above.upstream.counts(160L);
        assertThat(above.told()).containsExactly("count", "reserve 1344 to 16704");

        PlayedCall uncounted = new PlayedCall(LONG);
        uncounted.begin();
        uncounted.upstream.counts(null);
        assertThat(uncounted.told()).startsWith("count").hasSize(2);
        uncounted.books.decides(new Books.NotHeld(TOO_LOW, true));
        assertThat(uncounted.told()).as("not counted again").containsExactly("over", "failed too low");
    }

    @Test
    void a_call_that_ends_while_it_counts_holds_nothing() {
        PlayedCall left = new PlayedCall(LONG);
        left.begin();
        left.does(left.call()::gone);
        left.upstream.counts(90L);
        assertThat(left.told()).containsExactly("count", "over");
    }

    /** A prompt of at most 200 tokens by its bytes; above 150 tokens all cost twice as much. */
    private static final Bounds LONG = new Bounds(
            Sold.model(
                    new Pricing(
                            "v1",
                            new Tariff(
                                    new PriceRates(1_000_000, 2_000_000, 1_000_000, 1_000_000, 0),
                                    new PriceRates.Step(
                                            150, new PriceRates(2_000_000, 4_000_000, 2_000_000, 2_000_000, 0)),
                                    Tariff.SearchCounts.QUERIES,
                                    new Tariff.Tiers(10_000, 10_000)),
                            false,
                            new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 10)),
                    false),
            200,
            300,
            false,
            1,
            null,
            null,
            Extras.NONE);

    /** Returns a call with a long prompt whose account counts four others. */
    private static PlayedCall longPrompt() {
        PlayedCall call = new PlayedCall(LONG);
        for (int i = 0; i < 4; i++) {
            call.counting.enter("acc");
        }
        call.begin();
        assertThat(call.told()).isEmpty();
        return call;
    }

    @Test
    void a_fault_in_counting_ends_the_call_and_takes_none_of_the_accounts_turns() {
        played.upstream.countBreaks = true;
        played.books.decides(new Books.NotHeld(TOO_LOW, true));
        assertThat(played.told()).containsExactly("count", "over", "failed An unexpected error has ended the call.");
        for (int i = 0; i < 4; i++) {
            assertThat(played.counting.enter("acc")).isTrue();
        }
    }

    @Test
    void a_lost_key_claim_sends_nothing_to_the_caller() {
        played.books.decides(new Books.Lost());
        assertThat(played.told()).containsExactly("over");
    }

    @Test
    void a_stop_during_the_reservation_asks_no_upstream_and_releases() {
        played.does(() -> played.call().stop(TROUBLE));
        assertThat(played.told()).as("what is under way comes all the same").isEmpty();
        played.books.holds(8_292);
        assertThat(played.told()).containsExactly("give back FAILED");
        played.books.givesBack();
        assertThat(played.told()).containsExactly("over", "failed trouble");

        PlayedCall refused = new PlayedCall(Sold.bounds(false, 1, null));
        refused.begin();
        refused.told();
        refused.does(() -> refused.call().stop(TROUBLE));
        refused.books.decides(new Books.NotHeld(TOO_LOW, false));
        assertThat(refused.told()).containsExactly("over", "failed trouble");
    }

    @Test
    void the_time_limit_during_the_reservation_is_an_upstream_error() {
        played.does(played.call()::timeIsUp);
        played.books.decides(new Books.NotHeld(TOO_LOW, false));
        assertThat(played.told())
                .containsExactly("over", "failed The upstream provider is temporarily unavailable. Please try again.");
    }

    @Test
    void a_disconnect_during_the_reservation_asks_no_upstream() {
        played.does(played.call()::gone);
        assertThat(played.told()).isEmpty();
        played.books.holds(8_292);
        assertThat(played.told()).containsExactly("give back CANCELLED");
        played.books.givesBack();
        assertThat(played.told()).containsExactly("over");
    }

    @Test
    void a_fault_that_is_met_while_the_store_decides_waits_for_what_it_says() {
        played.does(() -> played.call().turn(() -> {
            throw new IllegalStateException("of a test");
        }));
        assertThat(played.told()).isEmpty();
        played.books.holds(8_292);
        assertThat(played.told()).containsExactly("give back FAILED");
        played.books.givesBack();
        assertThat(played.told()).containsExactly("over", "failed An unexpected error has ended the call.");
    }
}
