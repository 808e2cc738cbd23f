package dev.tollgate.upstreams.compat;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.ErrorReader;
import dev.tollgate.upstreams.connections.RetryHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompatErrorsTest {

    private static final CompatErrors ERRORS = new CompatErrors("our-secret");

    @Test
    void the_error_in_a_body_is_found() {
        assertThat(error("{\"error\":{\"message\":\"no\"}}")).contains("\"no\"");
        assertThat(error("[{\"error\":\"words alone\"}]")).contains("words alone");
    }

    /** Such a number throws past code that expects a parser's exceptions, or fills the memory when it is rounded. */
    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "-1e-99999999999", "1e999999999"})
    void a_number_that_no_calculation_survives_is_no_error_that_can_be_read(String number) {
        assertThat(error("{\"error\":{\"code\":" + number + "}}")).isEmpty();
    }

    private static String error(String body) {
        return ErrorReader.error(body.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static UpstreamFailure failure(int status, String body, @Nullable String retryAfter) {
        Map<String, String> headers = retryAfter == null ? Map.of() : Map.of("retry-after", retryAfter);
        return ERRORS.of(status, body.getBytes(StandardCharsets.UTF_8), new RetryHeaders(headers));
    }

    @ParameterizedTest
    @CsvSource({
        "301, MISCONFIGURED",
        "400, REFUSED",
        "401, MISCONFIGURED",
        "402, MISCONFIGURED",
        "403, MISCONFIGURED",
        "404, MISCONFIGURED",
        "405, MISCONFIGURED",
        "408, UNAVAILABLE",
        "409, UNAVAILABLE",
        "413, REFUSED",
        "422, REFUSED",
        "425, UNAVAILABLE",
        "429, QUOTA",
        "499, UNAVAILABLE",
        "500, UNAVAILABLE",
        "503, UNAVAILABLE",
        "204, UNAVAILABLE"
    })
    void a_status_without_words_has_its_meaning(int status, Kind kind) {
        assertThat(failure(status, "", null).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "429, insufficient_quota, MISCONFIGURED",
        "429, billing_not_active, MISCONFIGURED",
        "400, invalid_api_key, MISCONFIGURED",
        "400, model_not_found, MISCONFIGURED",
        "400, rate_limit_exceeded, QUOTA",
        "500, context_length_exceeded, TOO_LONG",
        "403, content_policy_violation, REFUSED",
        "403, content_filter, REFUSED",
        "400, anything_else, REFUSED"
    })
    void a_code_says_more_than_the_status(int status, String code, Kind kind) {
        assertThat(failure(status, "{\"error\":{\"code\":\"" + code + "\",\"type\":\"x\"}}", null)
                        .kind())
                .isEqualTo(kind);
        assertThat(failure(status, "{\"error\":{\"type\":\"" + code + "\"}}", null)
                        .kind())
                .as("as the type")
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            500 | "code":403                      | MISCONFIGURED
            500 | "code":"404"                    | MISCONFIGURED
            502 | "type":"x","status":401         | MISCONFIGURED
            503 | "code":429                      | QUOTA
            500 | "code":400                      | UNAVAILABLE
            503 | "code":"server_error"           | UNAVAILABLE
            429 | "code":500                      | QUOTA
            500 | "code":"rate_limit_exceeded"    | QUOTA
            """)
    void an_inner_401_403_404_or_429_counts(int status, String code, Kind kind) {
        assertThat(failure(status, "{\"error\":{" + code + ",\"message\":\"m\"}}", null)
                        .kind())
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            400 | "code":"context_length_exceeded","message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce." | 9001 | 8192
            400 | "code":400,"type":"BadRequestError","message":"This model's maximum context length is 8192 tokens. However, you requested 9001 tokens (8000 in the messages, 1001 in the completion)." | 9001 | 8192
            400 | "code":400,"message":"This model's maximum context length is 8192 tokens and your request has 9001 input tokens" | 9001 | 8192
            400 | "code":"context_length_exceeded","message":"too long" | - | -
            500 | "code":500,"type":"exceed_context_size_error","message":"the request exceeds the available context size","n_prompt_tokens":9001,"n_ctx":8192 | 9001 | 8192
            """)
    void a_request_that_is_too_long_is_known_by_its_word_or_its_sentence(
            int status, String error, @Nullable Long tokens, @Nullable Long max) {
        UpstreamFailure failure = failure(status, "{\"error\":{" + error + "}}", null);
        assertThat(failure.kind()).isEqualTo(Kind.TOO_LONG);
        assertThat(failure.overflow()).isEqualTo(new ContextOverflow(tokens, max));
    }

    @Test
    void the_sentence_counts_only_where_the_request_is_refused() {
        String said = "{\"error\":{\"message\":\"maximum context length is 8192 tokens\"}}";
        assertThat(failure(401, said, null).kind()).isEqualTo(Kind.MISCONFIGURED);
        assertThat(failure(503, said, null).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "0, PT0S",
                "7, PT7S",
                "86400, PT24H",
                "86401, PT24H",
                "999999999, PT24H",
                "1234567890, -",
                "1.5, PT1.5S",
                "soon, -"
            },
            nullValues = "-")
    void the_wait_is_in_seconds_and_a_day_at_most(String header, Duration wait) {
        assertThat(failure(429, "", header).retryAfter()).isEqualTo(wait);
        assertThat(failure(429, "", null).retryAfter()).isNull();
    }

    @Test
    void the_detail_is_the_message_else_the_body() {
        assertThat(failure(400, "{\"error\":{\"code\":\"c\",\"message\":\"no\"}}", null)
                        .detail())
                .isEqualTo("HTTP 400 c: no");
        assertThat(failure(400, "{\"error\":\"words\"}", null).detail()).isEqualTo("HTTP 400 : words");
        assertThat(failure(502, "<html>bad\n\tgateway</html>", null).detail())
                .isEqualTo("HTTP 502 : <html>bad gateway</html>");
    }

    @Test
    void no_key_stands_in_a_detail_ours_or_another_ones() {
        String body =
                "got our-secret, want sk-abcdef123456 or gsk_abcdef or org-AbCdEf9 or proj_abc*** or pk-123456, not sk-12345";
        assertThat(failure(401, body, null).detail())
                .isEqualTo("HTTP 401 : got [key], want [key] or [key] or [key] or [key] or [key], not sk-12345");
        assertThat(ERRORS.of(Kind.BROKEN, " said our-secret\n").detail()).isEqualTo("said [key]");
        assertThat(new CompatErrors("").of(Kind.BROKEN, "said our-secret").detail())
                .isEqualTo("said our-secret");
    }

    @Test
    void a_detail_is_three_hundred_characters_at_most() {
        assertThat(ERRORS.of(Kind.BROKEN, "x".repeat(300)).detail()).isEqualTo("x".repeat(300));
        assertThat(ERRORS.of(Kind.BROKEN, "x".repeat(301)).detail()).isEqualTo("x".repeat(300) + "…");
        assertThat(ERRORS.of(Kind.BROKEN, " ".repeat(64 * 1024) + "x").detail()).isEmpty();
        assertThat(ERRORS.of(Kind.BROKEN, " ".repeat(64 * 1024 - 1) + "x").detail())
                .isEqualTo("x");
    }
}
