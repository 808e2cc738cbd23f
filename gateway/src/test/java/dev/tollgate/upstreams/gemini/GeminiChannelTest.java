package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.testing.ScriptedServer;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class GeminiChannelTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String KEY = "AIza-test-key-0123456789abcdef";
    private static final Timeouts PATIENT = new Timeouts(5_000, 30_000, 30_000, 30_000);

    private static final String HEL =
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hel\"}]}}],\"modelVersion\":\"m\"}";
    private static final String LO =
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"lo\"}]},\"finishReason\":\"STOP\"}]}";

    private static final UpstreamEvent STARTED = new UpstreamEvent.Started("m", null);
    private static final UpstreamEvent TEXT_HEL = new UpstreamEvent.Text(0, "Hel", null);
    private static final UpstreamEvent TEXT_LO = new UpstreamEvent.Text(0, "lo", null);
    private static final UpstreamEvent FINISH = new UpstreamEvent.Finish(0, UpstreamEvent.FinishReason.STOP, "STOP");

    private ScriptedServer server;

    @BeforeEach
    void open() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @AfterAll
    static void closeVertx() {
        VERTX.close().await();
    }

    private GeminiChannel channel(Timeouts timeouts) {
        return channel(server.url(), timeouts);
    }

    private static final GeminiMedia NO_FILES =
            new GeminiMedia(Set.of(), InstantSource.system(), GeminiMedia.BODY_BYTES_MAX);

    private static final KnownModels MODELS = new KnownModels(Set.of(), name -> Asks.PRO_25);

    private static GeminiChannel channel(String url, Timeouts timeouts) {
        return new GeminiChannel(Outbound.direct(VERTX), "google", url, KEY, false, 16, timeouts, MODELS, NO_FILES);
    }

    private PreparedAsk prepared(Timeouts timeouts) {
        return channel(timeouts).prepare(Asks.asks().user("Hi").ask());
    }

    /** Hears a call; the ends are {@code "ended"} and failures. */
    private static final class Heard implements UpstreamListener {
        final BlockingQueue<List<UpstreamEvent>> reads = new LinkedBlockingQueue<>();
        final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();
        final BlockingQueue<Context> contexts = new LinkedBlockingQueue<>();
        volatile Consumer<List<UpstreamEvent>> onEvents = events -> {};

        @Override
        public void events(List<UpstreamEvent> events) {
            contexts.add(Vertx.currentContext());
            reads.add(List.copyOf(events));
            onEvents.accept(events);
        }

        @Override
        public void ended() {
            contexts.add(Vertx.currentContext());
            ends.add("ended");
        }

        @Override
        public void failed(UpstreamFailure failure) {
            contexts.add(Vertx.currentContext());
            ends.add(failure);
        }

        List<UpstreamEvent> read() throws InterruptedException {
            List<UpstreamEvent> read = reads.poll(20, TimeUnit.SECONDS);
            assertThat(read).as("a read").isNotNull();
            return read;
        }

        Object end() throws InterruptedException {
            Object end = ends.poll(20, TimeUnit.SECONDS);
            assertThat(end).as("an end").isNotNull();
            assertThat(ends).isEmpty();
            return end;
        }

        void endedWell() throws InterruptedException {
            assertThat(end()).isEqualTo("ended");
        }

        UpstreamFailure failedAs(Kind kind) throws InterruptedException {
            Object end = end();
            assertThat(end).isInstanceOfSatisfying(UpstreamFailure.class, failure -> assertThat(failure.kind())
                    .isEqualTo(kind));
            return (UpstreamFailure) end;
        }
    }

    private static <T> T onLoop(java.util.concurrent.Callable<T> work) throws Exception {
        return onLoop(VERTX.getOrCreateContext(), work);
    }

    private static <T> T onLoop(Context context, java.util.concurrent.Callable<T> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        context.runOnContext(unused -> {
            try {
                result.complete(work.call());
            } catch (Exception | AssertionError failure) {
                result.completeExceptionally(failure);
            }
        });
        return result.get(20, TimeUnit.SECONDS);
    }

    private static UpstreamCall send(PreparedAsk ask, Heard heard) throws Exception {
        return onLoop(() -> ask.send(null, heard));
    }

    /** Lets the loops run dry, so that what would still come has come. */
    private static void settle() throws Exception {
        for (int i = 0; i < 50; i++) {
            onLoop(() -> null);
        }
    }

    @Test
    void a_call_names_the_model_and_the_key_and_little_else() throws Exception {
        server.then(exchange -> exchange.head().events(HEL, LO).end());
        Heard heard = new Heard();
        PreparedAsk ask = prepared(PATIENT);
        onLoop(() -> ask.send(77L, heard));
        heard.endedWell();
        ScriptedServer.Request request = server.request();
        assertThat(request.head())
                .startsWith("POST /v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse HTTP/1.1\r\n")
                .containsIgnoringCase("\r\nx-goog-api-key: " + KEY + "\r\n")
                .containsIgnoringCase("\r\ncontent-type: application/json\r\n")
                .doesNotContainIgnoringCase("accept-encoding")
                .doesNotContainIgnoringCase("authorization");
        assertThat(request.body()).isEqualTo("""
                        {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],\
                        "generationConfig":{"thinkingConfig":{"includeThoughts":false},"maxOutputTokens":77},"store":false}""");
    }

    @Test
    void a_base_url_may_have_a_path() throws Exception {
        server.then(exchange -> exchange.head().events(LO).end());
        Heard heard = new Heard();
        send(
                channel(server.url() + "/gemini/", PATIENT)
                        .prepare(Asks.asks().user("Hi").ask()),
                heard);
        heard.endedWell();
        assertThat(server.request().head()).startsWith("POST /gemini/v1beta/models/");
    }

    @Test
    void events_of_one_read_come_together_and_on_the_caller_s_context() throws Exception {
        server.then(exchange -> exchange.head().events(HEL, LO).end());
        Heard heard = new Heard();
        PreparedAsk ask = prepared(PATIENT);
        Context context = VERTX.getOrCreateContext();
        onLoop(context, () -> ask.send(null, heard));
        heard.endedWell();
        assertThat(heard.read()).containsExactly(STARTED, TEXT_HEL, TEXT_LO, FINISH);
        assertThat(heard.reads).isEmpty();
        assertThat(heard.contexts).containsOnly(context);
    }

    @Test
    void the_header_names_the_granted_tier_until_the_body_does() throws Exception {
        server.then(exchange -> exchange.head("x-gemini-service-tier: priority")
                .events(HEL, LO.replace("}]}", "}],\"usageMetadata\":{\"serviceTier\":\"standard\"}}"))
                .end());
        Heard heard = new Heard();
        send(prepared(PATIENT), heard);
        heard.endedWell();
        assertThat(heard.read())
                .containsExactly(
                        STARTED,
                        new UpstreamEvent.TierGranted(ServiceTier.PRIORITY),
                        TEXT_HEL,
                        new UpstreamEvent.TierGranted(ServiceTier.STANDARD),
                        TEXT_LO,
                        FINISH);
    }

    @Test
    void an_event_is_reported_before_the_next_is_sent() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        server.then(exchange -> {
            exchange.head().events(HEL);
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
            exchange.events(LO).end();
        });
        Heard heard = new Heard();
        send(prepared(PATIENT), heard);
        assertThat(heard.read()).containsExactly(STARTED, TEXT_HEL);
        told.countDown();
        assertThat(heard.read()).containsExactly(TEXT_LO, FINISH);
        heard.endedWell();
    }

    @Test
    void a_prepared_ask_is_sent_as_often_as_it_takes_over_one_connection() throws Exception {
        PreparedAsk ask = prepared(PATIENT);
        Context context = VERTX.getOrCreateContext();
        for (long maximum = 1; maximum <= 3; maximum++) {
            server.then(exchange -> exchange.head().events(LO).end());
            Heard heard = new Heard();
            long sent = maximum;
            onLoop(context, () -> ask.send(sent, heard));
            heard.endedWell();
            assertThat(server.request().body()).contains("\"maxOutputTokens\":" + maximum + "}");
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void what_the_translation_finds_wrong_is_refused_before_anything_is_sent() {
        assertThatThrownBy(() -> channel(PATIENT)
                        .prepare(Asks.asks()
                                .user("Hi")
                                .with(a -> a.seed = 1L << 40)
                                .ask()))
                .isInstanceOf(ApiException.class);
        assertThat(server.connections()).isZero();
    }

    @Test
    void what_was_left_out_is_named() {
        Asks asks = Asks.asks().user("Hi").tool("f", "{\"properties\":{\"a\":{\"minLength\":1}}}");
        assertThat(channel(PATIENT).prepare(asks.ask()).ignored()).containsExactly("tools.0.minLength");
    }

    // ---- failures

    private UpstreamFailure failure(Kind kind, ScriptedServer.Script script) throws Exception {
        server.then(script);
        Heard heard = new Heard();
        send(prepared(PATIENT), heard);
        UpstreamFailure failure = heard.failedAs(kind);
        settle();
        assertThat(heard.ends).isEmpty();
        return failure;
    }

    @Test
    void a_status_decides_what_happens_next() throws Exception {
        failure(Kind.REFUSED, e -> e.status("400 Bad Request", "{\"error\":{\"message\":\"bad\"}}"));
        failure(
                Kind.MISCONFIGURED,
                e -> e.status("400 Bad Request", "{\"error\":{\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}}"));
        failure(Kind.MISCONFIGURED, e -> e.status("403 Forbidden", ""));
        failure(Kind.MISCONFIGURED, e -> e.status("404 Not Found", "{}"));
        failure(Kind.UNAVAILABLE, e -> e.status("503 Service Unavailable", "<html>busy</html>"));
        failure(Kind.MISCONFIGURED, e -> e.raw("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"));
    }

    @Test
    void a_quota_tells_how_long_to_wait() throws Exception {
        String body = "{\"error\":{\"code\":429,\"details\":[{\"retryDelay\":\"3s\"}]}}";
        UpstreamFailure failure = failure(Kind.QUOTA, e -> e.status("429 Too Many Requests", body));
        assertThat(failure.retryAfter()).hasSeconds(3);
    }

    @Test
    void failures_never_contain_the_key() throws Exception {
        UpstreamFailure failure = failure(Kind.REFUSED, e -> e.status("400 Bad Request", "bad key " + KEY));
        assertThat(failure.detail()).contains("bad key [key]").doesNotContain(KEY);
    }

    @Test
    void an_error_body_without_end_is_read_no_further_than_its_limit() throws Exception {
        CompletableFuture<Boolean> cut = new CompletableFuture<>();
        failure(Kind.UNAVAILABLE, exchange -> {
            exchange.raw("HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n");
            try {
                for (int i = 0; i < 100_000; i++) {
                    exchange.chunk("x".repeat(1000));
                }
                cut.complete(false);
            } catch (IOException left) {
                cut.complete(true);
            }
        });
        assertThat(cut.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_server_that_hangs_up_before_its_answer_may_be_asked_again() throws Exception {
        failure(Kind.UNAVAILABLE, ScriptedServer.Exchange::reset);
        failure(Kind.UNAVAILABLE, ScriptedServer.Exchange::close);
        failure(Kind.UNAVAILABLE, exchange -> exchange.head().close());
        failure(Kind.UNAVAILABLE, exchange -> exchange.head().end());
    }

    @Test
    void no_server_at_all_may_be_asked_again() throws Exception {
        Heard heard = new Heard();
        send(
                channel("http://127.0.0.1:1", PATIENT)
                        .prepare(Asks.asks().user("Hi").ask()),
                heard);
        heard.failedAs(Kind.UNAVAILABLE);
    }

    @Test
    void a_break_is_reported_after_the_events_before_it() throws Exception {
        for (ScriptedServer.Script end : List.<ScriptedServer.Script>of(
                ScriptedServer.Exchange::reset,
                ScriptedServer.Exchange::close,
                ScriptedServer.Exchange::end,
                e -> e.raw("7\r\ndata: {").close())) {
            CountDownLatch told = new CountDownLatch(1);
            server.then(exchange -> {
                exchange.head().events(HEL);
                told.await();
                end.answer(exchange);
            });
            Heard heard = new Heard();
            send(prepared(PATIENT), heard);
            assertThat(heard.read()).containsExactly(STARTED, TEXT_HEL);
            told.countDown();
            heard.failedAs(Kind.BROKEN);
        }
    }

    @Test
    void after_the_finish_reason_a_break_changes_nothing() throws Exception {
        for (ScriptedServer.Script end : List.<ScriptedServer.Script>of(
                ScriptedServer.Exchange::reset,
                ScriptedServer.Exchange::close,
                e -> e.events("{\"error\":{\"code\":500}}").end(),
                e -> e.events("garbage").end())) {
            CountDownLatch told = new CountDownLatch(1);
            server.then(exchange -> {
                exchange.head().events(LO);
                told.await();
                end.answer(exchange);
            });
            Heard heard = new Heard();
            send(prepared(PATIENT), heard);
            assertThat(heard.read()).contains(TEXT_LO, FINISH);
            told.countDown();
            heard.endedWell();
        }
    }

    @Test
    void an_error_in_the_stream_closes_the_connection() throws Exception {
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        failure(Kind.BROKEN, exchange -> {
            exchange.head().events(HEL, "{\"error\":{\"code\":503}}");
            left.complete(exchange.left());
        });
        assertThat(left.get(20, TimeUnit.SECONDS)).isTrue();
    }

    // ---- waits

    private Heard silent(Timeouts timeouts, ScriptedServer.Script script) throws Exception {
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        server.then(exchange -> {
            script.answer(exchange);
            left.complete(exchange.left());
        });
        Heard heard = new Heard();
        send(prepared(timeouts), heard);
        assertThat(left.get(20, TimeUnit.SECONDS)).as("the connection was cut").isTrue();
        return heard;
    }

    @Test
    void a_server_without_an_answer_is_left() throws Exception {
        silent(new Timeouts(5_000, 100, 30_000, 30_000), exchange -> {}).failedAs(Kind.UNAVAILABLE);
    }

    @Test
    void a_server_that_falls_silent_is_left() throws Exception {
        silent(new Timeouts(5_000, 30_000, 100, 30_000), e -> e.head().flush()).failedAs(Kind.UNAVAILABLE);
        silent(new Timeouts(5_000, 30_000, 100, 30_000), exchange -> exchange.head()
                        .events(HEL))
                .failedAs(Kind.BROKEN);
    }

    @Test
    void a_server_that_does_not_end_after_the_finish_reason_is_not_waited_for() throws Exception {
        silent(new Timeouts(5_000, 30_000, 30_000, 100), exchange -> exchange.head()
                        .events(LO))
                .endedWell();
    }

    @Test
    void comments_after_the_finish_reason_keep_no_answer_open() throws Exception {
        silent(new Timeouts(5_000, 30_000, 30_000, 100), exchange -> {
                    exchange.head().events(LO);
                    try {
                        while (true) {
                            exchange.chunk(": awake\n\n");
                        }
                    } catch (IOException reset) {
                        // as it is to be
                    }
                })
                .endedWell();
    }

    @Test
    void a_call_that_is_held_back_does_not_time_out() throws Exception {
        CountDownLatch heldBack = new CountDownLatch(1);
        server.then(exchange -> {
            exchange.head().events(HEL);
            heldBack.await();
            exchange.events(LO).end();
        });
        Heard heard = new Heard();
        CompletableFuture<UpstreamCall> call = new CompletableFuture<>();
        heard.onEvents = events -> {
            call.join().pause();
            heldBack.countDown();
        };
        call.complete(send(prepared(new Timeouts(5_000, 30_000, 1_000, 1_000)), heard));
        assertThat(heard.read()).contains(TEXT_HEL);
        // Twice the wait, by the same clock that would end the call.
        CountDownLatch later = new CountDownLatch(1);
        VERTX.setTimer(2_000, unused -> later.countDown());
        assertThat(later.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(heard.ends).isEmpty();
        heard.onEvents = events -> {};
        onLoop(() -> {
            call.join().resume();
            return null;
        });
        assertThat(heard.read()).contains(TEXT_LO);
        heard.endedWell();
    }

    @Test
    void a_call_that_is_held_back_holds_the_server_back() throws Exception {
        String large = HEL.replace("Hel", "x".repeat(100_000));
        AtomicLong written = new AtomicLong();
        server.then(exchange -> {
            exchange.head();
            for (int i = 0; i < 400; i++) {
                exchange.events(large);
                written.incrementAndGet();
            }
            exchange.events(LO).end();
        });
        Heard heard = new Heard();
        CompletableFuture<UpstreamCall> call = new CompletableFuture<>();
        heard.onEvents = events -> call.join().pause();
        call.complete(send(prepared(PATIENT), heard));
        heard.read();
        awaitStandstill(written);
        assertThat(written.get()).isLessThan(300);
        heard.onEvents = events -> {};
        onLoop(() -> {
            call.join().resume();
            return null;
        });
        heard.endedWell();
        assertThat(written.get()).isEqualTo(400);
    }

    /** Until a quarter of a second passes without progress. */
    private static void awaitStandstill(AtomicLong counter) throws InterruptedException {
        long before = -1;
        while (before != counter.get()) {
            before = counter.get();
            CountDownLatch later = new CountDownLatch(1);
            VERTX.setTimer(250, unused -> later.countDown());
            later.await();
        }
    }

    // ---- leaving

    @Test
    void a_cancelled_call_is_cut_at_once_and_heard_no_more() throws Exception {
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        server.then(exchange -> {
            exchange.head().events(HEL);
            left.complete(exchange.left());
        });
        Heard heard = new Heard();
        UpstreamCall call = send(prepared(PATIENT), heard);
        heard.read();
        onLoop(() -> {
            call.cancel();
            call.cancel();
            call.pause();
            call.resume();
            return null;
        });
        assertThat(left.get(20, TimeUnit.SECONDS)).isTrue();
        settle();
        assertThat(heard.reads).isEmpty();
        assertThat(heard.ends).isEmpty();
    }

    @Test
    void a_call_may_be_cancelled_before_it_is_answered_or_even_sent() throws Exception {
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        server.then(exchange -> left.complete(exchange.left()));
        Heard waiting = new Heard();
        UpstreamCall call = send(prepared(PATIENT), waiting);
        server.request();
        onLoop(() -> {
            call.cancel();
            return null;
        });
        assertThat(left.get(20, TimeUnit.SECONDS)).isTrue();
        Heard unsent = new Heard();
        PreparedAsk ask = prepared(PATIENT);
        onLoop(() -> {
            ask.send(null, unsent).cancel();
            return null;
        });
        settle();
        assertThat(waiting.ends).isEmpty();
        assertThat(unsent.ends).isEmpty();
    }

    @Test
    void a_call_may_be_cancelled_while_it_is_heard() throws Exception {
        server.then(exchange -> exchange.head().events(HEL).events(LO).end());
        Heard heard = new Heard();
        CompletableFuture<UpstreamCall> call = new CompletableFuture<>();
        heard.onEvents = events -> call.join().cancel();
        call.complete(send(prepared(PATIENT), heard));
        heard.read();
        settle();
        assertThat(heard.reads).isEmpty();
        assertThat(heard.ends).isEmpty();
    }

    @Test
    void a_call_belongs_to_an_event_loop() {
        PreparedAsk ask = prepared(PATIENT);
        assertThatThrownBy(() -> ask.send(null, new Heard())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_bad_key_or_url_is_refused_without_being_shown() {
        assertThatThrownBy(() -> new GeminiChannel(
                        Outbound.direct(VERTX),
                        "google",
                        server.url(),
                        "line\nbreak",
                        false,
                        1,
                        PATIENT,
                        MODELS,
                        NO_FILES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("break");
        for (String url : List.of("ftp://x", "http://", "http://user:pass@x", "x", "http://x?key=1")) {
            assertThatThrownBy(() -> channel(url, PATIENT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("pass");
        }
    }
}
