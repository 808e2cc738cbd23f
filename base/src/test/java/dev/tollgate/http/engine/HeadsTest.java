package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.Route;
import dev.tollgate.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the heads of requests may be and take, and what becomes of connections without a request. */
@Timeout(240)
class HeadsTest {

    private static final String BEGIN = "GET /v1/ok HTTP/1.1\r\nHost: x\r\n";
    private static final String POST = "POST /v1/length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final CountDownLatch answers = new CountDownLatch(1);
    private final TestFront front = new TestFront()
            .route(Route.get(
                    "/v1/ok",
                    TestFront.KEY,
                    (exchange, caller) -> exchange.json(200, "ok".getBytes(StandardCharsets.US_ASCII))))
            .route(Route.get(
                    "/v1/late",
                    TestFront.KEY,
                    (exchange, caller) -> exchange.compute(
                            this::late, text -> exchange.json(200, text.getBytes(StandardCharsets.US_ASCII)))))
            .measuring("/v1/length");

    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        answers.countDown();
        for (RawClient client : clients) {
            client.close();
        }
        front.close();
    }

    private RawClient client() throws IOException {
        return client("127.0.0.1");
    }

    private RawClient client(String from) throws IOException {
        RawClient client = new RawClient(front.port(), 0, from);
        clients.add(client);
        return client;
    }

    private static String[] headers(int count, int bytes) {
        return IntStream.range(0, count)
                .mapToObj(i -> "X-" + i + ": " + "a".repeat(bytes))
                .toArray(String[]::new);
    }

    @Test
    void a_request_has_at_most_100_headers() throws IOException {
        front.start();
        assertThat(client().ask("GET", "/v1/ok", headers(99, 1)).text()).isEqualTo("ok");
        RawClient.Answer refused = client().ask("GET", "/v1/ok", headers(100, 1));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("more than 100 headers");
    }

    @Test
    void strangers_send_16_kib_of_headers_and_known_keys_32() throws IOException {
        front.knownKeys(value -> value.endsWith("sk-known")).start();
        assertThat(client().ask("GET", "/v1/ok", headers(15, 1000)).status()).isEqualTo(200);
        for (String key : List.of("Authorization: Bearer sk-unknown", "X: sk-known")) {
            RawClient.Answer refused =
                    client().send(BEGIN + key + "\r\n" + lines(31)).read();
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text()).contains("16384", "32768");
        }
        for (String key :
                List.of("authorization: Bearer sk-known", "X-Goog-Api-Key: sk-known", "X-Api-Key: sk-known")) {
            RawClient known = client();
            assertThat(known.send(BEGIN + key + "\r\n" + lines(31)).read().status())
                    .isEqualTo(200);
            assertThat(known.send(BEGIN + lines(31)).read().status()).isEqualTo(400);
            assertThat(client().send(BEGIN + key + "\r\n" + lines(33)).read().status())
                    .isEqualTo(400);
        }
    }

    @Test
    void a_key_behind_16_kib_of_headers_opens_nothing() throws IOException {
        front.knownKeys(value -> value.endsWith("sk-known")).start();
        RawClient late =
                client().send(BEGIN + lines(17).stripTrailing() + "\r\nAuthorization: Bearer sk-known\r\n\r\n");
        assertThat(late.read().status()).isEqualTo(400);
    }

    private static String lines(int count) {
        return ("X: " + "a".repeat(1000) + "\r\n").repeat(count) + "\r\n";
    }

    @Test
    void the_number_of_empty_lines_before_a_request_is_limited() throws IOException {
        RawClient.Answer refused =
                front.start().client().send("\r\n".repeat(5000)).read();
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("first line is longer than 8192 bytes");
    }

    @Test
    void a_head_is_charged_while_it_comes_and_until_it_is_answered() throws Exception {
        front.start();
        RawClient half = client().send(BEGIN + "A: " + "a".repeat(5000));
        await(() -> front.headBytes() > 10_000);
        half.send("\r\n\r\n");
        half.read();
        await(() -> front.headBytes() < 10_000);
        half.send("GET /v1/late HTTP/1.1\r\nHost: x\r\n" + "b:c\r\n".repeat(90) + "\r\n");
        await(() -> front.headBytes() > 90 * 144 + 8192);
        answers.countDown();
        half.read();
        half.close();
        await(() -> front.headBytes() == 0);
    }

    @Test
    void a_head_without_room_is_503_and_its_connection_ends() throws Exception {
        front.heads(32 << 10).start();
        RawClient half = client().send(BEGIN + "A: " + "a".repeat(4000));
        await(() -> front.headBytes() > 8_000);
        RawClient other = client();
        RawClient.Answer refused = other.ask("GET", "/v1/ok", headers(90, 50));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("retry-after")).isEqualTo("1");
        assertThat(other.isClosedByServer()).isTrue();
        assertThat(half.send("\r\n\r\n").read().status()).isEqualTo(200);
    }

    @Test
    void half_heads_of_who_has_most_make_room_for_others() throws Exception {
        front.options(old -> new HttpOptions(old.host(), 0, 1, 0, old.origins(), old.limits(), old.edge()))
                .heads(56 << 10)
                .start();
        RawClient half = client("127.0.0.2").send(BEGIN + "A: " + "a".repeat(8000));
        await(() -> front.headBytes() > 16_000);
        RawClient second = client("127.0.0.3").send(BEGIN + "A: " + "a".repeat(4500));
        await(() -> front.headBytes() > 16_000 + 8_000);
        assertThat(client().ask("GET", "/v1/ok", headers(90, 60)).status()).isEqualTo(200);
        assertThat(half.isClosedByServer()).isTrue();
        assertThat(second.send("\r\n\r\n").read().status()).isEqualTo(200);
    }

    @Test
    void a_head_that_does_not_end_in_time_is_408() throws IOException {
        front.start();
        RawClient half = client().send(BEGIN);
        assertThat(lateHead(half).status()).isEqualTo(408);
        assertThat(half.isClosedByServer()).isTrue();
        RawClient second = client();
        assertThat(second.ask("GET", "/v1/ok").status()).isEqualTo(200);
        await(() -> front.headBytes() == 0);
        assertThat(lateHead(second.send(BEGIN)).status()).isEqualTo(408);
    }

    private RawClient.Answer lateHead(RawClient client) throws IOException {
        await(() -> front.headBytes() > 0);
        front.pass(TestFront.LONG.plusSeconds(1));
        return client.read();
    }

    @Test
    void a_silent_connection_is_closed_unless_its_request_is_running() throws IOException {
        Duration headTime = Duration.ofMinutes(1);
        front.options(old -> old.withEdge(old.edge().withHeadTime(headTime))).start();
        RawClient asked = client();
        assertThat(asked.ask("GET", "/v1/ok").status()).isEqualTo(200);
        RawClient silent = client();
        await(() -> front.front().connections() == 2);
        front.pass(headTime.plusSeconds(1));
        assertThat(silent.isClosedByServer()).isTrue();
        assertThat(asked.ask("GET", "/v1/ok").status()).isEqualTo(200);
    }

    @Test
    void the_limits_in_force_are_ten_seconds() {
        assertThat(EdgeLimits.of(16).headTime()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void a_full_server_closes_the_longest_silent_of_the_busiest_address() throws IOException {
        front.options(old -> new HttpOptions(old.host(), 0, 1, 0, old.origins(), TestFront.connections(4), old.edge()))
                .start();
        RawClient lonely = client("127.0.0.2");
        assertThat(lonely.ask("GET", "/v1/ok").status()).isEqualTo(200);
        RawClient busy = client("127.0.0.3").send(RawClient.head("GET", "/v1/late"));
        await(() -> front.front().openExchanges() == 1);
        RawClient longest = client("127.0.0.3");
        assertThat(longest.ask("GET", "/v1/ok").status()).isEqualTo(200);
        RawClient shorter = client("127.0.0.3");
        assertThat(shorter.ask("GET", "/v1/ok").status()).isEqualTo(200);

        assertThat(client("127.0.0.4").ask("GET", "/v1/ok").status()).isEqualTo(200);

        assertThat(longest.isClosedByServer()).isTrue();
        assertThat(shorter.ask("GET", "/v1/ok").status()).isEqualTo(200);
        assertThat(lonely.ask("GET", "/v1/ok").status()).isEqualTo(200);
        answers.countDown();
        assertThat(busy.read().text()).isEqualTo("late");
    }

    @Test
    void a_full_server_of_busy_connections_refuses_the_next() throws IOException {
        front.options(old -> old.withLimits(TestFront.connections(1))).start();
        RawClient busy = client("127.0.0.3").send(RawClient.head("GET", "/v1/late"));
        await(() -> front.front().openExchanges() == 1);
        assertThat(client("127.0.0.4").isClosedByServer()).isTrue();
        answers.countDown();
        assertThat(busy.read().text()).isEqualTo("late");
    }

    @Test
    void behind_a_proxy_a_long_head_is_charged_to_its_caller() throws Exception {
        front.options(old -> new HttpOptions(old.host(), 0, 1, 1, old.origins(), old.limits(), old.edge()))
                .heads(100 << 10)
                .start();
        List<RawClient> waiting = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            waiting.add(client().send(long15("GET /v1/late", "203.0.113.7")));
        }
        await(() -> front.headBytes() > 30_000);
        assertThat(client().send(long15("GET /v1/ok", "203.0.113.7")).read().status())
                .isEqualTo(503);
        assertThat(client().send(long15("GET /v1/ok", "203.0.113.8")).read().status())
                .isEqualTo(200);
        answers.countDown();
        for (RawClient client : waiting) {
            assertThat(client.read().text()).isEqualTo("late");
        }
        for (RawClient client : clients) {
            client.close();
        }
        await(() -> front.headBytes() == 0);
    }

    private static String long15(String what, String caller) {
        return what + " HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + caller + "\r\n" + lines(15);
    }

    @Test
    void a_body_has_at_most_20_trailers() throws IOException {
        front.start();
        assertThat(client().send(POST + "2\r\n{}\r\n0\r\n" + "A: b\r\n".repeat(20) + "\r\n")
                        .read()
                        .text())
                .isEqualTo("2");
        RawClient many = client();
        RawClient.Answer refused = many.send(POST + "2\r\n{}\r\n0\r\n" + "A: b\r\n".repeat(21) + "\r\n")
                .read();
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("more than 20 trailers");
        assertThat(many.isClosedByServer()).isTrue();
    }

    @Test
    void from_the_65th_chunk_on_a_body_has_16_bytes_a_chunk() throws IOException {
        front.start();
        assertThat(client().send(POST + "1\r\na\r\n".repeat(63) + "0\r\n\r\n")
                        .read()
                        .text())
                .isEqualTo("63");
        assertThat(client().send(POST + "10\r\n0123456789abcdef\r\n".repeat(500) + "0\r\n\r\n")
                        .read()
                        .text())
                .isEqualTo("8000");
        for (String chunk : List.of("1\r\na\r\n", "f\r\n0123456789abcde\r\n", "1;a=" + "b".repeat(99) + "\r\na\r\n")) {
            RawClient.Answer refused =
                    client().send(POST + chunk.repeat(66) + "0\r\n\r\n").read();
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text()).contains("fewer than 16 bytes on average");
        }
    }

    /** However the bytes come: it is their chunks that count. */
    @Test
    void a_large_chunk_that_comes_byte_by_byte_is_one_chunk() throws IOException {
        front.start();
        RawClient slow = client().send(POST + "c8\r\n");
        for (int i = 0; i < 200; i++) {
            slow.send("a");
        }
        assertThat(slow.send("\r\n0\r\n\r\n").read().text()).isEqualTo("200");
    }

    private String late() {
        try {
            answers.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "late";
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        Await.until("what the requests take", condition);
    }
}
