package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Route;
import dev.tollgate.testing.Await;
import io.airlift.compress.zstd.ZstdOutputStream;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading bodies, and refusing them. */
class BodyTest {

    private static final int MIB = 1 << 20;

    private final TestFront front = new TestFront().measuring("/v1/x");

    @AfterEach
    void stop() {
        assertThat(front.front().bodyBytes())
                .as("the room of all bodies was given back")
                .isBetween(0L, 64L * MIB);
        front.close();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) ' ');
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 65_536, 65_537, 3 * MIB, 32 * MIB})
    void a_body_within_the_limit_is_read_whole(int length) throws IOException {
        try (RawClient client = front.start().client()) {
            RawClient.Answer answer = client.post("/v1/x", bytes(length), "Content-Type: application/json");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo(Integer.toString(length));
        }
    }

    @Test
    void a_chunked_body_is_read_whole() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Transfer-Encoding: chunked"));
            client.send("5\r\nabcde\r\n").send("3\r\nfgh\r\n0\r\n\r\n");

            assertThat(client.read().text()).isEqualTo("8");
        }
    }

    @Test
    void a_hundred_megabytes_are_refused_and_the_caller_sees_why() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 100 * MIB));
            for (int i = 0; i < 100; i++) {
                client.send(bytes(MIB));
            }
            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("\"invalid_request\"", "33554432");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_chunked_body_without_a_length_is_refused_once_it_is_too_large() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Transfer-Encoding: chunked"));
            for (int i = 0; i < 40; i++) {
                client.send("100000\r\n").send(bytes(MIB)).send("\r\n");
            }
            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(413);
            client.send("0\r\n\r\n");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void an_endless_body_is_cut_some_time_after_its_refusal() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Transfer-Encoding: chunked"));
            long sent = 0;
            try {
                for (; sent < 2_000; sent++) {
                    client.send("100000\r\n").send(bytes(MIB)).send("\r\n");
                }
            } catch (SocketException cut) {
                assertThat(sent).isLessThan(500);
                return;
            }
            assertThat(sent).as("megabytes that were taken").isLessThan(2_000);
        }
    }

    @Test
    void gzip_and_deflate_are_unpacked() throws IOException {
        try (RawClient client = front.start().client()) {
            assertThat(client.post("/v1/x", gzip(5000), "Content-Encoding: gzip")
                            .text())
                    .isEqualTo("5000");
            assertThat(client.post("/v1/x", deflate(5001, false), "Content-Encoding: Deflate")
                            .text())
                    .isEqualTo("5001");
            assertThat(client.post("/v1/x", deflate(5002, true), "Content-Encoding: deflate")
                            .text())
                    .isEqualTo("5002");
            assertThat(client.post("/v1/x", bytes(7), "Content-Encoding: identity")
                            .text())
                    .isEqualTo("7");
        }
    }

    @Test
    void zstd_and_two_codings_are_unpacked_in_reverse_order() throws IOException {
        try (RawClient client = front.start().client()) {
            assertThat(client.post("/v1/x", zstd(bytes(5000)), "Content-Encoding: zstd")
                            .text())
                    .isEqualTo("5000");
            assertThat(client.post("/v1/x", zstd(gzip(5001)), "Content-Encoding: gzip, zstd")
                            .text())
                    .isEqualTo("5001");
            assertThat(client.post(
                                    "/v1/x",
                                    gzip(zstd(bytes(5002))),
                                    "Content-Encoding: zstd\r\nContent-Encoding: identity\r\nContent-Encoding: GZIP")
                            .text())
                    .isEqualTo("5002");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zstd, zstd",
                "zstd\r\nContent-Encoding: ZSTD",
                "gzip, x-gzip",
                "deflate, identity, deflate",
                "gzip, deflate, zstd"
            })
    void three_codings_and_a_repeated_coding_are_415(String codings) throws IOException {
        try (RawClient client = front.start().client()) {
            assertThat(client.post("/v1/x", bytes(2), "Content-Encoding: " + codings)
                            .status())
                    .isEqualTo(415);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "gzip", "deflate", "zstd, gzip", "br"})
    void a_route_without_a_body_gate_takes_nothing_compressed(String codings) throws IOException {
        front.route(TestFront.measuringSmall("/v1/small"));
        try (RawClient client = front.start().client()) {
            RawClient.Answer answer = client.post("/v1/small", bytes(2), "Content-Encoding: " + codings);

            assertThat(answer.status()).isEqualTo(415);
            assertThat(answer.header("accept-encoding")).isEqualTo("identity");
            assertThat(answer.text()).contains("A compressed body is not taken here: send it as it is");
            assertThat(client.post("/v1/small", bytes(2), "Content-Encoding: identity")
                            .text())
                    .isEqualTo("2");
        }
    }

    @Test
    void a_route_without_a_body_gate_takes_nothing_large() throws IOException {
        front.route(TestFront.measuringSmall("/v1/small"));
        try (RawClient client = front.start().client();
                RawClient chunked = front.client()) {
            assertThat(client.post("/v1/small", bytes(65_536)).text()).isEqualTo("65536");
            chunked.send(RawClient.head("POST", "/v1/small", "Transfer-Encoding: chunked"))
                    .send("10001\r\n")
                    .send(bytes(0x10001));

            assertThat(chunked.read().status()).isEqualTo(413);
            assertThat(client.post("/v1/small", bytes(65_537)).text())
                    .contains("The request body is too large: at most 65536 bytes are allowed.");
        }
    }

    @Test
    void broken_zstd_and_a_bomb_in_zstd_are_refused() throws IOException {
        byte[] sound = zstd(bytes(5000));
        try (RawClient client = front.start().client()) {
            for (byte[] broken : List.of(
                    Arrays.copyOf(sound, sound.length - 1), Arrays.copyOf(sound, sound.length + 1), bytes(20))) {
                RawClient.Answer answer = client.post("/v1/x", broken, "Content-Encoding: zstd");
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.text()).contains("The request body is not valid zstd data.");
            }
            byte[] bomb = zstd(bytes(64 * MIB));
            assertThat(bomb.length).isLessThan(MIB);
            assertThat(client.post("/v1/x", bomb, "Content-Encoding: zstd").status())
                    .isEqualTo(413);
            assertThat(client.post("/v1/x", gzip(bomb), "Content-Encoding: zstd, gzip")
                            .status())
                    .isEqualTo(413);
            assertThat(client.post("/v1/x", bytes(2)).text())
                    .as("the connection is still good")
                    .isEqualTo("2");
        }
    }

    private static byte[] zstd(byte[] data) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream out = new ZstdOutputStream(packed)) {
            out.write(data);
        }
        return packed.toByteArray();
    }

    @Test
    void a_bomb_is_refused_by_its_unpacked_size() throws IOException {
        byte[] bomb = gzip(64 * MIB);
        try (RawClient client = front.start().client()) {
            RawClient.Answer answer = client.post("/v1/x", bomb, "Content-Encoding: gzip");

            assertThat(bomb.length).isLessThan(MIB);
            assertThat(answer.status()).isEqualTo(413);
            assertThat(client.post("/v1/x", bytes(2)).text())
                    .as("the connection is still good")
                    .isEqualTo("2");
        }
    }

    @Test
    void broken_gzip_is_400_and_other_codings_are_415() throws IOException {
        try (RawClient client = front.start().client()) {
            byte[] cut = java.util.Arrays.copyOf(gzip(5000), 20);
            RawClient.Answer brotli = client.post("/v1/x", bytes(2), "Content-Encoding: br");

            assertThat(client.post("/v1/x", cut, "Content-Encoding: gzip").status())
                    .isEqualTo(400);
            assertThat(client.post("/v1/x", bytes(2), "Content-Encoding: gzip").status())
                    .isEqualTo(400);
            assertThat(brotli.status()).isEqualTo(415);
            assertThat(brotli.header("accept-encoding")).isEqualTo("zstd, gzip, deflate");
        }
    }

    @Test
    void a_type_that_is_not_json_is_415_and_the_connection_stays() throws IOException {
        try (RawClient client = front.start().client()) {
            RawClient.Answer form = client.post("/v1/x", bytes(9), "Content-Type: application/x-www-form-urlencoded");

            assertThat(form.status()).isEqualTo(415);
            assertThat(form.text()).contains("\"invalid_request\"");
            assertThat(client.post("/v1/x", bytes(2), "Content-Type: Application/JSON; charset=utf-8")
                            .status())
                    .isEqualTo(200);
            assertThat(client.post("/v1/x", bytes(2), "Content-Type: application/problem+json")
                            .status())
                    .isEqualTo(200);
            assertThat(client.post("/v1/x", bytes(2)).status()).isEqualTo(200);
        }
    }

    @Test
    void expect_continue_is_honoured() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 3", "Expect: 100-continue"));
            assertThat(client.readHead().status()).isEqualTo(100);
            client.send("abc");
            assertThat(client.read().text()).isEqualTo("3");
        }
    }

    @Test
    void expect_continue_is_refused_by_size_before_the_body() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 33 * MIB, "Expect: 100-continue"));
            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("connection")).isEqualTo("close");
        }
    }

    @Test
    void a_caller_without_a_key_is_refused_before_its_body() throws IOException {
        front.callers(exchange ->
                Future.failedFuture(ApiError.of(ErrorCode.INVALID_API_KEY, "no").asException()));
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 3", "Expect: 100-continue"));
            assertThat(client.read().status()).isEqualTo(401);
        }
        try (RawClient client = front.client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 100 * MIB));
            assertThat(client.read().status()).as("401 comes before 413").isEqualTo(401);
        }
    }

    @Test
    void a_small_refused_body_leaves_the_connection_in_use() throws IOException {
        front.callers(exchange ->
                Future.failedFuture(ApiError.of(ErrorCode.INVALID_API_KEY, "no").asException()));
        try (RawClient client = front.start().client()) {
            for (int i = 0; i < 3; i++) {
                RawClient.Answer answer = client.post("/v1/x", bytes(2000));
                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.headers()).doesNotContainKey("connection");
            }
        }
    }

    @Test
    void the_body_waits_while_the_gate_thinks() throws Exception {
        BlockingQueue<Promise<TestCaller>> asked = new ArrayBlockingQueue<>(1);
        front.callers(exchange -> {
            Promise<TestCaller> answer = Promise.promise();
            asked.add(answer);
            return answer.future();
        });
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 300000"))
                    .send(bytes(300_000));
            Promise<TestCaller> waiting = asked.poll(20, TimeUnit.SECONDS);
            waiting.complete(new TestCaller("a"));

            assertThat(client.read().text()).isEqualTo("300000");
        }
    }

    @Test
    void a_malformed_chunk_is_400() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Transfer-Encoding: chunked"))
                    .send("zz\r\nabc\r\n");

            assertThat(client.read().status()).isEqualTo(400);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_slow_body_is_408() throws IOException {
        front.options(options -> options.withLimits(TestFront.limits(TestFront.SHORT, TestFront.LONG, TestFront.LONG)));
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 1000")).send("abc");
            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.text()).contains("\"invalid_request\"");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    /** Sends another body that fails, which shows that more than a window has passed. */
    @Test
    void a_body_that_waits_for_its_gate_is_not_too_slow() throws Exception {
        BlockingQueue<CompletableFuture<BodyGate.Verdict>> asked = new ArrayBlockingQueue<>(1);
        front.options(options -> new HttpOptions(
                options.host(),
                0,
                1,
                0,
                options.origins(),
                TestFront.limits(TestFront.SHORT, TestFront.LONG, TestFront.LONG),
                options.edge()));
        front.route(Route.post(
                        "/v1/gated",
                        TestFront.KEY,
                        (exchange, caller) -> exchange.read(
                                body -> Integer.toString(body.length), length -> exchange.json(200, length.getBytes())))
                .withBodyGate((exchange, caller) -> {
                    CompletableFuture<BodyGate.Verdict> verdict = new CompletableFuture<>();
                    asked.add(verdict);
                    return verdict::join;
                }));
        try (RawClient client = front.start().client();
                RawClient slow = front.client()) {
            client.send(RawClient.head("POST", "/v1/gated", "Content-Length: 300000"))
                    .send(bytes(300_000));
            CompletableFuture<BodyGate.Verdict> waiting = asked.poll(20, TimeUnit.SECONDS);
            slow.send(RawClient.head("POST", "/v1/x", "Content-Length: 1000")).send("abc");
            assertThat(slow.read().status()).isEqualTo(408);
            waiting.complete(new BodyGate.Read());

            assertThat(client.read().text()).isEqualTo("300000");
        }
    }

    /** What is sent ahead is read when the answer before it has left, and not from the connection. */
    @Test
    void a_slow_body_behind_another_request_is_408() throws IOException {
        front.options(options -> options.withLimits(TestFront.limits(TestFront.SHORT, TestFront.LONG, TestFront.LONG)));
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 2")
                    + "ab"
                    + RawClient.head("POST", "/v1/x", "Content-Length: 1000")
                    + "abc");

            assertThat(client.read().text()).isEqualTo("2");
            assertThat(client.read().status()).isEqualTo(408);
        }
    }

    @Test
    void the_bodies_of_all_calls_together_are_limited() throws IOException {
        try (RawClient client = front.memory(16 * MIB).start().client();
                RawClient other = front.client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 3 * MIB))
                    .send(bytes(3 * MIB - 1));
            Await.until("the body but its last byte", () -> front.front().bodyBytes() >= 3 * MIB);
            RawClient.Answer refused = other.post("/v1/x", bytes(4 * MIB));
            client.send("x");

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(client.read().text()).isEqualTo(Integer.toString(3 * MIB));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_body_is_charged_until_its_answer_since_what_is_read_may_be_a_piece_of_it(boolean isPacked)
            throws IOException {
        Promise<Exchange> read = Promise.promise();
        front.route(Route.post(
                        "/v1/hold",
                        TestFront.KEY,
                        (exchange, caller) -> exchange.read(body -> body, body -> read.complete(exchange)))
                .withBodyGate((exchange, caller) -> BodyGate.Read::new));
        try (RawClient client = front.start().client()) {
            byte[] sent = isPacked ? gzip(3 * MIB) : bytes(3 * MIB);
            client.send(RawClient.head(
                            "POST",
                            "/v1/hold",
                            "Content-Length: " + sent.length,
                            "Content-Encoding: " + (isPacked ? "gzip" : "identity")))
                    .send(sent);
            Await.until("the body to be read", read.future()::isComplete);

            assertThat(front.front().bodyBytes()).isEqualTo(3 * MIB);
            Exchange held = read.future().result();
            held.run(() -> held.empty(204));
            assertThat(client.read().status()).isEqualTo(204);
        }
        Await.until("the room to be given back", () -> front.front().bodyBytes() == 0);
    }

    /** A gate that reads the account from a header. */
    private static Function<Exchange, Future<TestCaller>> accounts() {
        return exchange -> Future.succeededFuture(new TestCaller(exchange.header("x-account")));
    }

    @Test
    void one_accounts_large_bodies_leave_room_for_anothers() throws IOException {
        front.callers(accounts()).memory(32 * MIB).start();
        List<RawClient> slow = new ArrayList<>();
        try (RawClient other = front.client()) {
            for (int i = 0; i < 12; i++) {
                slow.add(front.client()
                        .send(RawClient.head("POST", "/v1/x", "Content-Length: " + 30 * MIB, "X-Account: slow")));
                try {
                    slow.getLast().send(bytes(7 * MIB));
                } catch (SocketException refused) {
                    // as most are
                }
            }
            Await.until("what they may have", () -> front.front().bodyBytes() > 0);

            assertThat(front.front().bodyBytes()).isLessThanOrEqualTo(12 * MIB);
            for (int i = 0; i < 40; i++) {
                assertThat(other.post("/v1/x", bytes(50_000), "X-Account: other")
                                .status())
                        .isEqualTo(200);
            }
            assertThat(other.post("/v1/x", bytes(2 * MIB), "X-Account: other").status())
                    .isEqualTo(200);
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
        }
    }

    @Test
    void however_many_accounts_send_large_bodies_small_ones_are_read() throws IOException {
        front.callers(accounts()).memory(32 * MIB).start();
        List<RawClient> slow = new ArrayList<>();
        try (RawClient other = front.client()) {
            for (int i = 0; i < 40; i++) {
                slow.add(front.client()
                        .send(RawClient.head("POST", "/v1/x", "Content-Length: " + 30 * MIB, "X-Account: slow" + i)));
                try {
                    slow.getLast().send(bytes(4 * MIB));
                } catch (SocketException refused) {
                    // as most are
                }
            }
            assertThat(front.front().bodyBytes()).isLessThanOrEqualTo(24 * MIB);
            for (int i = 0; i < 40; i++) {
                assertThat(other.post("/v1/x", bytes(50_000), "X-Account: other")
                                .status())
                        .isEqualTo(200);
            }
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
        }
    }

    @Test
    void a_body_that_never_fits_is_413_and_a_temporary_shortage_503() throws IOException {
        front.memory(16 * MIB);
        try (RawClient client = front.start().client();
                RawClient waits = front.client()) {
            assertThat(client.post("/v1/x", bytes(7 * MIB)).status()).isEqualTo(413);
            try (RawClient first = front.client()) {
                first.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 4 * MIB))
                        .send(bytes(4 * MIB - 1));
                Await.until("the body but its last byte", () -> front.front().bodyBytes() >= 4 * MIB);
                RawClient.Answer busy = waits.post("/v1/x", bytes(4 * MIB));
                assertThat(busy.status()).isEqualTo(503);
                assertThat(busy.header("retry-after")).isEqualTo("1");
            }
        }
    }

    @Test
    void a_body_that_trickles_fast_enough_for_ever_is_408_after_its_time() throws IOException {
        front.options(options -> options.withLimits(
                TestFront.limits(64, TestFront.LONG, TestFront.SHORT, TestFront.LONG, TestFront.LONG)));
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 30 * MIB))
                    .send(bytes(MIB));
            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.text()).contains("seconds");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_caller_that_leaves_in_the_middle_of_its_body_gives_the_room_back() throws IOException {
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 3 * MIB))
                    .send(bytes(MIB));
            Await.until("a part of the body", () -> front.front().bodyBytes() >= MIB);
        }
        Await.until("the exchange to end", () -> front.front().openExchanges() == 0);
        assertThat(front.front().bodyBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void what_a_reader_refuses_is_answered_whatever_the_size(int length) throws IOException {
        front.route(Route.post(
                        "/v1/refuse",
                        TestFront.KEY,
                        (exchange, caller) -> exchange.read(
                                body -> {
                                    throw ApiError.invalid("model", "'model' is required.")
                                            .asException();
                                },
                                never -> exchange.empty(204)))
                .withBodyGate((exchange, caller) -> BodyGate.Read::new));
        front.route(Route.post(
                        "/v1/break",
                        TestFront.KEY,
                        (exchange, caller) -> exchange.read(
                                body -> {
                                    throw new StackOverflowError();
                                },
                                never -> exchange.empty(204)))
                .withBodyGate((exchange, caller) -> BodyGate.Read::new));
        try (RawClient client = front.start().client()) {
            assertThat(client.post("/v1/refuse", bytes(length)).text()).contains("'model' is required.");
            assertThat(client.post("/v1/break", bytes(length)).status()).isEqualTo(500);
        }
    }

    @Test
    void a_large_body_is_read_off_the_event_loop_and_answered_on_it() throws IOException {
        front.route(Route.post(
                        "/v1/where",
                        TestFront.KEY,
                        (exchange, caller) -> exchange.read(
                                body -> isLoop(), onLoop -> exchange.json(200, (onLoop + " " + isLoop()).getBytes())))
                .withBodyGate((exchange, caller) -> BodyGate.Read::new));
        try (RawClient client = front.start().client()) {
            assertThat(client.post("/v1/where", bytes(65_536)).text()).isEqualTo("true true");
            assertThat(client.post("/v1/where", bytes(65_537)).text()).isEqualTo("false true");
        }
    }

    private static boolean isLoop() {
        return Thread.currentThread().getName().contains("eventloop");
    }

    @Test
    void a_body_on_a_route_that_reads_none_does_no_harm() throws IOException {
        front.route(Route.get("/v1/get", TestFront.KEY, (exchange, caller) -> exchange.json(200, "ok".getBytes())));
        try (RawClient client = front.start().client()) {
            client.send(RawClient.head("GET", "/v1/get", "Content-Length: 4") + "abcd");
            assertThat(client.read().text()).isEqualTo("ok");
            assertThat(client.ask("GET", "/v1/get").text()).isEqualTo("ok");
        }
    }

    private static byte[] gzip(int length) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed) {
            {
                def.setLevel(Deflater.BEST_SPEED);
            }
        }) {
            pour(length, out);
        }
        return packed.toByteArray();
    }

    private static byte[] gzip(byte[] data) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(data);
        }
        return packed.toByteArray();
    }

    private static byte[] deflate(int length, boolean bare) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out =
                new DeflaterOutputStream(packed, new Deflater(Deflater.DEFAULT_COMPRESSION, bare))) {
            pour(length, out);
        }
        return packed.toByteArray();
    }

    private static void pour(int length, java.io.OutputStream out) throws IOException {
        byte[] piece = bytes(Math.min(length, MIB));
        for (int left = length; left > 0; left -= piece.length) {
            out.write(piece, 0, Math.min(left, piece.length));
        }
    }
}
