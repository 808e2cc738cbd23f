package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.Route;
import dev.tollgate.http.SseWriter;
import dev.tollgate.testing.Await;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams, departures, time limits and the way down. */
class LifeTest {

    private static final Duration WAIT = Duration.ofSeconds(20);

    private final BlockingQueue<Exchange> waiting = new ArrayBlockingQueue<>(16);
    private final BlockingQueue<SseWriter> streams = new ArrayBlockingQueue<>(16);
    private final AtomicInteger departures = new AtomicInteger();
    private final CountDownLatch gone = new CountDownLatch(1);

    private final TestFront front = new TestFront()
            .route(Route.post("/v1/wait", TestFront.KEY, (exchange, caller) -> {
                exchange.onGone(this::departed);
                waiting.add(exchange);
            }))
            .route(Route.get("/v1/stream", TestFront.KEY, (exchange, caller) -> {
                exchange.onGone(this::departed);
                waiting.add(exchange);
                streams.add(exchange.stream());
            }))
            .route(Route.get("/v1/ok", TestFront.KEY, (exchange, caller) -> exchange.json(200, "ok".getBytes())))
            .route(Route.get("/health/live", Gate.PUBLIC, (exchange, caller) -> exchange.json(200, "up".getBytes()))
                    .whileDraining());

    @AfterEach
    void stop() {
        front.close();
    }

    private void departed() {
        departures.incrementAndGet();
        gone.countDown();
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T value = queue.poll(WAIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(value).isNotNull();
        return value;
    }

    private void awaitOpenExchanges(int count) {
        Await.until(count + " open exchanges", () -> front.front().openExchanges() == count);
    }

    @Test
    void a_caller_that_leaves_while_we_wait_for_an_upstream_is_noticed() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/wait", "Content-Length: 2") + "{}");
            next(waiting);
        }
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        awaitOpenExchanges(0);
        assertThat(departures).hasValue(1);
    }

    @Test
    void a_caller_that_leaves_in_the_middle_of_a_stream_is_noticed_and_late_writes_do_nothing() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            Exchange exchange = next(waiting);
            exchange.run(() -> stream.write("data: 1\n\n".getBytes()));
            client.readHead();
            client.readChunk();
            client.close();
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(onLoop(exchange, () -> {
                        stream.write("data: 2\n\n".getBytes());
                        stream.end();
                        exchange.fail(ApiError.invalid(null, "late"));
                        return stream.full();
                    }))
                    .isFalse();
        }
        assertThat(departures).hasValue(1);
    }

    private <T> T onLoop(Exchange exchange, java.util.concurrent.Callable<T> step) {
        io.vertx.core.Promise<T> done = io.vertx.core.Promise.promise();
        exchange.onLoop(() -> {
            try {
                done.complete(step.call());
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return TestFront.await(done.future());
    }

    @Test
    void a_normal_end_is_no_departure() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/wait", "Content-Length: 2") + "{}");
            Exchange exchange = next(waiting);
            exchange.run(() -> exchange.json(200, "done".getBytes()));
            assertThat(client.read().text()).isEqualTo("done");
        }
        awaitOpenExchanges(0);
        assertThat(departures).hasValue(0);
    }

    @Test
    void a_listener_added_after_the_departure_runs_immediately() throws Exception {
        Exchange exchange;
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/wait", "Content-Length: 2") + "{}");
            exchange = next(waiting);
        }
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();

        AtomicInteger told = new AtomicInteger();
        onLoop(exchange, () -> {
            exchange.onGone(told::incrementAndGet);
            return true;
        });
        assertThat(told).hasValue(1);
    }

    @Test
    void a_stream_has_the_right_head_and_each_write_is_one_chunk() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            Exchange exchange = next(waiting);
            exchange.run(() -> stream.write("data: 1\n\ndata: 2\n\n".getBytes()));
            RawClient.Answer head = client.readHead();

            assertThat(head.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
            assertThat(head.header("cache-control")).isEqualTo("no-cache");
            assertThat(head.header("x-accel-buffering")).isEqualTo("no");
            assertThat(head.header("x-request-id")).isEqualTo(exchange.requestId());
            assertThat(new String(client.readChunk())).isEqualTo("data: 1\n\ndata: 2\n\n");
            exchange.run(() -> stream.end("data: [DONE]\n\n".getBytes()));
            assertThat(new String(client.readChunk())).isEqualTo("data: [DONE]\n\n");
            assertThat(client.readChunk()).isEmpty();
            assertThat(client.ask("GET", "/v1/ok").text()).isEqualTo("ok");
        }
    }

    @Test
    void a_stream_of_which_nothing_was_sent_may_still_become_an_error() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("GET", "/v1/stream"));
            Exchange exchange = next(waiting);
            exchange.run(() -> exchange.fail(ApiError.invalid("model", "no")));
            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(client.ask("GET", "/v1/ok").text()).isEqualTo("ok");
        }
    }

    @Test
    void a_fault_in_a_stream_that_has_begun_resets_the_connection() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            next(waiting).run(() -> {
                stream.write("data: 1\n\n".getBytes());
                throw new IllegalStateException("fault");
            });
            client.readHead();
            client.readChunk();
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_client_of_http_1_0_gets_its_stream_until_the_close() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send("GET /v1/stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            SseWriter stream = next(streams);
            next(waiting).run(() -> {
                stream.write("data: 1\n\n".getBytes());
                stream.end();
            });
            RawClient.Answer answer = client.read();
            assertThat(answer.headers()).doesNotContainKey("transfer-encoding");
            assertThat(answer.text()).isEqualTo("data: 1\n\n");
        }
    }

    @Test
    void heartbeats_fill_a_silence_but_only_after_the_first_write() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            next(waiting).run(() -> {
                stream.heartbeatAfter(Duration.ofMillis(50));
                stream.write("data: 1\n\n".getBytes());
            });
            client.readHead();
            assertThat(new String(client.readChunk())).isEqualTo("data: 1\n\n");
            assertThat(new String(client.readChunk())).isEqualTo(": keep-alive\n\n");
            assertThat(new String(client.readChunk())).isEqualTo(": keep-alive\n\n");
        }
    }

    @Test
    void a_slow_reader_holds_the_stream_back_and_lets_go_when_it_reads() throws Exception {
        AtomicLong written = new AtomicLong();
        CountDownLatch full = new CountDownLatch(1);
        CountDownLatch drained = new CountDownLatch(1);
        front.start();
        try (RawClient client = new RawClient(front.port(), 16 * 1024)) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            Exchange exchange = next(waiting);
            exchange.run(() -> {
                byte[] piece = new byte[8192];
                while (!stream.full() && written.get() < 64L << 20) {
                    stream.write(piece);
                    written.addAndGet(piece.length);
                }
                stream.onDrain(drained::countDown);
                full.countDown();
            });
            assertThat(full.await(20, TimeUnit.SECONDS)).isTrue();
            client.readHead();
            long read = client.readChunk().length;
            assertThat(written.get()).as("held for a reader that does not read").isLessThan(16L << 20);
            while (drained.getCount() > 0) {
                read += client.readChunk().length;
            }
            assertThat(read).isLessThanOrEqualTo(written.get());
        }
    }

    @Test
    void a_reader_that_never_reads_is_cut() throws Exception {
        front.options(options -> options.withLimits(TestFront.limits(TestFront.LONG, TestFront.LONG, TestFront.SHORT)))
                .start();
        try (RawClient client = new RawClient(front.port(), 16 * 1024)) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            next(waiting).run(() -> {
                while (!stream.full()) {
                    stream.write(new byte[8192]);
                }
            });
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        }
        awaitOpenExchanges(0);
    }

    @Test
    void a_reader_that_never_reads_does_not_hold_up_the_close() throws Exception {
        front.start();
        try (RawClient client = new RawClient(front.port(), 16 * 1024)) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            Exchange exchange = next(waiting);
            exchange.run(() -> {
                while (!stream.full()) {
                    stream.write(new byte[8192]);
                }
                waiting.add(exchange);
            });
            next(waiting);
            TestFront.await(front.front().close());
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void an_unread_response_is_cut() throws Exception {
        front.options(options -> options.withLimits(TestFront.limits(TestFront.LONG, TestFront.LONG, TestFront.SHORT)))
                .start();
        try (RawClient client = new RawClient(front.port(), 16 * 1024)) {
            client.send(RawClient.head("POST", "/v1/wait", "Content-Length: 2") + "{}");
            Exchange exchange = next(waiting);
            assertThat(front.front().openExchanges()).isEqualTo(1);
            exchange.run(() -> exchange.json(200, new byte[32 << 20]));
            awaitOpenExchanges(0);
            assertThat(departures).as("it was answered, though not fetched").hasValue(0);
        }
    }

    @Test
    void an_idle_connection_is_closed_unless_it_awaits_a_response() throws Exception {
        front.start();
        try (RawClient idle = front.client();
                RawClient used = front.client();
                RawClient busy = front.client()) {
            busy.send(RawClient.head("POST", "/v1/wait", "Content-Length: 2") + "{}");
            assertThat(used.ask("GET", "/v1/ok").text()).isEqualTo("ok");
            Await.until("three connections", () -> front.front().connections() == 3);
            awaitOpenExchanges(1);
            front.pass(TestFront.LONG.plusSeconds(1));

            assertThat(idle.isClosedByServer()).isTrue();
            assertThat(used.isClosedByServer()).isTrue();
            Exchange exchange = next(waiting);
            exchange.run(() -> exchange.json(200, "late".getBytes()));
            assertThat(busy.read().text()).isEqualTo("late");
        }
    }

    @Test
    void draining_refuses_what_is_new_and_lets_the_open_finish() throws Exception {
        try (RawClient client = front.start().client();
                RawClient other = front.client();
                RawClient probe = front.client()) {
            client.send(RawClient.head("POST", "/v1/wait", "Content-Length: 2") + "{}");
            Exchange exchange = next(waiting);
            Future<Integer> drained = front.front().drain(WAIT);
            RawClient.Answer refused = other.ask("GET", "/v1/ok");

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("\"internal_error\"");
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(refused.header("connection")).isEqualTo("close");
            assertThat(other.isClosedByServer()).isTrue();
            assertThat(probe.ask("GET", "/health/live").text()).isEqualTo("up");
            assertThat(drained.isComplete()).isFalse();
            exchange.run(() -> exchange.json(200, "done".getBytes()));
            assertThat(client.read().text()).isEqualTo("done");
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(TestFront.await(drained)).isZero();
        }
    }

    @Test
    void a_server_that_leaves_serves_open_connections_once_and_no_new_one() throws Exception {
        try (RawClient kept = front.start().client();
                RawClient other = front.client()) {
            assertThat(kept.ask("GET", "/v1/ok").header("connection")).isEmpty();
            front.front().leave();
            RawClient.Answer last = other.ask("GET", "/v1/ok");
            assertThat(last.text()).isEqualTo("ok");
            assertThat(last.header("connection")).isEqualTo("close");
            assertThat(other.isClosedByServer()).isTrue();
            assertThat(answersUp()).isTrue();
            TestFront.await(front.front().stopListening());
            assertThat(answersUp()).isFalse();
            assertThat(kept.ask("GET", "/v1/ok").text()).isEqualTo("ok");
            assertThat(kept.isClosedByServer()).isTrue();
            Await.until("no connection", () -> front.front().connections() == 0);
        }
    }

    @Test
    void draining_ends_after_its_time_and_closing_is_a_departure() throws Exception {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/wait", "Content-Length: 2") + "{}");
            next(waiting);
            assertThat(answersUp()).isTrue();

            assertThat(TestFront.await(front.front().drain(TestFront.SHORT))).isEqualTo(1);
            assertThat(departures).hasValue(0);
            TestFront.await(front.front().close());
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(answersUp()).isFalse();
    }

    /** Another process that has received the port in the meantime answers differently. */
    private boolean answersUp() {
        try (RawClient late = front.client()) {
            return late.ask("GET", "/health/live").text().equals("up");
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void more_connections_than_allowed_are_closed_at_once() throws IOException {
        front.start();
        java.util.List<RawClient> clients = new java.util.ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                clients.add(front.client());
                assertThat(clients.get(i).ask("GET", "/v1/ok").status()).isEqualTo(200);
            }
            try (RawClient surplus = front.client()) {
                assertThat(surplus.isClosedByServer()).isTrue();
            }
            assertThat(clients.getFirst().ask("GET", "/v1/ok").status()).isEqualTo(200);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void ten_thousand_bytes_of_headers_pass_and_forty_thousand_are_400() throws IOException {
        try (RawClient client = front.start().client();
                RawClient other = front.client()) {
            RawClient.Answer large = client.ask("GET", "/v1/ok", "X-A: " + "a".repeat(10_000));
            RawClient.Answer larger = other.ask("GET", "/v1/ok", headers(40));

            assertThat(large.status()).isEqualTo(200);
            assertThat(larger.status()).isEqualTo(400);
            assertThat(larger.text()).contains("\"invalid_request\"", "32768");
            assertThat(larger.header("x-request-id")).startsWith("req_");
            assertThat(other.isClosedByServer()).isTrue();
        }
    }

    private static String[] headers(int count) {
        String[] headers = new String[count];
        for (int i = 0; i < count; i++) {
            headers[i] = "X-" + i + ": " + "a".repeat(1000);
        }
        return headers;
    }

    @Test
    void what_is_not_http_is_400() throws IOException {
        try (RawClient client = front.start().client();
                RawClient other = front.client()) {
            client.send("hello\r\n\r\n");
            other.send("GET /v1/ok HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(400);
            assertThat(other.read().status()).isEqualTo(400);
        }
    }

    @Test
    void options_and_limits_check_themselves() {
        assertThatThrownBy(() -> HttpOptions.of("x", 70_000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        HttpLimits.of(0, 1, 1, TestFront.SHORT, TestFront.SHORT, TestFront.SHORT, TestFront.SHORT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(HttpLimits.defaults().bodyBytesMax()).isEqualTo(33_554_432);
        assertThat(HttpLimits.defaults().headerBytesMax()).isEqualTo(32_768);
    }
}
