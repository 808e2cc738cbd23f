package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.cutOff;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.geminiText;
import static dev.tollgate.testing.FarServer.whole;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;
import static dev.tollgate.testing.ServedChannels.firstAndSecond;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.TestClock;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Calls are spread over channels, and go on to the next one as long as nothing has been answered (protocol 4.7). */
@Timeout(240)
class ChannelPoolTest {

    private static final String MINUTE = quota("34s", "GenerateRequestsPerMinutePerProjectPerModel");
    private static final String DAY = quota("34s", "GenerateRequestsPerDayPerProjectPerModel-FreeTier");

    private final FarServer a = FarServer.saying("from a");
    private final FarServer b = FarServer.saying("from b");

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static String quota(String delay, String quotaId) {
        return """
                {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"You exceeded your current quota of projects/acme-prod",
                 "details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"%s"}]},
                 {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"%s"}]}}""".formatted(quotaId, delay);
    }

    private static String error(int code, String status, String message) {
        return "{\"error\":{\"code\":%d,\"status\":\"%s\",\"message\":\"%s\"}}".formatted(code, status, message);
    }

    // ---- who is asked ----

    @Test
    void the_lower_priority_is_asked_as_long_as_it_is_well() {
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            for (int i = 0; i < 20; i++) {
                assertThat(channels.text()).isEqualTo("from a");
            }
            assertThat(b.asked()).isZero();
        }
    }

    @Test
    void weights_are_shares_of_the_calls() {
        String yaml = """
                affinity: off
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key: %s, weight: 3}
                  - {id: b, kind: gemini, base_url: "%s", key: %s, weight: 1}
                """.formatted(a.url(), KEY_A, b.url(), KEY_B);
        long seed = 20261120;
        try (Channels channels = Channels.of(yaml, new Random(seed))) {
            for (int i = 0; i < 200; i++) {
                channels.text();
            }
            assertThat(a.asked() + b.asked()).isEqualTo(200);
            assertThat(a.asked()).as("of 200, seed " + seed).isBetween(130, 170);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-tollgate-session|",
                "session-id|",
                "|,\"prompt_cache_key\":\"%s\"",
                "|,\"user\":\"user_1_account__session_%s\"",
                "|,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"
            })
    void the_calls_of_a_session_go_to_one_channel(@Nullable String header, @Nullable String field) {
        String yaml = """
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key: %s}
                  - {id: b, kind: gemini, base_url: "%s", key: %s}
                """.formatted(a.url(), KEY_A, b.url(), KEY_B);
        String plain =
                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false%s}";
        try (Channels channels = Channels.of(yaml)) {
            for (int session = 0; session < 12; session++) {
                String name = field == null ? "" : field.formatted("s" + session);
                String body = name.contains("messages")
                        ? "{\"model\":\"gemini-2.5-pro\",\"stream\":false" + name + "}"
                        : plain.formatted(name);
                Set<String> from = new HashSet<>();
                for (int call = 0; call < 5; call++) {
                    HttpRequest.Builder request = channels.customer().request(body);
                    if (header != null) {
                        request.header(header, "s" + session);
                    }
                    from.add(channels.gateway()
                            .send(request)
                            .json()
                            .at("/choices/0/message/content")
                            .asString());
                }
                assertThat(from).as("session " + session).hasSize(1);
            }
            assertThat(a.asked()).as("sessions are spread").isPositive();
            assertThat(b.asked()).as("sessions are spread").isPositive();
        }
    }

    @Test
    void a_channel_serves_the_models_that_it_names_under_the_name_that_it_has_for_them() {
        String yaml = """
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key: %s, models: [gemini-3-pro]}
                  - {id: b, kind: gemini, base_url: "%s", key: %s, models: {gemini-2.5-pro: gemini-2.5-flash}, priority: 9}
                """.formatted(a.url(), KEY_A, b.url(), KEY_B);
        try (Channels channels = Channels.of(yaml);
                LogCapture log = new LogCapture()) {
            assertThat(channels.text()).isEqualTo("from b");
            assertThat(b.requests().getFirst().path())
                    .isEqualTo("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
            assertThat(b.requests().getFirst().headers().get("x-goog-api-key")).isEqualTo(KEY_B);
            Gateway.Reply unserved = channels.customer()
                    .chat(Channels.CALL.replace("2.5-pro", "3.1-pro").formatted(false));
            assertError(unserved, 503, "upstream_error", "upstream_error");
            assertThat(unserved.header("x-should-retry")).isEqualTo("false");
            assertThat(unserved.error().get("message").asString())
                    .startsWith("The model 'gemini-3.1-pro' has no channel here at present.");
            assertThat(log.text()).contains("model gemini-3.1-pro: no channel serves it");
        }
    }

    private static String withFunctions(int count) {
        StringBuilder tools = new StringBuilder();
        for (int i = 0; i < count; i++) {
            tools.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"function\",\"function\":{\"name\":\"f%d\"}}".formatted(i));
        }
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":["
                + tools + "]}";
    }

    @Test
    void a_call_with_many_functions_goes_to_a_channel_that_takes_them() {
        String yaml = """
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key: %s, tools_max: 2}
                  - {id: b, kind: gemini, base_url: "%s", key: %s, tools_max: 3, priority: 9}
                """.formatted(a.url(), KEY_A, b.url(), KEY_B);
        try (Channels channels = Channels.of(yaml)) {
            assertThat(channels.customer().chat(withFunctions(2)).text()).contains("from a");
            assertThat(channels.customer().chat(withFunctions(3)).text()).contains("from b");
            Gateway.Reply refused = channels.customer().chat(withFunctions(4));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text()).contains("tools must have at most 3 functions for this model, got 4.");
        }
    }

    // ---- failover ----

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 429})
    void a_failing_channel_is_left_for_the_next_one_within_the_call(int status) {
        a.script(whole(status, "<html>down</html>"));
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            Gateway.Reply reply = channels.call();
            assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("from b");
            assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
            assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.1");
            assertThat(channels.stream().content()).isEqualTo("from b");
        }
    }

    @Test
    void a_channel_that_cannot_be_reached_is_left_for_the_next_one() {
        a.close();
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            assertThat(channels.text()).isEqualTo("from b");
            assertThat(channels.status("a").at("/last_error/kind").asString()).isEqualTo("unavailable");
        }
    }

    @Test
    void a_channel_that_breaks_off_before_it_has_said_anything_is_left_for_the_next_one() {
        a.script(cutOff("{\"modelVersion\":\"far\",\"usageMetadata\":{\"promptTokenCount\":9}}"));
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            Gateway.Reply reply = channels.stream();
            assertThat(reply.content()).isEqualTo("from b");
            assertThat(reply.text()).contains("\"prompt_tokens\":1000");
        }
    }

    @Test
    void after_the_first_byte_there_is_no_way_back() {
        a.script(cutOff(geminiText("Once upon")));
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            Gateway.Reply reply = channels.stream();
            assertThat(reply.text())
                    .contains("Once upon")
                    .contains("event: error")
                    .doesNotContain("from b");
            assertThat(b.asked()).isZero();
            assertThat(channels.customer().consumed()).isZero();
        }
    }

    @Test
    void what_is_wrong_with_the_call_itself_is_not_tried_elsewhere() {
        a.script(whole(400, error(400, "INVALID_ARGUMENT", "bad schema")));
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            Gateway.Reply reply = channels.call();
            assertError(reply, 503, "upstream_error", "upstream_error");
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
            assertThat(b.asked()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | UNAUTHENTICATED     | Request had invalid authentication credentials.
            403 | PERMISSION_DENIED   | Your API key was reported as leaked.
            404 | NOT_FOUND           | The requested URL /v1beta was not found on this server.
            400 | INVALID_ARGUMENT    | API key not valid. Please pass a valid API key.
            400 | FAILED_PRECONDITION | User location is not supported for the API use.
            """)
    void our_own_trouble_goes_to_the_next_channel_and_raises_an_alarm_once(int code, String status, String message) {
        a.script(whole(code, error(code, status, message)));
        try (Channels channels = Channels.of(firstAndSecond(a, b));
                LogCapture log = new LogCapture()) {
            for (int i = 0; i < 3; i++) {
                assertThat(channels.text()).isEqualTo("from b");
            }
            assertThat(a.asked()).isEqualTo(1);
            assertThat(log.text().split("ALARM: channel a ", -1)).hasSize(2);
            assertThat(channels.status("a").at("/models/0/rest/reason").asString())
                    .isIn("misconfigured", "");
            assertThat(channels.status("a").toString()).contains("misconfigured");
        }
    }

    @Test
    void where_every_channel_has_our_trouble_the_caller_sees_a_503_and_none_of_it() {
        a.script(whole(401, error(401, "UNAUTHENTICATED", "no " + KEY_A + " in projects/acme-prod")));
        b.script(whole(400, error(400, "INVALID_ARGUMENT", "API key not valid " + KEY_B)));
        try (Channels channels = Channels.of(firstAndSecond(a, b));
                LogCapture log = new LogCapture()) {
            Gateway.Reply reply = channels.call();
            assertError(reply, 503, "upstream_error", "upstream_error");
            assertThat(reply.header("x-should-retry")).isEmpty();
            assertThat(channels.call().status())
                    .as("asked again, for it may be mended")
                    .isEqualTo(503);
            assertThat(a.asked() + b.asked()).isEqualTo(4);
            String seen = reply.text()
                    + reply.response().headers()
                    + log.text()
                    + channels.admin().text();
            assertThat(seen).doesNotContain(KEY_A, KEY_B, "acme-prod");
        }
    }

    // ---- quotas ----

    @Test
    void a_channel_without_quota_rests_for_the_reported_time() {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        a.script(whole(429, MINUTE));
        try (Channels channels = Channels.of(firstAndSecond(a, b), clock)) {
            assertThat(channels.text()).isEqualTo("from b");
            assertThat(channels.text()).isEqualTo("from b");
            assertThat(a.asked()).isEqualTo(1);
            assertThat(rest(channels, "a"))
                    .isEqualTo("{\"reason\":\"minute_quota\",\"until\":\"2026-11-20T10:00:34Z\"}");
            a.script(gemini("from a"));
            clock.goOn(Duration.ofSeconds(33));
            assertThat(channels.text()).isEqualTo("from b");
            clock.goOn(Duration.ofSeconds(1));
            assertThat(channels.text()).isEqualTo("from a");
            assertThat(rest(channels, "a")).isEqualTo("null");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T10:00:00Z, 2026-11-21T08:00:00Z", // Pacific Standard Time
        "2026-07-04T06:59:59Z, 2026-07-04T07:00:00Z", // Pacific Daylight Time
        "2026-11-01T07:00:00Z, 2026-11-02T08:00:00Z" // a day of 25 hours
    })
    void a_quota_of_the_day_is_back_at_midnight_on_the_pacific_coast(String now, String until) {
        TestClock clock = new TestClock(now);
        a.script(whole(429, DAY));
        try (Channels channels = Channels.of(firstAndSecond(a, b), clock)) {
            assertThat(channels.text()).isEqualTo("from b");
            assertThat(rest(channels, "a")).isEqualTo("{\"reason\":\"day_quota\",\"until\":\"" + until + "\"}");
        }
    }

    @Test
    void a_quota_is_of_one_model() {
        a.script(request -> request.path().contains("2.5-pro") ? whole(429, DAY) : gemini("from a"));
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            assertThat(channels.text()).isEqualTo("from b");
            Gateway.Reply other = channels.customer()
                    .chat(Channels.CALL.replace("2.5-pro", "3-pro").formatted(false));
            assertThat(other.json().at("/choices/0/message/content").asString()).isEqualTo("from a");
        }
    }

    @Test
    void if_all_channels_rest_the_caller_gets_a_retry_time() {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        a.script(whole(429, DAY));
        b.script(whole(429, MINUTE));
        try (Channels channels = Channels.of(firstAndSecond(a, b), clock)) {
            for (int i = 0; i < 3; i++) {
                Gateway.Reply reply = channels.call();
                assertError(reply, 503, "upstream_error", "upstream_error");
                assertThat(reply.header("retry-after")).isEqualTo("34");
            }
            assertThat(a.asked()).isEqualTo(1);
            assertThat(b.asked()).isEqualTo(1);
        }
    }

    @Test
    void a_short_rest_is_waited_for() {
        a.script(request -> a.asked() == 1 ? whole(429, quota("0.2s", "PerMinute")) : gemini("after the rest"));
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            assertThat(channels.text()).isEqualTo("after the rest");
        }
    }

    private static String rest(Channels channels, String id) {
        for (JsonNode model : channels.status(id).get("models")) {
            if (model.get("id").asString().equals("gemini-2.5-pro")) {
                return model.get("rest").toString();
            }
        }
        throw new AssertionError();
    }

    // ---- breaker and budget ----

    @Test
    void the_breaker_opens_lets_one_call_try_and_closes_again() {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        a.script(whole(503, ""));
        try (Channels channels = Channels.of(firstAndSecond(a, b), clock)) {
            for (int i = 0; i < 8; i++) {
                assertThat(channels.text()).isEqualTo("from b");
            }
            assertThat(a.asked()).as("until the breaker opened").isEqualTo(5);
            assertThat(breaker(channels)).isEqualTo("open");
            assertThat(channels.status("a").get("healthy").asBoolean()).isFalse();

            clock.goOn(Duration.ofSeconds(5));
            channels.text();
            channels.text();
            assertThat(a.asked()).as("one trial, which failed").isEqualTo(6);
            assertThat(breaker(channels)).isEqualTo("open");

            clock.goOn(Duration.ofSeconds(9));
            channels.text();
            assertThat(a.asked()).as("the next trial comes later").isEqualTo(6);
            a.script(gemini("from a"));
            clock.goOn(Duration.ofSeconds(1));
            assertThat(channels.text()).isEqualTo("from a");
            assertThat(breaker(channels)).isEqualTo("closed");
            assertThat(channels.text()).isEqualTo("from a");
        }
    }

    @Test
    void while_one_call_tries_an_open_channel_the_others_stay_away() throws Exception {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        a.script(whole(503, ""));
        try (Channels channels = Channels.of(firstAndSecond(a, b), clock)) {
            for (int i = 0; i < 5; i++) {
                channels.text();
            }
            CompletableFuture<FarServer.Answer> answer = new CompletableFuture<>();
            a.script(request -> answer.join());
            clock.goOn(Duration.ofSeconds(5));
            CompletableFuture<Gateway.Reply> trial = channels.customer().chatAside(Channels.CALL.formatted(false));
            Gateway.await("the trial", () -> a.asked() == 6);
            assertThat(breaker(channels)).isEqualTo("half_open");
            assertThat(channels.text()).isEqualTo("from b");
            assertThat(a.asked()).isEqualTo(6);
            answer.complete(gemini("from a"));
            assertThat(trial.get().text()).contains("from a");
            assertThat(breaker(channels)).isEqualTo("closed");
        }
    }

    @Test
    void a_caller_who_leaves_during_the_trial_leaves_it_to_the_next_one() {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        a.script(whole(503, ""));
        try (Channels channels = Channels.of(firstAndSecond(a, b), clock)) {
            for (int i = 0; i < 5; i++) {
                channels.text();
            }
            CompletableFuture<FarServer.Answer> never = new CompletableFuture<>();
            a.script(request -> never.join());
            clock.goOn(Duration.ofSeconds(5));
            try (var left = channels.customer().chatRaw(Channels.CALL.formatted(true))) {
                Gateway.await("the trial", () -> a.asked() == 6);
                assertThat(left).isNotNull();
            }
            Gateway.await("the caller's departure", () -> !breaker(channels).equals("half_open"));
            a.script(gemini("from a"));
            never.complete(gemini("too late"));
            assertThat(channels.text()).isEqualTo("from a");
        }
    }

    @Test
    void where_no_channel_is_well_one_is_asked_all_the_same() {
        a.script(whole(503, ""));
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            for (int i = 0; i < 3; i++) {
                assertThat(channels.call().status()).isEqualTo(503);
            }
            assertThat(breaker(channels)).isEqualTo("open");
            a.script(gemini("back"));
            assertThat(channels.text()).isEqualTo("back");
            assertThat(breaker(channels)).isEqualTo("closed");
        }
    }

    @Test
    void a_call_is_tried_three_times_at_most_when_all_channels_fail() {
        a.script(whole(503, ""));
        b.script(whole(503, ""));
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            assertError(channels.call(), 503, "upstream_error", "upstream_error");
            assertThat(a.asked() + b.asked()).isEqualTo(3);
            assertThat(b.asked()).isPositive();
        }
    }

    @Test
    void retries_do_not_multiply_the_load_of_an_outage() {
        a.script(whole(503, ""));
        int calls = 200;
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            List<CompletableFuture<Gateway.Reply>> replies = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                String body = Channels.CALL.replace("Tell me", "Tell me " + i).formatted(false);
                replies.add(channels.customer().chatAside(body));
            }
            replies.forEach(reply -> assertThat(reply.join().status()).isEqualTo(503));
            assertThat(a.asked()).isLessThanOrEqualTo(calls + 100 + calls / 5);
            assertThat(a.asked()).isGreaterThanOrEqualTo(calls + 100);
        }
    }

    private static String breaker(Channels channels) {
        return channels.status("a").at("/breaker/state").asString();
    }

    // ---- times ----

    @Test
    void a_channel_that_is_silent_is_left_for_the_next_one() {
        CompletableFuture<FarServer.Answer> never = new CompletableFuture<>();
        a.script(request -> never.join());
        String yaml = firstAndSecond(a, b)
                .replace("priority: 1", "priority: 1, timeouts: {first: 300ms, idle: 1s, connect: 1s}");
        try (Channels channels = Channels.of(yaml)) {
            assertThat(channels.text()).isEqualTo("from b");
        } finally {
            never.complete(gemini("too late"));
        }
    }

    // ---- choice of channel ----

    @Test
    void a_caller_cannot_name_where_its_call_goes() {
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            String body = """
                    {"model":"gemini-2.5-pro","stream":false,"base_url":"%1$s","api_base":"%1$s","messages":[{"role":"user","content":"Hi"}]}""".formatted(b.url());
            Gateway.Reply reply = channels.gateway()
                    .send(channels.gateway()
                            .request("/v1/chat/completions")
                            .setHeader(
                                    "Authorization",
                                    "Bearer " + channels.customer().key())
                            .header("Content-Type", "application/json")
                            .header("x-portkey-custom-host", b.url())
                            .header("x-goog-api-key", "mine")
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)));
            assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("from a");
            assertThat(reply.header("x-tollgate-ignored")).contains("base_url", "api_base");
            assertThat(b.asked()).isZero();
            assertThat(a.requests().getFirst().headers()).containsEntry("x-goog-api-key", KEY_A);
            assertThat(a.requests().getFirst().headers()).doesNotContainKey("x-portkey-custom-host");
        }
    }

    @Test
    void a_key_may_come_from_the_environment_or_a_file() throws Exception {
        java.nio.file.Path secret = java.nio.file.Files.createTempFile("key", ".txt");
        java.nio.file.Files.writeString(secret, KEY_B + "\n");
        String yaml = """
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key_env: MY_GEMINI_KEY}
                  - {id: b, kind: gemini, base_url: "%s", key_file: "%s", priority: 2}
                """.formatted(a.url(), b.url(), secret);
        try (Channels channels = Channels.of(yaml, Map.of("MY_GEMINI_KEY", KEY_A))) {
            channels.text();
            a.script(whole(500, ""));
            channels.text();
            assertThat(a.requests().getFirst().headers()).containsEntry("x-goog-api-key", KEY_A);
            assertThat(b.requests().getFirst().headers()).containsEntry("x-goog-api-key", KEY_B);
        } finally {
            java.nio.file.Files.delete(secret);
        }
    }
}
