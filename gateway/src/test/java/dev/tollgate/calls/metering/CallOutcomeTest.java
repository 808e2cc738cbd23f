package dev.tollgate.calls.metering;

import static dev.tollgate.calls.metering.Said.STOP;
import static dev.tollgate.calls.metering.Said.text;
import static dev.tollgate.calls.metering.Said.used;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Observers receive a call that is over once, with its outcome, steps and charge. */
class CallOutcomeTest {

    private static final long WANTED = 100 + 2 * 4_096;
    private static final ApiError TROUBLE =
            ApiError.of(ErrorCode.INTERNAL_ERROR, "trouble").withStatus(503);

    private static PlayedCall held() {
        return PlayedCall.held(Sold.bounds(false, 1, null), WANTED);
    }

    private static OverCall after(Consumer<PlayedCall> course) {
        PlayedCall played = held();
        course.accept(played);
        return one(played);
    }

    private static OverCall one(PlayedCall played) {
        assertThat(played.observed).as("told once").hasSize(1);
        return played.observed.getFirst();
    }

    private static void charged(PlayedCall played) {
        played.books.settles(PlayedCall.CHARGED);
    }

    @Test
    void observers_get_steps_and_charge_before_the_caller_gets_the_end() {
        PlayedCall played = new PlayedCall(Sold.bounds(false, 1, null));
        played.begin();
        played.nanos = 2_000_000;
        played.books.holds(WANTED);
        played.nanos = 3_000_000;
        played.upstream.says(used(2), text("Hi"));
        played.nanos = 4_000_000;
        played.upstream.says(STOP);
        played.upstream.ends();
        assertThat(played.observed).isEmpty();
        played.nanos = 5_000_000;
        charged(played);
        OverCall call = one(played);
        assertThat(call.outcome()).isEqualTo(CallOutcome.COMPLETED);
        assertThat(List.of(
                        call.request().translation().micros(),
                        call.steps().at(CallStep.STARTED),
                        call.steps().at(CallStep.RESERVING),
                        call.steps().at(CallStep.RESERVED),
                        call.steps().at(CallStep.ASKED),
                        call.steps().at(CallStep.HEARD),
                        call.steps().at(CallStep.SHOWN),
                        call.steps().at(CallStep.DONE),
                        call.steps().at(CallStep.OFFERED),
                        call.steps().at(CallStep.OVER)))
                .containsExactly(7L, 0L, 0L, 2_000L, 2_000L, 3_000L, 3_000L, 4_000L, 4_000L, 5_000L);
        assertThat(call.usage()).isNotNull();
        assertThat(call.chargedMicros()).isEqualTo(104);
        assertThat(call.charge().shortfallMicros()).isZero();
        assertThat(call.charge().flags().contains(UsageFlag.ESTIMATED)).isFalse();
        assertThat(call.charge().isExcessive()).isFalse();
        assertThat(call.channel()).isEqualTo("far");
        assertThat(call.upstreamModel()).isEqualTo("up-1");
        assertThat(call.attempts()).isEqualTo(1);
        assertThat(call.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(call.isStreamed()).isTrue();
        assertThat(call.error()).isNull();
    }

    @Test
    void what_leaves_in_one_piece_is_no_stream_and_waits_for_its_turn_are_seen() {
        PlayedCall played = new PlayedCall(Sold.bounds(false, 1, null));
        played.caller.leavesWhole = true;
        played.make(() -> {});
        played.nanos = 1_000_000;
        played.begin();
        played.books.decides(new Books.NotHeld(TROUBLE, false));
        OverCall call = one(played);
        assertThat(call.isStreamed()).isFalse();
        assertThat(List.of(call.steps().at(CallStep.STARTED), call.steps().at(CallStep.RESERVING)))
                .containsOnly(1_000L);
        assertThat(call.taskId()).isEqualTo("task_1");
        assertThat(call.request().accountId()).isEqualTo("acc");
        assertThat(call.answeringVersion()).isNull();
    }

    @Test
    void observers_get_the_flags_of_odd_usage() {
        OverCall estimated = after(call -> {
            call.upstream.says(new UpstreamEvent.Started("up-001", "its-id"), text("Hi"), STOP);
            call.upstream.ends();
            charged(call);
        });
        assertThat(estimated.charge().flags().contains(UsageFlag.ESTIMATED)).isTrue();
        assertThat(estimated.charge().flags().contains(UsageFlag.CLAMPED)).isFalse();
        assertThat(estimated.charge().isExcessive()).isFalse();
        assertThat(estimated.answeringVersion()).isEqualTo("up-001");
        assertThat(estimated.costs()).as("no price is known").containsExactly(new OverCall.Cost("far", 0));
        OverCall excessive = after(call -> {
            call.upstream.says(used(301, 2, 0), text("Hi"), STOP);
            call.upstream.ends();
            charged(call);
        });
        assertThat(excessive.charge().isExcessive()).isTrue();
        assertThat(excessive.charge().flags().contains(UsageFlag.CLAMPED)).isTrue();
    }

    @Test
    void observers_get_the_shortfall_with_the_charge() {
        OverCall call = after(played -> {
            played.books.mayLeave = false;
            played.upstream.says(used(4_110), text("a"), STOP);
            played.does(played.call()::gone);
            played.books.grows(new Books.NotGrown("CREDITS_EXHAUSTED"));
            charged(played);
        });
        assertThat(call.chargedMicros()).isEqualTo(WANTED);
        assertThat(call.charge().shortfallMicros()).isEqualTo(28);
    }

    @Test
    void observers_are_called_in_their_order() {
        List<String> told = new ArrayList<>();
        CallObserver both = CallObserver.all(List.of(watching("one", told), watching("two", told)));
        both.begun(Sold.request(false));
        both.over(after(call -> {
            call.does(call.call()::gone);
            call.books.givesBack();
        }));
        assertThat(told).containsExactly("one begun", "two begun", "one cancelled", "two cancelled");
    }

    private static CallObserver watching(String name, List<String> told) {
        return new CallObserver() {
            @Override
            public void begun(MeteredCall request) {
                told.add(name + " begun");
            }

            @Override
            public void over(OverCall call) {
                told.add(name + " " + call.outcome().wireName());
            }
        };
    }

    @Test
    void what_ends_at_a_maximum_or_where_nothing_more_is_held_says_which() {
        assertThat(after(call -> {
                            call.upstream.says(
                                    used(2),
                                    text("Hi"),
                                    new UpstreamEvent.Finish(0, FinishReason.LENGTH, "MAX_TOKENS"));
                            call.upstream.ends();
                            charged(call);
                        })
                        .outcome())
                .isEqualTo(CallOutcome.CUT_LENGTH);
        for (CallOutcome outcome : List.of(CallOutcome.CUT_CREDITS, CallOutcome.CUT_LIMIT)) {
            String word = outcome == CallOutcome.CUT_CREDITS ? "CREDITS_EXHAUSTED" : "SPEND_LIMIT";
            assertThat(after(call -> {
                                call.upstream.says(used(4_099), text("bcde"));
                                call.books.grows(new Books.NotGrown(word));
                                charged(call);
                            })
                            .outcome())
                    .isEqualTo(outcome);
        }
        assertThat(after(call -> {
                            call.upstream.says(used(3), text("a"));
                            call.does(call.call()::timeIsUp);
                            charged(call);
                        })
                        .outcome())
                .isEqualTo(CallOutcome.CUT_TIME);
    }

    @Test
    void a_disconnect_is_reported_as_cancelled_whether_charged_or_not() {
        OverCall early = after(call -> {
            call.does(call.call()::gone);
            call.books.givesBack();
        });
        assertThat(early.outcome()).isEqualTo(CallOutcome.CANCELLED);
        assertThat(early.usage()).isNull();
        OverCall late = after(call -> {
            call.upstream.says(used(3), text("a"));
            call.does(call.call()::gone);
            charged(call);
        });
        assertThat(late.outcome()).isEqualTo(CallOutcome.CANCELLED);
        assertThat(late.chargedMicros()).isEqualTo(106);
    }

    @Test
    void what_fails_says_whose_fault_it_is() {
        assertThat(after(call -> {
                            call.upstream.fails(Kind.UNAVAILABLE);
                            call.books.givesBack();
                        })
                        .outcome())
                .isEqualTo(CallOutcome.FAILED_UPSTREAM);
        assertThat(after(call -> {
                            call.upstream.says(new UpstreamEvent.PromptBlocked("SAFETY"));
                            call.upstream.ends();
                            call.books.givesBack();
                        })
                        .outcome())
                .isEqualTo(CallOutcome.BLOCKED);
        assertThat(after(call -> {
                            call.does(() -> call.call().stop(TROUBLE));
                            call.books.givesBack();
                        })
                        .outcome())
                .isEqualTo(CallOutcome.STOPPED);
        assertThat(after(call -> {
                            call.does(() -> call.call().turn(() -> {
                                throw new IllegalStateException("what nobody has thought of");
                            }));
                            call.books.givesBack();
                        })
                        .outcome())
                .isEqualTo(CallOutcome.FAILED_FAULT);
        OverCall unwritten = after(call -> {
            call.upstream.says(used(2), text("Hi"), STOP);
            call.upstream.ends();
            call.books.settles(new Books.NotCharged(TROUBLE));
        });
        assertThat(unwritten.outcome()).isEqualTo(CallOutcome.FAILED_STORE);
        assertThat(unwritten.error()).isEqualTo(TROUBLE);
        assertThat(unwritten.usage()).isNull();
    }

    @Test
    void what_the_books_do_not_know_for_certain_is_their_fault() {
        List<Consumer<PlayedCall>> courses = List.of(
                call -> call.books.loses(TROUBLE),
                call -> {
                    call.books.mayLeave = false;
                    call.upstream.says(text("Hel"));
                    call.books.confirms(TROUBLE);
                },
                call -> {
                    call.upstream.says(used(4_097), text("a"));
                    call.books.grows(new Books.NotRecorded(TROUBLE));
                },
                call -> {
                    call.books.mayLeave = false;
                    call.upstream.says(used(4_110), text("a"), STOP);
                    call.does(call.call()::gone);
                    call.books.grows(new Books.NotRecorded(TROUBLE));
                });
        for (Consumer<PlayedCall> course : courses) {
            OverCall call = after(course.andThen(played -> played.books.givesBack()));
            assertThat(call.outcome()).isEqualTo(CallOutcome.FAILED_STORE);
            assertThat(call.error()).isEqualTo(TROUBLE);
        }
    }

    @Test
    void an_upstream_that_says_nothing_or_nothing_of_use_has_failed_unless_its_caller_held_it_up() {
        assertThat(after(call -> {
                            call.does(call.call()::timeIsUp);
                            call.books.givesBack();
                        })
                        .outcome())
                .isEqualTo(CallOutcome.FAILED_UPSTREAM);
        assertThat(after(call -> {
                            call.upstream.says(new UpstreamEvent.Finish(0, FinishReason.MALFORMED, "MALFORMED"));
                            call.upstream.ends();
                            call.books.givesBack();
                        })
                        .outcome())
                .isEqualTo(CallOutcome.FAILED_UPSTREAM);
        assertThat(after(call -> {
                            call.caller.full = true;
                            call.upstream.says(used(5), text("a"));
                            call.upstream.fails(Kind.BROKEN);
                            charged(call);
                        })
                        .outcome())
                .isEqualTo(CallOutcome.CANCELLED);
    }

    @Test
    void a_fault_of_ours_is_one_before_a_hold_and_after_the_answer_too() {
        PlayedCall early = new PlayedCall(Sold.bounds(false, 1, null));
        early.begin();
        early.does(() -> early.call().turn(() -> {
            throw new IllegalStateException("what nobody has thought of");
        }));
        early.books.decides(new Books.NotHeld(TROUBLE, false));
        assertThat(one(early).outcome()).isEqualTo(CallOutcome.FAILED_FAULT);
        assertThat(after(call -> {
                            call.caller.cannotRender = true;
                            call.upstream.says(used(1), text("a"), STOP);
                            call.upstream.ends();
                            call.books.givesBack();
                        })
                        .outcome())
                .isEqualTo(CallOutcome.FAILED_FAULT);
    }

    @Test
    void observers_get_a_call_without_a_hold() {
        PlayedCall poor = new PlayedCall(Sold.bounds(false, 1, null));
        poor.begin();
        poor.books.decides(new Books.NotHeld(ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, "too low"), false));
        assertThat(one(poor).outcome()).isEqualTo(CallOutcome.REFUSED);
        assertThat(one(poor).steps().at(CallStep.ASKED)).isEqualTo(CallSteps.NEVER);
        assertThat(one(poor).channel()).isEmpty();
        PlayedCall away = new PlayedCall(Sold.bounds(false, 1, null));
        away.begin();
        away.books.decides(new Books.NotHeld(TROUBLE, false));
        assertThat(one(away).outcome()).isEqualTo(CallOutcome.FAILED_STORE);
        PlayedCall second = new PlayedCall(Sold.bounds(false, 1, null));
        second.begin();
        second.books.decides(new Books.Lost());
        assertThat(one(second).outcome()).isEqualTo(CallOutcome.REPEATED);
    }

    @Test
    void waits_for_the_caller_and_for_the_hold_are_counted() {
        OverCall call = after(played -> {
            played.caller.full = true;
            played.upstream.says(text("a"));
            played.caller.full = false;
            played.caller.drains();
            played.upstream.says(used(4_097), text("b"));
            played.books.grows(new Books.Grown(WANTED + 8_194));
            played.upstream.says(STOP);
            played.upstream.ends();
            charged(played);
        });
        assertThat(call.callerWaits()).isEqualTo(1);
        assertThat(call.holdWaits()).isEqualTo(1);
    }
}
