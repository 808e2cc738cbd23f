package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.running.ChannelStatus;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.TestClock;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.sessions.CallSession;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** The choice of a second channel for a silent one. Nothing is left over in any order of their events. */
@Timeout(240)
class HedgingTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration SOON = Duration.ofMillis(2);

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    // ---- a scripted upstream ----

    /** A call at the scripted upstream. Used on the event loop. */
    private static final class FarCall implements UpstreamCall {
        private final String channel;
        private final UpstreamListener listener;
        private boolean ended;
        private boolean cancelled;

        FarCall(String channel, UpstreamListener listener) {
            this.channel = channel;
            this.listener = listener;
        }

        void says(UpstreamEvent... events) {
            listener.events(List.of(events));
        }

        void ends() {
            ended = true;
            listener.ended();
        }

        void fails(UpstreamFailure.Kind kind) {
            ended = true;
            listener.failed(new UpstreamFailure(kind, null, "as told"));
        }

        boolean runs() {
            return !ended && !cancelled;
        }

        @Override
        public void cancel() {
            cancelled |= !ended;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}
    }

    /** What the caller's side hears. */
    private static final class Heard implements UpstreamListener {
        private final List<String> texts = new ArrayList<>();
        private int ends;
        private @Nullable SentCall leavesAtFirst;
        private boolean left;

        @Override
        public void events(List<UpstreamEvent> events) {
            assertThat(ends).as("ends before an event").isZero();
            for (UpstreamEvent event : events) {
                if (event instanceof UpstreamEvent.Text text) {
                    texts.add(text.text());
                }
            }
            if (leavesAtFirst != null) {
                leavesAtFirst.cancel();
                left = true;
            }
        }

        @Override
        public void ended() {
            ends++;
        }

        @Override
        public void failed(UpstreamFailure failure) {
            ends++;
        }
    }

    private final TestClock clock = new TestClock("2026-11-20T10:00:00Z");
    private final Context loop = VERTX.getOrCreateContext();
    private final List<FarCall> calls = new ArrayList<>();
    private final AtomicInteger translations = new AtomicInteger();
    private List<WantedMedium> wanted = List.of();

    private final class FarAsk implements PreparedAsk {
        private final String channel;

        FarAsk(String channel) {
            this.channel = channel;
        }

        @Override
        public String model() {
            return "m";
        }

        @Override
        public List<String> ignored() {
            return List.of();
        }

        @Override
        public List<WantedMedium> wanted() {
            return wanted;
        }

        @Override
        public void count(Consumer<Optional<PromptCount>> then) {
            throw new AssertionError("nobody counts");
        }

        @Override
        public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            FarCall call = new FarCall(channel, listener);
            calls.add(call);
            return call;
        }
    }

    private ChannelSpec channel(String id, int priority) {
        Opening opening = () -> new Channel() {
            @Override
            public String name() {
                return id;
            }

            @Override
            public String provider() {
                return "far";
            }

            @Override
            public PreparedAsk prepare(Ask ask) {
                translations.incrementAndGet();
                return new FarAsk(id);
            }
        };
        return new ChannelSpec(id, "fake", priority, 1, Map.of("m", "m"), opening);
    }

    private Upstreams pool(@Nullable Duration hedgeAfter, String... ids) {
        List<ChannelSpec> specs = new ArrayList<>();
        for (String id : ids) {
            specs.add(channel(id, specs.size() + 1));
        }
        // no jitter: a retry follows after a millisecond
        return new Upstreams(VERTX, new PoolSpec(specs, hedgeAfter, true), clock, () -> 0);
    }

    static Ask ask() {
        return ask(ServiceTier.STANDARD);
    }

    private static Ask ask(ServiceTier tier) {
        return new NativeAsk(
                new NativeAsk.Wish(
                        new JsonMapper().createObjectNode(),
                        1,
                        Set.of(),
                        new PromptSize(2, 1, 0, 0, List.of()),
                        tier,
                        null,
                        true,
                        null),
                "m",
                "m",
                SignatureOrigins.NONE,
                new CallMedia(),
                Lease.FREE);
    }

    /** There, and back when it has been done. */
    private <T> T onLoop(Callable<T> step) {
        return io.vertx.core.Future.<T>future(done -> loop.runOnContext(_ -> {
                    try {
                        done.complete(step.call());
                    } catch (Exception | AssertionError e) {
                        done.fail(e);
                    }
                }))
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private void await(String what, BooleanSupplier isSo) {
        dev.tollgate.testing.Await.until(what, () -> onLoop(isSo::getAsBoolean));
    }

    /** Two timers of one loop end in the order of their end times. */
    private void letTheWaitPass() {
        onLoop(() -> VERTX.timer(2 * SOON.toMillis()))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private void leave(SentCall attempts) {
        onLoop(() -> {
            attempts.cancel();
            return true;
        });
    }

    private SentCall begin(Upstreams pool, Heard heard) {
        return begin(pool, ask(), heard);
    }

    private SentCall begin(Upstreams pool, Ask ask, Heard heard) {
        return onLoop(() -> pool.prepare(ask).send(null, heard));
    }

    private static UpstreamEvent text(String text) {
        return new UpstreamEvent.Text(0, text, null);
    }

    private static UpstreamEvent stop() {
        return new UpstreamEvent.Finish(0, UpstreamEvent.FinishReason.STOP, "STOP");
    }

    private List<String> asked() {
        return onLoop(() -> calls.stream().map(call -> call.channel).toList());
    }

    private static void assertEven(Upstreams pool) {
        for (ChannelStatus channel : pool.status()) {
            assertThat(channel.inFlight()).as("calls of " + channel.id()).isZero();
            assertThat(channel.breaker()).isNotEqualTo(ChannelStatus.BreakerState.HALF_OPEN);
        }
    }

    // ---- counted ----

    /** Or a channel that is taken away would keep its connections for good. */
    @Test
    void a_count_that_meets_a_fault_has_left_its_channel() {
        Upstreams pool = pool(null, "a");
        onLoop(() -> {
            assertThatThrownBy(() -> pool.prepare(ask()).count(_ -> {})).isInstanceOf(AssertionError.class);
            return true;
        });
        assertEven(pool);
    }

    // ---- without signatures ----

    /** What is settled for who has left asks for the channel, whenever that is. */
    @Test
    void a_caller_leaving_during_translation_keeps_the_channel_known() {
        Upstreams pool = pool(null, "a");
        SentCall attempts = begin(pool, new Heard());
        onLoop(() -> {
            calls.getFirst().fails(UpstreamFailure.Kind.SIGNATURE);
            attempts.cancel();
            return true;
        });
        await("the translation", () -> translations.get() == 2);
        letTheWaitPass();
        assertThat(onLoop(attempts::channel)).isEqualTo("a");
        assertThat(onLoop(attempts::ignored)).isEmpty();
        assertThat(asked()).containsExactly("a");
        assertEven(pool);
    }

    // ---- what thrown away attempts have used ----

    private static UpstreamEvent used(long prompt) {
        return new UpstreamEvent.Usage(
                UpstreamEvent.Usage.ABSENT,
                UpstreamEvent.Modalities.NONE,
                UpstreamEvent.Modalities.NONE,
                prompt,
                UpstreamEvent.Usage.ABSENT,
                1,
                0,
                0);
    }

    @Test
    void an_overtaken_attempt_keeps_what_it_has_reported() {
        Upstreams pool = pool(SOON, "a", "b");
        SentCall attempts = begin(pool, new Heard());
        await("the second", () -> calls.size() == 2);
        List<Spent> spent = onLoop(() -> {
            calls.getFirst().says(new UpstreamEvent.Started("m", "1"), used(7));
            calls.getLast().says(used(5), text("hi"), stop());
            calls.getLast().ends();
            return attempts.spent();
        });
        assertThat(spent).containsExactly(new Spent("a", "m", List.of(used(7))));
        assertEven(pool);
    }

    @Test
    void attempts_without_a_report_have_used_nothing() {
        Upstreams pool = pool(null, "a", "b");
        Heard heard = new Heard();
        SentCall attempts = begin(pool, heard);
        onLoop(() -> {
            calls.getFirst().says(new UpstreamEvent.Started("m", "1"));
            calls.getFirst().fails(UpstreamFailure.Kind.UNAVAILABLE);
            return true;
        });
        await("the second", () -> calls.size() == 2);
        onLoop(() -> {
            calls.getLast().says(used(5), text("hi"), stop());
            calls.getLast().ends();
            return true;
        });
        assertThat(onLoop(attempts::spent)).isEmpty();
        assertEven(pool);
    }

    // ---- who is not asked ----

    /** Begins a call, and looks after its wait is over. */
    private List<String> askedAfterTheWait(Upstreams pool) {
        return askedAfterTheWait(pool, ask());
    }

    private List<String> askedAfterTheWait(Upstreams pool, Ask ask) {
        SentCall attempts = begin(pool, ask, new Heard());
        letTheWaitPass();
        List<String> asked = asked();
        leave(attempts);
        assertEven(pool);
        return asked;
    }

    @Test
    void a_silent_channel_is_hedged_once_by_the_next() {
        Upstreams pool = pool(SOON, "a", "b", "c");
        SentCall attempts = begin(pool, new Heard());
        await("the second", () -> calls.size() == 2);
        letTheWaitPass();
        assertThat(asked()).containsExactly("a", "b");
        assertThat(onLoop(attempts::count)).isEqualTo(2);
        assertThat(onLoop(attempts::channel)).as("nobody has answered").isEqualTo("a");
        leave(attempts);
        assertEven(pool);
    }

    @Test
    void calls_are_hedged_only_if_the_operator_wants_it() {
        assertThat(askedAfterTheWait(pool(null, "a", "b"))).containsExactly("a");
    }

    @Test
    void a_channel_never_hedges_itself() {
        assertThat(askedAfterTheWait(pool(SOON, "a"))).containsExactly("a");
    }

    @Test
    void a_hedge_is_a_retry_and_needs_one_in_the_budget() {
        Upstreams pool = pool(SOON, "a", "b");
        int left = 0;
        while (pool.budget(ask()).take()) {
            left++;
        }
        assertThat(left).isEqualTo(RetryBudget.RESERVE);
        assertThat(askedAfterTheWait(pool)).containsExactly("a");

        for (int i = 0; i < RetryBudget.CALLS_A_RETRY; i++) {
            pool.budget(ask()).called();
        }
        SentCall attempts = begin(pool, new Heard());
        await("the second", () -> calls.size() == 3);
        assertThat(pool.budget(ask()).take()).as("it was taken").isFalse();
        leave(attempts);
    }

    @Test
    void a_call_at_flex_is_never_hedged() {
        assertThat(askedAfterTheWait(pool(SOON, "a", "b"), ask(ServiceTier.FLEX)))
                .containsExactly("a");
    }

    @Test
    void a_patient_call_is_never_hedged() {
        Upstreams pool = pool(SOON, "a", "b");
        PreparedCall patient = pool.prepare(ask(), CallSession.none("acct_1").patient());
        SentCall attempts = onLoop(() -> patient.send(null, new Heard()));
        SentCall other = begin(pool, new Heard());
        await("the hedge of the other", () -> calls.size() == 3);
        assertThat(onLoop(attempts::count)).isEqualTo(1);
        leave(attempts);
        leave(other);
    }

    @Test
    void a_patient_call_takes_nothing_from_the_budget() {
        Upstreams pool = pool(null, "a", "b");
        PreparedCall patient = pool.prepare(ask(), CallSession.none("acct_1").patient());
        Heard heard = new Heard();
        onLoop(() -> patient.send(null, heard));
        for (int i = 0; i < 2; i++) {
            int asked = i + 1;
            await("a fresh channel", () -> calls.size() == asked);
            onLoop(() -> {
                calls.get(asked - 1).fails(UpstreamFailure.Kind.UNAVAILABLE);
                return true;
            });
        }
        await("the end", () -> heard.ends == 1);
        assertThat(asked()).containsExactly("a", "b");
        assertThat(patient.mayAskAgain()).isTrue();
        assertThat(pool.budget(ask()).retriesLeft()).isEqualTo(RetryBudget.RESERVE);
    }

    @Test
    void retries_at_flex_come_from_a_budget_of_their_own() {
        Upstreams pool = pool(SOON, "a", "b");
        PreparedCall atFlex = pool.prepare(ask(ServiceTier.FLEX));
        for (int i = 0; i < RetryBudget.RESERVE; i++) {
            assertThat(atFlex.mayAskAgain()).isTrue();
        }
        assertThat(atFlex.mayAskAgain()).isFalse();
        assertThat(pool.retriesLeft()).containsEntry("m", (long) RetryBudget.RESERVE);
        SentCall standard = begin(pool, new Heard());
        await("the hedge, which is a retry", () -> calls.size() == 2);
        leave(standard);
    }

    @Test
    void a_call_whose_media_have_to_be_sent_first_is_not_hedged() {
        wanted = List.of(new WantedMedium.Remote(
                "messages[0]", "https://example.com/film.mp4", new WantedMedium.Hint(null, true)));
        assertThat(askedAfterTheWait(pool(SOON, "a", "b"))).containsExactly("a");
    }

    @Test
    void a_channel_on_trial_never_hedges_another() {
        Upstreams pool = pool(SOON, "a", "b");
        ModelRoute b = pool.routes(ask(), "", List.of()).getLast();
        for (int i = 0; i < Breaker.FAILURES_MAX; i++) {
            b.channel().breaker().failed(clock.millis());
        }
        assertThat(askedAfterTheWait(pool)).containsExactly("a");
        clock.goOn(Duration.ofMinutes(5));
        calls.clear();
        assertThat(askedAfterTheWait(pool)).as("its trial is due").containsExactly("a");
    }

    @Test
    void a_retry_is_not_hedged_again() {
        Upstreams pool = pool(SOON, "a", "b", "c");
        SentCall attempts = onLoop(() -> {
            SentCall begun = pool.prepare(ask()).send(null, new Heard());
            calls.getFirst().fails(UpstreamFailure.Kind.UNAVAILABLE);
            return begun;
        });
        await("the failover", () -> calls.size() == 2);
        letTheWaitPass();
        assertThat(asked()).containsExactly("a", "b");
        leave(attempts);
        assertEven(pool);
    }

    // ---- nothing is left over ----

    @Test
    void however_the_two_take_turns_one_is_heard_and_no_channel_keeps_a_call() {
        long first = Effort.seed("test.seed");
        System.out.println("test.seed=" + first);
        int hedged = 0;
        for (int series = 0; series < 50; series++) {
            Upstreams pool = pool(SOON, "a", "b", "c");
            for (int round = 0; round < 6; round++) {
                long seed = first + series * 100L + round;
                try {
                    hedged += takeTurns(pool, new Random(seed)) ? 1 : 0;
                } catch (AssertionError e) {
                    throw new AssertionError(
                            "with -Dtest.seed=" + first + ", round " + round + " of series " + series, e);
                }
            }
        }
        assertThat(hedged).as("calls with two channels at once").isGreaterThan(10);
    }

    /** @return whether two were asked at once */
    private boolean takeTurns(Upstreams pool, Random random) {
        calls.clear();
        Heard heard = new Heard();
        SentCall attempts = begin(pool, heard);
        if (random.nextInt(4) > 0) {
            await("an attempt", () -> !calls.isEmpty() || heard.ends > 0);
            letTheWaitPass();
        }
        if (random.nextInt(10) == 0) {
            heard.leavesAtFirst = attempts;
        }
        boolean two = onLoop(() -> calls.stream().filter(FarCall::runs).count() == 2);
        boolean left = false;
        while (!onLoop(() -> heard.ends > 0) && !left) {
            await(
                    "somebody who is asked",
                    () -> heard.ends > 0 || calls.stream().anyMatch(FarCall::runs));
            left = onLoop(() -> act(attempts, random) || heard.left);
        }
        assertThat(heard.ends).isEqualTo(left ? 0 : 1);
        assertThat(heard.texts.stream().distinct()).as("channels heard").hasSizeLessThanOrEqualTo(1);
        assertThat(calls).noneMatch(FarCall::runs);
        if (!heard.texts.isEmpty()) {
            assertThat(heard.texts.getFirst()).isEqualTo(onLoop(attempts::channel));
        }
        assertEven(pool);
        clock.goOn(Duration.ofSeconds(random.nextInt(200)));
        return two;
    }

    /** One thing happens. @return whether the caller has left */
    private boolean act(SentCall attempts, Random random) {
        List<FarCall> running = calls.stream().filter(FarCall::runs).toList();
        assertThat(running).as("asked at once").hasSizeLessThanOrEqualTo(2);
        if (running.isEmpty()) {
            return false;
        }
        FarCall one = running.get(random.nextInt(running.size()));
        switch (random.nextInt(9)) {
            case 0 -> one.says(new UpstreamEvent.Started("m", "r"));
            case 1 -> {
                one.says(stop());
                if (one.runs()) {
                    one.ends();
                }
            }
            case 2, 3 -> one.says(text(one.channel));
            case 4 -> {
                one.says(text(one.channel), stop());
                if (one.runs()) {
                    one.ends();
                }
            }
            case 5 -> {
                attempts.cancel();
                return true;
            }
            case 6 -> one.fails(UpstreamFailure.Kind.values()[random.nextInt(UpstreamFailure.Kind.values().length)]);
            default -> one.fails(UpstreamFailure.Kind.UNAVAILABLE);
        }
        return false;
    }
}
