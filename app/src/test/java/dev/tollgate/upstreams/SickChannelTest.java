package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.whole;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller loses nothing if a second channel is healthy, however the first one fails (protocol 4.7). */
@Timeout(600)
class SickChannelTest {

    private static final int CALLS = Effort.of(200, 400);
    private static final int CALLS_OF_OPENAI = Effort.of(60, 100);
    private static final int AT_ONCE = 20;

    /** An always failing channel gets its second answers in a few trials. */
    private static final int ASKED_MAX = 3 * AT_ONCE;

    private static final FarServer.Answer WELL = whole(200, "");

    private enum Sickness {
        LIMITED(false, 0, error(429, 429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later.")),
        LIMITED_WITH_A_DELAY(
                false,
                0,
                whole(429, "{\"error\":{\"code\":429,\"message\":\"m\",\"details\":[{\"retryDelay\":\"34s\"}]}}")),
        PREPAYMENT(
                false,
                1,
                error(429, 429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted. Please add some.")),
        LIMIT_OF_NOTHING(
                false,
                1,
                error(429, 429, "RESOURCE_EXHAUSTED", "Quota exceeded for metric: free_tier, limit: 0, model: m")),
        EVERY_SECOND_LIMITED(true, 0, error(429, 429, "RESOURCE_EXHAUSTED", "Resource exhausted.")),
        EVERY_SECOND_OVERLOADED(true, 0, error(503, 503, "UNAVAILABLE", "The model is overloaded.")),
        BROKEN(false, 0, whole(500, "")),
        BROKEN_WITH_403(false, 1, error(500, 403, "PERMISSION_DENIED", "The model was withdrawn for this project.")),
        BROKEN_WITH_404(false, 1, error(500, 404, "NOT_FOUND", "Publisher model was not found.")),
        OVERLOADED_WITH_429(false, 0, error(503, 429, "RESOURCE_EXHAUSTED", "Resource exhausted.")),
        REFUSED_CONNECTION(false, 0, WELL),
        RESET(false, 0, new FarServer.Answer.Nothing());

        private final boolean isEverySecond;
        private final int alarms;
        private final FarServer.Answer answer;

        Sickness(boolean isEverySecond, int alarms, FarServer.Answer answer) {
            this.isEverySecond = isEverySecond;
            this.alarms = alarms;
            this.answer = answer;
        }
    }

    private static FarServer.Answer error(int http, int code, String status, String message) {
        return whole(
                http,
                "{\"error\":{\"code\":%d,\"status\":\"%s\",\"message\":\"%s\"}}".formatted(code, status, message));
    }

    /** Google's answer, or the answer of a server with OpenAI's protocol. */
    private static FarServer.Answer answer(String kind) {
        return kind.equals("gemini")
                ? gemini("from a")
                : FarServer.events(
                        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"from a\"},\"finish_reason\":\"stop\"}],"
                                + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,\"total_tokens\":12}}",
                        "[DONE]");
    }

    private static String channels(String kind, FarServer a, FarServer b, Sickness sickness) {
        return """
                channels:
                  - {id: %s, kind: %s, base_url: "%s", key: %s, priority: 1, models: {gemini-2.5-pro: gemini-2.5-pro}}
                  - {id: b, kind: gemini, base_url: "%s", key: %s, priority: 2}
                """.formatted("a-" + sickness, kind, a.url(), KEY_A, b.url(), KEY_B);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini", "openai"})
    void every_call_is_served_next_to_a_sick_first_channel(String kind) {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        try (FarServer b = FarServer.saying("from b");
                Channels channels = Channels.of(Channels.one(b.url()), clock);
                LogCapture log = new LogCapture()) {
            for (Sickness sickness : Sickness.values()) {
                try (FarServer a = new FarServer(request -> answer(kind))) {
                    a.script(request -> sickness.isEverySecond && a.asked() % 2 == 0 ? answer(kind) : sickness.answer);
                    if (sickness == Sickness.REFUSED_CONNECTION) {
                        a.close();
                    }
                    assertThat(channels.reload(channels(kind, a, b, sickness))).isTrue();

                    int calls = kind.equals("gemini") ? CALLS : CALLS_OF_OPENAI;
                    assertThat(served(channels, clock, calls))
                            .as(sickness.name())
                            .isEqualTo(calls);
                    assertThat(a.asked())
                            .as("calls to " + sickness)
                            .isLessThanOrEqualTo(sickness.isEverySecond ? CALLS : ASKED_MAX);
                }
                assertThat(log.text().split("ALARM: channel a-" + sickness + " ", -1))
                        .as("alarms of " + sickness)
                        .hasSize(1 + sickness.alarms);
            }
        }
    }

    @Test
    void a_channel_alone_that_refuses_one_call_in_twenty_serves_all() {
        TestClock clock = new TestClock("2026-11-20T10:00:00Z");
        try (FarServer a = FarServer.saying("from a");
                Channels channels = Channels.of(Channels.one(a.url()), clock)) {
            a.script(request -> a.asked() % 20 == 0 ? Sickness.LIMITED.answer : gemini("from a"));
            assertThat(served(channels, clock, CALLS)).isEqualTo(CALLS);
        }
    }

    /** Some at the same time. A second passes after each group, so that rests end and trials happen. */
    private static int served(Channels channels, TestClock clock, int calls) {
        int served = 0;
        for (int i = 0; i < calls / AT_ONCE; i++) {
            List<CompletableFuture<Gateway.Reply>> replies = new ArrayList<>();
            for (int j = 0; j < AT_ONCE; j++) {
                replies.add(channels.customer().chatAside(Channels.CALL.formatted(false)));
            }
            for (CompletableFuture<Gateway.Reply> reply : replies) {
                served += reply.join().status() == 200 ? 1 : 0;
            }
            clock.goOn(Duration.ofSeconds(1));
        }
        return served;
    }

    @Test
    void trouble_of_one_model_takes_no_retry_from_another() {
        try (FarServer a = FarServer.saying("from a");
                Channels channels = Channels.of(Channels.one(a.url()))) {
            a.script(request -> request.path().contains("2.5-pro") || a.asked() % 2 == 1
                    ? Sickness.LIMITED.answer
                    : gemini("from a"));
            List<CompletableFuture<Gateway.Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 140; i++) {
                replies.add(channels.customer().chatAside(Channels.CALL.formatted(false)));
            }
            replies.forEach(reply -> assertThat(reply.join().status()).isEqualTo(503));
            while (a.asked() % 2 == 1) {
                channels.call();
            }

            String other = Channels.CALL.replace("2.5-pro", "3-pro").formatted(false);
            assertThat(channels.customer().chat(other).status()).isEqualTo(200);
        }
    }
}
