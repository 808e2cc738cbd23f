package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A request has one reading, or it is none: where a proxy before us might read another one, it is a 400 and the connection ends. */
@Timeout(240)
class StrictRequestsTest {

    private static final String POST = "POST /v1/body HTTP/1.1\r\nHost: x\r\n";

    private final AtomicInteger handled = new AtomicInteger();
    private final TestFront front = new TestFront()
            .route(Route.get("/v1/ok", TestFront.KEY, (exchange, caller) -> {
                handled.incrementAndGet();
                exchange.json(200, "ok".getBytes(StandardCharsets.US_ASCII));
            }))
            .route(Route.post("/v1/body", TestFront.KEY, (exchange, caller) -> {
                handled.incrementAndGet();
                exchange.read(body -> body, bytes -> exchange.json(200, bytes));
            }));

    @BeforeEach
    void start() {
        front.start();
    }

    @AfterEach
    void stop() {
        front.close();
    }

    private record Written(String what, String bytes) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Written> lenient() {
        return Stream.of(
                new Written("a tab in the request line", "GET\t/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a vertical tab in the request line", "GET /v1/ok\u000bHTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a form feed in the request line", "GET /v1/ok\fHTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a carriage return in the request line", "GET\r/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("two spaces in the request line", "GET  /v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a space before the request line", " GET /v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a space behind the request line", "GET /v1/ok HTTP/1.1 \r\nHost: x\r\n\r\n"),
                new Written("a zero byte in the request line", "GET /v1/ok\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a scheme that is not ours", "GET ftp://x/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a scheme within a target", "GET a/b://c/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a target without a slash", "GET v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a target that is an authority", "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n"),
                new Written("no version", "GET /v1/ok\r\nHost: x\r\n\r\n"),
                new Written("another version", "GET /v1/ok HTTP/1.2\r\nHost: x\r\n\r\n"),
                new Written("a version in small letters", "GET /v1/ok http/1.1\r\nHost: x\r\n\r\n"),
                new Written("a version with more digits", "GET /v1/ok HTTP/1.10\r\nHost: x\r\n\r\n"),
                new Written("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                new Written("a method that is no token", "GE(T /v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a bare line feed", "GET /v1/ok HTTP/1.1\nHost: x\r\n\r\n"),
                new Written("a bare line feed at a header's end", "GET /v1/ok HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"),
                new Written("a bare line feed at the end", "GET /v1/ok HTTP/1.1\r\nHost: x\r\n\n"),
                new Written(
                        "a bare carriage return in a value", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n"),
                new Written("a zero byte in a value", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"),
                new Written("a control character in a value", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA: b\u0001c\r\n\r\n"),
                new Written("an empty header name", "GET /v1/ok HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n"),
                new Written("a space before the colon", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n"),
                new Written("a header without a colon", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA\r\n\r\n"),
                new Written("a header name that is no token", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA\u00e4: b\r\n\r\n"),
                new Written("a folded header", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
                new Written("a header folded with a tab", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\n\r\n"),
                new Written("a fold before the first header", "GET /v1/ok HTTP/1.1\r\n Host: x\r\n\r\n"),
                new Written("no Host", "GET /v1/ok HTTP/1.1\r\nA: b\r\n\r\n"),
                new Written("two Hosts", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
                new Written("two Hosts of HTTP/1.0", "GET /v1/ok HTTP/1.0\r\nHost: x\r\nhost: y\r\n\r\n"),
                new Written("two names in the Host", "GET /v1/ok HTTP/1.1\r\nHost: x y\r\n\r\n"),
                new Written("a path in the Host", "GET /v1/ok HTTP/1.1\r\nHost: x/y\r\n\r\n"),
                new Written("a user in the Host", "GET /v1/ok HTTP/1.1\r\nHost: a@x\r\n\r\n"),
                new Written(
                        "a folded Transfer-Encoding",
                        POST + "Transfer-Encoding:\r\n chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written(
                        "identity beside chunked",
                        POST + "Transfer-Encoding: identity, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written(
                        "identity beside chunked in a header of its own",
                        POST + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written(
                        "gzip before chunked", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written("chunked twice", POST + "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written(
                        "chunked in two headers",
                        POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written(
                        "chunked with an empty neighbour",
                        POST + "Transfer-Encoding: ,chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written(
                        "another coding than chunked",
                        POST + "Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written("identity alone", POST + "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}"),
                new Written("an empty Transfer-Encoding", POST + "Transfer-Encoding:\r\nContent-Length: 2\r\n\r\n{}"),
                new Written(
                        "a length beside chunked",
                        POST + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written(
                        "chunked of HTTP/1.0",
                        "POST /v1/body HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                new Written("a target of another host", "GET http://evil/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a target of another port", "GET http://x:81/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a target with a user", "GET http://x@evil/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a length with a plus", POST + "Content-Length: +2\r\n\r\n{}"),
                new Written("a length with a minus", POST + "Content-Length: -2\r\n\r\n{}"),
                new Written("a length in hex", POST + "Content-Length: 0x2\r\n\r\n{}"),
                new Written("a length with an underscore", POST + "Content-Length: 2_0\r\n\r\n{}"),
                new Written("an empty length", POST + "Content-Length:\r\n\r\n{}"),
                new Written("a length that does not fit", POST + "Content-Length: 18446744073709551618\r\n\r\n{}"),
                new Written("two lengths", POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
                new Written("the same length twice", POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
                new Written("two lengths in one header", POST + "Content-Length: 2, 2\r\n\r\n{}"),
                new Written(
                        "two lengths of HTTP/1.0",
                        "POST /v1/body HTTP/1.0\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"),
                new Written(
                        "a body that only an old WebSocket announces",
                        "GET /v1/ok HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\n"));
    }

    /** All at once, since a refused connection lingers. */
    @Test
    void a_request_that_is_not_http_to_the_letter_is_a_400_and_the_end_of_its_connection() throws IOException {
        Map<Written, RawClient> clients = new LinkedHashMap<>();
        for (Written written : lenient().toList()) {
            clients.put(written, front.client().send(written.bytes().getBytes(StandardCharsets.ISO_8859_1)));
        }
        for (Map.Entry<Written, RawClient> each : clients.entrySet()) {
            try (RawClient client = each.getValue()) {
                assertRefused(client, each.getKey().what());
            }
        }
        assertThat(handled).hasValue(0);
    }

    private static void assertRefused(RawClient client, String what) throws IOException {
        RawClient.Answer answer = client.read();
        assertThat(answer.status()).as(what).isEqualTo(400);
        assertThat(answer.text())
                .as(what)
                .startsWith("{\"error\":{\"code\":\"invalid_request\",\"message\":\"The request")
                .doesNotContain("io.netty", "Exception");
        assertThat(answer.header("connection")).isEqualTo("close");
        assertThat(answer.header("x-request-id")).startsWith("req_");
        assertThat(client.isClosedByServer()).isTrue();
    }

    /** A grammar that only sees whole heads would be none. */
    @Test
    void a_head_that_comes_byte_by_byte_is_read_as_strictly() throws IOException {
        for (String head :
                List.of("GET /v1/ok HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", "GET\t/v1/ok HTTP/1.1\r\n")) {
            try (RawClient client = front.client()) {
                for (byte each : head.getBytes(StandardCharsets.US_ASCII)) {
                    try {
                        client.send(new byte[] {each});
                    } catch (IOException refusedAlready) {
                        break;
                    }
                }
                assertRefused(client, head);
            }
        }
        try (RawClient client = front.client()) {
            for (byte each : (POST + "Content-Length: 2\r\n\r\n{}" + RawClient.head("GET", "/v1/ok"))
                    .getBytes(StandardCharsets.US_ASCII)) {
                client.send(new byte[] {each});
            }
            assertThat(client.read().text()).isEqualTo("{}");
            assertThat(client.read().text()).isEqualTo("ok");
        }
    }

    @Test
    void a_bad_request_behind_good_ones_is_refused_in_its_turn() throws IOException {
        try (RawClient client = front.client()) {
            client.send(RawClient.head("GET", "/v1/ok") + POST + "Content-Length: 2\r\n\r\n{}"
                    + "GET /v1/ok HTTP/1.1\r\n\r\n" + RawClient.head("GET", "/v1/ok"));
            assertThat(client.read().text()).isEqualTo("ok");
            assertThat(client.read().text()).isEqualTo("{}");
            assertRefused(client, "without a host");
            assertThat(handled).hasValue(2);
        }
        try (RawClient client = front.client()) {
            client.send(RawClient.head("GET", "/v1/ok") + "GET\t/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("ok");
            assertRefused(client, "a tab in the second request");
        }
    }

    static Stream<Written> brokenChunks() {
        return Stream.of(
                new Written("no size", "\r\n{}\r\n0\r\n\r\n"),
                new Written("a size with a plus", "+2\r\n{}\r\n0\r\n\r\n"),
                new Written("a size with a minus", "-2\r\n{}\r\n0\r\n\r\n"),
                new Written("a size with 0x", "0x2\r\n{}\r\n0\r\n\r\n"),
                new Written("a size behind a space", " 2\r\n{}\r\n0\r\n\r\n"),
                new Written("a size that overflows", "100000002\r\n{}\r\n0\r\n\r\n"),
                new Written("a size that overflows often", "ffffffffffffffffff2\r\n{}\r\n0\r\n\r\n"),
                new Written("a bare line feed behind the size", "2\n{}\r\n0\r\n\r\n"),
                new Written("a longer chunk than its size", "2\r\n{}x\r\n0\r\n\r\n"),
                new Written("a bare line feed behind a chunk", "2\r\n{}\n0\r\n\r\n"),
                new Written("a carriage return in an extension", "2;a\rb\r\n{}\r\n0\r\n\r\n"),
                new Written("an extension of 16 KiB", "2;a=" + "b".repeat(16 * 1024) + "\r\n{}\r\n0\r\n\r\n"),
                new Written("a trailer without a colon", "2\r\n{}\r\n0\r\nA\r\n\r\n"),
                new Written(
                        "trailers of 64 KiB",
                        "2\r\n{}\r\n0\r\n" + ("A: " + "b".repeat(1000) + "\r\n").repeat(65) + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource("brokenChunks")
    void a_broken_chunk_is_a_400_and_the_end_of_its_connection(Written written) throws IOException {
        try (RawClient client = front.client()) {
            client.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + written.bytes());
            RawClient.Answer answer = client.read();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text()).contains("\"invalid_request\"");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(handled).hasValue(0);
        }
    }

    static Stream<Written> allowed() {
        return Stream.of(
                new Written("empty lines before it", "\r\n\r\nGET /v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a host with a port", "GET /v1/ok HTTP/1.1\r\nHost: x.example:8080\r\n\r\n"),
                new Written("a host of IPv6", "GET /v1/ok HTTP/1.1\r\nHOST: [::1]:8080\r\n\r\n"),
                new Written("an empty host", "GET /v1/ok HTTP/1.1\r\nHost:\r\n\r\n"),
                new Written("HTTP/1.0 without a host", "GET /v1/ok HTTP/1.0\r\n\r\n"),
                new Written("the target with its host", "GET http://X:80/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"),
                new Written("a target with https", "GET HTTPS://x/v1/ok HTTP/1.1\r\nHost: x:443\r\n\r\n"),
                new Written("a target with its host of HTTP/1.0", "GET http://y/v1/ok HTTP/1.0\r\n\r\n"),
                new Written("an empty value", "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA:\r\n\r\n"),
                new Written(
                        "tabs and bytes above ASCII in a value",
                        "GET /v1/ok HTTP/1.1\r\nHost: x\r\nA:\t\u00e4\tb \r\n\r\n"),
                new Written("a query", "GET /v1/ok?a=%20&b HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("allowed")
    void what_the_letter_allows_is_taken(Written written) throws IOException {
        try (RawClient client = front.client()) {
            client.send(written.bytes().getBytes(StandardCharsets.ISO_8859_1));
            assertThat(client.read().text()).isEqualTo("ok");
        }
    }

    @Test
    void chunks_with_extensions_and_trailers_are_a_body() throws IOException {
        try (RawClient client = front.client()) {
            client.send(POST + "Transfer-Encoding: Chunked\r\n\r\n1;a=b;c=\"d\"\r\n{\r\n01\r\n}\r\n0\r\nA: b\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("{}");
            assertThat(client.ask("GET", "/v1/ok").text()).isEqualTo("ok");
        }
    }

    @Test
    void a_refusal_says_what_is_wrong() throws IOException {
        try (RawClient client = front.client();
                RawClient other = front.client()) {
            assertThat(client.send("GET /v1/ok HTTP/1.1\r\n\r\n").read().text()).contains("one Host header, not 0");
            assertThat(other.send(POST + "Transfer-Encoding: gzip, chunked\r\n\r\n")
                            .read()
                            .text())
                    .contains("the only Transfer-Encoding that is taken is 'chunked'".substring(4));
        }
    }
}
