package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.testing.Await;
import dev.tollgate.upstreams.hops.HopToken;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The open calls of an event loop: how many there are, and how their time ends. */
@Timeout(240)
class LoopCallsTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final ApiError STOPPED = ApiError.of(ErrorCode.INTERNAL_ERROR, "stopped");

    private final Context loop = VERTX.getOrCreateContext();
    private final List<PlayedCall> played = new ArrayList<>();

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private <T> T on(Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(_ -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private final Quotas quotas = new Quotas(() -> 1);

    private LoopCalls calls(Duration timeMax) {
        return calls(timeMax, Duration.ofMinutes(1));
    }

    private LoopCalls calls(Duration timeMax, Duration silence) {
        return on(() -> new LoopCalls(VERTX, new Meter.Times(timeMax, silence)));
    }

    /** One that is asked for, and waits for its upstream. */
    private PlayedCall open(LoopCalls calls) {
        return open(calls, Sold.bounds(false, 1, null));
    }

    private PlayedCall open(LoopCalls calls, Bounds bounds) {
        return open(calls, new PlayedCall(bounds));
    }

    private PlayedCall open(LoopCalls calls, PlayedCall made) {
        PlayedCall call = on(() -> {
            calls.open(made::make, (Quotas.Pass) quotas.enter(List.of(), 0));
            made.begin();
            made.books.holds(8_292);
            made.told();
            return made;
        });
        played.add(call);
        return call;
    }

    private void end(PlayedCall call) {
        on(() -> {
            call.books.givesBack();
            return true;
        });
    }

    @Test
    void a_call_is_open_until_it_is_over() {
        LoopCalls calls = calls(Duration.ofMinutes(1));
        PlayedCall one = open(calls);
        open(calls);
        assertThat(calls.size()).isEqualTo(2);
        on(() -> {
            one.call().stop(STOPPED);
            return true;
        });
        assertThat(calls.size()).as("until its hold is back").isEqualTo(2);
        end(one);
        assertThat(calls.size()).isOne();
    }

    @Test
    void a_call_has_its_time_and_not_less_and_the_next_one_its_own() {
        LoopCalls calls = calls(Duration.ofMillis(100));
        long begun = System.nanoTime();
        PlayedCall one = open(calls);
        Await.until("its time", () -> on(() -> !one.told().isEmpty()));
        assertThat(System.nanoTime() - begun)
                .isGreaterThanOrEqualTo(Duration.ofMillis(100).toNanos());
        end(one);
        PlayedCall two = open(calls);
        Await.until("the time of the next", () -> on(() -> !two.told().isEmpty()));
    }

    @Test
    void a_stream_says_at_intervals_that_its_call_runs() {
        LoopCalls calls = calls(Duration.ofMinutes(1), Duration.ofMillis(40));
        long begun = System.nanoTime();
        PlayedCall silent = open(calls);
        List<String> told = new ArrayList<>();
        Await.until(
                "three intervals",
                () -> on(() -> {
                    told.addAll(silent.told());
                    return told.size() >= 3;
                }));
        assertThat(System.nanoTime() - begun)
                .isGreaterThanOrEqualTo(told.size() * Duration.ofMillis(40).toNanos());
        assertThat(told).containsOnly("waiting");
    }

    @Test
    void a_model_may_raise_the_time_of_its_calls() {
        LoopCalls calls = calls(Duration.ofMillis(50));
        PlayedCall slow =
                open(calls, new Bounds(Sold.lasting(Duration.ofHours(1)), 100, 300, false, 1, null, null, Extras.NONE));
        PlayedCall next = open(calls);
        Await.until("the time of the next", () -> on(() -> !next.told().isEmpty()));
        assertThat(on(slow::told)).isEmpty();
        PlayedCall hasty = open(
                calls, new Bounds(Sold.lasting(Duration.ofMillis(1)), 100, 300, false, 1, null, null, Extras.NONE));
        Await.until("the time of the settings", () -> on(() -> !hasty.told().isEmpty()));
    }

    @ParameterizedTest
    @CsvSource({"65537, 0, true", "65536, 0, false", "100, 1, true"})
    void a_hop_of_a_long_response_has_an_hour(long asked, int hops, boolean lasts) {
        LoopCalls calls = calls(Duration.ofMillis(50));
        PlayedCall hop = new PlayedCall(Sold.bounds(false, 1, null));
        HopToken from = hops == 0 ? null : new HopToken("a", 1, hops, 500, "token");
        hop.ask = Sold.hop(Sold.longAnswering(Sold.model(true).pricing()), 10, asked, from);
        open(calls, hop);
        PlayedCall next = open(calls);
        Await.until("the time of the next", () -> on(() -> !next.told().isEmpty()));
        assertThat(on(hop::told).isEmpty()).isEqualTo(lasts);
    }

    @Test
    void nothing_of_a_call_happens_while_it_has_time() {
        LoopCalls calls = calls(Duration.ofMinutes(10));
        PlayedCall patient = open(calls);
        LoopCalls hasty = calls(Duration.ofMillis(8));
        PlayedCall one = open(hasty);
        Await.until("its time", () -> on(() -> !one.told().isEmpty()));
        assertThat(on(patient::told)).isEmpty();
    }

    @Test
    void all_open_calls_are_stopped_from_any_thread() {
        LoopCalls calls = calls(Duration.ofMinutes(1));
        open(calls);
        open(calls);
        calls.stopAll(STOPPED);
        for (PlayedCall call : played) {
            Await.until("the stop", () -> on(call::told).contains("give back FAILED"));
            end(call);
        }
        assertThat(calls.size()).isZero();
    }
}
