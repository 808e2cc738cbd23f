package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.Today;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Long responses whose servers are killed between and in their requests (H7). {@code -Dcrash.seed=N} repeats a run. */
@Timeout(1_800)
@Order(18)
class HopKillTest {

    private static final JsonMapper JSON = new JsonMapper();
    /** As many read one response after the other, until the last server was killed. */
    private static final int CALLERS = Integer.getInteger("crash.callers", Effort.of(12, 40));

    private static final int KILLS = Integer.getInteger("crash.kills", Effort.of(1, 100));
    private static final int HOPS = 5;
    private static final String PROMPT = "Write 900 words about rivers [[sandbox: hop=%d delay_between=5]]";

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void each_response_comes_whole_and_no_request_is_charged_twice(Stores stores) throws Exception {
        long seed = Effort.seed("crash.seed");
        Vertx vertx = Vertx.vertx();
        Sandbox sandbox = Sandbox.start(vertx, SandboxOptions.defaults().withClock(Today::instant))
                .await(20, TimeUnit.SECONDS);
        try (KilledServers servers = new KilledServers(stores, seed, false, sandbox.baseUrl())) {
            servers.start();
            String whole = said(ask(servers, 0, 0, 99_999, ""));
            AtomicInteger responses = new AtomicInteger();
            AtomicLong answered = new AtomicLong(1);
            AtomicBoolean isOver = new AtomicBoolean();
            List<Thread> callers = new ArrayList<>();
            for (int number = 0; number < CALLERS; number++) {
                int its = number;
                Random random = new Random(seed + its);
                callers.add(Thread.ofVirtual().start(() -> {
                    do {
                        responses.incrementAndGet();
                        if (!response(servers, its, random, answered).equals(whole)) {
                            servers.problem("a response of caller " + its + " has lost or doubled a word");
                        }
                    } while (!isOver.get());
                }));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                servers.endOne(true);
            }
            isOver.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
            CrashTrial.await(
                    () -> servers.database().number("SELECT COUNT(*) FROM open_hold") == 0, KilledServers.PATIENCE);
            servers.stop();
            servers.compareCalls();
            System.out.printf(
                    "%s: -Dcrash.seed=%d, %d kills, %d responses of %d requests%n",
                    stores, seed, servers.killed(), responses.get(), HOPS);
            long charged = servers.database().number("SELECT COUNT(*) FROM call WHERE charged_micros > 0");
            assertThat(answered.get()).isEqualTo(1 + (long) HOPS * responses.get());
            assertThat(charged).as("what was answered was charged").isGreaterThanOrEqualTo(answered.get());
            assertThat(servers.killed()).isEqualTo(KILLS);
            assertThat(servers.problems()).as("-Dcrash.seed=%d", seed).isEmpty();
        } finally {
            sandbox.close().await(20, TimeUnit.SECONDS);
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    /** Goes on from token to token, again and again where a server is gone. */
    private static String response(KilledServers servers, int number, Random random, AtomicLong answered) {
        StringBuilder text = new StringBuilder();
        String token = "";
        do {
            JsonNode answer = ask(servers, random.nextInt(servers.size()), number, 320, token);
            answered.incrementAndGet();
            text.append(said(answer));
            token = answer.at("/candidates/0/continuationToken").asString("");
        } while (!token.isEmpty());
        return text.toString();
    }

    private static JsonNode ask(KilledServers servers, int node, int number, int hop, String token) {
        String more = token.isEmpty() ? "" : ",\"continuationToken\":\"" + token + "\"";
        String body = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + PROMPT.formatted(hop)
                + "\"}]}],\"generationConfig\":{\"maxOutputTokens\":262144}" + more + "}";
        long end = System.nanoTime() + KilledServers.PATIENCE.toNanos();
        for (int at = node; System.nanoTime() < end; at++) {
            KilledServers.Reply reply = servers.ask(at % servers.size(), number, request -> request.uri(
                            URI.create("http://127.0.0.1/v1beta/models/gemini-4-argon:generateContent"))
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString(body)));
            if (reply.status() == 200) {
                return JSON.readTree(reply.text());
            }
            if (reply.status() == 400) {
                throw new AssertionError(reply.text());
            }
            CrashTrial.pause(50);
        }
        throw new AssertionError("no server has answered");
    }

    private static String said(JsonNode answer) {
        return answer.at("/candidates/0/content/parts/0/text").asString("");
    }
}
