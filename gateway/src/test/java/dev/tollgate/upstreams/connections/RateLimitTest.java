package dev.tollgate.upstreams.connections;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.json.Json;
import dev.tollgate.http.client.AnswerHead;
import dev.tollgate.running.UpstreamFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class RateLimitTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private static JsonNode json(String text) {
        return Json.tree(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.            | MISCONFIGURED
            Your project has exceeded its monthly spending cap.                                                          | MISCONFIGURED
            Your account org-x <ak-y> is suspended due to insufficient balance                                          | MISCONFIGURED
            Billing account abc is disabled in state closed                                                              | MISCONFIGURED
            * Quota exceeded for metric: x/generate_content_free_tier_requests, limit: 0, model: m\\nPlease retry in 25s. | MISCONFIGURED
            Rate limit reached for m on tokens per min (TPM): Limit 0, Used 0                                            | MISCONFIGURED
            You exceeded your current quota, please check your plan and billing details.                                 | QUOTA
            * Quota exceeded for metric: x/generate_content_free_tier_requests, limit: 20, model: m                      | QUOTA
            Quota exceeded, limit: 0.5 a second                                                                          | QUOTA
            Resource has been exhausted (e.g. check quota).                                                              | QUOTA
            """)
    void the_words_say_whether_the_account_itself_is_refused(String message, Kind kind) {
        assertThat(new RateLimit(json("{}"), message).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'violations':[{'quotaId':'PerDayPerProject','quotaValue':'0'}]} | MISCONFIGURED
            {'metadata':{'quota_limit_value':'0'}}                           | MISCONFIGURED
            {'reason':'BILLING_DISABLED'}                                    | MISCONFIGURED
            {'violations':[{'quotaId':'PerDayPerProject','quotaValue':'5'}]} | DAY_QUOTA
            {'violations':[{'quotaId':'PerMinute'}]}                         | QUOTA
            """)
    void google_s_details_say_whose_limit_it_is(String detail, Kind kind) {
        assertThat(new RateLimit(json("{'details':[" + detail + "]}"), "").kind())
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            retry-after: 7                                                                            | PT7S
            retry-after: 1.5                                                                          | PT1.5S
            retry-after: 999999999                                                                    | PT24H
            retry-after: soon                                                                         | -
            retry-after: Fri, 20 Nov 2026 10:00:30 GMT                                                | PT30S
            retry-after: Fri, 20 Nov 2026 10:00:30 GMT; date: Fri, 20 Nov 2026 10:00:10 GMT           | PT20S
            retry-after: Fri, 20 Nov 2026 09:00:00 GMT                                                | PT0S
            retry-after-ms: 1250; retry-after: 2                                                      | PT1.25S
            x-ratelimit-reset-requests: 6m0s; x-ratelimit-remaining-requests: 0                       | PT6M
            x-ratelimit-reset-tokens: 20ms; x-ratelimit-remaining-tokens: 0                           | PT0.02S
            x-ratelimit-reset-tokens: 1h2m3.5s; x-ratelimit-remaining-tokens: 0                       | PT1H2M3.5S
            x-ratelimit-reset-requests-day: 33011.382867; x-ratelimit-remaining-requests-day: 0       | PT9H10M11.382S
            x-ratelimit-reset: 1795168860; x-ratelimit-remaining: 0                                   | PT1M
            x-ratelimit-reset: 1795168860000; x-ratelimit-remaining: 0                                | PT1M
            x-ratelimit-reset-tokens: 6m0s; x-ratelimit-remaining-tokens: 12                          | -
            x-ratelimit-reset-tokens: 6m0s                                                            | -
            x-ratelimit-reset-a: 2s; x-ratelimit-remaining-a: 0; x-ratelimit-reset-b: 9s; x-ratelimit-remaining-b: 0 | PT9S
            """)
    void headers_say_when_to_come_back(String headers, @Nullable Duration wait) {
        Map<String, String> values = new HashMap<>();
        for (String header : headers.split("; ")) {
            values.put(header.substring(0, header.indexOf(':')), header.substring(header.indexOf(':') + 2));
        }
        assertThat(new RateLimit(json("{}"), "").wait(new RetryHeaders(values), NOW))
                .isEqualTo(wait);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            Please retry in 5.07s.                                   | PT5.07S
            Rate limit reached. Please try again in 6m0s. Visit      | PT6M
            Please try again in 20ms.                                | PT0.02S
            Please retry after 26 seconds.                           | PT26S
            Try again in 2 days                                      | PT24H
            Please try again later.                                  | -
            Please retry in 5 steps                                  | -
            """)
    void words_say_when_to_come_back(String message, @Nullable Duration wait) {
        assertThat(new RateLimit(json("{}"), message).wait(RetryHeaders.NONE, NOW))
                .isEqualTo(wait);
    }

    @Test
    void a_zero_delay_is_passed_over_for_a_longer_one() {
        RateLimit limit = new RateLimit(json("{'details':[{'retryDelay':'0s'}]}"), "Please retry in 3s.");
        assertThat(limit.wait(new RetryHeaders(Map.of("retry-after", "0")), NOW))
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void headers_are_taken_from_the_head_by_any_case() throws Exception {
        AnswerHead head = new AnswerHead();
        byte[] text =
                "HTTP/1.1 429 No\r\nX-RateLimit-Reset-Tokens: 6m0s\r\nX-RateLimit-Remaining-Tokens:0\r\nServer: x\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII);
        head.set(text, text.length);
        assertThat(RetryHeaders.of(head).values())
                .isEqualTo(Map.of("x-ratelimit-reset-tokens", "6m0s", "x-ratelimit-remaining-tokens", "0"));
    }
}
