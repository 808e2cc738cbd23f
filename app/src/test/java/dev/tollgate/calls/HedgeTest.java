package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.events;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.geminiEnd;
import static dev.tollgate.testing.FarServer.whole;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.TestClock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A first channel that is silent gets company, where the operator wants it; the caller sees and pays one answer. */
@Timeout(240)
class HedgeTest {

    /** Takes every call, and waits until the caller has left. */
    private static final class Silent implements AutoCloseable {

        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger left = new AtomicInteger();
        private final HandServer server = new HandServer(this::hold);

        private void hold(HandServer.Request request, OutputStream out) throws IOException {
            request.read();
            asked.incrementAndGet();
            try {
                request.awaitDeparture();
            } finally {
                left.incrementAndGet();
            }
        }

        String url() {
            return server.url();
        }

        int asked() {
            return asked.get();
        }

        void awaitDeparture() {
            Gateway.await("the call to be given up", () -> left.get() == asked.get());
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** The ways to ask, each with its answer's text. */
    private enum Door {
        CHAT {
            @Override
            Gateway.Reply ask(Channels channels) {
                return channels.call();
            }
        },
        CHAT_STREAM {
            @Override
            Gateway.Reply ask(Channels channels) {
                return channels.stream();
            }
        },
        GEMINI {
            @Override
            Gateway.Reply ask(Channels channels) {
                return generate(channels, "generateContent");
            }
        },
        GEMINI_STREAM {
            @Override
            Gateway.Reply ask(Channels channels) {
                return generate(channels, "streamGenerateContent?alt=sse");
            }
        };

        abstract Gateway.Reply ask(Channels channels);
    }

    private static Gateway.Reply generate(Channels channels, String method) {
        URI uri = URI.create(channels.gateway().url() + "/v1/gemini/v1beta/models/gemini-2.5-pro:" + method);
        return channels.gateway()
                .send(HttpRequest.newBuilder(uri)
                        .header("x-goog-api-key", channels.customer().key())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + Prompts.LONG
                                        + "\"}]}]}")));
    }

    private final Silent silent = new Silent();
    private final Silent alsoSilent = new Silent();
    private final FarServer a = FarServer.saying("from a");
    private final FarServer b = FarServer.saying("from b");
    private final FarServer c = FarServer.saying("from c");

    @AfterEach
    void close() {
        silent.close();
        alsoSilent.close();
        a.close();
        b.close();
        c.close();
    }

    private static String hedged(String... urls) {
        return "hedge_after: 100ms\n" + unhedged(urls);
    }

    private String secondSpeaksOpenAi(String yaml) {
        return yaml.replace(
                "{id: b, kind: gemini, base_url: \"" + b.url() + "\"",
                "{id: b, kind: openai, models: {gemini-2.5-pro: m}, base_url: \"" + b.url() + "/v1\"");
    }

    private static String unhedged(String... urls) {
        StringBuilder yaml = new StringBuilder("channels:\n");
        for (int i = 0; i < urls.length; i++) {
            yaml.append("  - {id: %s, kind: gemini, base_url: \"%s\", key: %s, priority: %d}\n"
                    .formatted("abc".charAt(i), urls[i], i == 0 ? KEY_A : KEY_B, i + 1));
        }
        return yaml.toString();
    }

    /** Checks that no request runs, and that no channel is penalised or on trial. */
    private static void assertEven(Channels channels) {
        Gateway.await("the calls to be over", () -> inFlight(channels) == 0);
        for (JsonNode channel : channels.admin().json().get("data")) {
            assertThat(channel.at("/breaker/state").asString()).isNotEqualTo("half_open");
        }
    }

    private static int inFlight(Channels channels) {
        int calls = 0;
        for (JsonNode channel : channels.admin().json().get("data")) {
            calls += channel.get("in_flight").asInt();
        }
        return calls;
    }

    private static boolean hasFailed(Channels channels, String id) {
        return !channels.status(id).get("last_error").isNull();
    }

    private static FarServer.Answer once(BooleanSupplier isSo, FarServer.Answer answer) {
        Gateway.await("the other channel", isSo);
        return answer;
    }

    // ---- the faster of the two ----

    @ParameterizedTest
    @EnumSource(Door.class)
    void a_hedge_replaces_a_silent_channel_and_one_response_is_charged(Door door) {
        try (Channels channels = Channels.of(hedged(silent.url(), b.url()))) {
            Gateway.Reply reply = door.ask(channels);

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).contains("from b");
            assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
            silent.awaitDeparture();
            assertThat(silent.asked()).isEqualTo(1);
            assertThat(b.asked()).isEqualTo(1);
            assertThat(channels.customer().lastTask().get("status").asString()).isEqualTo("completed");
            assertThat(channels.customer().tasks()).isEqualTo(1);
            assertThat(channels.customer().consumed()).isEqualByComparingTo("0.1");
            assertEven(channels);
            assertThat(channels.status("a").at("/breaker/failures").asInt()).isZero();
            assertThat(hasFailed(channels, "a")).as("to be slow is no failure").isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void the_first_channel_may_still_be_the_faster_one_and_the_second_is_left(Door door) {
        a.script(request -> once(() -> silent.asked() == 1, gemini("from a")));
        try (Channels channels = Channels.of(hedged(a.url(), silent.url()))) {
            Gateway.Reply reply = door.ask(channels);

            assertThat(reply.text()).contains("from a");
            assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
            silent.awaitDeparture();
            assertThat(a.asked()).isEqualTo(1);
            assertThat(channels.customer().consumed()).isEqualByComparingTo("0.1");
            assertEven(channels);
        }
    }

    @Test
    void a_channel_that_answers_in_time_stays_alone() {
        String yaml = hedged(a.url(), b.url()).replace("100ms", "60s");
        try (Channels channels = Channels.of(yaml)) {
            assertThat(channels.call().header("x-tollgate-attempts")).isEmpty();
            assertThat(channels.stream().content()).isEqualTo("from a");
            assertThat(b.asked()).isZero();
        }
    }

    @Test
    void an_event_without_substance_is_not_an_answer() {
        CompletableFuture<String> never = new CompletableFuture<>();
        a.script(new FarServer.Answer.Stream(
                () -> java.util.stream.Stream.<java.util.function.Supplier<String>>of(
                                () -> "{\"modelVersion\":\"slow\",\"usageMetadata\":{\"promptTokenCount\":9}}",
                                never::join)
                        .map(java.util.function.Supplier::get)
                        .iterator(),
                false));
        try (Channels channels = Channels.of(hedged(a.url(), b.url()))) {
            Gateway.Reply reply = channels.stream();
            assertThat(reply.content()).isEqualTo("from b");
            assertThat(reply.text()).contains("\"prompt_tokens\":1000");
        } finally {
            never.complete("{}");
        }
    }

    @Test
    void only_the_answering_channel_lists_its_ignored_fields() {
        String body = Channels.CALL.formatted(false).replace("{\"model\"", "{\"top_k\":5,\"prediction\":{},\"model\"");
        CompletableFuture<FarServer.Answer> never = new CompletableFuture<>();
        a.script(request -> never.join());
        b.script(events(
                "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"from b\"},\"finish_reason\":\"stop\"}],"
                        + "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12}}",
                "[DONE]"));
        try (Channels channels = Channels.of(secondSpeaksOpenAi(hedged(a.url(), b.url())))) {
            Gateway.Reply second = channels.customer().chat(body);
            assertThat(second.text()).contains("from b");
            assertThat(second.header("x-tollgate-ignored")).isEqualTo("prediction,top_k");

            a.script(request -> once(() -> b.asked() == 2, gemini("from a")));
            b.script(request -> never.join());
            Gateway.Reply first = channels.customer().chat(body.replace("Tell me", "Tell me more"));
            assertThat(first.text()).contains("from a");
            assertThat(first.header("x-tollgate-ignored")).isEqualTo("prediction");
        } finally {
            never.complete(whole(503, ""));
        }
    }

    // ---- when one fails ----

    @Test
    void if_the_first_fails_the_call_waits_only_for_the_second() {
        try (Channels channels = Channels.of(hedged(a.url(), b.url(), c.url()))) {
            a.script(request -> once(() -> b.asked() == 1, whole(503, "")));
            b.script(request -> once(() -> hasFailed(channels, "a"), gemini("from b")));

            assertThat(channels.text()).isEqualTo("from b");
            assertThat(a.asked()).isEqualTo(1);
            assertThat(b.asked()).isEqualTo(1);
            assertThat(c.asked()).isZero();
            assertEven(channels);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {503, 400, 401, 429})
    void when_the_second_fails_however_the_call_waits_for_the_first(int status) {
        try (Channels channels = Channels.of(hedged(a.url(), b.url(), c.url()))) {
            b.script(whole(status, "{\"error\":{\"code\":" + status + ",\"status\":\"INVALID_ARGUMENT\"}}"));
            a.script(request -> once(
                    () -> b.asked() == 1
                            && channels.status("b").get("in_flight").asInt() == 0,
                    gemini("from a")));

            assertThat(channels.text()).isEqualTo("from a");
            assertThat(b.asked()).isEqualTo(1);
            assertThat(c.asked()).isZero();
            assertEven(channels);
        }
    }

    @Test
    void when_both_fail_one_retry_is_left_and_then_everything_goes_back() {
        try (Channels channels = Channels.of(hedged(a.url(), b.url()))) {
            a.script(request -> once(() -> b.asked() == 1, whole(503, "")));
            b.script(request -> once(() -> hasFailed(channels, "a"), whole(503, "")));

            assertError(channels.call(), 503, "upstream_error", "upstream_error");
            assertThat(a.asked() + b.asked()).isEqualTo(3);
            assertThat(channels.customer().consumed()).isZero();
            assertThat(channels.customer().lastTask().get("status").asString()).isEqualTo("failed");
            assertEven(channels);
        }
    }

    @Test
    void a_channel_that_refused_the_call_is_not_asked_again_when_the_other_may_be() {
        try (Channels channels = Channels.of(hedged(a.url(), b.url()))) {
            a.script(request -> once(() -> b.asked() == 1, whole(400, "{}")));
            b.script(request -> b.asked() == 1
                    ? once(() -> channels.status("a").get("in_flight").asInt() == 0, whole(503, ""))
                    : gemini("at last from b"));

            assertThat(channels.text()).isEqualTo("at last from b");
            assertThat(a.asked()).isEqualTo(1);
        }
    }

    @Test
    void an_answer_that_says_nothing_leaves_the_call_to_the_other() {
        try (Channels channels = Channels.of(hedged(a.url(), b.url()))) {
            a.script(request -> once(() -> b.asked() == 1, events(geminiEnd(1000, 0))));
            b.script(request -> once(() -> channels.status("a").get("in_flight").asInt() == 0, gemini("from b")));

            assertThat(channels.text()).isEqualTo("from b");
            assertThat(a.asked()).isEqualTo(1);
        }
    }

    @Test
    void a_channel_that_said_nothing_is_asked_once_more_when_the_other_fails() {
        try (Channels channels = Channels.of(hedged(a.url(), b.url()))) {
            a.script(request ->
                    a.asked() == 1 ? once(() -> b.asked() == 1, events(geminiEnd(1000, 0))) : gemini("at last from a"));
            b.script(request -> once(() -> channels.status("a").get("in_flight").asInt() == 0, whole(400, "{}")));

            assertThat(channels.text()).isEqualTo("at last from a");
            assertThat(channels.customer().consumed()).isEqualByComparingTo("0.1");
        }
    }

    @Test
    void a_caller_who_leaves_ends_both() {
        try (Channels channels = Channels.of(hedged(silent.url(), alsoSilent.url()))) {
            try (RawCall left = channels.customer().chatRaw(Channels.CALL.formatted(true))) {
                Gateway.await("both to be asked", () -> silent.asked() + alsoSilent.asked() == 2);
                assertThat(left).isNotNull();
            }
            silent.awaitDeparture();
            alsoSilent.awaitDeparture();
            assertThat(channels.customer().lastTask().get("status").asString()).isEqualTo("cancelled");
            assertThat(channels.customer().consumed()).isZero();
            assertEven(channels);
        }
    }

    // ---- who is asked second ----

    @Test
    void a_channel_at_rest_is_passed_over() {
        b.script(whole(429, """
                {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
                 {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}"""));
        CompletableFuture<FarServer.Answer> never = new CompletableFuture<>();
        a.script(request -> a.asked() == 1 ? whole(503, "") : never.join());
        try (Channels channels = Channels.of(hedged(a.url(), b.url(), c.url()))) {
            assertThat(channels.text()).isEqualTo("from c");
            assertThat(b.asked()).as("it rests from now on").isEqualTo(1);
            assertThat(channels.text()).as("beside the silent one").isEqualTo("from c");
            assertThat(b.asked()).isEqualTo(1);
        } finally {
            never.complete(gemini("too late"));
        }
    }

    @Test
    void a_channel_that_cannot_express_the_call_is_passed_over() {
        String yaml = secondSpeaksOpenAi(hedged(silent.url(), b.url(), c.url()));
        try (Channels channels = Channels.of(yaml)) {
            assertThat(Door.GEMINI.ask(channels).text()).contains("from c");
            assertThat(b.asked()).isZero();
        }
    }

    @Test
    void a_trial_that_is_overtaken_is_left_to_the_next_call() {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        a.script(whole(503, ""));
        CompletableFuture<FarServer.Answer> never = new CompletableFuture<>();
        try (Channels channels = Channels.of(hedged(a.url(), b.url()), clock)) {
            for (int i = 0; i < 5; i++) {
                channels.text();
            }
            assertThat(channels.status("a").at("/breaker/state").asString()).isEqualTo("open");
            a.script(request -> never.join());
            clock.goOn(Duration.ofSeconds(5));
            assertThat(channels.text()).as("beside the trial").isEqualTo("from b");
            assertThat(a.asked()).isEqualTo(6);
            assertEven(channels);
            a.script(gemini("from a"));
            assertThat(channels.text()).as("the next trial").isEqualTo("from a");
            assertThat(channels.status("a").at("/breaker/state").asString()).isEqualTo("closed");
        } finally {
            never.complete(gemini("too late"));
        }
    }

    // ---- the operator's file ----

    @Test
    void nothing_is_hedged_until_the_file_says_so_and_then_from_the_next_call_on() throws Exception {
        CompletableFuture<FarServer.Answer> late = new CompletableFuture<>();
        a.script(request -> late.join());
        try (Channels channels = Channels.of(unhedged(a.url(), b.url()))) {
            CompletableFuture<Gateway.Reply> before = channels.customer().chatAside(Channels.CALL.formatted(false));
            Gateway.await("the first call", () -> a.asked() == 1);

            assertThat(channels.reload(hedged(a.url(), b.url()))).isTrue();
            assertThat(channels.text()).isEqualTo("from b");

            assertThat(b.asked()).as("for the second call only").isEqualTo(1);
            late.complete(gemini("late from a"));
            assertThat(before.get().text()).contains("late from a");
            assertThat(before.get().header("x-tollgate-attempts")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"99ms", "61s", "3", "never", "[3s]"})
    void a_wrong_wait_stops_the_start_and_a_later_reading(String wait) {
        String wrong = hedged(a.url()).replace("100ms", wait);
        assertThatThrownBy(() -> Channels.of(wrong).close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(".yaml:1: hedge_after is ")
                .hasMessageContaining("; allowed is ");
        try (Channels channels = Channels.of(hedged(a.url()))) {
            assertThat(channels.reload(wrong)).isFalse();
        }
    }
}
