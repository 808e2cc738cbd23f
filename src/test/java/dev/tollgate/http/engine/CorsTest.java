package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Browsers (D25). */
class CorsTest {

    private static final String[] PREFLIGHT = {
        "Origin: https://app.example",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization, content-type,x-stainless-lang , user-agent, b@d, *"
    };

    private final TestFront front = new TestFront()
            .callers(exchange -> Future.failedFuture(
                    ApiError.of(ErrorCode.INVALID_API_KEY, "no").asException()))
            .route(Route.post("/v1/chat/completions", TestFront.KEY, (exchange, caller) -> exchange.empty(204)))
            .route(Route.post("/chat/completions", TestFront.KEY, (exchange, caller) -> exchange.empty(204)))
            .route(Route.get("/v1/stream", Gate.PUBLIC, (exchange, caller) -> exchange.stream()
                    .end("data: 1\n\n".getBytes())))
            .route(Route.get("/v1/open", Gate.PUBLIC, (exchange, caller) -> {
                exchange.setHeader("x-new-thing", "1");
                exchange.json(200, new byte[0]);
            }))
            .route(Route.get("/dashboard", Gate.PUBLIC, (exchange, caller) -> exchange.json(200, new byte[0])));

    @AfterEach
    void stop() {
        front.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/chat/completions", "/chat/completions", "/v1/unknown", "/v1beta/models/x:generateContent"})
    void a_preflight_needs_no_key_and_names_the_headers_one_by_one(String path) throws IOException {
        try (RawClient client = front.start().client()) {
            RawClient.Answer answer = client.ask("OPTIONS", path, PREFLIGHT);

            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
            assertThat(answer.header("access-control-allow-headers"))
                    .isEqualTo("authorization, content-type, x-stainless-lang, user-agent, *");
            assertThat(answer.header("access-control-allow-methods")).contains("POST");
            assertThat(answer.headers()).doesNotContainKey("access-control-allow-credentials");
        }
    }

    @Test
    void a_page_is_not_open_to_other_origins() throws IOException {
        try (RawClient client = front.start().client()) {
            assertThat(client.ask("OPTIONS", "/dashboard", PREFLIGHT).headers())
                    .doesNotContainKey("access-control-allow-origin");
            assertThat(client.ask("GET", "/dashboard", PREFLIGHT[0]).headers())
                    .doesNotContainKey("access-control-allow-origin");
        }
    }

    @Test
    void errors_and_streams_and_answers_carry_the_headers() throws IOException {
        try (RawClient client = front.start().client()) {
            RawClient.Answer refused = client.post("/v1/chat/completions", new byte[0], PREFLIGHT[0]);
            RawClient.Answer stream = client.ask("GET", "/v1/stream", PREFLIGHT[0]);
            RawClient.Answer json = client.ask("GET", "/v1/open", PREFLIGHT[0]);

            assertThat(refused.status()).isEqualTo(401);
            assertThat(stream.text()).isEqualTo("data: 1\n\n");
            for (RawClient.Answer answer : new RawClient.Answer[] {refused, stream, json}) {
                assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
                assertThat(answer.header("access-control-expose-headers"))
                        .contains("x-request-id", "x-tollgate-ignored", "retry-after-ms", "openai-processing-ms");
            }
            assertThat(json.header("access-control-expose-headers")).contains("x-new-thing");
        }
    }

    @Test
    void without_an_origin_nothing_is_added() throws IOException {
        try (RawClient client = front.start().client()) {
            assertThat(client.ask("GET", "/v1/open").headers()).doesNotContainKey("access-control-allow-origin");
        }
    }

    @Test
    void only_configured_origins_are_let_in_if_there_are_any() throws IOException {
        front.options(
                options -> new HttpOptions(options.host(), 0, 1, 0, Set.of("https://app.example"), options.limits()));
        try (RawClient client = front.start().client()) {
            RawClient.Answer known = client.ask("GET", "/v1/open", PREFLIGHT[0]);
            RawClient.Answer other = client.ask("GET", "/v1/open", "Origin: https://evil.example");
            RawClient.Answer preflight = client.ask(
                    "OPTIONS", "/v1/open", "Origin: https://evil.example", "Access-Control-Request-Method: GET");

            assertThat(known.header("access-control-allow-origin")).isEqualTo("https://app.example");
            assertThat(known.header("vary")).isEqualTo("origin");
            assertThat(other.headers()).doesNotContainKey("access-control-allow-origin");
            assertThat(other.header("vary")).isEqualTo("origin");
            assertThat(preflight.headers())
                    .doesNotContainKeys("access-control-allow-origin", "access-control-allow-methods");
        }
    }
}
