package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.Program;
import dev.tollgate.testing.SmallSegments;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A process on a heap of 512 MB, callers on small segments that read nothing, and one ordinary caller. */
@Timeout(400)
@Order(14)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class UnreadAnswersTest {

    private static final String KEY = "sk-unread-answers-0123456789";
    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private static final String ADMIN_KEY = "admin-key-of-unread-answers";
    private static final int ROOM = 288;

    /** A quarter of the direct memory, and what the program has open besides. */
    private static final long DIRECT_BYTES_MAX = (128 + 32) << 20;

    @TempDir
    Path data;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<SmallSegments> attackers = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private GatewayProcess gateway;
    private String key = KEY;

    private void start(Map<String, String> environment, String... flags) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("TOLLGATE_DEMO_KEY", KEY);
        all.put("TOLLGATE_DEMO_CREDITS", "1000000");
        gateway = GatewayProcess.begin(Program.command(flags), data, all).awaitReady(client);
    }

    private void start() {
        start(Map.of(), "-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
    }

    @AfterEach
    void stop() {
        over.set(true);
        attackers.forEach(SmallSegments::close);
        gateway.close();
        client.close();
    }

    @Test
    void unread_assets_and_pages_of_strangers_end_nothing() throws Exception {
        start();
        besiege(() -> {
            attack("GET /assets/x/playground.js", "", "", 2_000);
            attack("GET /docs/configuration", "", "", 600);
            attack("GET /openapi.json", "", "", 600);
        });
    }

    @Test
    void unread_lists_of_an_account_end_nothing() throws Exception {
        start();
        for (int i = 0; i < 1_000; i++) {
            assertThat(call("false")).isEqualTo(200);
        }
        besiege(() -> attack("GET /v1/tasks?limit=1000", "Authorization: Bearer " + KEY + "\r\n", "", 1_500));
    }

    /** Six megabytes for answers, three quarters of them in pieces of 8 KiB, half of these for one account. */
    @Test
    void a_call_without_room_for_its_answer_is_refused_before_its_hold() throws Exception {
        try (HeldUpstream upstream = new HeldUpstream("Hello", 2)) {
            start(upstream.environment(), "-XX:MaxDirectMemorySize=24m");
            List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
            for (int i = 0; i < ROOM + 5; i++) {
                calls.add(client.sendAsync(chat("false"), HttpResponse.BodyHandlers.ofString()));
            }
            Gateway.await("room is used up", () -> upstream.asked() == ROOM);
            HttpResponse<String> refused = client.send(chat("true"), HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body()).contains("rate_limit_exceeded", "room for " + ROOM);
            upstream.answer();
            assertThat(calls.stream().map(it -> it.join().statusCode()).toList())
                    .containsOnly(200, 429)
                    .filteredOn(status -> status == 200)
                    .hasSize(ROOM);
        }
    }

    /** About 150 of 300 responses of 200 kB fit into the unreserved quarter of the quarter. */
    @Test
    void unread_answers_of_one_account_take_nothing_from_another() throws Exception {
        try (HeldUpstream upstream = new HeldUpstream("x".repeat(200_000), 60_000)) {
            Map<String, String> environment = new HashMap<>(upstream.environment());
            environment.put("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
            start(environment, "-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
            String account = made("accounts", "{\"name\":\"victim\",\"credits\":1000000,\"reason\":\"test\"}", "id");
            key = made("accounts/" + account + "/keys", "{\"name\":\"victim\",\"reason\":\"test\"}", "key");
            upstream.answer();
            for (String stream : List.of("false", "true")) {
                long before = figure("tollgate_unread_closed_total");
                String body = CALL.formatted(stream);
                besiege(() -> attack(
                        "POST /v1/chat/completions",
                        "Authorization: Bearer " + KEY + "\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length() + "\r\n",
                        body,
                        300));
                Gateway.await("too much is unread", () -> figure("tollgate_unread_closed_total") > before);
                assertThat(call(stream)).isEqualTo(200);
            }
        }
    }

    private String made(String path, String body, String field) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/admin/" + path))
                .header("authorization", "Bearer " + ADMIN_KEY)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return new JsonMapper().readTree(send(request).body()).path(field).asString();
    }

    /** What attackers do. */
    private interface Attack {
        void run() throws IOException;
    }

    private void besiege(Attack attack) throws Exception {
        over.set(false);
        CompletableFuture<Integer> victim = CompletableFuture.supplyAsync(this::callOnAndOn);
        attack.run();
        long most = 0;
        for (int i = 0; i < 20; i++) { // responses that wait for a turn of the database arrive at the same time
            most = Math.max(most, directBytes());
            assertThat(call("true")).isEqualTo(200);
        }
        over.set(true);
        assertThat(victim.join()).as("calls that were answered").isPositive();
        assertThat(most).as("bytes of direct memory").isLessThan(DIRECT_BYTES_MAX);
        assertThat(gateway.isAlive()).isTrue();
        assertThat(gateway.log()).doesNotContain("OutOfMemoryError");
    }

    private void attack(String request, String headers, String body, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            SmallSegments attacker = new SmallSegments("127.0.0." + (2 + i % 3), gateway.port());
            attackers.add(attacker);
            attacker.send(request + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body);
        }
    }

    /** @return the number of answered calls; the first failed call ends the loop */
    private int callOnAndOn() {
        int answered = 0;
        while (!over.get()) {
            assertThat(call(answered % 2 == 0 ? "false" : "true")).isEqualTo(200);
            answered++;
        }
        return answered;
    }

    private int call(String stream) {
        return send(chat(stream)).statusCode();
    }

    private HttpRequest chat(String stream) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(60))
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(CALL.formatted(stream)))
                .build();
    }

    private long directBytes() {
        return figure("jvm_buffer_pool_used_bytes{pool=\"direct\"}");
    }

    private long figure(String name) {
        HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/metrics"))
                .build();
        return send(metrics)
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
