package dev.tollgate.http.exchange;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.testing.Asked;
import io.vertx.core.Future;
import java.util.List;
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

    private static final Gate<Gate.Anyone> KEY = new Gate<>() {
        @Override
        public String name() {
            return "key";
        }

        @Override
        public Future<Anyone> admit(Exchange exchange) {
            throw ApiError.of(ErrorCode.INVALID_API_KEY, "no").asException();
        }
    };

    private static final List<Route<?>> ROUTES = List.of(
            Route.post("/v1/chat/completions", KEY, (exchange, caller) -> exchange.empty(204)),
            Route.post("/chat/completions", KEY, (exchange, caller) -> exchange.empty(204)),
            Route.get("/v1/stream", Gate.PUBLIC, (exchange, caller) -> exchange.stream()
                    .end("data: 1\n\n".getBytes())),
            Route.get("/v1/open", Gate.PUBLIC, (exchange, caller) -> {
                exchange.setHeader("x-new-thing", "1");
                exchange.json(200, new byte[0]);
            }),
            Route.get("/dashboard", Gate.PUBLIC, (exchange, caller) -> exchange.json(200, new byte[0])));

    private static Asked ask(String method, String path, String... headers) {
        Asked asked = Asked.of(method, path);
        for (String header : headers) {
            int colon = header.indexOf(':');
            asked.header(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        return asked;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/chat/completions", "/chat/completions", "/v1/unknown", "/v1beta/models/x:generateContent"})
    void a_preflight_needs_no_key_and_names_the_headers_one_by_one(String path) {
        Asked.Answer answer = ask("OPTIONS", path, PREFLIGHT).at(ROUTES);

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(answer.header("access-control-allow-headers"))
                .isEqualTo("authorization, content-type, x-stainless-lang, user-agent, *");
        assertThat(answer.header("access-control-allow-methods")).contains("POST");
        assertThat(answer.headers()).doesNotContainKey("access-control-allow-credentials");
    }

    @Test
    void a_page_is_not_open_to_other_origins() {
        assertThat(ask("OPTIONS", "/dashboard", PREFLIGHT).at(ROUTES).headers())
                .doesNotContainKey("access-control-allow-origin");
        assertThat(ask("GET", "/dashboard", PREFLIGHT[0]).at(ROUTES).headers())
                .doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void errors_and_streams_and_answers_carry_the_headers() {
        Asked.Answer refused = ask("POST", "/v1/chat/completions", PREFLIGHT[0]).at(ROUTES);
        Asked.Answer stream = ask("GET", "/v1/stream", PREFLIGHT[0]).at(ROUTES);
        Asked.Answer json = ask("GET", "/v1/open", PREFLIGHT[0]).at(ROUTES);

        assertThat(refused.status()).isEqualTo(401);
        assertThat(stream.text()).isEqualTo("data: 1\n\n");
        for (Asked.Answer answer : new Asked.Answer[] {refused, stream, json}) {
            assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
            assertThat(answer.header("access-control-expose-headers"))
                    .contains("x-request-id", "x-tollgate-ignored", "retry-after-ms", "openai-processing-ms");
        }
        assertThat(json.header("access-control-expose-headers")).contains("x-new-thing");
    }

    @Test
    void without_an_origin_nothing_is_added() {
        assertThat(ask("GET", "/v1/open").at(ROUTES).headers()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void only_configured_origins_are_let_in_if_there_are_any() {
        Asked.Answer known = ask("GET", "/v1/open", PREFLIGHT[0])
                .origins("https://app.example")
                .at(ROUTES);
        Asked.Answer other = ask("GET", "/v1/open", "Origin: https://evil.example")
                .origins("https://app.example")
                .at(ROUTES);
        Asked.Answer preflight = ask(
                        "OPTIONS", "/v1/open", "Origin: https://evil.example", "Access-Control-Request-Method: GET")
                .origins("https://app.example")
                .at(ROUTES);

        assertThat(known.header("access-control-allow-origin")).isEqualTo("https://app.example");
        assertThat(known.header("vary")).isEqualTo("origin");
        assertThat(other.headers()).doesNotContainKey("access-control-allow-origin");
        assertThat(other.header("vary")).isEqualTo("origin");
        assertThat(preflight.headers())
                .doesNotContainKeys("access-control-allow-origin", "access-control-allow-methods");
    }
}
