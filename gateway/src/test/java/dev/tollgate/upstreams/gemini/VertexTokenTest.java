package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.json.Json;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.RsaKeys;
import dev.tollgate.testing.ScriptedServer;
import dev.tollgate.testing.TestClock;
import dev.tollgate.upstreams.connections.NotAdmitted;
import dev.tollgate.upstreams.gemini.credentials.ServiceAccount;
import dev.tollgate.upstreams.gemini.credentials.VertexToken;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fetching, keeping and renewing of a service account's token. */
@Timeout(240)
class VertexTokenTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String PRIVATE_KEY = RsaKeys.pem("\n");

    private final TestClock clock = new TestClock("2026-11-20T10:00:00Z");
    private ScriptedServer server;
    private VertexToken token;

    @BeforeEach
    void open() throws IOException {
        server = new ScriptedServer();
        String tokens = server.url() + "/token";
        String file = Json.MAPPER
                .createObjectNode()
                .put("type", "service_account")
                .put("project_id", "acme")
                .put("private_key", PRIVATE_KEY)
                .put("client_email", "me@acme.example")
                .put("token_uri", tokens)
                .toString();
        token = new VertexToken(
                ServiceAccount.read(new Secret(file)),
                new FarEnd(Outbound.direct(VERTX), tokens, 4, Timeouts.DEFAULT),
                clock);
    }

    @AfterEach
    void close() throws IOException {
        token.close();
        server.close();
    }

    @AfterAll
    static void closeVertx() {
        VERTX.close().await();
    }

    private static String given(String value, long seconds) {
        return "{\"access_token\":\"" + value + "\",\"expires_in\":" + seconds + "}";
    }

    private void gives(String value, long seconds) {
        server.then(exchange -> exchange.status("200 OK", given(value, seconds)));
    }

    private CompletableFuture<String> asked(Context loop) {
        CompletableFuture<String> got = new CompletableFuture<>();
        loop.runOnContext(_ -> {
            Future<String> future = token.get();
            future.onComplete(outcome -> {
                if (outcome.failed()) {
                    got.completeExceptionally(outcome.cause());
                } else if (Vertx.currentContext() != loop) {
                    got.completeExceptionally(new AssertionError("told on another loop"));
                } else {
                    got.complete(outcome.result());
                }
            });
        });
        return got.orTimeout(30, TimeUnit.SECONDS);
    }

    private String get() {
        return asked(VERTX.getOrCreateContext()).join();
    }

    private NotAdmitted refused() {
        try {
            throw new AssertionError(get());
        } catch (CompletionException e) {
            return (NotAdmitted) e.getCause();
        }
    }

    @Test
    void a_token_is_fetched_with_a_signed_assertion_and_kept_until_five_minutes_before_its_end() throws Exception {
        gives("first", 3_600);
        assertThat(token.current()).isEmpty();
        assertThat(get()).isEqualTo("first");
        ScriptedServer.Request request = server.request();
        assertThat(request.head())
                .startsWith("POST /token HTTP/1.1\r\n")
                .containsIgnoringCase("\r\ncontent-type: application/x-www-form-urlencoded\r\n");
        assertThat(request.body())
                .matches(
                        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=[\\w-]+\\.[\\w-]+\\.[\\w-]+");
        clock.goOn(Duration.ofSeconds(3_299));
        assertThat(get()).isEqualTo("first");
        assertThat(token.current()).isEqualTo("first");
        assertThat(server.connections()).isEqualTo(1);
        gives("second", 3_600);
        clock.goOn(Duration.ofSeconds(1));
        assertThat(get()).as("the old one serves meanwhile").isEqualTo("first");
        Await.until("the next token", () -> token.current().equals("second"));
        assertThat(get()).isEqualTo("second");
    }

    @Test
    void calls_wait_for_a_new_token_after_the_old_one_ends() {
        gives("first", 600);
        assertThat(get()).isEqualTo("first");
        gives("second", 600);
        clock.goOn(Duration.ofSeconds(600));
        assertThat(get()).isEqualTo("second");
    }

    @Test
    void all_that_wait_are_answered_by_one_call_each_on_its_own_loop() {
        CountDownLatch asked = new CountDownLatch(1);
        server.then(exchange -> {
            asked.await();
            exchange.status("200 OK", given("shared", 3_600));
        });
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Context loop = VERTX.getOrCreateContext();
            waiting.add(asked(loop));
        }
        asked.countDown();
        assertThat(waiting).allSatisfy(one -> assertThat(one.join()).isEqualTo("shared"));
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void failed_early_fetches_are_ten_seconds_apart_and_harmless() throws Exception {
        gives("first", 600);
        get();
        server.request();
        clock.goOn(Duration.ofSeconds(300));
        server.then(exchange -> exchange.status("503 Busy", "{}"));
        assertThat(get()).isEqualTo("first");
        server.request();
        clock.goOn(Duration.ofMillis(9_999));
        assertThat(get()).isEqualTo("first");
        clock.goOn(Duration.ofMillis(1));
        gives("second", 600);
        Await.until("the next token", () -> get().equals("second"));
    }

    @Test
    void a_refused_token_is_dropped_and_another_one_may_do_where_it_was_older_than_a_minute() {
        gives("first", 3_600);
        get();
        clock.goOn(Duration.ofSeconds(60));
        assertThat(token.dropIfUsed()).isFalse();
        assertThat(token.current()).isEmpty();
        gives("second", 3_600);
        assertThat(get()).isEqualTo("second");
        clock.goOn(Duration.ofMillis(60_001));
        assertThat(token.dropIfUsed()).isTrue();
    }

    @Test
    void a_token_serves_for_a_day_at_most_whatever_is_said_of_it() {
        gives("long", 10_000_000);
        get();
        clock.goOn(Duration.ofDays(1));
        gives("next", 3_600);
        assertThat(get()).isEqualTo("next");
    }

    @Test
    void a_token_of_which_no_end_is_said_serves_once() {
        server.then(exchange -> exchange.status("200 OK", "{\"access_token\":\"once\"}"));
        assertThat(get()).isEqualTo("once");
        gives("next", 3_600);
        assertThat(get()).isEqualTo("next");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400 Bad Request         | {"error":"invalid_grant"}      | MISCONFIGURED | no token: HTTP 400 invalid_grant
            400 Bad Request         | {"error":"<b>Key9 AIza</b>"}   | MISCONFIGURED | any
            499 Odd                 | {}                             | MISCONFIGURED | no token: HTTP 499
            401 Unauthorized        | not json                       | MISCONFIGURED | no token: HTTP 401
            408 Request Timeout     | {}                             | UNAVAILABLE   | no token: HTTP 408
            429 Too Many Requests   | {}                             | UNAVAILABLE   | no token: HTTP 429
            500 Internal Error      | {}                             | UNAVAILABLE   | no token: HTTP 500
            302 Found               | {}                             | UNAVAILABLE   | no token: HTTP 302
            200 OK                  | {}                             | UNAVAILABLE   | no token: HTTP 200
            200 OK                  | {"access_token":"two words"}   | UNAVAILABLE   | no token: HTTP 200
            201 Created             | {"access_token":"abc"}         | UNAVAILABLE   | no token: HTTP 201
            """)
    void an_answer_without_a_token_says_whose_it_is_to_mend(String status, String body, Kind kind, String detail) {
        server.then(exchange -> exchange.status(status, body));
        NotAdmitted refused = refused();
        assertThat(refused.failure().kind()).isEqualTo(kind);
        if (!body.contains("<b>")) {
            assertThat(refused.failure().detail().strip()).isEqualTo(detail);
        } else {
            assertThat(refused.failure().detail()).matches("no token: HTTP 400 [a-z_]*");
        }
        gives("next", 3_600);
        assertThat(get()).as("nothing of a failure is kept").isEqualTo("next");
    }

    @Test
    void a_break_is_none_of_ours_to_mend_and_names_no_address() {
        server.then(ScriptedServer.Exchange::reset);
        NotAdmitted refused = refused();
        assertThat(refused.failure().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(refused.failure().detail()).doesNotContain("127.0.0.1");
    }
}
