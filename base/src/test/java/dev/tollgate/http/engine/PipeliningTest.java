package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Route;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers that send the next request before they have the answer to the one before. */
@Timeout(240)
class PipeliningTest {

    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger atOnceMax = new AtomicInteger();

    /** Routes that answer immediately, later from another thread (like a database read), and with the request's body. */
    private final TestFront front = new TestFront()
            .route(Route.get(
                    "/v1/now/{n}", TestFront.KEY, (exchange, caller) -> answer(exchange, exchange.pathParam("n"))))
            .route(Route.get("/v1/later/{n}", TestFront.KEY, (exchange, caller) -> {
                atOnceMax.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                exchange.compute(() -> exchange.pathParam("n"), text -> {
                    atOnce.decrementAndGet();
                    answer(exchange, text);
                });
            }))
            .route(Route.post(
                    "/v1/body",
                    TestFront.KEY,
                    (exchange, caller) -> exchange.read(body -> body, body -> exchange.json(200, body))));

    private static void answer(Exchange exchange, String text) {
        exchange.json(200, text.getBytes(StandardCharsets.UTF_8));
    }

    @BeforeEach
    void start() {
        front.start();
    }

    @AfterEach
    void stop() {
        front.close();
    }

    @Test
    void many_requests_that_wait_for_the_database_are_answered_in_order_one_at_a_time() throws IOException {
        try (RawClient client = front.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 1_000; i++) {
                all.append(RawClient.head("GET", "/v1/later/" + i));
            }
            client.send(all.toString());
            for (int i = 0; i < 1_000; i++) {
                assertThat(client.read().text()).isEqualTo(Integer.toString(i));
            }
            assertThat(atOnceMax).hasValue(1);
        }
    }

    @Test
    void requests_of_all_kinds_with_and_without_bodies_are_answered_in_order() throws IOException {
        try (RawClient client = front.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                String body = Integer.toString(i).repeat(1 + i * 20);
                all.append(RawClient.head("GET", "/v1/later/" + i))
                        .append(RawClient.head("POST", "/v1/body", "Content-Length: " + body.length()))
                        .append(body)
                        .append(RawClient.head("GET", "/v1/nowhere/" + i))
                        .append(RawClient.head("POST", "/v1/body", "Transfer-Encoding: chunked"))
                        .append(Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n")
                        .append(RawClient.head("GET", "/v1/now/" + i));
            }
            Thread.ofVirtual().start(() -> send(client, all.toString()));
            for (int i = 0; i < 100; i++) {
                String body = Integer.toString(i).repeat(1 + i * 20);
                assertThat(client.read().text()).isEqualTo(Integer.toString(i));
                assertThat(client.read().text()).isEqualTo(body);
                assertThat(client.read().status()).isEqualTo(404);
                assertThat(client.read().text()).isEqualTo(body);
                assertThat(client.read().text()).isEqualTo(Integer.toString(i));
            }
        }
    }

    private static void send(RawClient client, String text) {
        try {
            client.send(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothing_is_answered_behind_a_request_that_closes() throws IOException {
        try (RawClient client = front.client()) {
            client.send(RawClient.head("GET", "/v1/later/1")
                    + RawClient.head("GET", "/v1/later/2", "Connection: close")
                    + RawClient.head("GET", "/v1/later/3"));
            assertThat(client.read().text()).isEqualTo("1");
            assertThat(client.read().text()).isEqualTo("2");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    /** A socket that is read only on request; nothing here requests reads automatically. */
    @Test
    void who_sends_far_ahead_is_not_read_any_further_until_there_is_an_answer() {
        AtomicInteger reads = new AtomicInteger();
        Turns turns = new Turns(TestFront.HEADS, 64 * 1024, new HeadMemory(() -> false), Duration.ZERO);
        EmbeddedChannel channel = new EmbeddedChannel(
                new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void read(ChannelHandlerContext context) {
                        reads.incrementAndGet();
                    }
                },
                turns.decoder(),
                turns);
        byte[] request = RawClient.head("GET", "/v1/later/1").getBytes(StandardCharsets.US_ASCII);
        int sent = 0;
        for (int before = -1; reads.get() > before; sent++) {
            before = reads.get();
            channel.writeOneInbound(Unpooled.wrappedBuffer(request));
            channel.pipeline().read();
            assertThat(sent * request.length).as("held").isLessThanOrEqualTo(Turns.HELD_BYTES_MAX + 2 * request.length);
        }
        assertThat(sent * request.length).isGreaterThan(Turns.HELD_BYTES_MAX);
        int answered = 0;
        int readsBefore = reads.get();
        while (answer(channel, turns)) {
            answered++;
        }
        assertThat(answered).isEqualTo(sent);
        assertThat(reads.get()).as("the socket is read on").isGreaterThan(readsBefore);
        channel.finishAndReleaseAll();
    }

    /** @return whether a request was there */
    private static boolean answer(EmbeddedChannel channel, Turns turns) {
        channel.runPendingTasks();
        Object message = channel.readInbound();
        Object end = channel.readInbound();
        assertThat((Object) channel.readInbound()).as("one at a time").isNull();
        if (message == null) {
            assertThat(end).isNull();
            return false;
        }
        assertThat(message).isInstanceOf(HttpRequest.class);
        turns.answerEnds();
        turns.answerLeft();
        return true;
    }
}
