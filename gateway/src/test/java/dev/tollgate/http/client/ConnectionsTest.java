package dev.tollgate.http.client;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.ScriptedServer;
import dev.tollgate.upstreams.connections.BodySender;
import dev.tollgate.upstreams.connections.OutgoingBody;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to a server that sends exactly the bytes of the test. */
@Timeout(240)
class ConnectionsTest {

    private static final Timeouts PATIENT = new Timeouts(20_000, 20_000, 20_000, 20_000);
    private static final Timeouts HASTY = new Timeouts(200, 20_000, 20_000, 20_000);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Context loop = vertx.getOrCreateContext();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private FarEnd farEnd(int connectionsMax, Timeouts timeouts) {
        return new FarEnd(Outbound.direct(vertx), server.url() + "/base", connectionsMax, timeouts);
    }

    private static CompletableFuture<WholeReply> ask(FarEnd farEnd, Context loop) {
        CompletableFuture<WholeReply> answer = new CompletableFuture<>();
        loop.runOnContext(_ -> farEnd.connect(farEnd.post("/path"))
                .compose(roundtrip -> {
                    var whole = WholeReply.of(roundtrip, 1_000, "x-name");
                    roundtrip.send("body".getBytes(StandardCharsets.US_ASCII));
                    return whole;
                })
                .onComplete(answer::complete, answer::completeExceptionally));
        return answer;
    }

    private static WholeReply got(CompletableFuture<WholeReply> answer) throws Exception {
        return answer.get(60, TimeUnit.SECONDS);
    }

    @Test
    void a_request_says_what_it_is_to_and_little_else() throws Exception {
        server.then(exchange -> exchange.raw("HTTP/1.1 201 Made\r\nX-Name: it\r\ncontent-length: 2\r\n\r\nhi"));
        WholeReply answer = got(ask(farEnd(1, PATIENT), loop));
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("x-name")).isEqualTo("it");
        assertThat(answer.body()).asString(StandardCharsets.US_ASCII).isEqualTo("hi");
        ScriptedServer.Request request = server.request();
        assertThat(request.body()).isEqualTo("body");
        assertThat(request.head())
                .isEqualTo("POST /base/path HTTP/1.1\r\nhost: " + server.url().substring("http://".length())
                        + "\r\nuser-agent: tollgate\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n");
    }

    @Test
    void calls_of_a_loop_follow_each_other_over_one_connection() throws Exception {
        FarEnd farEnd = farEnd(10, PATIENT);
        for (int i = 0; i < 5; i++) {
            server.then(exchange -> exchange.status("200 OK", "hi"));
            assertThat(got(ask(farEnd, loop)).status()).isEqualTo(200);
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void a_connection_that_the_server_has_closed_is_not_used_again() throws Exception {
        FarEnd farEnd = farEnd(1, PATIENT);
        server.then(exchange -> exchange.raw("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi"));
        got(ask(farEnd, loop));
        server.then(exchange -> exchange.status("200 OK", "hi"));
        assertThat(got(ask(farEnd, loop)).status()).isEqualTo(200);
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void bytes_after_an_answer_belong_to_no_request() throws Exception {
        FarEnd farEnd = farEnd(1, PATIENT);
        server.then(exchange -> exchange.raw(
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n" + "content-length: 4\r\n\r\nevil"));
        assertThat(got(ask(farEnd, loop)).body())
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("hi");
        server.then(exchange -> exchange.status("200 OK", "good"));
        assertThat(got(ask(farEnd, loop)).body())
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("good");
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void an_answer_before_the_request_is_broken_and_ends_its_connection() throws Exception {
        try (ServerSocket early = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FarEnd farEnd = new FarEnd(Outbound.direct(vertx), "http://127.0.0.1:" + early.getLocalPort(), 1, PATIENT);
            CompletableFuture<WholeReply> answer = new CompletableFuture<>();
            loop.runOnContext(_ -> farEnd.connect(farEnd.post("/path"))
                    .compose(roundtrip -> WholeReply.of(roundtrip, 1_000))
                    .onComplete(answer::complete, answer::completeExceptionally));
            try (Socket server = early.accept()) {
                server.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".getBytes(StandardCharsets.US_ASCII));
                assertThatThrownBy(() -> got(answer)).cause().hasMessageContaining("nothing was asked");
                assertThat(server.getInputStream().read()).isNegative();
            }
        }
    }

    @Test
    void an_answer_to_an_idle_connection_ends_it() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FarEnd farEnd =
                    new FarEnd(Outbound.direct(vertx), "http://127.0.0.1:" + listening.getLocalPort(), 1, PATIENT);
            CompletableFuture<WholeReply> answer = ask(farEnd, loop);
            byte[] hi = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".getBytes(StandardCharsets.US_ASCII);
            try (Socket server = listening.accept()) {
                server.getOutputStream().write(hi);
                got(answer);
                server.getOutputStream().write(hi);
                server.getInputStream()
                        .transferTo(java.io.OutputStream.nullOutputStream()); // to the end of the connection
            }
        }
    }

    @Test
    void at_the_limit_a_call_waits_for_a_connection_to_come_free() throws Exception {
        FarEnd farEnd = farEnd(1, PATIENT);
        CountDownLatch answers = new CountDownLatch(1);
        server.then(exchange -> {
            answers.await();
            exchange.status("200 OK", "first");
        });
        server.then(exchange -> exchange.status("200 OK", "second"));
        CompletableFuture<WholeReply> first = ask(farEnd, loop);
        server.request();
        CompletableFuture<WholeReply> second = ask(farEnd, loop);
        CompletableFuture<WholeReply> third = ask(farEnd, loop);
        assertThatThrownBy(() -> got(third))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("too many calls wait");
        answers.countDown();
        assertThat(got(first).body()).asString(StandardCharsets.US_ASCII).isEqualTo("first");
        assertThat(got(second).body()).asString(StandardCharsets.US_ASCII).isEqualTo("second");
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void who_waits_on_another_loop_gets_the_place_of_a_connection_that_is_idle_or_comes_free() throws Exception {
        FarEnd farEnd = farEnd(1, PATIENT);
        Context other = otherLoop();
        server.then(exchange -> exchange.status("200 OK", "first"));
        got(ask(farEnd, loop));
        server.then(exchange -> exchange.status("200 OK", "second"));
        assertThat(got(ask(farEnd, other)).body())
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("second");
        CountDownLatch answers = new CountDownLatch(1);
        server.then(exchange -> {
            answers.await();
            exchange.status("200 OK", "third");
        });
        CompletableFuture<WholeReply> third = ask(farEnd, other);
        for (int i = 0; i < 3; i++) {
            server.request();
        }
        server.then(exchange -> exchange.status("200 OK", "fourth"));
        CompletableFuture<WholeReply> fourth = ask(farEnd, loop);
        answers.countDown();
        assertThat(got(third).body()).asString(StandardCharsets.US_ASCII).isEqualTo("third");
        assertThat(got(fourth).body()).asString(StandardCharsets.US_ASCII).isEqualTo("fourth");
        assertThat(server.connections()).isEqualTo(3);
    }

    private Context otherLoop() throws Exception {
        CompletableFuture<Context> other = new CompletableFuture<>();
        CompletableFuture<Thread> own = new CompletableFuture<>();
        loop.runOnContext(_ -> own.complete(Thread.currentThread()));
        for (int i = 0; i < 4; i++) {
            Thread.ofVirtual().start(() -> {
                Context candidate = vertx.getOrCreateContext();
                candidate.runOnContext(_ -> {
                    if (Thread.currentThread() != own.join()) {
                        other.complete(candidate);
                    }
                });
            });
        }
        return other.get(60, TimeUnit.SECONDS);
    }

    @Test
    void a_call_waits_for_a_connection_no_longer_than_for_one_to_be_made() throws Exception {
        FarEnd farEnd = farEnd(1, HASTY);
        CountDownLatch answers = new CountDownLatch(1);
        server.then(exchange -> {
            answers.await();
            exchange.status("200 OK", "first");
        });
        CompletableFuture<WholeReply> first = ask(farEnd, loop);
        server.request();
        assertThatThrownBy(() -> got(ask(farEnd, loop)))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("no connection came free within 200 ms");
        answers.countDown();
        assertThat(got(first).status()).isEqualTo(200);
        server.then(exchange -> exchange.status("200 OK", "next"));
        assertThat(got(ask(farEnd, loop)).status()).isEqualTo(200);
    }

    @Test
    void a_server_that_cannot_be_reached_takes_no_place() throws Exception {
        server.close();
        FarEnd farEnd = farEnd(1, PATIENT);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> got(ask(farEnd, loop))).isInstanceOf(ExecutionException.class);
        }
    }

    /** Some of them end before they are known to have begun. */
    @Test
    void connections_that_end_as_they_begin_take_no_place() throws Exception {
        AtomicBoolean serves = new AtomicBoolean();
        try (ServerSocket brief = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                while (!brief.isClosed()) {
                    try (Socket peer = brief.accept()) {
                        if (serves.get()) {
                            peer.getInputStream().read();
                            peer.getOutputStream().write("HTTP/1.1 204 No\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                        } else {
                            peer.setSoLinger(true, 0);
                        }
                    } catch (IOException closed) {
                        // the test is over
                    }
                }
            });
            FarEnd farEnd = new FarEnd(Outbound.direct(vertx), "http://127.0.0.1:" + brief.getLocalPort(), 1, PATIENT);
            for (int i = 0; i < 200; i++) {
                assertThatThrownBy(() -> got(ask(farEnd, loop))).isInstanceOf(ExecutionException.class);
            }
            serves.set(true);
            assertThat(got(ask(farEnd, loop)).status()).isEqualTo(204);
        }
    }

    @Test
    void a_request_that_was_reset_leaves_its_place() throws Exception {
        FarEnd farEnd = farEnd(1, PATIENT);
        CompletableFuture<Boolean> left = new CompletableFuture<>();
        server.then(exchange -> left.complete(exchange.left()));
        loop.runOnContext(_ -> farEnd.connect(farEnd.post("/path")).onSuccess(roundtrip -> {
            roundtrip.answer(new Silent());
            roundtrip.send(new byte[0]);
            vertx.setTimer(50, _ -> roundtrip.reset());
        }));
        assertThat(left.get(60, TimeUnit.SECONDS)).isTrue();
        server.then(exchange -> exchange.status("200 OK", "next"));
        assertThat(got(ask(farEnd, loop)).status()).isEqualTo(200);
    }

    private static final class Silent implements AnswerListener {
        @Override
        public void head(AnswerHead head) {
            throw new AssertionError("nobody listens any more");
        }

        @Override
        public void body(byte[] bytes, int length) {
            throw new AssertionError("nobody listens any more");
        }

        @Override
        public void ended() {
            throw new AssertionError("nobody listens any more");
        }

        @Override
        public void failed(Throwable why) {
            throw new AssertionError("nobody listens any more");
        }
    }

    @Test
    void closing_the_server_fails_running_and_new_requests() throws Exception {
        FarEnd farEnd = farEnd(2, PATIENT);
        server.then(exchange -> exchange.left());
        CompletableFuture<WholeReply> running = ask(farEnd, loop);
        server.request();
        farEnd.close();
        assertThatThrownBy(() -> got(running)).isInstanceOf(ExecutionException.class);
        assertThatThrownBy(() -> got(ask(farEnd, loop))).isInstanceOf(ExecutionException.class);
    }

    @Test
    void a_body_in_pieces_comes_as_one() throws Exception {
        server.then(exchange -> exchange.status("200 OK", "hi"));
        FarEnd farEnd = farEnd(1, PATIENT);
        CompletableFuture<WholeReply> answer = new CompletableFuture<>();
        byte[] large = "x".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
        loop.runOnContext(_ -> farEnd.connect(farEnd.post("/path")).onSuccess(roundtrip -> {
            WholeReply.of(roundtrip, 1_000).onComplete(answer::complete, answer::completeExceptionally);
            BodySender.start(
                    vertx.getOrCreateContext(),
                    roundtrip,
                    new OutgoingBody.Builder()
                            .ascii("[")
                            .add(new OutgoingBody.Ascii("x".repeat(200_000)))
                            .build());
        }));
        assertThat(got(answer).status()).isEqualTo(200);
        assertThat(server.request().body()).hasSize(large.length + 1).startsWith("[x");
        server.then(exchange -> exchange.status("200 OK", "next"));
        assertThat(got(ask(farEnd, loop)).status()).isEqualTo(200);
        assertThat(server.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 65_533, 65_534, 65_536, 65_537, 131_072, 200_000})
    void a_body_and_its_end_come_as_one(int bytes) throws Exception {
        String text = IntStream.range(0, bytes)
                .mapToObj(i -> i + ",")
                .collect(Collectors.joining())
                .substring(0, bytes);
        server.then(exchange -> exchange.status("200 OK", "hi"));
        FarEnd farEnd = farEnd(1, PATIENT);
        CompletableFuture<WholeReply> answer = new CompletableFuture<>();
        byte[] room = (text + "not of it").getBytes(StandardCharsets.US_ASCII);
        loop.runOnContext(_ -> farEnd.connect(farEnd.post("/path")).onSuccess(roundtrip -> {
            WholeReply.of(roundtrip, 1_000).onComplete(answer::complete, answer::completeExceptionally);
            roundtrip.send(room, bytes, "end".getBytes(StandardCharsets.US_ASCII));
        }));
        assertThat(got(answer).status()).isEqualTo(200);
        assertThat(server.request().body()).isEqualTo(text + "end");
        server.then(exchange -> exchange.status("200 OK", "next"));
        assertThat(got(ask(farEnd, loop)).status()).isEqualTo(200);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void a_request_can_carry_nothing_that_would_end_a_line() {
        FarEnd farEnd = farEnd(1, PATIENT);
        assertThatThrownBy(() -> farEnd.post("/a b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> farEnd.post("/a").with("x", "y\r\nz: 1")).isInstanceOf(IllegalArgumentException.class);
        assertThat(farEnd.post("/a").with("x-goog-api-key", "secret"))
                .asString()
                .doesNotContain("secret");
    }
}
