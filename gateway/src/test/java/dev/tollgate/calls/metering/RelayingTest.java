package dev.tollgate.calls.metering;

import static dev.tollgate.calls.metering.Said.STOP;
import static dev.tollgate.calls.metering.Said.text;
import static dev.tollgate.calls.metering.Said.used;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.running.CallNow;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a call asks of its store, its upstream and its caller, step by step, from when something is held for it. A prompt is held for at 100
 * micro-credits, a token of output costs 2; without a maximum 4,096 of them are held for at first.
 */
class RelayingTest {

    private static final long WANTED = 100 + 2 * 4_096;
    private static final ApiError TROUBLE = ApiError.of(ErrorCode.INTERNAL_ERROR, "trouble");

    private final PlayedCall played = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);

    private static PlayedCall judged() {
        PlayedCall judged = new PlayedCall(Sold.bounds(false, 1, null));
        judged.caller.judges();
        judged.begin();
        judged.books.holds(WANTED);
        judged.told();
        return judged;
    }

    private static final long INTERVAL_NANOS = 15_000_000_000L;

    private static PlayedCall unconfirmed() {
        PlayedCall unconfirmed = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        unconfirmed.books.mayLeave = false;
        return unconfirmed;
    }

    // ---- as it should be ----

    @Test
    void an_answer_is_shown_as_it_comes_and_ends_after_its_charge() {
        PlayedCall call = new PlayedCall(Sold.bounds(false, 1, null));
        call.upstream.ignored = List.of("seed");
        call.begin();
        assertThat(call.told()).containsExactly("reserve 612 to 8292");
        call.books.holds(WANTED);
        assertThat(call.told()).containsExactly("admitted task_1 null [seed]", "ask for null");
        call.upstream.says(text("Hel"));
        assertThat(call.told()).containsExactly("answering 1", "shows 'Hel'");
        call.upstream.says(used(2), text("lo"), STOP);
        assertThat(call.told()).containsExactly("shows Usage 'lo' STOP/STOP");
        call.upstream.ends();
        assertThat(call.told()).containsExactly("end 104", "settle COMPLETED 104");
        call.books.settles(PlayedCall.CHARGED);
        assertThat(call.told()).containsExactly("over", "sent");
        assertThat(call.books.settlement().channel()).isEqualTo("far");
        assertThat(call.books.settlement().upstreamModel()).isEqualTo("up-1");
        assertThat(call.books.settlement().tokensMaxApplied()).isNull();
    }

    /** Looks at the call some intervals after its start. */
    private static void look(PlayedCall played, int intervals) {
        long start = played.call().nanoTime().getAsLong();
        played.does(() -> played.call().runs(start + intervals * INTERVAL_NANOS, INTERVAL_NANOS));
    }

    @Test
    void a_stream_says_once_in_an_interval_that_its_call_runs() {
        PlayedCall silent = unconfirmed();
        look(silent, 1);
        assertThat(silent.told()).containsExactly("confirm");
        silent.books.mayLeave = true;
        silent.books.confirms(null);
        silent.told();
        look(silent, 1);
        look(silent, 1);
        assertThat(silent.told()).containsExactly("waiting");
        silent.upstream.says(text("Hi"));
        assertThat(silent.told()).containsExactly("answering 1", "shows 'Hi'");
        look(silent, 2);
        assertThat(silent.told()).containsExactly("waiting");
    }

    @Test
    void a_response_that_leaves_whole_does_not_say_that_its_call_runs() {
        PlayedCall whole = judged();
        look(whole, 1);
        assertThat(whole.told()).isEmpty();
    }

    @Test
    void a_partial_hold_is_reported_as_a_maximum_for_each_candidate() {
        PlayedCall call = new PlayedCall(Sold.bounds(true, 3, null));
        call.begin();
        call.books.holds(100 + 2 * 3_001);
        assertThat(call.told()).endsWith("admitted task_1 1000 []", "ask for 1000");
    }

    @Test
    void nothing_that_an_upstream_says_after_its_end_counts() {
        played.upstream.says(text("Hi"), used(1), STOP);
        played.upstream.ends();
        played.told();
        played.upstream.says(text("more"));
        played.upstream.ends();
        played.upstream.fails(Kind.BROKEN);
        assertThat(played.told()).isEmpty();
    }

    @Test
    void further_ignored_fields_are_listed_once_before_the_response() {
        PlayedCall call = new PlayedCall(Sold.bounds(false, 1, null));
        call.upstream.ignored = List.of("seed");
        call.upstream.ignoredElsewhere = List.of("seed", "top_k");
        call.upstream.count = 2;
        call.begin();
        call.books.holds(WANTED);
        call.told();
        call.upstream.says(text("Hi"));
        assertThat(call.told()).containsExactly("ignoring [top_k]", "answering 2", "shows 'Hi'");
        call.upstream.says(text("!"));
        assertThat(call.told()).containsExactly("shows '!'");
        call.upstream.says(STOP);
        call.upstream.ends();
        assertThat(call.books.settlement().trace().course().ignored()).containsExactly("seed", "top_k");
    }

    @Test
    void no_fields_are_listed_for_the_first_channel_or_equal_ones() {
        played.upstream.count = 2;
        played.upstream.says(text("Hi"));
        assertThat(played.told()).containsExactly("answering 2", "shows 'Hi'");
        PlayedCall first = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        first.upstream.ignoredElsewhere = List.of("top_k");
        first.upstream.says(text("Hi"));
        assertThat(first.told()).containsExactly("answering 1", "shows 'Hi'");
    }

    // ---- a hold that is not durable ----

    @Test
    void until_its_hold_is_durable_nothing_of_an_answer_leaves_and_it_is_asked_for_once() {
        PlayedCall call = unconfirmed();
        call.upstream.says(text("Hel"));
        assertThat(call.told()).containsExactly("confirm");
        call.upstream.says(text("lo"));
        assertThat(call.told()).isEmpty();
        call.books.confirms(null);
        assertThat(call.told()).containsExactly("answering 1", "shows 'Hel' 'lo'", "resume");
        call.upstream.says(text("!"));
        assertThat(call.told()).as("it stays durable").containsExactly("shows '!'");
    }

    @Test
    void an_upstream_is_held_back_once_where_32_KiB_wait_for_the_hold() {
        PlayedCall call = unconfirmed();
        call.upstream.says(used(1), text("a".repeat((32 << 10) - 1)));
        assertThat(call.told()).containsExactly("confirm");
        call.upstream.says(text("b"));
        assertThat(call.told()).containsExactly("pause");
        call.upstream.says(text("c"));
        assertThat(call.told()).isEmpty();
        call.books.confirms(null);
        assertThat(call.told()).last().isEqualTo("resume");
    }

    @Test
    void an_answer_whose_hold_never_becomes_durable_is_not_shown_and_goes_back() {
        PlayedCall call = unconfirmed();
        call.upstream.says(text("Hel"));
        call.told();
        call.books.confirms(TROUBLE);
        assertThat(call.told()).containsExactly("cancel", "give back FAILED");
        call.books.givesBack();
        assertThat(call.told()).containsExactly("over", "failed trouble");
    }

    @Test
    void what_leaves_in_one_piece_waits_for_its_charge_and_not_for_its_hold() {
        PlayedCall call = unconfirmed();
        call.caller.leavesWhole = true;
        call.upstream.says(text("Hi"));
        assertThat(call.told()).containsExactly("answering 1", "shows 'Hi'");
    }

    @Test
    void an_upstream_that_breaks_while_the_hold_is_waited_for_is_believed_after_what_it_has_said() {
        PlayedCall call = unconfirmed();
        call.upstream.says(text("Hel"));
        call.told();
        call.upstream.fails(Kind.BROKEN);
        assertThat(call.told()).containsExactly("cancel");
        call.upstream.says(text("lo"));
        call.books.confirms(null);
        assertThat(call.told()).containsExactly("answering 1", "shows 'Hel'", "resume", "give back FAILED");
        call.books.givesBack();
        assertThat(call.told())
                .containsExactly(
                        "over", "failed The upstream provider closed the stream before the answer was complete.");
    }

    @Test
    void a_caller_that_leaves_while_the_hold_is_waited_for_pays_what_was_reported() {
        PlayedCall call = unconfirmed();
        call.upstream.says(used(7), text("Hel"));
        call.told();
        call.does(call.call()::gone);
        assertThat(call.told()).containsExactly("cancel", "settle CANCELLED 114");
        call.books.confirms(null);
        call.books.settles(PlayedCall.CHARGED);
        assertThat(call.told()).as("who has left is told nothing").containsExactly("over");
    }

    @Test
    void a_caller_that_leaves_while_the_hold_is_waited_for_pays_all_that_was_reported() {
        PlayedCall call = unconfirmed();
        call.upstream.says(used(7), text("Hel"));
        call.upstream.says(used(9), text("lo"));
        call.told();
        call.does(call.call()::gone);
        assertThat(call.told()).containsExactly("cancel", "settle CANCELLED 118");
    }

    @Test
    void a_hold_that_is_lost_ends_the_call() {
        played.books.loses(TROUBLE);
        assertThat(played.told()).containsExactly("cancel", "give back FAILED");
        played.books.givesBack();
        assertThat(played.told()).containsExactly("over", "failed trouble");
    }

    // ---- a hold that grows ----

    @Test
    void more_is_held_ahead_while_the_answer_goes_on() {
        played.upstream.says(used(3_073), text("a"));
        assertThat(played.told()).containsExactly("answering 1", "shows Usage 'a'", "extend by 2 to 8192");
        played.upstream.says(used(3_074), text("b"));
        assertThat(played.told()).as("asked for once").containsExactly("shows Usage 'b'");
        played.books.grows(new Books.Grown(WANTED + 8_192));
        assertThat(played.told()).containsExactly("resume");
        played.upstream.says(used(8_000), text("c"));
        assertThat(played.told()).containsExactly("shows Usage 'c'", "extend by 2 to 8192");
    }

    @Test
    void what_the_hold_does_not_cover_waits_for_it_with_the_upstream_held_back() {
        played.upstream.says(used(4_097), text("a"));
        assertThat(played.told()).containsExactly("pause", "extend by 2 to 8194");
        played.upstream.says(used(4_098), text("b"));
        assertThat(played.told()).isEmpty();
        played.books.grows(new Books.Grown(WANTED + 8_194));
        assertThat(played.told()).containsExactly("answering 1", "shows Usage 'a' Usage 'b'", "resume");
    }

    @Test
    void an_answer_is_cut_where_a_hold_ends_that_does_not_grow_with_the_word_for_why() {
        played.upstream.says(used(4_095), text("a"));
        played.books.grows(new Books.NotGrown("SPEND_LIMIT"));
        played.told();
        played.upstream.says(used(4_099), text("bcde"));
        assertThat(played.told()).as("once more, for it is needed now").containsExactly("pause", "extend by 2 to 8198");
        played.books.grows(new Books.NotGrown("KEY_DISABLED"));
        assertThat(played.told())
                .containsExactly(
                        "cancel", "shows Usage 'b' LENGTH/KEY_DISABLED", "end 8292", "settle CUT_HOLD_USED 8292");
    }

    @Test
    void an_answer_is_cut_before_what_no_token_is_left_for_and_pays_what_was_shown() {
        PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), 700);
        call.upstream.says(used(300), text("a"));
        call.told();
        call.upstream.says(used(304), text("bcde"));
        assertThat(call.told())
                .containsExactly("cancel", "shows Usage '' LENGTH/CREDITS_EXHAUSTED", "end 700", "settle CUT 700");
        assertThat(call.books.settlement().tokensMaxApplied()).isEqualTo(300);
    }

    @Test
    void a_hold_is_charged_whole_only_where_a_piece_was_cut_and_not_for_thoughts_that_cost_nothing() {
        PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), 701);
        call.upstream.says(used(300), text("a"));
        call.told();
        call.upstream.says(used(304), new UpstreamEvent.Thought(0, "hm", null), text("bcde"));
        assertThat(call.told()).endsWith("end 700", "settle CUT 700");
    }

    @Test
    void a_prompt_below_its_bound_leaves_the_rest_to_the_response() {
        PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), 700);
        call.upstream.says(used(20, 340, 0), text("a"));
        assertThat(call.told()).containsExactly("answering 1", "shows Usage 'a'");
        call.upstream.says(used(20, 344, 0), text("bcde"));
        assertThat(call.told()).endsWith("end 700", "settle CUT 700");
    }

    @Test
    void a_cut_before_any_report_does_not_charge_the_media_bound() {
        for (boolean mediaUncounted : new boolean[] {false, true}) {
            Bounds bounds = new Bounds(Sold.model(false), 100, 300, mediaUncounted, 1, null, null, Extras.NONE);
            PlayedCall unreported = PlayedCall.held(bounds, 700);
            unreported.upstream.says(text("a".repeat(400)));
            assertThat(unreported.told()).endsWith(mediaUncounted ? "settle CUT 300" : "settle CUT_HOLD_USED 700");
            PlayedCall reported = PlayedCall.held(bounds, 701);
            reported.upstream.says(used(0, 0, 0));
            reported.upstream.says(text("a".repeat(400)));
            assertThat(reported.told()).endsWith("settle CUT_HOLD_USED 701");
        }
    }

    @Test
    void what_was_thought_beyond_where_an_answer_is_cut_is_not_charged() {
        PlayedCall call = PlayedCall.held(Sold.bounds(true, 1, null), 100 + 2 * 600);
        call.upstream.says(used(10, 90), text("a"));
        call.told();
        call.upstream.says(used(20, 900), new UpstreamEvent.ToolCall(0, null, "f", "{}", null));
        assertThat(call.told())
                .containsExactly("cancel", "shows Usage LENGTH/CREDITS_EXHAUSTED", "end 300", "settle CUT 300");
        assertThat(call.books.settlement().bill().shortfallMicros()).isZero();
    }

    @Test
    void an_extension_with_an_unknown_outcome_ends_the_call() {
        played.upstream.says(used(4_097), text("a"));
        played.told();
        played.books.grows(new Books.NotRecorded(TROUBLE));
        assertThat(played.told()).containsExactly("cancel", "give back FAILED");
    }

    @Test
    void an_answer_that_ends_while_its_hold_grows_is_charged_when_that_is_known() {
        played.upstream.says(used(3_073), text("a"), STOP);
        played.told();
        played.upstream.ends();
        assertThat(played.told()).isEmpty();
        played.books.grows(new Books.Grown(2 * WANTED));
        assertThat(played.told()).containsExactly("end 6246", "settle COMPLETED 6246");
        assertThat(played.books.settlement().bill().heldMicros()).isEqualTo(2 * WANTED);
    }

    // ---- a maximum ----

    @Test
    void an_answer_ends_at_its_maximum_whatever_is_reported() {
        PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, 1_000L), 2_100);
        call.upstream.says(used(998), text("a"));
        call.told();
        call.upstream.says(used(1_002), text("bcde"), STOP);
        assertThat(call.told())
                .containsExactly("cancel", "shows Usage 'bc' LENGTH/MAX_TOKENS", "end 2100", "settle COMPLETED 2100");
    }

    @Test
    void a_report_beyond_the_maximum_ends_an_answer_once_there_is_output_and_not_before() {
        PlayedCall shown = PlayedCall.held(Sold.bounds(false, 1, 1_000L), 2_100);
        shown.upstream.says(used(998), text("a"));
        shown.told();
        shown.upstream.says(used(1_002));
        assertThat(shown.told()).endsWith("end 2100", "settle COMPLETED 2100");

        PlayedCall atOnce = PlayedCall.held(Sold.bounds(false, 1, 1_000L), 2_100);
        atOnce.upstream.says(used(998), text("a"), used(1_002));
        assertThat(atOnce.told()).endsWith("end 2100", "settle COMPLETED 2100");

        PlayedCall silent = PlayedCall.held(Sold.bounds(false, 1, 1_000L), 2_100);
        silent.upstream.says(used(1_002));
        assertThat(silent.told()).as("it may still be blocked").isEmpty();
        silent.upstream.says(text("a"));
        assertThat(silent.told()).endsWith("end 2100", "settle COMPLETED 2100");
    }

    @Test
    void a_second_answer_that_goes_beyond_the_maximum_gives_way_to_the_first() {
        PlayedCall call = new PlayedCall(Sold.bounds(false, 1, 1_000L));
        call.caller.judges();
        call.begin();
        call.books.holds(2_100);
        call.upstream.says(used(1), text("a"), STOP);
        call.upstream.ends();
        call.caller.finds(false);
        call.told();
        call.upstream.says(used(1_002), text("bcde"));
        assertThat(call.told())
                .containsExactly("cancel", "take back", "answering 2", "end 102", "settle COMPLETED 102");
    }

    @Test
    void a_report_beyond_the_maximum_with_the_end_of_an_answer_ends_it_by_length() {
        PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, 1_000L), 2_100);
        call.caller.leavesWhole = true;
        call.upstream.says(used(1_002));
        call.upstream.ends();
        assertThat(call.told()).contains("shows Usage LENGTH/MAX_TOKENS", "settle COMPLETED 2100");
    }

    @Test
    void an_answer_of_more_than_64_MiB_fails() {
        PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        call.upstream.says(used(1), text("a"), new UpstreamEvent.Raw(JsonNodeFactory.instance.objectNode(), 64 << 20));
        assertThat(call.told()).containsExactly("answering 1", "shows Usage 'a' Raw");
        call.upstream.says(used(1), new UpstreamEvent.Raw(JsonNodeFactory.instance.objectNode(), 1));
        assertThat(call.told()).containsExactly("shows Usage Raw", "cancel", "give back FAILED");
        call.books.givesBack();
        assertThat(call.told())
                .containsExactly("over", "failed The upstream provider sent more than an answer may hold.");
    }

    @Test
    void a_candidate_that_was_not_asked_for_is_a_break() {
        played.upstream.says(new UpstreamEvent.Text(1, "a", null));
        assertThat(played.told()).containsExactly("cancel", "give back FAILED");
        played.books.givesBack();
        assertThat(played.told())
                .containsExactly(
                        "over", "failed The upstream provider closed the stream before the answer was complete.");
    }

    // ---- what fails ----

    @Test
    void a_failure_after_every_candidate_has_had_its_end_changes_nothing() {
        played.upstream.says(used(1), text("a"), STOP);
        played.told();
        played.upstream.fails(Kind.BROKEN);
        assertThat(played.told()).containsExactly("end 102", "settle COMPLETED 102");
    }

    @Test
    void an_answer_that_was_blocked_or_has_no_use_is_refunded_with_the_reason() {
        played.upstream.says(new UpstreamEvent.Finish(0, FinishReason.FILTERED, "SAFETY"));
        played.upstream.ends();
        assertThat(played.told()).containsExactly("give back FAILED");
        played.books.givesBack();
        assertThat(played.told())
                .containsExactly(
                        "over",
                        "failed The upstream provider blocked the request: it holds sensitive or prohibited content.");
        PlayedCall useless = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        useless.upstream.says(new UpstreamEvent.Finish(0, FinishReason.OTHER, "OTHER"));
        useless.upstream.ends();
        useless.books.givesBack();
        assertThat(useless.told())
                .containsExactly(
                        "give back FAILED",
                        "over",
                        "failed The upstream provider is temporarily unavailable. Please try again.");
    }

    @Test
    void an_answer_without_output_that_has_ended_well_is_shown_at_its_end() {
        played.upstream.says(used(0), STOP);
        assertThat(played.told()).isEmpty();
        played.upstream.ends();
        assertThat(played.told())
                .containsExactly("answering 1", "shows Usage STOP/STOP", "end 100", "settle COMPLETED 100");
    }

    @Test
    void a_failed_charge_replaces_the_end_with_an_error() {
        played.upstream.says(used(1), text("a"), STOP);
        played.upstream.ends();
        played.told();
        played.books.settles(new Books.NotCharged(TROUBLE));
        assertThat(played.told()).containsExactly("over", "failed trouble");
    }

    @Test
    void what_was_used_beyond_the_hold_is_held_first_and_charged_as_far_as_that_is_possible() {
        for (Books.Extension extension : List.of(new Books.Grown(8_400), new Books.NotGrown("CREDITS_EXHAUSTED"))) {
            PlayedCall call = unconfirmed();
            call.upstream.says(used(4_110), text("a"), STOP);
            call.upstream.fails(Kind.BROKEN); // waits for the hold
            assertThat(call.told()).containsExactly("confirm", "cancel");
            call.does(call.call()::gone);
            assertThat(call.told()).containsExactly("extend for used by 28");
            call.books.grows(extension);
            assertThat(call.told())
                    .containsExactly(
                            extension instanceof Books.Grown ? "settle COMPLETED 8320" : "settle COMPLETED 8292");
        }
    }

    @Test
    void what_was_used_beyond_the_hold_and_cannot_be_recorded_is_refunded() {
        PlayedCall call = unconfirmed();
        call.upstream.says(used(4_110), text("a"), STOP);
        call.does(call.call()::gone);
        call.told();
        call.books.grows(new Books.NotRecorded(TROUBLE));
        assertThat(call.told()).containsExactly("give back FAILED");
    }

    @Test
    void an_unrenderable_end_releases_the_hold_and_an_unsendable_one_disconnects() {
        played.caller.cannotRender = true;
        played.upstream.says(used(1), text("a"), STOP);
        played.told();
        played.upstream.ends();
        played.books.givesBack();
        assertThat(played.told())
                .containsExactly("give back FAILED", "over", "failed An unexpected error has ended the call.");

        PlayedCall mute = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        mute.caller.cannotSend = true;
        mute.upstream.says(used(1), text("a"), STOP);
        mute.upstream.ends();
        mute.told();
        mute.books.settles(PlayedCall.CHARGED);
        assertThat(mute.told()).containsExactly("over", "cut");
    }

    @Test
    void a_fault_while_the_answer_is_relayed_gives_everything_back() {
        played.does(() -> played.call().turn(() -> {
            throw new IllegalStateException("of a test");
        }));
        assertThat(played.told()).containsExactly("cancel", "give back FAILED");
    }

    // ---- what it costs so far ----

    @Test
    void what_a_running_call_costs_is_what_was_shown_and_never_more_than_is_held() {
        assertThat(played.call().now()).as("nothing was said").isEqualTo(now(0, 0));
        played.upstream.says(text("abc"));
        assertThat(played.call().now()).as("by the bound of its prompt").isEqualTo(now(3, 106));
        played.upstream.says(used(40, 5, 0), text("d"));
        assertThat(played.call().now()).as("as reported").isEqualTo(now(5, 50));
        played.upstream.says(used(200, 4_060, 0), text("e"));
        assertThat(played.call().now()).as("at most the hold").isEqualTo(now(4_060, WANTED));
        played.does(() -> played.call().stop(TROUBLE));
        assertThat(played.call().now()).as("it is being ended").isNull();
    }

    private static CallNow now(long tokens, long micros) {
        return new CallNow("task_1", "acc", tokens, micros, WANTED);
    }

    @Test
    void a_sink_that_wants_the_cost_gets_it_with_the_output() {
        played.caller.wantsCost = true;
        played.upstream.says(used(5), text("a"));
        assertThat(played.told()).containsExactly("answering 1", "shows Usage 'a'", "costs 110");
    }

    // ---- thoughts that were not asked for ----

    /** A prompt of 100, a maximum of 16 for the text, and 1,024 above it for thoughts, which are billed. */
    private static PlayedCall roomy() {
        PlayedCall roomy = new PlayedCall(Sold.roomy(true, false, 16, 1_024));
        roomy.begin();
        assertThat(roomy.told()).containsExactly("reserve 1124 to 2180");
        roomy.books.holds(2_180);
        assertThat(roomy.told()).endsWith("ask for 1040");
        return roomy;
    }

    @Test
    void text_ends_at_the_maximum_although_thoughts_leave_room() {
        PlayedCall call = roomy();
        call.upstream.says(used(0, 300));
        call.upstream.says(used(10, 300), text("0123456789"));
        assertThat(call.told()).endsWith("shows Usage Usage '0123456789'");
        call.upstream.says(used(20, 300), text("abcdefghij"), STOP);
        assertThat(call.told())
                .containsExactly("cancel", "shows Usage 'abcdef' LENGTH/MAX_TOKENS", "end 732", "settle COMPLETED 732");
        assertThat(call.books.settlement().flags()).isEmpty();
        assertThat(call.books.settlement().excess()).isNull();
    }

    @Test
    void text_above_the_maximum_waits_for_the_report_that_counts_it() {
        for (int tokens : new int[] {10, 20}) {
            PlayedCall call = roomy();
            call.upstream.says(text("01234567"));
            assertThat(call.told()).endsWith("shows '01234567'");
            call.upstream.says(text("89abcdefghij"));
            call.upstream.says(STOP);
            assertThat(call.told()).isEmpty();
            call.upstream.says(used(tokens, 300));
            call.upstream.ends();
            String shown =
                    tokens == 10 ? "shows Usage '89abcdefghij' STOP/STOP" : "shows Usage '89abcdef' LENGTH/MAX_TOKENS";
            assertThat(call.told()).contains(shown, "settle COMPLETED " + (700 + 2 * Math.min(tokens, 16)));
        }
    }

    @Test
    void text_that_waited_is_cut_where_the_tokens_of_the_whole_text_end() {
        PlayedCall call = roomy();
        call.upstream.says(text("0123456789abcdef"));
        assertThat(call.told()).endsWith("shows '0123456789abcdef'");
        call.upstream.says(text("x".repeat(64)), STOP);
        call.upstream.says(used(20, 300));
        call.upstream.ends();
        assertThat(call.told())
                .as("a fifth of 80 bytes for 20 tokens is above the 16")
                .contains("shows Usage '" + "x".repeat(48) + "' LENGTH/MAX_TOKENS", "settle COMPLETED 732");
    }

    @Test
    void text_that_no_report_counts_is_shown_at_the_end() {
        PlayedCall call = roomy();
        call.upstream.says(text("0123456789abcdefghij"), STOP);
        assertThat(call.told()).isEmpty();
        call.upstream.ends();
        assertThat(call.told()).contains("shows '0123456789abcdefghij' STOP/STOP", "settle COMPLETED 110");
    }

    @Test
    void text_that_no_report_counts_ends_at_four_bytes_a_token() {
        PlayedCall call = roomy();
        call.upstream.says(text("0123456789"));
        assertThat(call.told()).endsWith("shows '0123456789'");
        call.upstream.says(text("x".repeat(90)));
        call.upstream.says(STOP);
        assertThat(call.told()).isEmpty();
        call.upstream.ends();
        assertThat(call.told())
                .containsExactly("shows '" + "x".repeat(54) + "' LENGTH/MAX_TOKENS", "end 132", "settle COMPLETED 132");
    }

    @Test
    void text_that_waits_is_bounded_and_then_counted_by_its_bytes() {
        PlayedCall call = roomy();
        for (int i = 0; i < 58; i++) {
            call.upstream.says(text("x".repeat(1_000)));
            assertThat(call.told()).isEmpty();
        }
        call.upstream.says(text("x".repeat(1_000)));
        assertThat(call.told())
                .containsExactly(
                        "cancel",
                        "answering 1",
                        "shows '" + "x".repeat(64) + "' LENGTH/MAX_TOKENS",
                        "end 132",
                        "settle COMPLETED 132");
        PlayedCall signed = roomy();
        UpstreamEvent first = new UpstreamEvent.Text(0, "0123456789abcdefghij", "s".repeat(70_000));
        signed.upstream.says(first);
        assertThat(signed.told()).containsExactly("answering 1", "shows '0123456789abcdefghij'");
    }

    @Test
    void a_hold_below_the_room_shows_no_text_above_the_maximum() {
        for (int held : new int[] {1_500, 1_300}) {
            PlayedCall call = new PlayedCall(Sold.roomy(true, false, 16, 1_024));
            call.begin();
            call.books.holds(held);
            assertThat(call.told()).endsWith("ask for " + (held - 100) / 2);
            call.upstream.says(used(0, 300));
            call.upstream.says(used(400, 300), text("x".repeat(1_600)), STOP);
            call.upstream.ends();
            assertThat(call.told())
                    .as("%d held", held)
                    .contains("shows Usage Usage '" + "x".repeat(64) + "' LENGTH/MAX_TOKENS", "settle COMPLETED 732");
        }
    }

    @Test
    void a_failure_behind_a_finish_that_waits_completes_the_answer() {
        PlayedCall call = roomy();
        call.upstream.says(text("0123456789abcdefghij"), STOP);
        assertThat(call.told()).isEmpty();
        call.upstream.fails(Kind.BROKEN);
        assertThat(call.told()).contains("shows '0123456789abcdefghij' STOP/STOP", "settle COMPLETED 110");
    }

    @Test
    void an_unusable_answer_that_waits_is_free_if_its_caller_leaves() {
        PlayedCall call = roomy();
        call.upstream.says(
                text("0123456789abcdefghij"),
                new UpstreamEvent.Finish(0, FinishReason.MALFORMED, "MALFORMED_FUNCTION_CALL"));
        call.does(call.call()::gone);
        assertThat(call.told()).containsExactly("cancel", "give back FAILED");
    }

    @Test
    void unwanted_thoughts_never_cost_more_than_was_held() {
        PlayedCall call = roomy();
        call.upstream.says(used(16, 5_000), text("0123456789abcdef"), STOP);
        call.upstream.ends();
        assertThat(call.told()).contains("settle COMPLETED 2180");
    }

    // ---- a caller that reads slowly, or leaves ----

    @Test
    void an_upstream_is_held_back_while_its_caller_does_not_read() {
        played.caller.full = true;
        played.upstream.says(text("a"));
        assertThat(played.told()).containsExactly("answering 1", "shows 'a'", "pause");
        played.upstream.says(text("b"));
        assertThat(played.told()).containsExactly("shows 'b'");
        played.caller.drains();
        assertThat(played.told()).containsExactly("resume");
        played.caller.drains();
        assertThat(played.told()).as("told twice").isEmpty();
    }

    @Test
    void a_break_that_a_slow_caller_is_to_blame_for_is_charged() {
        played.caller.full = true;
        played.upstream.says(used(5), text("a"));
        played.told();
        played.upstream.fails(Kind.BROKEN);
        assertThat(played.told()).containsExactly("cancel", "settle CANCELLED 110");
        played.books.settles(PlayedCall.CHARGED);
        assertThat(played.told())
                .containsExactly(
                        "over", "failed The upstream provider closed the stream before the answer was complete.");
    }

    @Test
    void a_slow_caller_is_to_blame_for_a_second_after_it_has_caught_up() {
        for (long nanos : new long[] {999_999_999, 1_000_000_000}) {
            PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
            call.nanos = 7_000_000_000L;
            call.caller.full = true;
            call.upstream.says(used(5), text("a"));
            call.caller.drains();
            call.told();
            call.nanos += nanos;
            call.upstream.fails(Kind.BROKEN);
            assertThat(call.told())
                    .containsExactly("cancel", nanos < 1_000_000_000 ? "settle CANCELLED 110" : "give back FAILED");
        }
    }

    @Test
    void a_break_while_tollgates_disk_is_slow_is_not_charged() {
        played.books.callerHoldsBack = false;
        played.caller.full = true;
        played.upstream.says(used(5), text("a"));
        played.told();
        played.upstream.fails(Kind.BROKEN);
        assertThat(played.told()).containsExactly("cancel", "give back FAILED");
    }

    @Test
    void a_caller_pays_nothing_when_it_leaves_before_the_upstream_has_spoken_and_then_what_was_used() {
        played.does(played.call()::gone);
        assertThat(played.told()).containsExactly("cancel", "give back CANCELLED");
        played.books.givesBack();
        assertThat(played.told()).containsExactly("over");

        PlayedCall later = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        later.upstream.says(used(3), text("a"));
        later.told();
        later.does(later.call()::gone);
        assertThat(later.told()).containsExactly("cancel", "settle CANCELLED 106");
    }

    @Test
    void an_unusable_answer_is_free_if_its_caller_leaves_or_time_is_up() {
        UpstreamEvent malformed = new UpstreamEvent.Finish(0, FinishReason.MALFORMED, "MALFORMED_FUNCTION_CALL");
        for (boolean mayLeave : new boolean[] {true, false}) {
            for (boolean leaves : new boolean[] {true, false}) {
                PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
                call.books.mayLeave = mayLeave;
                call.upstream.says(text("Hi"), used(10), malformed);
                call.told();
                call.does(leaves ? call.call()::gone : call.call()::timeIsUp);
                assertThat(call.told()).containsExactly("cancel", "give back FAILED");
            }
        }
    }

    @Test
    void an_answer_blocked_before_its_first_word_is_free_if_its_caller_leaves() {
        UpstreamEvent blocked = new UpstreamEvent.PromptBlocked("SAFETY");
        UpstreamEvent filtered = new UpstreamEvent.Finish(0, FinishReason.FILTERED, "SAFETY");
        UpstreamEvent[][] answers = {{blocked, used(0)}, {used(0), filtered}, {blocked, text("Hi"), used(10), STOP}};
        for (UpstreamEvent[] answer : answers) {
            for (boolean mayLeave : new boolean[] {true, false}) {
                PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
                call.books.mayLeave = mayLeave;
                call.upstream.says(answer);
                call.told();
                call.does(call.call()::gone);
                assertThat(call.told()).containsExactly("cancel", "give back if free FAILED");
                call.books.givesBackIfFree(true);
                assertThat(call.told()).containsExactly("over");
            }
        }
    }

    @Test
    void a_block_without_room_is_charged_what_was_reported() {
        UpstreamEvent blocked = new UpstreamEvent.PromptBlocked("PROHIBITED_CONTENT");
        UpstreamEvent filtered = new UpstreamEvent.Finish(0, FinishReason.FILTERED, "SAFETY");
        UpstreamEvent[][] answers = {{blocked, used(0)}, {used(0), filtered}, {blocked, text("Hi"), used(0), filtered}};
        String[] ends = {"FILTERED/PROHIBITED_CONTENT", "FILTERED/SAFETY", "FILTERED/SAFETY"};
        for (int i = 0; i < answers.length; i++) {
            PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
            call.upstream.says(answers[i]);
            call.upstream.ends();
            assertThat(call.told()).containsExactly("give back if free FAILED");
            call.books.givesBackIfFree(false);
            List<String> told = call.told();
            assertThat(told).hasSize(4).startsWith("answering 1").endsWith("end 100", "settle COMPLETED 100");
            assertThat(told.get(1)).endsWith(ends[i]).doesNotContain("Hi");
        }
    }

    @Test
    void a_block_without_room_is_charged_after_its_caller_has_left() {
        played.upstream.says(used(0), new UpstreamEvent.Finish(0, FinishReason.FILTERED, "SAFETY"));
        played.does(played.call()::gone);
        played.books.givesBackIfFree(false);
        assertThat(played.told()).containsExactly("cancel", "give back if free FAILED", "settle CANCELLED 100");
    }

    @Test
    void a_call_that_was_let_in_for_it_ends_free() {
        played.books.hasFreeEnd = true;
        played.upstream.says(used(0), new UpstreamEvent.Finish(0, FinishReason.FILTERED, "SAFETY"));
        played.upstream.ends();
        assertThat(played.told()).containsExactly("ends free", "give back FAILED");
    }

    @Test
    void a_caller_that_leaves_after_the_last_word_pays_for_a_whole_answer() {
        played.upstream.says(used(4_100), text("a"), STOP);
        played.told();
        played.does(played.call()::gone);
        assertThat(played.told()).as("its growth is under way").containsExactly("cancel");
        played.books.grows(new Books.Grown(WANTED + 8));
        assertThat(played.told()).containsExactly("settle COMPLETED 8300");
    }

    @Test
    void what_a_door_cannot_show_is_free_whole_or_cut_unless_its_caller_left() {
        PlayedCall whole = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        whole.caller.unshowable = TROUBLE;
        whole.upstream.says(used(3), text("a"), STOP);
        whole.upstream.ends();
        whole.books.givesBack();
        assertThat(whole.told()).endsWith("give back FAILED", "over", "failed trouble");

        PlayedCall cut = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        cut.caller.unshowable = TROUBLE;
        cut.upstream.says(used(3), text("a"));
        cut.does(cut.call()::timeIsUp);
        assertThat(cut.told()).endsWith("give back FAILED");

        PlayedCall left = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        left.caller.unshowable = TROUBLE;
        left.upstream.says(used(3), text("a"));
        left.does(left.call()::gone);
        assertThat(left.told()).endsWith("settle CANCELLED 106");
    }

    // ---- time, and the operator ----

    @Test
    void an_answer_that_takes_too_long_is_cut_and_charged_where_there_is_one() {
        played.upstream.says(used(3), text("a"));
        played.told();
        played.does(played.call()::timeIsUp);
        assertThat(played.told()).containsExactly("cancel", "shows LENGTH/TIMEOUT", "end 106", "settle CUT 106");

        PlayedCall silent = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
        silent.does(silent.call()::timeIsUp);
        assertThat(silent.told()).containsExactly("cancel", "give back FAILED");
        silent.books.givesBack();
        assertThat(silent.told())
                .containsExactly("over", "failed The upstream provider is temporarily unavailable. Please try again.");

        PlayedCall thinking = PlayedCall.held(Sold.bounds(true, 1, 1_000L), WANTED);
        thinking.upstream.says(used(0, 500));
        thinking.does(thinking.call()::timeIsUp);
        assertThat(thinking.told()).as("hidden thoughts alone").endsWith("cancel", "give back FAILED");
    }

    @Test
    void what_waits_for_its_hold_when_the_time_is_up_is_neither_shown_nor_charged() {
        played.upstream.says(used(3), text("a"));
        played.upstream.says(used(4_097), text("b"));
        assertThat(played.told()).contains("extend by 2 to 8194");
        played.does(played.call()::timeIsUp);
        assertThat(played.told()).containsExactly("cancel", "shows LENGTH/TIMEOUT");
        played.books.grows(new Books.Grown(WANTED + 8_194));
        assertThat(played.told()).containsExactly("end 106", "settle CUT 106");
    }

    @Test
    void a_line_without_room_is_given_back_in_full() {
        PlayedCall line = new PlayedCall(Sold.bounds(false, 1, null));
        line.terms = new CallTerms.OfLine(false);
        line.begin();
        line.books.holds(WANTED);
        line.caller.keepsOfEach = 16 * 1024;
        line.upstream.says(used(3), text("a"));
        line.told();
        line.upstream.says(used(9), text("b"));
        assertThat(line.told()).containsExactly("cancel", "give back FAILED");
        line.books.givesBack();
        assertThat(line.told())
                .containsExactly(
                        "over", "failed The server had no room for the answer beside others. Nothing was charged.");
    }

    @Test
    void an_answer_without_room_is_cut_and_charged_as_shown() {
        played.caller.keepsOfEach = 16 * 1024;
        played.upstream.says(used(3), text("a"));
        played.told();
        played.upstream.says(used(9), text("b"));
        assertThat(played.told()).containsExactly("cancel", "shows LENGTH/SERVER_BUSY", "end 106", "settle CUT 106");
        played.books.settles(PlayedCall.CHARGED);
        assertThat(played.room.bytes()).as("when all has left").isZero();
        assertThat(played.observed.getFirst().outcome()).isEqualTo(CallOutcome.CUT_ROOM);
    }

    @Test
    void a_call_without_room_for_its_first_output_is_refunded() {
        played.caller.keepsOfEach = 64 * 1024;
        played.upstream.says(text("a"));
        assertThat(played.told()).containsExactly("cancel", "give back FAILED");
        played.books.givesBack();
        assertThat(played.told())
                .containsExactly("over", "failed The server is busy with long answers. Retry in a moment.");
    }

    @Test
    void an_answer_waits_while_another_makes_room_for_it() {
        List<String> other = new ArrayList<>();
        AnswerRoom.Share large = played.room.share("acc_2", holder(other));
        assertThat(large.take(40 * 1024)).isEqualTo(AnswerRoom.Reply.TAKEN);
        played.caller.keepsOfEach = 18 * 1024;
        played.upstream.says(text("a"));
        played.upstream.says(text("b"));
        assertThat(other).containsExactly("leave");
        assertThat(played.told()).containsExactly("answering 1", "shows 'a'", "pause");
        played.does(large::release);
        assertThat(played.told()).containsExactly("shows 'b'", "resume");
    }

    private static AnswerRoom.Holder holder(List<String> told) {
        return new AnswerRoom.Holder() {
            @Override
            public void again() {
                told.add("again");
            }

            @Override
            public void leave() {
                told.add("leave");
            }

            @Override
            public void close() {
                told.add("close");
            }
        };
    }

    @Test
    void an_end_that_is_not_read_is_dropped_for_those_that_wait() {
        played.caller.keepsOfEach = 20 * 1024;
        played.upstream.says(text("a"), STOP);
        played.upstream.ends();
        played.caller.isSending = true;
        played.books.settles(PlayedCall.CHARGED);
        assertThat(played.told()).endsWith("over", "sent");
        assertThat(played.room.bytes()).isEqualTo(32 * 1024);
        List<String> other = new ArrayList<>();
        AnswerRoom.Share small = played.room.share("acc_2", holder(other));
        assertThat(small.take(28 * 1024)).isEqualTo(AnswerRoom.Reply.LATER);
        played.does(() -> List.copyOf(played.soon).forEach(Runnable::run));
        assertThat(played.told()).containsExactly("cut");
        assertThat(other).containsExactly("again");
        assertThat(played.room.bytes()).isZero();
    }

    @Test
    void room_is_free_when_the_end_has_been_read_or_the_caller_has_left() {
        for (boolean reads : new boolean[] {true, false}) {
            PlayedCall call = PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
            call.caller.keepsOfEach = 20 * 1024;
            call.upstream.says(text("a"));
            call.upstream.says(STOP);
            call.upstream.ends();
            call.caller.isSending = true;
            call.books.settles(PlayedCall.CHARGED);
            assertThat(call.room.bytes()).isPositive();
            if (reads) {
                call.caller.drains();
            } else {
                call.does(call.call()::gone);
            }
            assertThat(call.room.bytes()).isZero();
        }
    }

    @Test
    void a_call_that_is_stopped_is_refunded() {
        played.upstream.says(used(3), text("a"));
        played.told();
        played.does(() -> played.call().stop(TROUBLE));
        assertThat(played.told()).containsExactly("cancel", "give back FAILED");
        played.books.givesBack();
        assertThat(played.told()).containsExactly("over", "failed trouble");
    }

    // ---- an answer that is judged ----

    @Test
    void a_fitting_response_is_charged_and_an_unfit_one_requested_again() {
        PlayedCall call = judged();
        call.upstream.says(used(1), text("a"), STOP);
        call.upstream.ends();
        assertThat(call.told()).containsExactly("answering 1", "shows Usage 'a' STOP/STOP", "judge");
        call.caller.finds(false);
        assertThat(call.told()).containsExactly("begin anew", "ask for null");
        call.upstream.says(used(2), text("b"), STOP);
        call.upstream.ends();
        assertThat(call.told()).containsExactly("answering 2", "shows Usage 'b' STOP/STOP", "judge");
        call.caller.finds(false);
        assertThat(call.told()).as("once").containsExactly("end 104", "settle COMPLETED 104");

        PlayedCall fitting = judged();
        fitting.upstream.says(used(1), text("a"), STOP);
        fitting.upstream.ends();
        fitting.told();
        fitting.caller.finds(true);
        assertThat(fitting.told()).containsExactly("end 102", "settle COMPLETED 102");
    }

    @Test
    void an_answer_that_does_not_fit_is_charged_where_nothing_may_be_asked_for_again() {
        PlayedCall call = judged();
        call.upstream.mayAskAgain = false;
        call.upstream.says(used(1), text("a"), STOP);
        call.upstream.ends();
        call.told();
        call.caller.finds(false);
        assertThat(call.told()).containsExactly("end 102", "settle COMPLETED 102");
    }

    @Test
    void the_first_response_counts_if_the_second_fails() {
        assertThat(second(call -> call.upstream.fails(Kind.UNAVAILABLE)))
                .startsWith("cancel", "take back", "answering 2");
        assertThat(second(call -> call.does(call.call()::timeIsUp))).startsWith("cancel", "take back");
        assertThat(second(call -> {
                    call.upstream.says(used(5_000), text("b"));
                    call.books.grows(new Books.NotGrown("CREDITS_EXHAUSTED"));
                }))
                .contains("cancel", "take back");
        assertThat(second(call -> {
                    call.upstream.says(new UpstreamEvent.Finish(0, FinishReason.FILTERED, "SAFETY"));
                    call.upstream.ends();
                }))
                .startsWith("take back", "answering 2");
    }

    /** The events after a first response for 102 micro-credits was held back; it is charged in the end. */
    private static List<String> second(Consumer<PlayedCall> happens) {
        PlayedCall call = judged();
        call.upstream.says(used(1), text("a"), STOP);
        call.upstream.ends();
        call.caller.finds(false);
        call.told();
        happens.accept(call);
        List<String> told = call.told();
        assertThat(told).endsWith("end 102", "settle COMPLETED 102");
        return told;
    }

    @Test
    void a_caller_that_leaves_while_a_second_answer_comes_pays_for_the_first() {
        PlayedCall call = judged();
        call.upstream.says(used(1), text("a"), STOP);
        call.upstream.ends();
        call.caller.finds(false);
        call.upstream.says(used(9), text("b"));
        call.told();
        call.does(call.call()::gone);
        assertThat(call.told()).containsExactly("cancel", "take back", "answering 2", "settle COMPLETED 102");
    }

    @Test
    void time_that_is_up_or_a_stop_ends_the_judging() {
        PlayedCall late = judged();
        late.upstream.says(used(1), text("a"), STOP);
        late.upstream.ends();
        late.told();
        late.does(late.call()::timeIsUp);
        assertThat(late.told()).containsExactly("abandon", "end 102", "settle COMPLETED 102");
        late.caller.finds(false);
        assertThat(late.told()).as("too late").isEmpty();

        PlayedCall stopped = judged();
        stopped.upstream.says(used(1), text("a"), STOP);
        stopped.upstream.ends();
        stopped.told();
        stopped.does(() -> stopped.call().stop(TROUBLE));
        assertThat(stopped.told()).containsExactly("abandon", "give back FAILED");
    }

    @Test
    void a_response_is_checked_once_although_its_hold_grows() {
        PlayedCall call = judged();
        call.upstream.says(used(3_073), text("a"), STOP);
        call.upstream.ends();
        call.told();
        call.books.grows(new Books.Grown(2 * WANTED));
        assertThat(call.told()).doesNotContain("judge");
        call.caller.finds(true);
        assertThat(call.told()).containsExactly("end 6246", "settle COMPLETED 6246");
    }
}
