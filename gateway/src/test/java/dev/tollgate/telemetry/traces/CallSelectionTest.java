package dev.tollgate.telemetry.traces;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.metering.CallOutcome;
import dev.tollgate.upstreams.pool.TraceId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The selection of traced calls and its maximum. */
class CallSelectionTest {

    private static final long SECOND = 1_000_000;
    private static final TraceId TRACE = TraceId.of("req_019aa0b1c2d3e4f50123456789abcdef");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // the clock may begin anywhere
    private final CallSelection selection = new CallSelection(0, nanos::get);

    private boolean wants(CallOutcome outcome, long micros) {
        return selection.wants("m", outcome, micros, TRACE, null);
    }

    private void fiftyOfASecond() {
        for (int i = 0; i < 50; i++) {
            assertThat(wants(CallOutcome.COMPLETED, i == 0 ? SECOND : i % 2 == 0 ? SECOND + 1_000 : SECOND - 1_000))
                    .isFalse();
        }
    }

    @Test
    void a_successful_call_three_times_slower_than_its_model_is_traced() {
        fiftyOfASecond();

        assertThat(wants(CallOutcome.COMPLETED, 5 * SECOND / 2)).isFalse();
        assertThat(wants(CallOutcome.COMPLETED, 7 * SECOND / 2)).isTrue();
        assertThat(wants(CallOutcome.CANCELLED, 7 * SECOND / 2)).isTrue();
        assertThat(selection.wants("another", CallOutcome.COMPLETED, 7 * SECOND / 2, TRACE, null))
                .as("of another model nothing is known yet")
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "REPEATED", "FAILED_UPSTREAM", "BLOCKED", "CANCELLED"})
    void calls_that_end_early_do_not_make_the_others_look_slow(CallOutcome early) {
        fiftyOfASecond();
        for (int i = 0; i < 500; i++) {
            wants(early, 300);
        }

        assertThat(wants(CallOutcome.COMPLETED, SECOND)).isFalse();
    }

    @Test
    void no_more_than_a_hundred_a_second_are_taken() {
        for (int second = 0; second < 3; second++) {
            assertThat(IntStream.range(0, 150).filter(i -> selection.mayTake()).count())
                    .isEqualTo(100);
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        }
    }

    @Test
    void failed_calls_are_traced_during_a_flood_of_refusals() {
        for (int second = 0; second < 2; second++) {
            assertThat(IntStream.range(0, 1_000)
                            .filter(i -> selection.mayTakeRefused())
                            .count())
                    .isEqualTo(20);
            assertThat(IntStream.range(0, 150).filter(i -> selection.mayTake()).count())
                    .isEqualTo(80);
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        }
        IntStream.range(0, 100).forEach(i -> selection.mayTake());
        assertThat(selection.mayTakeRefused()).as("of a second that is full").isFalse();
    }

    @Test
    void a_caller_that_is_trusted_decides_for_its_trace_whatever_the_share() {
        TraceParent traced = new TraceParent("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true);
        TraceParent untraced = new TraceParent(traced.traceId(), traced.spanId(), false);
        CallSelection all = new CallSelection(100, nanos::get);

        assertThat(selection.wants("m", CallOutcome.COMPLETED, SECOND, TRACE, traced))
                .isTrue();
        assertThat(all.wants("m", CallOutcome.COMPLETED, SECOND, TRACE, untraced))
                .isFalse();
        assertThat(all.wants("m", CallOutcome.COMPLETED, SECOND, TRACE, null)).isTrue();
    }
}
