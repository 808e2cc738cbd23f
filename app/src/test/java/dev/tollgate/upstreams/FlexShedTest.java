package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;

import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.TestClock;
import dev.tollgate.testing.Today;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** A provider that sheds calls at flex goes on serving all others, on the same channel (docs/channels.md, Failover). */
@Timeout(240)
class FlexShedTest {

    private static final String MODEL = "gemini-3.8-flash";
    private static final String SHED = "status=503";

    private final Vertx vertx = Vertx.vertx();
    private final TestClock clock = new TestClock("2026-11-20T10:00:00Z");
    private final FarServer b = FarServer.saying("from b");
    private Sandbox a;

    @BeforeEach
    void start() throws Exception {
        a = await(Sandbox.start(vertx, SandboxOptions.defaults().withClock(Today::instant)));
    }

    @AfterEach
    void stop() throws Exception {
        await(a.close());
        await(vertx.close());
        b.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private String both() {
        return """
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key: %s, priority: 1}
                  - {id: b, kind: gemini, base_url: "%s", key: %s, priority: 2}
                """.formatted(a.baseUrl(), KEY_A, b.url(), KEY_B);
    }

    private static Gateway.Reply ask(Channels channels, String knob, String more) {
        String prompt = knob.isEmpty() ? "Hello" : "Hello [[sandbox: " + knob + "]]";
        return channels.customer().chat("""
                {"model":"%s","messages":[{"role":"user","content":"%s"}]%s}""".formatted(MODEL, prompt, more));
    }

    private static Gateway.Reply atFlex(Channels channels, String knob) {
        return ask(channels, knob, ",\"service_tier\":\"flex\"");
    }

    private static Gateway.Reply standard(Channels channels, String knob) {
        return ask(channels, knob, "");
    }

    /** By the first channel, at the first attempt. */
    private void assertServed(Channels channels, int calls) {
        int before = a.requests().size();
        for (int i = 0; i < calls; i++) {
            Gateway.Reply reply = standard(channels, "");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.text()).doesNotContain("from b");
        }
        assertThat(a.requests()).hasSize(before + calls);
    }

    private static JsonNode model(Channels channels) {
        for (JsonNode model : channels.status("a").get("models")) {
            if (model.get("id").asString().equals(MODEL)) {
                return model;
            }
        }
        throw new AssertionError("a does not serve " + MODEL);
    }

    @Test
    void standard_calls_stay_on_the_channel_that_sheds_flex() {
        try (Channels channels = Channels.of(both(), clock)) {
            for (int i = 0; i < 20; i++) {
                Gateway.Reply flex =
                        switch (i % 4) {
                            case 0 -> atFlex(channels, SHED);
                            case 1 -> ask(channels, SHED, ",\"service_tier\":\"flex\",\"stream\":true");
                            case 2 ->
                                channels.gateway()
                                        .post(
                                                "/v1/messages",
                                                """
                                    {"model":"%s","max_tokens":99,"service_tier":"flex","messages":[{"role":"user","content":"[[sandbox: %s]]"}]}""".formatted(MODEL, SHED),
                                                channels.customer().key());
                            default ->
                                channels.gateway()
                                        .post(
                                                "/v1beta/models/" + MODEL + ":generateContent",
                                                """
                                    {"serviceTier":"flex","contents":[{"parts":[{"text":"[[sandbox: %s]]"}]}]}""".formatted(SHED),
                                                channels.customer().key());
                        };
                assertThat(flex.text()).contains("from b");
            }
            int ofFlex = b.asked();
            assertThat(ofFlex).isEqualTo(20);
            assertServed(channels, 50);
            assertThat(b.asked()).as("the second channel").isEqualTo(ofFlex);

            JsonNode status = channels.status("a");
            assertThat(status.at("/breaker/state").asString()).isEqualTo("closed");
            assertThat(status.at("/breaker/failures").asInt()).isZero();
            assertThat(model(channels).get("rest").isNull()).isTrue();
            assertThat(model(channels).at("/flex_rest/reason").asString()).isEqualTo("limited");
        }
    }

    @Test
    void a_flex_success_resets_no_failures_of_standard_calls() {
        try (Channels channels = Channels.of(both(), clock)) {
            for (int i = 0; i < 4; i++) {
                standard(channels, SHED);
            }
            assertThat(atFlex(channels, "").text()).doesNotContain("from b");
            assertThat(channels.status("a").at("/breaker/failures").asInt()).isEqualTo(4);
            standard(channels, SHED);
            assertThat(channels.status("a").at("/breaker/state").asString()).isEqualTo("open");
            assertThat(atFlex(channels, "").text()).as("passed over, too").contains("from b");
        }
    }

    @Test
    void a_used_up_quota_of_flex_is_told_to_flex_alone() {
        try (Channels channels = Channels.of(Channels.one(a.baseUrl()), clock);
                LogCapture log = new LogCapture()) {
            for (int i = 0; i < 3; i++) {
                Gateway.Reply flex = atFlex(channels, "status=429 quota=minute");
                assertThat(flex.status()).isEqualTo(503);
                assertThat(Integer.parseInt(flex.header("retry-after"))).isGreaterThan(5);
            }
            assertServed(channels, 5);
            assertThat(model(channels).at("/flex_rest/reason").asString()).isEqualTo("minute_quota");
            assertThat(log.text().split(" at flex used up", -1)).hasSize(2);
        }
    }

    @Test
    void a_quota_used_up_by_standard_calls_holds_at_flex() {
        try (Channels channels = Channels.of(both(), clock)) {
            standard(channels, "status=429 quota=day");
            assertThat(atFlex(channels, "").text()).contains("from b");
            assertThat(model(channels).at("/rest/reason").asString()).isEqualTo("day_quota");
            assertThat(model(channels).get("flex_rest").isNull()).isTrue();
        }
    }

    @Test
    void shed_calls_are_answered_as_before_after_as_many_attempts() {
        try (Channels channels = Channels.of(Channels.one(a.baseUrl()), clock)) {
            for (int i = 0; i < 2; i++) {
                Gateway.Reply flex = atFlex(channels, SHED + " id=" + i);
                assertThat(flex.status()).isEqualTo(503);
                assertThat(a.requests()).hasSize(3 * (i + 1));
            }
            assertThat(atFlex(channels, "").status())
                    .as("asked, since there is no other")
                    .isEqualTo(200);
        }
    }
}
