package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Route;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which threads render answers. */
@Timeout(240)
class RenderingTest {

    private final Map<String, Integer> mostAtOnce = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();
    private final TestFront front = new TestFront()
            .callers(exchange -> Future.succeededFuture(new TestCaller(exchange.header("x-account"))))
            .route(Route.get(
                    "/v1/large",
                    TestFront.KEY,
                    (exchange, caller) -> exchange.json(64 * 1024 + 1, () -> rendered(caller.accountId()))))
            .route(Route.get(
                    "/v1/small", TestFront.KEY, (exchange, caller) -> exchange.json(64 * 1024, RenderingTest::thread)));

    @AfterEach
    void stop() {
        front.close();
    }

    private byte[] rendered(String account) {
        int now = inside.computeIfAbsent(account, _ -> new AtomicInteger()).incrementAndGet();
        mostAtOnce.merge(account, now, Math::max);
        Thread.yield();
        inside.get(account).decrementAndGet();
        return thread();
    }

    private static byte[] thread() {
        return Thread.currentThread().getName().getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void what_is_larger_than_64_kib_is_rendered_on_no_loop() throws Exception {
        try (RawClient client = front.start().client()) {
            assertThat(client.ask("GET", "/v1/large", "x-account: a").text()).startsWith("read-body-");
            assertThat(client.ask("GET", "/v1/small", "x-account: a").text()).startsWith("vert.x-eventloop");
        }
    }

    @Test
    void large_answers_of_an_account_are_rendered_one_at_a_time() throws Exception {
        front.start();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            RawClient client = front.client();
            clients.add(client);
            client.send(RawClient.head("GET", "/v1/large", "x-account: " + (i % 2)));
        }
        for (RawClient client : clients) {
            assertThat(client.read().status()).isEqualTo(200);
            client.close();
        }
        assertThat(mostAtOnce).isEqualTo(Map.of("0", 1, "1", 1));
    }
}
