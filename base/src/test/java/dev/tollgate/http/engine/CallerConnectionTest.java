package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.Route;
import dev.tollgate.http.SseWriter;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers look like on the wire, and what becomes of the connection behind them. */
@Timeout(240)
class CallerConnectionTest {

    private final CountDownLatch gone = new CountDownLatch(1);

    private final TestFront front = new TestFront()
            .measuring("/v1/x")
            .route(Route.get("/v1/ok", TestFront.KEY, (exchange, caller) -> exchange.json(200, bytes("ok"))));

    @AfterEach
    void stop() {
        front.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void route(String path, Consumer<Exchange> handler) {
        front.route(Route.get(path, TestFront.KEY, (exchange, caller) -> handler.accept(exchange)));
    }

    @Test
    void a_header_cannot_begin_another_one() throws IOException {
        route("/v1/header", exchange -> {
            exchange.setHeader("x-said", exchange.query("said"));
            exchange.json(200, bytes("said"));
        });
        try (RawClient client = front.start().client()) {
            for (String escape : new String[] {"%0d%0ax-evil:1", "%0ax-evil:1", "%7f"}) {
                RawClient.Answer answer = client.ask("GET", "/v1/header?said=a" + escape);
                assertThat(answer.status()).as(escape).isEqualTo(500);
                assertThat(answer.headers()).doesNotContainKeys("x-evil", "x-said");
            }
            assertThat(client.ask("GET", "/v1/header?said=a%09b%e4").header("x-said"))
                    .startsWith("a\tb");
        }
    }

    @Test
    void a_header_that_is_set_again_takes_the_place_of_the_former_in_whatever_letters() throws IOException {
        route("/v1/header", exchange -> {
            exchange.setHeader("X-Said", "one");
            exchange.setHeader("x-said", "two");
            exchange.json(200, bytes("said"));
        });
        try (RawClient client = front.start().client()) {
            assertThat(client.ask("GET", "/v1/header").header("x-said")).isEqualTo("two");
        }
    }

    @Test
    void a_body_that_ends_before_its_announced_length_ends_its_connection() throws IOException {
        route("/v1/short", exchange -> {
            SseWriter body = exchange.body(10);
            body.write(bytes("12345"));
            body.end();
        });
        route("/v1/exact", exchange -> {
            SseWriter body = exchange.body(10);
            body.write(bytes("12345"));
            body.end(bytes("67890"));
        });
        try (RawClient client = front.start().client()) {
            assertThat(client.ask("GET", "/v1/exact").text()).isEqualTo("1234567890");
            assertThat(client.ask("HEAD", "/v1/exact").header("content-length")).isEqualTo("10");
            assertThat(client.send(RawClient.head("GET", "/v1/short"))
                            .readHead()
                            .header("content-length"))
                    .isEqualTo("10");
            assertThat(client.read(10)).isEqualTo(5);
        }
    }

    @Test
    void an_unwanted_chunked_body_that_has_come_whole_before_the_answer_leaves_the_connection_in_use()
            throws IOException {
        route("/v1/none", exchange -> exchange.compute(() -> "none", text -> exchange.json(200, bytes(text))));
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("GET", "/v1/none", "Transfer-Encoding: chunked") + "2\r\nab\r\n0\r\n\r\n");
            RawClient.Answer answer = client.read();
            assertThat(answer.text()).isEqualTo("none");
            assertThat(answer.headers()).doesNotContainKey("connection");
            assertThat(client.ask("GET", "/v1/ok").text()).isEqualTo("ok");
        }
    }

    private RawClient refused(String length, String first) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        front.callers(exchange -> {
            if (exchange.path().equals("/v1/ok")) {
                return Future.succeededFuture(new TestCaller("a1"));
            }
            asked.countDown();
            return Future.failedFuture(
                    ApiError.of(ErrorCode.INVALID_API_KEY, "no").asException());
        });
        RawClient client = front.start().client();
        client.send(RawClient.head("POST", "/v1/body", length) + first);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        front.pass(Duration.ZERO);
        return client;
    }

    /** A proxy that sends on what it gets would end the connection of its caller with an early refusal. */
    @ParameterizedTest
    @CsvSource({"Content-Length: 10, 12345, 67890", "Transfer-Encoding: chunked, '5\\r\\n12345\\r\\n', '0\\r\\n\\r\\n'"
    })
    void a_small_body_is_read_before_its_refusal(String length, String first, String rest) throws Exception {
        front.measuring("/v1/body");
        try (RawClient client = refused(length, first.translateEscapes())) {
            assertThat(client.hasSome()).isFalse();
            RawClient.Answer answer = client.send(rest.translateEscapes()).read();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers()).doesNotContainKey("connection");
            assertThat(client.ask("GET", "/v1/ok").text()).isEqualTo("ok");
        }
    }

    @Test
    void a_refusal_waits_a_second_for_a_body_that_does_not_come() throws Exception {
        front.measuring("/v1/body");
        try (RawClient client = refused("Content-Length: 10", "12345")) {
            front.pass(Duration.ofSeconds(2));
            assertThat(client.read().status()).isEqualTo(401);
            client.send("67890");
            assertThat(client.ask("GET", "/v1/ok").text()).isEqualTo("ok");
        }
    }

    @Test
    void a_refusal_waits_for_no_more_than_a_small_body() throws Exception {
        front.measuring("/v1/body");
        String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
        try (RawClient client = refused("Transfer-Encoding: chunked", chunk + chunk)) {
            assertThat(client.hasSome()).as("64 KiB").isFalse();
            RawClient.Answer answer = client.send("1\r\n").send("x\r\n").read();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("connection")).isEqualTo("close");
        }
    }

    /** All of it lies in one read: what grew and the end behind it wait for the same verdict. */
    @Test
    void a_chunked_body_that_becomes_large_waits_for_its_gate_to_the_last_byte() throws Exception {
        BlockingQueue<CompletableFuture<BodyGate.Verdict>> asked = new ArrayBlockingQueue<>(1);
        front.options(old -> old.withLimits(limits(old.limits(), 8)));
        front.route(Route.post(
                        "/v1/gated",
                        TestFront.KEY,
                        (exchange, caller) -> exchange.read(
                                body -> Integer.toString(body.length), length -> exchange.json(200, bytes(length))))
                .withBodyGate((exchange, caller) -> {
                    CompletableFuture<BodyGate.Verdict> verdict = new CompletableFuture<>();
                    asked.add(verdict);
                    return verdict::join;
                }));
        try (RawClient client = front.start().client()) {
            for (String body : new String[] {"5\r\n12345\r\n5\r\n67890\r\n", "a\r\n1234567890\r\n3\r\nabc\r\n"}) {
                client.send(RawClient.head("POST", "/v1/gated", "Transfer-Encoding: chunked") + body + "0\r\n\r\n"
                        + RawClient.head("GET", "/v1/ok"));
                CompletableFuture<BodyGate.Verdict> waiting = asked.poll(20, TimeUnit.SECONDS);
                waiting.complete(new BodyGate.Read());
                assertThat(client.read().text()).isEqualTo(body.startsWith("5") ? "10" : "13");
                assertThat(client.read().text()).isEqualTo("ok");
            }
        }
    }

    private static HttpLimits limits(HttpLimits old, int smallBytesMax) {
        return new HttpLimits(
                old.bodyBytesMax(),
                smallBytesMax,
                old.headerBytesMax(),
                old.connectionsMax(),
                old.writeQueueBytesMax(),
                old.bodyBytesPerSecondMin(),
                old.bodyWindow(),
                old.bodyTime(),
                old.idle(),
                old.write(),
                old.linger(),
                old.lingerBytesMax(),
                old.sweep());
    }

    @Test
    void a_client_of_http_1_0_that_asks_for_it_keeps_its_connection() throws IOException {
        try (RawClient client = front.start().client()) {
            for (int i = 0; i < 2; i++) {
                client.send("GET /v1/ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                RawClient.Answer answer = client.read();
                assertThat(answer.text()).isEqualTo("ok");
                assertThat(answer.header("connection")).isEqualTo("keep-alive");
            }
            client.send("GET /v1/ok HTTP/1.0\r\n\r\n");
            assertThat(client.read().header("connection")).isEqualTo("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    /** What was written last does not fit into the socket, but is too little to count as a full stream. */
    @Test
    void a_stream_that_fails_while_its_reader_does_not_read_is_cut_in_time() throws Exception {
        AtomicBoolean full = new AtomicBoolean(true);
        front.options(old -> old.withLimits(TestFront.limits(TestFront.LONG, TestFront.LONG, TestFront.SHORT)));
        route("/v1/fails", exchange -> {
            exchange.onGone(gone::countDown);
            SseWriter stream = exchange.stream();
            while (front.unread().bytes() == 0) {
                stream.write(new byte[4096]);
            }
            full.set(stream.full());
            exchange.fail(ApiError.invalid(null, "no"));
        });
        front.start();
        try (RawClient client = new RawClient(front.port(), 16 * 1024)) {
            client.send(RawClient.head("GET", "/v1/fails"));
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(full).isFalse();
        }
    }
}
