package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.http.limits.Quota;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.running.CallNow;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.testing.Stores;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.ChannelSpec;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.PoolSpec;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import dev.tollgate.upstreams.pool.Upstreams;
import dev.tollgate.upstreams.sessions.CallSession;
import dev.tollgate.upstreams.sessions.PromptMemory;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Calls and counts through the meter: over real books, on an event loop, with a scripted upstream. */
@Timeout(240)
class MeterTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final WantedMedium PICTURE =
            new WantedMedium.Remote("messages.0", "https://far.example/a.png", new WantedMedium.Hint(null, true));
    private static final ApiError STOPPED = ApiError.of(ErrorCode.INTERNAL_ERROR, "stopped");

    @TempDir
    Path folder;

    private final Context loop = VERTX.getOrCreateContext();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final List<Consumer<Optional<PromptCount>>> counts = new ArrayList<>();
    private final CallMedia media = new CallMedia();
    private List<WantedMedium> wanted = List.of();
    private boolean answers = true;
    private boolean countBreaks;
    private CallsFixture store;
    private String prefix;
    private Meter meter;
    private FreeCounts freeCounts;

    @BeforeEach
    @SuppressWarnings("NullAway") // nothing is downloaded: each test loads what it needs
    void open() {
        store = Stores.SQLITE.open(folder, CallsFixture::new);
        store.account("acc_1", 100_000);
        prefix = store.key("key_1", "acc_1", KeySettings.named("test")).prefix();
        ChannelSpec channel = new ChannelSpec("far", "far", 1, 1, Map.of("m", "up"), Far::new);
        Quotas quotas = new Quotas(() -> 1);
        meter = new Meter(
                VERTX,
                new Upstreams(VERTX, PoolSpec.of(List.of(channel)), store::now, new Random(1)),
                new MediaAccess(null, store.ledger, quotas),
                new Accounting(
                        store.writer,
                        store.signatures,
                        store::now,
                        new ExcessReports(),
                        store.freeEnds(),
                        Runnable::run),
                new CompletionIds(store::now, new Random(1)),
                quotas,
                new Meter.Times(Duration.ofMinutes(1), Duration.ofSeconds(15)),
                new AnswerRoom(Long.MAX_VALUE, Runnable::run),
                PromptMemory.ofHeap(store::now),
                new AnsweringModels(_ -> null, store.routed, _ -> {}, store::now),
                CallObserver.NONE);
        freeCounts = new FreeCounts(store.ledger, meter);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @AfterAll
    static void closeVertx() {
        VERTX.close().await();
    }

    private <T> T on(Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(_ -> {
            try {
                done.complete(work.call());
            } catch (Exception | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        return done.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private String next() throws InterruptedException {
        return Objects.requireNonNull(heard.poll(30, TimeUnit.SECONDS), "nothing was heard");
    }

    /** Parameters of a function that count how often its prompt is walked. */
    private static final class Walked extends ObjectNode {
        private int times;

        Walked() {
            super(JsonNodeFactory.instance);
        }

        @Override
        public Set<Map.Entry<String, JsonNode>> properties() {
            times++;
            return super.properties();
        }
    }

    @Test
    void a_prompt_is_walked_once_for_its_bounds_and_limits() {
        Walked walked = new Walked();
        Conversation said = ChatBodies.read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        Conversation tools = new Conversation(
                said.place(),
                said.messages(),
                said.sampling(),
                List.of(new Tool(Place.NONE, "f", null, walked, null)),
                said.toolChoice(),
                false,
                said.responseFormat(),
                null,
                null,
                false,
                null);
        Ask ask = new ChatAsk(tools, "m", "up", false, null, Replay.NONE);
        Translation its =
                meter.translate(CallSession.none("acc_1"), KeyOwner.account("key_1"), Sold.model(false), ask, null);
        assertThat(its.tokensExpected()).isPositive();
        assertThat(walked.times).isEqualTo(1);
    }

    private MeteredCall prepared(String accountId) {
        Ask ask = new ChatAsk(
                ChatBodies.read("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"),
                "m",
                "up",
                false,
                null,
                ServiceTier.STANDARD,
                Replay.NONE,
                media,
                Lease.FREE);
        MeteredCall call = Sold.of(
                accountId,
                "key_1",
                prefix,
                ask,
                meter.translate(CallSession.none(accountId), KeyOwner.account("key_1"), Sold.model(false), ask, null));
        loads(_ -> heard.add("loaded"));
        return call;
    }

    private void loads(Consumer<List<WantedMedium>> loading) {
        media.loadBy(loading::accept);
    }

    private final class Far implements Channel {

        @Override
        public String name() {
            return "far";
        }

        @Override
        public String provider() {
            return "far";
        }

        @Override
        public PreparedAsk prepare(Ask ask) {
            return new FarAsk();
        }
    }

    private final class FarAsk implements PreparedAsk {

        @Override
        public String model() {
            return "up";
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
            if (countBreaks) {
                throw new IllegalStateException("of a test");
            }
            counts.add(then);
        }

        @Override
        public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            heard.add("asked");
            if (answers) {
                loop.runOnContext(_ -> {
                    listener.events(List.of(
                            new UpstreamEvent.Text(0, "Hello", null),
                            new UpstreamEvent.Finish(0, UpstreamEvent.FinishReason.STOP, "STOP")));
                    listener.ended();
                });
            }
            return UpstreamCall.NONE;
        }
    }

    private final class Hearing implements Sink {

        @Override
        public void admitted(Admission admission) {}

        @Override
        public void ignoring(List<String> fields) {}

        @Override
        public void answering(int attempts) {}

        @Override
        public void events(List<UpstreamEvent> events) {
            heard.add(events.size() + " events");
        }

        @Override
        public End end(Completion completion) {
            return () -> heard.add("charged " + completion.chargeMicros());
        }

        @Override
        public void failed(ApiError error) {
            heard.add(error.code().code() + ": " + error.message());
        }

        @Override
        public void cut() {
            heard.add("cut");
        }

        @Override
        public boolean full() {
            return false;
        }

        @Override
        public void onDrain(Runnable resume) {}
    }

    private Running start(String accountId) {
        MeteredCall call = prepared(accountId);
        return on(() -> meter.start(call, new Hearing()));
    }

    private void isOver() {
        Await.until("the end", () -> meter.openCalls() == 0);
    }

    // ---- calls without a waiting caller ----

    private static final CallTerms LINE = new CallTerms.OfLine(false);

    private Running start(CallTerms terms, Quota quota) {
        MeteredCall call = Sold.on(terms, List.of(quota), prepared("acc_1"));
        Running running = on(() -> meter.start(call, new Hearing()));
        isOver();
        return running;
    }

    private long left(Quota quota) {
        return Objects.requireNonNull(meter.quotas().standing(List.of(quota)).requests())
                .remaining();
    }

    @Test
    void lines_leave_half_of_a_rate_to_others() {
        Quota four = Quota.ofKey("key_1", new CallLimits(4L, null, null));
        start(LINE, four);
        start(LINE, four);
        assertThatThrownBy(() -> start(LINE, four)).cause().isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.error().code()).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
            assertThat(refused.error().message())
                    .isEqualTo(
                            "Half of what this API key may use, 4 requests a minute, is left to calls whose callers wait.");
            assertThat(refused.error().headers().get("retry-after")).isEqualTo("15");
        });
        assertThat(left(four)).isEqualTo(2);
        assertThat(meter.quotas().arrive(List.of(four))).isNull();
        start(CallTerms.OF_CALLER, four);
        isOver();
    }

    @Test
    void an_answer_does_not_count_its_own_request_and_gives_it_back_when_it_waits() {
        Quota one = Quota.ofKey("key_1", new CallLimits(1L, null, null));
        assertThat(meter.quotas().arrive(List.of(one))).isNull();
        start(CallTerms.OF_ANSWER, one);
        Quota two = Quota.ofKey("key_2", new CallLimits(2L, null, null));
        assertThat(meter.quotas().arrive(List.of(two))).isNull();
        assertThat(meter.quotas().arrive(List.of(two))).isNull();
        assertThatThrownBy(() -> start(CallTerms.OF_ANSWER, two)).hasMessageContaining("Half of what");
        assertThat(left(two)).isEqualTo(1);
        isOver();
    }

    // ---- calls ----

    @Test
    void a_call_is_asked_shown_charged_and_over() throws Exception {
        start("acc_1");
        assertThat(next()).isEqualTo("asked");
        assertThat(next()).isEqualTo("2 events");
        String end = next();
        assertThat(end).startsWith("charged ");
        isOver();
        assertThat(store.balance("acc_1").balanceMicros())
                .isEqualTo(100_000 - Long.parseLong(end.substring("charged ".length())));
        assertThat(store.balance("acc_1").reservedMicros()).isZero();
    }

    @Test
    void open_calls_are_counted_and_stopped_together() throws Exception {
        answers = false;
        start("acc_1");
        start("acc_1");
        assertThat(next()).isEqualTo("asked");
        assertThat(next()).isEqualTo("asked");
        assertThat(meter.openCalls()).isEqualTo(2);
        meter.stopAll(STOPPED);
        assertThat(next()).endsWith("stopped");
        assertThat(next()).endsWith("stopped");
        isOver();
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(100_000);
    }

    @Test
    void running_figures_contain_only_the_accounts_own_calls() throws Exception {
        assertThat(meter.running(Set.of("acc_1"))).isEmpty();
        answers = false;
        start("acc_1");
        assertThat(next()).isEqualTo("asked");
        Map<String, CallNow> running = meter.running(Set.of("acc_1"));
        assertThat(running).hasSize(1).allSatisfy((id, now) -> assertThat(now)
                .isEqualTo(new CallNow(id, "acc_1", 0, 0, now.heldMicros())));
        assertThat(meter.running(Set.of("acc_2"))).isEmpty();
        meter.stopAll(STOPPED);
        isOver();
        assertThat(meter.running(Set.of("acc_1"))).isEmpty();
    }

    // ---- media ----

    @Test
    void media_are_loaded_before_anything_is_held() throws Exception {
        wanted = List.of(PICTURE);
        MeteredCall call = prepared("acc_1");
        loads(these ->
                heard.add("loads " + these + ", held " + store.balance("acc_1").reservedMicros()));
        on(() -> meter.start(call, new Hearing()));
        assertThat(next()).isEqualTo("loads [" + PICTURE + "], held 0");
        assertThat(next()).isEqualTo("asked");
        isOver();
    }

    @Test
    void who_has_nothing_to_spend_causes_no_download() throws Exception {
        wanted = List.of(PICTURE);
        store.account("acc_poor", 0);
        start("acc_poor");
        assertThat(next())
                .isEqualTo("insufficient_credits: Your credit balance is too low. Please top up. No credits are"
                        + " available.");
        isOver();
        assertThat(heard).isEmpty();
    }

    @Test
    void media_that_cannot_be_had_end_the_call_with_the_reason() throws Exception {
        wanted = List.of(PICTURE);
        MeteredCall call = prepared("acc_1");
        loads(_ -> {
            throw ApiError.invalid("messages.0", "it is not there").asException();
        });
        on(() -> meter.start(call, new Hearing()));
        assertThat(next()).endsWith(": it is not there");
        MeteredCall broken = prepared("acc_1");
        loads(_ -> {
            throw new IllegalStateException("of a test");
        });
        on(() -> meter.start(broken, new Hearing()));
        assertThat(next()).endsWith(": The media of the call could not be loaded. Please try again.");
        store.database.close();
        MeteredCall unread = prepared("acc_1");
        on(() -> meter.start(unread, new Hearing()));
        assertThat(next()).endsWith(": The media of the call could not be loaded. Please try again.");
        isOver();
    }

    @Test
    void a_download_stops_when_its_caller_disconnects() throws Exception {
        wanted = List.of(PICTURE);
        MeteredCall call = prepared("acc_1");
        CountDownLatch never = new CountDownLatch(1);
        media.loadBy(_ -> {
            heard.add("loading");
            never.await();
        });
        Running running = on(() -> meter.start(call, new Hearing()));
        assertThat(next()).isEqualTo("loading");
        on(() -> {
            running.gone();
            return true;
        });
        isOver();
        assertThat(heard).as("who has left is told nothing").isEmpty();
    }

    @Test
    void a_stop_ends_a_download_and_is_reported() throws Exception {
        wanted = List.of(PICTURE);
        MeteredCall call = prepared("acc_1");
        CountDownLatch never = new CountDownLatch(1);
        media.loadBy(_ -> {
            heard.add("loading");
            never.await();
        });
        on(() -> meter.start(call, new Hearing()));
        assertThat(next()).isEqualTo("loading");
        meter.stopAll(STOPPED);
        assertThat(next()).endsWith(": stopped");
        isOver();
    }

    // ---- counts for their own sake ----

    private static final Optional<PromptCount> SEVEN = Optional.of(new PromptCount(7, UpstreamEvent.Modalities.NONE));

    @Test
    void a_count_is_passed_on_unchanged() throws Exception {
        MeteredCall call = prepared("acc_1");
        on(() -> {
            freeCounts.count(
                    call,
                    counted -> heard.add("counted " + counted.orElseThrow().tokens()));
            return true;
        });
        on(() -> {
            counts.getFirst().accept(SEVEN);
            return true;
        });
        assertThat(next()).isEqualTo("counted 7");
        assertThat(store.balance("acc_1").balanceMicros()).isEqualTo(100_000);
    }

    @Test
    void an_account_counts_four_prompts_at_once() {
        MeteredCall call = prepared("acc_1");
        on(() -> {
            for (int i = 0; i < 4; i++) {
                freeCounts.count(call, counted -> {});
            }
            assertThatThrownBy(() -> freeCounts.count(call, counted -> {}))
                    .isInstanceOfSatisfying(ApiException.class, busy -> {
                        assertThat(busy.error().code()).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
                        assertThat(busy.error().headers()).containsEntry("retry-after", "1");
                    });
            counts.getFirst().accept(SEVEN);
            freeCounts.count(call, counted -> {});
            return true;
        });
    }

    @Test
    void a_fault_in_counting_takes_none_of_the_accounts_turns() {
        MeteredCall call = prepared("acc_1");
        countBreaks = true;
        on(() -> {
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> freeCounts.count(call, counted -> {})).hasMessage("of a test");
            }
            return true;
        });
    }

    @Test
    void a_prompt_is_counted_with_what_has_to_be_downloaded_for_it() throws Exception {
        MeteredCall plain = prepared("acc_1");
        on(() -> {
            freeCounts.countLoaded(
                    plain,
                    (counted, count) ->
                            heard.add("counted " + count.orElseThrow().tokens()),
                    refused -> heard.add(refused.message()));
            counts.getFirst().accept(SEVEN);
            return true;
        });
        assertThat(next()).isEqualTo("counted 7");

        wanted = List.of(PICTURE);
        MeteredCall call = prepared("acc_1");
        counts.clear();
        on(() -> {
            freeCounts.countLoaded(
                    call,
                    (counted, count) ->
                            heard.add("counted " + count.orElseThrow().tokens()),
                    refused -> heard.add(refused.message()));
            return true;
        });
        assertThat(next()).isEqualTo("loaded");
        Await.until("the count", () -> on(() -> counts.size() == 1));
        on(() -> {
            counts.getFirst().accept(SEVEN);
            return true;
        });
        assertThat(next()).isEqualTo("counted 7");
    }

    @Test
    void a_prompt_whose_media_cannot_be_had_or_that_is_one_too_many_is_not_counted() throws Exception {
        wanted = List.of(PICTURE);
        store.account("acc_poor", 0);
        MeteredCall poor = prepared("acc_poor");
        MeteredCall fifth = prepared("acc_1");
        on(() -> {
            freeCounts.countLoaded(
                    poor, (counted, count) -> heard.add("counted"), refused -> heard.add(refused.message()));
            return true;
        });
        assertThat(next()).endsWith("No credits are available.");
        on(() -> {
            for (int i = 0; i < 4; i++) {
                meter.counting().enter("acc_1");
            }
            freeCounts.countLoaded(
                    fifth, (counted, count) -> heard.add("counted"), refused -> heard.add(refused.message()));
            return true;
        });
        assertThat(next()).isEqualTo("loaded");
        assertThat(next()).startsWith("Too many prompts of this account are being counted");
    }

    @Test
    void counting_is_for_who_can_pay_the_cheapest_call() {
        freeCounts.requireBalance("acc_1", 1);
        store.account("acc_poor", 0);
        for (String account : List.of("acc_poor", "acc_nobody")) {
            assertThatThrownBy(() -> freeCounts.requireBalance(account, 1))
                    .isInstanceOfSatisfying(ApiException.class, refused -> {
                        assertThat(refused.error().code()).isEqualTo(ErrorCode.INSUFFICIENT_CREDITS);
                        assertThat(refused.error().headers()).doesNotContainKey("retry-after");
                    });
        }
        store.account("acc_small", 9);
        freeCounts.requireBalance("acc_small", 9);
        assertThatThrownBy(() -> freeCounts.requireBalance("acc_small", 10)).isInstanceOf(ApiException.class);
        store.account("acc_busy", 1_000);
        store.reserve("t1", "acc_busy", 1_000, 1_000);
        assertThatThrownBy(() -> freeCounts.requireBalance("acc_busy", 1))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.error().headers()).containsEntry("retry-after", "1"));
    }
}
