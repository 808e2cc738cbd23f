package dev.tollgate.upstreams.gemini.answers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.json.Json;
import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.ErrorReader;
import dev.tollgate.upstreams.connections.RetryHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeminiErrorsTest {

    private static final String KEY = "AIzaSyA-1234567890abcdefghijklmnopqrstu";

    private final GeminiErrors errors = new GeminiErrors(KEY);

    private UpstreamFailure of(int status, String body) {
        return errors.of(status, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), RetryHeaders.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400 | INVALID_ARGUMENT    | Invalid value at 'contents'                              | REFUSED
            400 | INVALID_ARGUMENT    | API key not valid. Please pass a valid API key.          | MISCONFIGURED
            400 | FAILED_PRECONDITION | User location is not supported for the API use.          | MISCONFIGURED
            400 | FAILED_PRECONDITION | Billing is not enabled.                                  | MISCONFIGURED
            400 | FAILED_PRECONDITION | The File abc123 is not in an ACTIVE state                | REFUSED
            400 | INVALID_ARGUMENT    | Unknown name project_location at tools                   | REFUSED
            401 | UNAUTHENTICATED     | expired                                                  | MISCONFIGURED
            403 | PERMISSION_DENIED   | no                                                       | MISCONFIGURED
            404 | NOT_FOUND           | models/x is not found                                    | REPLACED
            404 | NOT_FOUND           | The requested URL was not found                          | MISCONFIGURED
            413 | x                   | too large                                                | REFUSED
            429 | RESOURCE_EXHAUSTED  | Resource has been exhausted                              | QUOTA
            499 | CANCELLED           | gone                                                     | UNAVAILABLE
            500 | INTERNAL            | An internal error                                        | UNAVAILABLE
            503 | UNAVAILABLE         | overloaded                                               | UNAVAILABLE
            504 | DEADLINE_EXCEEDED   | expired                                                  | UNAVAILABLE
            """)
    void a_status_and_its_words_tell_the_kind(int status, String word, String message, Kind kind) {
        UpstreamFailure failure = errors.of(
                status,
                Json.MAPPER
                        .writeValueAsString(java.util.Map.of(
                                "error", java.util.Map.of("code", status, "message", message, "status", word)))
                        .getBytes(StandardCharsets.UTF_8),
                RetryHeaders.NONE);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.detail()).contains(Integer.toString(status), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).                            | 1200293 | 1048576
            The input token count exceeds the maximum number of tokens allowed 1048576.                                       | -       | 1048576
            Unable to submit request because the input token count is 1200293 but model only supports up to 1048576. Reduce it | 1200293 | 1048576
            """)
    void a_request_that_is_too_long_is_known_by_its_sentence(String message, @Nullable Long tokens, Long max) {
        String body = "{'error':{'code':400,'status':'INVALID_ARGUMENT','message':'%s'}}".formatted(message);
        assertThat(of(400, body).kind()).isEqualTo(Kind.TOO_LONG);
        assertThat(of(400, body).overflow()).isEqualTo(new ContextOverflow(tokens, max));
        assertThat(of(503, body).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @ParameterizedTest
    @CsvSource({
        "500, 403, MISCONFIGURED",
        "500, 404, MISCONFIGURED",
        "500, 401, MISCONFIGURED",
        "503, 429, QUOTA",
        "400, 429, QUOTA",
        "500, 400, UNAVAILABLE",
        "503, 500, UNAVAILABLE",
        "429, 503, QUOTA"
    })
    void an_inner_401_403_404_or_429_counts(int status, int code, Kind kind) {
        assertThat(of(status, "{'error':{'code':" + code + ",'message':'m'}}").kind())
                .isEqualTo(kind);
    }

    @Test
    void a_reason_among_the_details_tells_that_the_key_is_wrong() {
        assertThat(of(400, "{'error':{'message':'x','details':[{'reason':'API_KEY_INVALID'}]}}")
                        .kind())
                .isEqualTo(Kind.MISCONFIGURED);
    }

    @Test
    void a_number_that_no_calculation_survives_makes_a_body_no_json() {
        for (String number : List.of("1e99999999999", "1e999999999", "-1e-999999999")) {
            byte[] body = ("{\"error\":{\"code\":" + number + ",\"message\":\"m\"}}").getBytes(StandardCharsets.UTF_8);
            assertThat(new GeminiErrors("").of(503, body, RetryHeaders.NONE).kind())
                    .isEqualTo(Kind.UNAVAILABLE);
            assertThat(ErrorReader.error(body).isMissingNode()).isTrue();
        }
    }

    @Test
    void a_body_need_not_be_json() {
        assertThat(of(502, "<html><body>Bad\n   Gateway</body></html>"))
                .isEqualTo(new UpstreamFailure(
                        Kind.UNAVAILABLE, null, "HTTP 502 : <html><body>Bad Gateway</body></html>"));
        assertThat(of(500, "")).isEqualTo(new UpstreamFailure(Kind.UNAVAILABLE, null, "HTTP 500 :"));
        assertThat(of(400, "{'error':'no'}").kind()).isEqualTo(Kind.REFUSED);
        assertThat(of(302, "").kind()).isEqualTo(Kind.MISCONFIGURED);
    }

    @Test
    void an_error_may_stand_in_an_array() {
        assertThat(of(429, "[{'error':{'message':'m','status':'S'}}]").detail()).isEqualTo("HTTP 429 S: m");
    }

    @Test
    void a_quota_tells_how_long_to_wait() {
        assertThat(quota("34.4s", "GenerateRequestsPerMinutePerProjectPerModel"))
                .isEqualTo(Duration.ofMillis(34_400));
        assertThat(quota("99999999s", "x")).isEqualTo(Duration.ofDays(1));
        assertThat(quota("soon", "x")).isNull();
        assertThat(quota("-5s", "x")).isNull();
    }

    @Test
    void a_daily_quota_is_recognised_with_any_delay() {
        assertThat(refused("34.4s", "GenerateRequestsPerMinutePerProjectPerModel")
                        .kind())
                .isEqualTo(Kind.QUOTA);
        assertThat(refused("34.4s", "GenerateRequestsPerDayPerProjectPerModel").kind())
                .isEqualTo(Kind.DAY_QUOTA);
    }

    private Duration quota(String delay, String quotaId) {
        return refused(delay, quotaId).retryAfter();
    }

    private UpstreamFailure refused(String delay, String quotaId) {
        return of(
                429,
                "{'error':{'details':[{'violations':[{'quotaId':'%s'}]},{'retryDelay':'%s'}]}}"
                        .formatted(quotaId, delay));
    }

    @Test
    void the_header_counts_where_the_body_is_silent() {
        RetryHeaders seven = new RetryHeaders(Map.of("retry-after", "7"));
        assertThat(errors.of(503, new byte[0], seven).retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(errors.of(429, new byte[0], seven).retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void failures_contain_neither_key_nor_project() {
        GeminiErrors other = new GeminiErrors("my-secret");
        String body =
                "{\"error\":{\"message\":\"key my-secret or " + KEY + " of projects/123456 and project: acme-prod\"}}";
        assertThat(other.of(403, body.getBytes(StandardCharsets.UTF_8), RetryHeaders.NONE)
                        .detail())
                .isEqualTo("HTTP 403 : key [key] or [key] of projects/[project] and project: [project]");
        assertThat(other.of(Kind.UNAVAILABLE, "my-secret\nfailed").detail()).isEqualTo("[key] failed");
    }

    @Test
    void a_detail_is_short_and_the_key_is_not_cut_out_of_sight() {
        String detail = of(500, "x".repeat(280) + KEY + "y".repeat(100_000)).detail();
        assertThat(detail).hasSizeLessThan(310).doesNotContain("AIza");
    }
}
