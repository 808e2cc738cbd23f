package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.FarServer.Answer;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A failed call says in its row whether its own request was the cause, or what a channel did. */
@Timeout(120)
class FailedByRequestTest {

    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    private final FarServer far = FarServer.saying("Hello");

    @AfterEach
    void close() {
        far.close();
    }

    private static Answer error(int status, String word, String message) {
        return FarServer.whole(
                status,
                "{\"error\":{\"code\":" + status + ",\"message\":\"" + message + "\",\"status\":\"" + word + "\"}}");
    }

    private static String ended(String reason) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":\"" + reason + "\",\"index\":0}],"
                + "\"usageMetadata\":{\"promptTokenCount\":10,\"totalTokenCount\":10}}";
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("refused", error(400, "INVALID_ARGUMENT", "Request contains an invalid argument."), 1),
                Arguments.of(
                        "too long",
                        error(
                                400,
                                "INVALID_ARGUMENT",
                                "The input token count (9) exceeds the maximum number of tokens allowed (8)."),
                        1),
                Arguments.of(
                        "blocked",
                        FarServer.events("{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},"
                                + "\"usageMetadata\":{\"promptTokenCount\":10,\"totalTokenCount\":10}}"),
                        1),
                Arguments.of("malformed", FarServer.events(ended("MALFORMED_FUNCTION_CALL")), 1),
                Arguments.of("empty", FarServer.events(ended("OTHER")), 0),
                Arguments.of("5xx", error(500, "INTERNAL", "An internal error has occurred."), 0),
                Arguments.of("quota", error(429, "RESOURCE_EXHAUSTED", "Please retry in 3600s."), 0),
                Arguments.of("no key", error(403, "PERMISSION_DENIED", "The key was disabled."), 0),
                Arguments.of("broken", FarServer.cutOff(FarServer.geminiText("Hel")), 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void the_row_says_whether_the_request_was_the_cause(String what, Answer answer, int byRequest) {
        far.script(answer);
        try (CallChannels channels = CallChannels.of(CallChannels.one(far.url()))) {
            CallServer gateway = channels.gateway();
            channels.customer().chat(CHAT.formatted(false));
            channels.customer().chat(CHAT.formatted(true));
            gateway.assertBooksAreClosed();
            assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE ending = 'failed'"))
                    .isEqualTo(2);
            assertThat(gateway.number("SELECT SUM((flags & 512) / 512) FROM call"))
                    .isEqualTo(2 * byRequest);
            for (String table : new String[] {"usage_quarter", "usage_hour"}) {
                assertThat(gateway.number("SELECT SUM(by_request) FROM " + table))
                        .isEqualTo(2 * byRequest);
            }
        }
    }

    @Test
    void what_is_blocked_and_charged_is_no_answer_of_a_channel() {
        far.script(FarServer.events("{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},"
                + "\"usageMetadata\":{\"promptTokenCount\":10,\"totalTokenCount\":10}}"));
        try (CallChannels channels = CallChannels.of(CallChannels.one(far.url()))) {
            for (int i = 0; i < FreeAnswers.DAY + 2; i++) {
                channels.customer().chat(CHAT.formatted(false).replace("Hi", "Hi " + i));
            }
            CallServer gateway = channels.gateway();
            gateway.assertBooksAreClosed();
            assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE ending = 'completed' AND flags & 512 <> 0"))
                    .isEqualTo(2);
            assertThat(gateway.number("SELECT SUM(by_request) FROM usage_quarter"))
                    .isEqualTo(FreeAnswers.DAY);
            assertThat(gateway.number("SELECT SUM(charged_by_request) FROM usage_quarter"))
                    .isEqualTo(2);
            assertThat(gateway.number("SELECT SUM(by_request) FROM usage_hour")).isEqualTo(FreeAnswers.DAY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"flex", "priority"})
    void what_flex_is_refused_says_nothing_about_a_channel(String tier) {
        far.script(error(503, "UNAVAILABLE", "The model is overloaded."));
        try (CallChannels channels = CallChannels.of(
                CallChannels.one(far.url()), Map.of("TOLLGATE_MODELS_FILE", "models/gemini-all.yaml"))) {
            channels.customer()
                    .chat(CHAT.replace("2.5", "3.8")
                            .replace("pro", "flash")
                            .formatted(false)
                            .replace("{\"model", "{\"service_tier\":\"" + tier + "\",\"model"));
            channels.gateway().assertBooksAreClosed();
            assertThat(channels.gateway().number("SELECT SUM(by_request) FROM usage_hour"))
                    .isEqualTo(tier.equals("flex") ? 1 : 0);
        }
    }
}
