package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.EdgeLimits;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.Route;
import dev.tollgate.http.exchange.WrongKeys;
import dev.tollgate.testing.Await;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The resources that one address can use before authentication. The loopback has many: 127.0.0.1, 127.0.0.2 and so on. */
@Timeout(240)
class BeforeAuthenticationTest {

    private static final String HERE = "127.0.0.1";
    private static final String THERE = "127.0.0.2";

    private final BlockingQueue<Exchange> waiting = new ArrayBlockingQueue<>(16);
    private final List<RawClient> clients = new ArrayList<>();

    private final TestFront front = new TestFront()
            .route(Route.get("/v1/ok", TestFront.KEY, (exchange, caller) -> exchange.json(200, ok())))
            .route(Route.get("/v1/wait", TestFront.KEY, (exchange, caller) -> waiting.add(exchange)))
            .callers(exchange -> {
                if ("Bearer good".equals(exchange.header("authorization"))) {
                    return Future.succeededFuture(new TestCaller("a1"));
                }
                throw exchange.refuseWrongKey(ApiError.of(ErrorCode.INVALID_API_KEY, "The API key is invalid."));
            });

    private static byte[] ok() {
        return "ok".getBytes(StandardCharsets.US_ASCII);
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        front.close();
    }

    private RawClient from(String address) throws IOException {
        RawClient client = new RawClient(front.port(), 0, address);
        clients.add(client);
        return client;
    }

    private static RawClient.Answer good(RawClient client, String... headers) throws IOException {
        return ask(client, "good", headers);
    }

    private static RawClient.Answer ask(RawClient client, String key, String... headers) throws IOException {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Authorization: Bearer " + key;
        return client.ask("GET", "/v1/ok", all);
    }

    // ---- connections ----

    @Test
    void an_address_has_so_many_connections_and_a_further_one_is_closed_at_once_while_others_come_in()
            throws Exception {
        front.options(old -> old.withEdge(old.edge().withConnectionsPerAddressMax(3)))
                .start();
        for (int i = 0; i < 3; i++) {
            assertThat(good(from(HERE)).status()).isEqualTo(200);
        }
        assertThat(front.front().refusedConnections()).isZero();
        assertThat(from(HERE).isClosedByServer()).isTrue();
        assertThat(front.front().refusedConnections()).isEqualTo(1);
        assertThat(good(from(THERE)).text()).isEqualTo("ok");
        assertThat(good(clients.getFirst()).status()).isEqualTo(200);
    }

    @Test
    void a_connection_that_ends_makes_room_for_another_of_its_address() throws Exception {
        front.options(old -> old.withEdge(old.edge().withConnectionsPerAddressMax(1)))
                .start();
        for (int i = 0; i < 5; i++) {
            try (RawClient client = new RawClient(front.port())) {
                assertThat(good(client).status()).isEqualTo(200);
                try (RawClient surplus = new RawClient(front.port())) {
                    assertThat(surplus.isClosedByServer()).isTrue();
                }
            }
            Await.until("the connection's end", () -> front.front().connections() == 0);
        }
    }

    /** A busy loop closes refused connections one after the other. Until then they take no place of other connections. */
    @Test
    void a_flood_of_refused_connections_refuses_no_other_address() throws Exception {
        CountDownLatch flooded = new CountDownLatch(1);
        front.route(Route.get("/v1/busy", TestFront.KEY, (exchange, caller) -> {
                    try {
                        flooded.await(); // on the loop, which starts nothing else in the meantime
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    exchange.json(200, ok());
                }))
                .options(old -> new HttpOptions(
                        "127.0.0.1",
                        0,
                        1,
                        0,
                        old.origins(),
                        TestFront.connections(5),
                        old.edge().withConnectionsPerAddressMax(2)))
                .start();
        RawClient busy = from(HERE);
        busy.send(RawClient.head("GET", "/v1/busy", "Authorization: Bearer good"));
        try {
            for (int i = 0; i < 50; i++) {
                from(THERE);
            }
            RawClient late = from(HERE);
            flooded.countDown();
            assertThat(good(late).text()).isEqualTo("ok");
            Await.until("the flood's end", () -> front.front().connections() == 2 + 2);
        } finally {
            flooded.countDown();
        }
    }

    @Test
    void without_a_setting_an_address_has_a_quarter_of_all_connections() {
        assertThat(EdgeLimits.of(16_384).connectionsPerAddressMax()).isEqualTo(4_096);
        assertThat(EdgeLimits.of(3).connectionsPerAddressMax()).isEqualTo(1);
    }

    @Test
    void behind_a_proxy_callers_are_counted_by_their_own_address_and_by_requests() throws Exception {
        front.options(old -> new HttpOptions(
                        "127.0.0.1",
                        0,
                        2,
                        1,
                        old.origins(),
                        old.limits(),
                        old.edge().withConnectionsPerAddressMax(2)))
                .start();
        List<Exchange> running = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            from(HERE)
                    .send(RawClient.head(
                            "GET", "/v1/wait", "Authorization: Bearer good", "X-Forwarded-For: 6.6.6.6, 203.0.113.7"));
            running.add(waiting.poll(20, TimeUnit.SECONDS));
        }
        RawClient.Answer refused = good(from(HERE), "X-Forwarded-For: 203.0.113.7");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.text()).contains("\"rate_limit_exceeded\"", "2 may come from one address");
        assertThat(refused.header("retry-after")).isEqualTo("1");
        assertThat(good(from(HERE), "X-Forwarded-For: 203.0.113.7").status())
                .as("what was refused has given nothing back")
                .isEqualTo(429);

        assertThat(good(from(HERE), "X-Forwarded-For: 203.0.113.8").status()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            from(HERE).send(RawClient.head("GET", "/v1/wait", "Authorization: Bearer good"));
            assertThat(waiting.poll(20, TimeUnit.SECONDS))
                    .as("a question of the proxy's own")
                    .isNotNull();
        }
        running.getFirst().run(() -> running.getFirst().json(200, ok()));
        Await.until("room", () -> isTaken("203.0.113.7"));
    }

    private boolean isTaken(String caller) {
        try (RawClient client = front.client()) {
            return good(client, "X-Forwarded-For: " + caller).status() == 200;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- wrong keys ----

    @Test
    void many_wrong_keys_slow_their_sender_but_no_valid_key() throws Exception {
        front.start();
        RawClient client = from(HERE);
        for (int i = 0; i < 5; i++) {
            assertThat(ask(client, "wrong" + i).status()).isEqualTo(401);
        }
        for (int i = 0; i < 5; i++) {
            RawClient.Answer refused = ask(client, "wrong" + i);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.text()).contains("\"rate_limit_exceeded\"");
            assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 60);
        }
        assertThat(good(client).status()).isEqualTo(200);
        assertThat(good(from(HERE)).status()).isEqualTo(200);
        assertThat(ask(from(THERE), "wrong").status()).isEqualTo(401);
    }

    @Test
    void good_keys_are_never_counted() throws Exception {
        front.start();
        RawClient client = from(HERE);
        for (int i = 0; i < 50; i++) {
            assertThat(good(client).status()).isEqualTo(200);
        }
        assertThat(ask(client, "wrong").status()).isEqualTo(401);
    }

    @Test
    void behind_a_proxy_wrong_keys_are_counted_by_the_callers_own_address() throws Exception {
        front.options(old -> new HttpOptions("127.0.0.1", 0, 2, 1, old.origins(), old.limits(), old.edge()))
                .start();
        RawClient client = from(HERE);
        for (int i = 0; i < 8; i++) {
            assertThat(ask(client, "wrong", "X-Forwarded-For: 203.0.113.7").status())
                    .isEqualTo(i < 5 ? 401 : 429);
        }
        assertThat(ask(client, "wrong", "X-Forwarded-For: 203.0.113.8").status())
                .isEqualTo(401);
        assertThat(ask(client, "wrong", "X-Forwarded-For: 2001:db8::1").status())
                .isEqualTo(401);
        assertThat(good(client, "X-Forwarded-For: 203.0.113.7").status()).isEqualTo(200);
    }

    /** What docs/security.md promises in figures. */
    @Test
    void the_page_on_security_names_the_figures() throws IOException {
        String page = Files.readString(Path.of("docs/security.md")).replaceAll("\\s+", " ");
        EdgeLimits limits = EdgeLimits.of(HttpLimits.defaults().connectionsMax());
        assertThat(page)
                .contains(String.format("%,d of the %,d connections", limits.connectionsPerAddressMax(), 16_384))
                .contains("More than " + limits.wrongKeysPerMinuteMax() + " wrong keys a minute from one address")
                .contains(String.format("latest %,d addresses", WrongKeys.ADDRESSES_MAX))
                .contains("at most " + HeadGrammar.HEADERS_MAX + " headers and "
                        + HeadLimits.STRANGER_HEADER_BYTES_MAX / 1024 + " KiB of them")
                .contains(limits.headTime().toSeconds() + " seconds for its first byte")
                .contains(Turns.HELD_BYTES_MAX / 1024 + " KiB and one read of at most "
                        + ReadSizes.AHEAD_BYTES_MAX / 1024 + " KiB");
    }

    @Test
    void a_handler_sees_the_peer_or_whom_the_trusted_proxy_saw() throws IOException {
        Route<?> route = Route.get(
                "/a",
                Gate.PUBLIC,
                (exchange, caller) -> exchange.send(
                        200, "text/plain", (exchange.remoteAddress() + " " + exchange.peerAddress()).getBytes()));
        for (int hops = 0; hops < 2; hops++) {
            int trusted = hops;
            try (TestFront front = new TestFront()
                            .route(route)
                            .options(old -> new HttpOptions("127.0.0.1", 0, 1, trusted, Set.of(), old.limits()))
                            .start();
                    RawClient client = front.client()) {
                assertThat(client.ask("GET", "/a", "X-Forwarded-For: 1.2.3.4").text())
                        .isEqualTo((hops == 0 ? "127.0.0.1" : "1.2.3.4") + " 127.0.0.1");
            }
        }
    }
}
