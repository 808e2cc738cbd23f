package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Route;
import dev.tollgate.http.SseWriter;
import dev.tollgate.testing.Await;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that close their sending side when they have said all, and callers that leave: both look the same at first. */
@Timeout(240)
class HalfCloseTest {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final byte[] DONE = "done".getBytes(StandardCharsets.US_ASCII);
    private static final String REQUEST = RawClient.head("GET", "/v1/wait");

    private final BlockingQueue<Exchange> waiting = new ArrayBlockingQueue<>(16);
    private final BlockingQueue<SseWriter> streams = new ArrayBlockingQueue<>(16);
    private final CountDownLatch gone = new CountDownLatch(1);

    private final TestFront front = new TestFront()
            .route(Route.get("/v1/wait", TestFront.KEY, (exchange, caller) -> keep(exchange)))
            .route(Route.post("/v1/wait", TestFront.KEY, (exchange, caller) -> keep(exchange)))
            .route(Route.get("/v1/stream", TestFront.KEY, (exchange, caller) -> {
                streams.add(exchange.stream());
                keep(exchange);
            }))
            .route(Route.get("/v1/now", TestFront.KEY, (exchange, caller) -> exchange.json(200, DONE)));

    private void keep(Exchange exchange) {
        exchange.onGone(gone::countDown);
        waiting.add(exchange);
    }

    @AfterEach
    void stop() {
        front.close();
    }

    /** @param halfClose so long that the machine's haste or lack of it plays no part, or none at all */
    private RawClient client(Duration halfClose) throws IOException {
        front.options(old -> new HttpOptions(
                        old.host(),
                        0,
                        1,
                        0,
                        old.origins(),
                        old.limits(),
                        old.edge().withHalfClose(halfClose)))
                .start();
        return front.client();
    }

    /** There is one loop: when it has answered others twice it has seen what came before. */
    private void awaitSeen() throws IOException {
        try (RawClient other = front.client()) {
            for (int i = 0; i < 2; i++) {
                assertThat(other.ask("GET", "/v1/now").text()).isEqualTo("done");
            }
        }
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T value = queue.poll(20, TimeUnit.SECONDS);
        assertThat(value).isNotNull();
        return value;
    }

    private void awaitGone() throws InterruptedException {
        assertThat(gone.await(20, TimeUnit.SECONDS))
                .as("the departure was noticed")
                .isTrue();
    }

    private void awaitNoConnections() {
        Await.until("the connection's end", () -> front.front().connections() == 0);
    }

    @Test
    void who_closes_its_sending_side_with_the_request_gets_its_answer_and_then_the_connection_ends() throws Exception {
        try (RawClient client = client(LONG)) {
            client.send(REQUEST).shutOutput();
            Exchange exchange = next(waiting);
            awaitSeen();
            exchange.run(() -> exchange.json(200, DONE));
            assertThat(client.read().text()).isEqualTo("done");
            assertThat(client.isClosedByServer()).isTrue();
            awaitNoConnections();
        }
        assertThat(gone.getCount()).as("nobody left").isEqualTo(1);
    }

    @Test
    void who_closes_its_sending_side_with_the_request_gets_its_stream_to_the_end() throws Exception {
        try (RawClient client = client(LONG)) {
            client.send(RawClient.head("GET", "/v1/stream")).shutOutput();
            SseWriter stream = next(streams);
            Exchange exchange = next(waiting);
            awaitSeen();
            for (int i = 0; i < 3; i++) {
                byte[] event = ("data: " + i + "\n\n").getBytes();
                exchange.run(() -> stream.write(event));
            }
            client.readHead();
            assertThat(new String(client.readChunk(), StandardCharsets.US_ASCII))
                    .isEqualTo("data: 0\n\n");
            exchange.run(() -> stream.end("data: [DONE]\n\n".getBytes()));
            assertThat(new String(client.readChunk(), StandardCharsets.US_ASCII))
                    .isEqualTo("data: 1\n\n");
            assertThat(new String(client.readChunk(), StandardCharsets.US_ASCII))
                    .isEqualTo("data: 2\n\n");
            assertThat(new String(client.readChunk(), StandardCharsets.US_ASCII))
                    .isEqualTo("data: [DONE]\n\n");
            assertThat(client.readChunk()).isEmpty();
            assertThat(client.isClosedByServer()).isTrue();
        }
        awaitNoConnections();
    }

    @Test
    void what_was_sent_ahead_of_it_is_answered_in_order_too() throws Exception {
        try (RawClient client = client(LONG)) {
            client.send(RawClient.head("GET", "/v1/now") + REQUEST + RawClient.head("GET", "/v1/now") + REQUEST
                            + "GET /v")
                    .shutOutput();
            assertThat(client.read().text()).isEqualTo("done");
            for (int i = 0; i < 2; i++) {
                Exchange exchange = next(waiting);
                awaitSeen();
                exchange.run(() -> exchange.json(200, DONE));
                assertThat(client.read().text()).isEqualTo("done");
                if (i == 0) {
                    assertThat(client.read().text()).isEqualTo("done");
                }
            }
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void a_long_answer_that_has_been_written_is_delivered_though_its_caller_says_only_then_that_it_has_said_all()
            throws Exception {
        try (RawClient client = client(Duration.ZERO)) {
            client.send(REQUEST);
            Exchange exchange = next(waiting);
            exchange.run(() -> exchange.json(200, new byte[16 << 20]));
            client.readHead();
            client.shutOutput();
            assertThat(client.read(16 << 20)).isEqualTo(16 << 20);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/wait", "/v1/stream"})
    void who_closes_its_sending_side_later_has_left(String path) throws Exception {
        try (RawClient client = client(Duration.ZERO)) {
            client.send(RawClient.head("GET", path));
            next(waiting);
            client.shutOutput();
            awaitGone();
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void who_closes_its_sending_side_when_the_answer_has_begun_has_left_however_early_it_is() throws Exception {
        try (RawClient client = client(LONG)) {
            client.send(RawClient.head("GET", "/v1/stream"));
            SseWriter stream = next(streams);
            next(waiting).run(() -> stream.write("data: 1\n\n".getBytes()));
            client.readHead();
            client.shutOutput();
            awaitGone();
            client.readChunk();
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void who_was_gone_all_the_same_is_noticed_by_what_is_written() throws Exception {
        Exchange exchange;
        try (RawClient client = client(LONG)) {
            client.send(RawClient.head("GET", "/v1/stream"));
            exchange = next(waiting);
        }
        awaitSeen();
        SseWriter stream = next(streams);
        Await.until("a write that fails", () -> {
            exchange.run(() -> stream.write("data: 1\n\n".getBytes()));
            return gone.getCount() == 0;
        });
        awaitNoConnections();
    }

    @Test
    void who_breaks_the_connection_off_has_left_however_early_it_is() throws Exception {
        RawClient client = client(LONG);
        client.send(REQUEST);
        next(waiting);
        client.reset();
        awaitGone();
        awaitNoConnections();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /v1/wa",
                "POST /v1/wait HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
                "POST /v1/wait HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
            })
    void who_closes_its_sending_side_within_a_request_or_without_one_is_closed_at_once(String sent) throws Exception {
        try (RawClient client = client(LONG)) {
            client.send(sent).shutOutput();
            assertThat(client.isClosedByServer()).isTrue();
        }
        awaitNoConnections();
        assertThat(waiting).isEmpty();
    }

    @Test
    void an_answer_that_a_half_closed_caller_does_not_fetch_is_cut() throws Exception {
        front.options(old -> old.withLimits(TestFront.limits(LONG, LONG, TestFront.SHORT)));
        try (RawClient client = client(LONG)) {
            client.send(REQUEST).shutOutput();
            Exchange exchange = next(waiting);
            awaitSeen();
            exchange.run(() -> exchange.json(200, new byte[32 << 20]));
            awaitNoConnections();
        }
    }

    // ---- 20 milliseconds, with a clock that the test advances ----

    private static final Duration HALF_CLOSE = EdgeLimits.of(1).halfClose();

    private final Turns turns = new Turns(TestFront.HEADS, 64 * 1024, new HeadMemory(() -> false), HALF_CLOSE);

    private EmbeddedChannel asked() {
        EmbeddedChannel channel = new EmbeddedChannel(turns.decoder(), turns);
        channel.freezeTime();
        channel.writeInbound(Unpooled.copiedBuffer(REQUEST, StandardCharsets.US_ASCII));
        return channel;
    }

    private void answer() {
        turns.answerEnds();
        turns.answerLeft();
    }

    private static void advance(EmbeddedChannel channel, Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    private static void nothingMoreComes(EmbeddedChannel channel) {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.runPendingTasks();
    }

    @Test
    void what_ends_within_20_milliseconds_of_the_request_is_a_half_close() {
        assertThat(HALF_CLOSE).isEqualTo(Duration.ofMillis(20));
        EmbeddedChannel channel = asked();
        advance(channel, Duration.ofMillis(19));
        nothingMoreComes(channel);
        advance(channel, Duration.ofMinutes(1));
        assertThat(channel.isOpen()).isTrue();
        answer();
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    @Test
    void what_ends_later_than_20_milliseconds_after_the_request_is_a_departure() {
        EmbeddedChannel channel = asked();
        advance(channel, Duration.ofMillis(20));
        advance(channel, Duration.ofMillis(1));
        nothingMoreComes(channel);
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    /** A loop that was busy for long sees the end late, though it came early: what is due runs only after what is there was read. */
    @Test
    void an_end_that_a_busy_loop_reads_late_is_a_half_close_all_the_same() {
        EmbeddedChannel channel = asked();
        advance(channel, Duration.ofSeconds(5));
        nothingMoreComes(channel);
        assertThat(channel.isOpen()).isTrue();
        channel.finishAndReleaseAll();
    }

    @Test
    void each_request_has_20_milliseconds_of_its_own() {
        EmbeddedChannel channel = asked();
        advance(channel, Duration.ofMillis(15));
        answer();
        channel.writeInbound(Unpooled.copiedBuffer(REQUEST, StandardCharsets.US_ASCII));
        for (int i = 0; i < 15; i++) {
            advance(channel, Duration.ofMillis(1)); // at the end of the first one's 20, too
        }
        nothingMoreComes(channel);
        assertThat(channel.isOpen()).isTrue();
        channel.finishAndReleaseAll();
    }

    @Test
    void what_ends_between_an_answer_and_the_request_that_was_sent_ahead_is_a_half_close() {
        EmbeddedChannel channel = asked();
        channel.writeInbound(Unpooled.copiedBuffer(REQUEST, StandardCharsets.US_ASCII));
        turns.answerEnds();
        nothingMoreComes(channel);
        turns.answerLeft();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        answer();
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    @Test
    void what_ends_behind_the_first_byte_of_an_answer_is_a_departure_within_20_milliseconds_too() {
        EmbeddedChannel channel = asked();
        turns.answerBegins();
        nothingMoreComes(channel);
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    /** Some sockets report the end without a read: the bytes before it are handled first. */
    @Test
    void what_ends_while_its_body_is_held_back_is_a_half_close_when_the_body_is_whole_and_else_a_departure() {
        for (boolean isWhole : new boolean[] {true, false}) {
            Turns held = new Turns(TestFront.HEADS, 64 * 1024, new HeadMemory(() -> false), HALF_CLOSE);
            EmbeddedChannel channel = new EmbeddedChannel(held.decoder(), held);
            channel.freezeTime();
            channel.writeInbound(Unpooled.copiedBuffer(
                    RawClient.head("POST", "/v1/wait", "Content-Length: 2"), StandardCharsets.US_ASCII));
            held.decoder().hold();
            channel.writeInbound(Unpooled.copiedBuffer(isWhole ? "{}" : "{", StandardCharsets.US_ASCII));
            nothingMoreComes(channel);
            assertThat(channel.isOpen()).isTrue();
            held.release();
            channel.runPendingTasks();
            assertThat(channel.isOpen()).isEqualTo(isWhole);
            channel.finishAndReleaseAll();
        }
    }
}
