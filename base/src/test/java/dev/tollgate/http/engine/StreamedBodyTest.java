package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.Route;
import dev.tollgate.http.StreamedBody;
import dev.tollgate.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies that are read while they come, and never are in memory as a whole. */
class StreamedBodyTest {

    private static final int MIB = 1 << 20;
    private static final int BYTES_MAX = 48 * MIB;

    private final TestFront front = new TestFront();

    @AfterEach
    void stop() {
        Await.until("the room was given back", () -> front.front().bodyBytes() == 0);
        front.close();
    }

    private RawClient client(Duration time, StreamedBody.Reader<String> reader) throws IOException {
        Route<TestCaller> route = Route.post(
                        "/v1/x",
                        TestFront.KEY,
                        (exchange, caller) -> exchange.compute(
                                () -> "something that is asked before",
                                asked ->
                                        exchange.readWhileItComes(reader, text -> exchange.json(200, text.getBytes()))))
                .streaming(BYTES_MAX, time);
        return front.route(route).start().client();
    }

    private RawClient client(StreamedBody.Reader<String> reader) throws IOException {
        return client(TestFront.LONG, reader);
    }

    private static final int PIECE = 10_000;
    private static final byte[] EXPECTED = bytes(251 + PIECE);

    private static StreamedBody.Reader<String> measuring() {
        return (body, memory) -> {
            long bytes = 0;
            byte[] some = new byte[PIECE];
            for (int n = body.read(some); n >= 0; n = body.read(some)) {
                int from = (int) (bytes % 251);
                assertThat(Arrays.equals(some, 0, n, EXPECTED, from, from + n)).isTrue();
                bytes += n;
            }
            return Long.toString(bytes);
        };
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i % 251);
        }
        return bytes;
    }

    @Test
    void a_body_above_the_limit_of_others_comes_in_order() throws IOException {
        try (RawClient client = client(measuring())) {
            for (int length : new int[] {0, 1, 65_536, 65_537, 40 * MIB}) {
                assertThat(client.post("/v1/x", bytes(length)).text()).isEqualTo(Integer.toString(length));
            }
            client.send(RawClient.head("POST", "/v1/x", "Transfer-Encoding: chunked"));
            client.send("3\r\n").send(bytes(3)).send("\r\n0\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("3");
        }
    }

    @Test
    void a_body_that_grows_too_large_is_413() throws IOException {
        try (RawClient client = client(measuring())) {
            client.send(RawClient.head("POST", "/v1/x", "Transfer-Encoding: chunked"));
            byte[] piece = bytes(251 * 4_000);
            for (long sent = 0; sent <= BYTES_MAX; sent += piece.length) {
                client.send(Integer.toHexString(piece.length) + "\r\n")
                        .send(piece)
                        .send("\r\n");
            }
            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void a_compressed_body_is_415() throws IOException {
        try (RawClient client = client(measuring())) {
            assertThat(client.post("/v1/x", bytes(2), "Content-Encoding: gzip").status())
                    .isEqualTo(415);
        }
    }

    @Test
    void a_reader_refuses_before_the_whole_has_come() throws IOException {
        try (RawClient client = client((body, memory) -> {
            body.readNBytes(10);
            throw ApiError.invalid("file", "no file").asException();
        })) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: " + 40 * MIB))
                    .send(bytes(70_000));
            RawClient.Answer answer = client.read();

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("no file");
            assertThat(answer.header("connection")).isEqualTo("close");
        }
    }

    @Test
    void expect_continue_is_honoured_once_the_reader_begins() throws IOException {
        try (RawClient client = client(measuring())) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 3", "Expect: 100-continue"));
            assertThat(client.readHead().status()).isEqualTo(100);
            client.send(bytes(3));
            assertThat(client.read().text()).isEqualTo("3");
        }
    }

    @Test
    void a_reader_is_told_that_its_caller_has_left() throws Exception {
        CompletableFuture<String> told = new CompletableFuture<>();
        try (RawClient client = client((body, memory) -> {
            try {
                return measuring().read(body, memory);
            } catch (IOException e) {
                told.complete(e.getMessage());
                throw e;
            }
        })) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 1000000"))
                    .send(bytes(300_000));
        }
        assertThat(told.get(1, TimeUnit.MINUTES)).isEqualTo("the body has not come whole");
    }

    @Test
    void a_body_has_the_time_of_its_route() throws Exception {
        CompletableFuture<String> told = new CompletableFuture<>();
        try (RawClient client = client(TestFront.SHORT, (body, memory) -> {
            try {
                return measuring().read(body, memory);
            } catch (IOException e) {
                told.complete(e.getMessage());
                throw e;
            }
        })) {
            client.send(RawClient.head("POST", "/v1/x", "Content-Length: 1000000"))
                    .send(bytes(300_000));

            assertThat(client.read().status()).isEqualTo(408);
            assertThat(told.get(1, TimeUnit.MINUTES)).isEqualTo("the body has not come whole");
        }
    }
}
