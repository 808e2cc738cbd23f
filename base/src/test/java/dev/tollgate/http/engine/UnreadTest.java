package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Route;
import dev.tollgate.http.SharedBytes;
import dev.tollgate.http.SseWriter;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.SmallSegments;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers whose callers do not read them: what they take of the memory, and whose connection ends when it is too much. */
@Timeout(240)
class UnreadTest {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int LIST_BYTES = 600 * KIB;
    private static final int CALLERS = 40;

    private final AtomicInteger answered = new AtomicInteger();
    private final byte[] body = new byte[LIST_BYTES];
    private final List<SmallSegments> callers = new ArrayList<>();
    private final TestFront front = new TestFront()
            .options(old -> old.withEdge(old.edge().withConnectionsPerAddressMax(1_000))
                    .withLimits(TestFront.connections(1_000)));

    UnreadTest() {
        new Random(1).nextBytes(body);
    }

    @AfterEach
    void stop() {
        callers.forEach(SmallSegments::close);
        front.close();
    }

    private void route(String path, Consumer<Exchange> handler) {
        front.route(Route.get(path, TestFront.KEY, (exchange, caller) -> handler.accept(exchange)));
    }

    /** Asks and does not read. */
    private void ask(String path, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            SmallSegments caller = new SmallSegments("127.0.0.2", front.port());
            callers.add(caller);
            caller.send(RawClient.head("GET", path));
        }
    }

    private void list() {
        route("/v1/list", exchange -> {
            exchange.json(200, body.clone());
            answered.incrementAndGet();
        });
    }

    // ---- what leaves ----

    @Test
    void an_answer_of_several_pieces_is_whole() throws IOException {
        route("/v1/sized", exchange -> exchange.json(200, body));
        route("/v1/shared", exchange -> exchange.send(200, "text/plain", new SharedBytes(body)));
        route("/v1/body", exchange -> exchange.body(body.length).end(body));
        route("/v1/chunked", exchange -> {
            SseWriter stream = exchange.stream();
            stream.write(body, 20 * KIB);
            byte[] rest = new byte[body.length - 20 * KIB];
            System.arraycopy(body, 20 * KIB, rest, 0, rest.length);
            stream.write(rest, 300 * KIB);
            byte[] last = new byte[rest.length - 300 * KIB];
            System.arraycopy(rest, 300 * KIB, last, 0, last.length);
            java.util.Arrays.fill(rest, (byte) 0); // it may be changed once it is written
            stream.end(last);
        });
        front.unread(16 * MIB, 100_000).start();
        for (String path : List.of("/v1/sized", "/v1/shared", "/v1/body", "/v1/chunked")) {
            try (RawClient client = new RawClient(front.port(), 4 * KIB)) {
                for (int i = 0; i < 2; i++) {
                    assertThat(client.ask("GET", path).body()).as(path).isEqualTo(body);
                    assertThat(client.ask("HEAD", path).status()).as(path).isEqualTo(200);
                }
            }
        }
        Await.until("all of it is read", () -> front.unread().bytes() == 0);
    }

    @Test
    void events_that_wait_for_their_reader_leave_in_their_order() throws IOException {
        int events = 20_000;
        AtomicInteger told = new AtomicInteger();
        route("/v1/events", exchange -> {
            SseWriter stream = exchange.stream();
            Runnable[] more = new Runnable[1];
            more[0] = () -> {
                while (told.get() < events && !stream.full()) {
                    stream.write(event(told.getAndIncrement()));
                }
                if (told.get() == events) {
                    stream.end();
                }
            };
            stream.onDrain(more[0]);
            more[0].run();
        });
        front.start();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 0; i < events; i++) {
            expected.writeBytes(event(i));
        }
        try (RawClient client = new RawClient(front.port(), 4 * KIB)) {
            assertThat(client.ask("GET", "/v1/events").body()).isEqualTo(expected.toByteArray());
        }
    }

    private static byte[] event(int number) {
        return ("data: " + number + " " + "x".repeat(200) + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    // ---- what waits ----

    @Test
    void unread_answers_take_no_more_than_their_bound() throws IOException {
        list();
        front.unread(16 * MIB, 64).start();
        ask("/v1/list", CALLERS);
        Await.until(
                "the end of most",
                () -> answered.get() == CALLERS && front.front().connections() <= 7);
        assertThat(front.unread().bytes()).isBetween(1L * MIB, 4L * MIB);
        try (RawClient client = new RawClient(front.port(), 4 * KIB)) {
            assertThat(client.ask("GET", "/v1/list").body()).isEqualTo(body);
        }
    }

    @Test
    void a_shared_body_is_in_memory_once() throws IOException {
        SharedBytes shared = new SharedBytes(body);
        route("/v1/shared", exchange -> {
            exchange.send(200, "text/plain", shared);
            answered.incrementAndGet();
        });
        front.unread(4 * MIB, 64).start();
        ask("/v1/shared", CALLERS);
        Await.until("answers for all", () -> answered.get() == CALLERS);
        assertThat(front.unread().bytes()).isBetween(1L, CALLERS * 1L * KIB);
        assertThat(front.front().connections()).isEqualTo(CALLERS);
    }

    @Test
    void an_answer_that_is_paid_for_outlives_what_others_leave_unread() throws IOException {
        list();
        route("/v1/paid", exchange -> {
            exchange.reserveRoom();
            exchange.body(body.length).end(body);
        });
        front.unread(16 * MIB, 64).start();
        try (SmallSegments paid = new SmallSegments("127.0.0.2", front.port())) {
            paid.send(RawClient.head("GET", "/v1/paid"));
            ask("/v1/list", CALLERS);
            Await.until(
                    "the end of most",
                    () -> answered.get() == CALLERS && front.front().connections() <= 8);
            Await.until("the paid answer", () -> paid.read() > body.length);
        }
    }

    @Test
    void without_direct_memory_for_an_answer_only_its_connection_ends() throws IOException {
        route("/v1/refused", exchange -> {
            TestFront.outgoing(exchange).buffer(Integer.MAX_VALUE);
            exchange.json(200, body);
        });
        route("/v1/list", exchange -> exchange.json(200, body));
        try (LogCapture log = new LogCapture()) {
            front.start();
            try (RawClient client = front.client();
                    RawClient other = front.client()) {
                assertThat(client.send(RawClient.head("GET", "/v1/refused")).isClosedByServer())
                        .isTrue();
                assertThat(other.ask("GET", "/v1/list").body()).isEqualTo(body);
            }
            Await.until("the end of both", () -> front.front().openExchanges() == 0);
            assertThat(log.text()).contains("no direct memory for an answer");
        }
    }

    // ---- whose turn it is to go ----

    private static final class Waiting extends Unread.Reader {

        private final List<Waiting> closed;

        Waiting(List<Waiting> closed) {
            this.closed = closed;
        }

        @Override
        void close() {
            closed.add(this);
        }
    }

    @Test
    void unbilled_answers_are_closed_first_and_of_these_the_largest_callers() {
        List<Waiting> closed = new ArrayList<>();
        Unread unread = new Unread(4_000, 1);
        Waiting paid = new Waiting(closed);
        Waiting alone = new Waiting(closed);
        Waiting ofMany = new Waiting(closed);
        Waiting ofManyToo = new Waiting(closed);
        unread.holds(paid, "a", "1", true, 500);
        unread.holds(alone, "", "2", false, 200);
        unread.holds(ofMany, "b", "3", false, 120);
        unread.holds(ofManyToo, "b", "4", false, 130);
        assertThat(closed).isEmpty();
        unread.holds(alone, "", "2", false, 260);
        assertThat(closed).containsExactly(alone);
        unread.holds(paid, "a", "1", true, 760);
        assertThat(closed).containsExactly(alone, ofManyToo, ofMany);
        assertThat(unread.bytes()).isEqualTo(760);
        unread.holds(alone, "", "2", false, 900);
        assertThat(unread.bytes()).as("of one that was closed nothing counts").isEqualTo(760);
    }

    @Test
    void the_last_paid_answer_is_never_closed() {
        List<Waiting> closed = new ArrayList<>();
        Unread unread = new Unread(4_000, 1);
        Waiting small = new Waiting(closed);
        Waiting large = new Waiting(closed);
        unread.holds(small, "a", "1", true, 10);
        unread.holds(large, "b", "2", true, 5_000);
        assertThat(closed).containsExactly(large);
        unread.holds(small, "a", "1", true, 5_000);
        assertThat(closed).containsExactly(large);
        unread.holds(small, "a", "1", true, 0);
        assertThat(unread.bytes()).isZero();
    }

    @Test
    void an_account_reserves_as_much_room_as_it_leaves_to_others() {
        Unread unread = new Unread(1 * MIB, 1); // 12 pieces of 64 KiB
        for (int i = 0; i < 6; i++) {
            unread.reserve("a");
        }
        assertThatThrownBy(() -> unread.reserve("a")).isInstanceOfSatisfying(ApiException.class, refused -> assertThat(
                        refused.error().status())
                .isEqualTo(429));
        for (int i = 0; i < 3; i++) {
            unread.reserve("b");
        }
        assertThatThrownBy(() -> unread.reserve("b")).isInstanceOf(ApiException.class);
        unread.release("a");
        unread.release("a");
        unread.reserve("b");
    }
}
