package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.exchange.Routes;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths, methods, parameters and how errors look. */
class RoutingTest {

    private TestFront front;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        front = new TestFront()
                .route(Route.get("/v1/models", TestFront.KEY, (exchange, caller) -> text(exchange, "list")))
                .route(Route.get(
                        "/v1/models/{id...}",
                        TestFront.KEY,
                        (exchange, caller) -> text(exchange, exchange.pathParam("id"))))
                .route(Route.post("/v1/models/{call...}", TestFront.KEY, (exchange, caller) -> text(exchange, "call")))
                .route(Route.get(
                        "/v1/tasks/{id}",
                        TestFront.KEY,
                        (exchange, caller) -> text(exchange, exchange.pathParam("id"))))
                .route(Route.post(
                        "/v1/keys/{id}/rotate",
                        TestFront.KEY,
                        (exchange, caller) -> text(exchange, exchange.pathParam("id"))))
                .route(Route.get("/query", Gate.PUBLIC, (exchange, caller) -> text(exchange, exchange.query("q") + "")))
                .route(Route.get("/caller", TestFront.KEY, (exchange, caller) -> text(exchange, caller.accountId())))
                .route(Route.get("/refuse", Gate.PUBLIC, (exchange, caller) -> {
                    throw ApiError.invalid("messages.0.role", "'role' is \"odd\".")
                            .asException();
                }))
                .route(Route.get("/crash", Gate.PUBLIC, (exchange, caller) -> {
                    throw new IllegalStateException("secret detail");
                }))
                .route(Route.get("/google/of/others", Gate.PUBLIC, (exchange, caller) -> text(exchange, "others")))
                .route(Route.get(
                                "/google",
                                Gate.PUBLIC,
                                (exchange, caller) -> exchange.fail(ApiError.of(ErrorCode.UPSTREAM_ERROR, "no")))
                        .withErrors(error -> ("G" + error.status()).getBytes()))
                .route(Route.get(
                                "/g/models/{id...}",
                                Gate.PUBLIC,
                                (exchange, caller) -> text(exchange, "get " + exchange.pathParam("id")))
                        .withErrors(error -> ("G" + error.status()).getBytes()))
                .route(Route.post("/g/models/{id...}", Gate.PUBLIC, (exchange, caller) -> text(exchange, "any")))
                .route(Route.post(
                        "/g/models/{id...}:run",
                        Gate.PUBLIC,
                        (exchange, caller) -> text(exchange, "run " + exchange.pathParam("id"))))
                .route(Route.get("/linkage", Gate.PUBLIC, (exchange, caller) -> {
                    throw new NoClassDefFoundError("X");
                }))
                .route(Route.get("/twice", Gate.PUBLIC, (exchange, caller) -> {
                    text(exchange, "one");
                    text(exchange, "two");
                }))
                .route(Route.get("/ignored", Gate.PUBLIC, (exchange, caller) -> {
                    exchange.ignore("logit_bias");
                    exchange.ignore("tools.0.uniqueItems");
                    exchange.ignore("evil\r\nname");
                    exchange.ignore("logit_bias");
                    text(exchange, "ok");
                }))
                .start();
        client = front.client();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        front.close();
    }

    private static void text(Exchange exchange, String text) {
        exchange.send(200, "text/plain", text.getBytes());
    }

    @Test
    void a_fixed_path_wins_over_a_pattern() throws IOException {
        assertThat(client.ask("GET", "/v1/models").text()).isEqualTo("list");
    }

    @ParameterizedTest
    @ValueSource(strings = {"google%2Fgemini-2.5-pro", "google/gemini-2.5-pro", "google%2fgemini%2d2.5-pro"})
    void an_id_with_a_slash_may_come_escaped_or_not(String id) throws IOException {
        assertThat(client.ask("GET", "/v1/models/" + id).text()).isEqualTo("google/gemini-2.5-pro");
    }

    @Test
    void one_path_may_have_two_patterns_with_different_methods() throws IOException {
        assertThat(client.post("/v1/models/gemini-2.5-pro:generateContent", new byte[0])
                        .text())
                .isEqualTo("call");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches/b1", "/messages"})
    void a_path_of_anthropics_protocol_answers_in_its_shape(String path) throws IOException {
        RawClient.Answer answer = client.post(path, "{\"model\":\"m\",\"stream\":true}".getBytes());

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.text())
                .isEqualTo(
                        "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"Unknown request URL: POST "
                                + path
                                + ". Of Anthropic's Messages API, POST /v1/messages and POST /v1/messages/count_tokens are served here.\",\"details\":"
                                + "{\"error_code\":\"invalid_request\",\"param\":null}},\"request_id\":\""
                                + answer.header("x-request-id") + "\"}");
    }

    @Test
    void a_parameter_may_stand_in_the_middle() throws IOException {
        assertThat(client.post("/v1/keys/k7/rotate", new byte[0]).text()).isEqualTo("k7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/tasks/",
                "/v1/tasks/a/b",
                "/v1/tasks/a%2Fb",
                "/v1/models/",
                "/nowhere",
                "/v1",
                "///v1/models",
                "/v1/messagesx",
                "/v1/threads/t1/messages"
            })
    void an_unknown_path_is_404_in_the_one_shape(String path) throws IOException {
        RawClient.Answer answer = client.ask("GET", path + "?key=sk-secret");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.text())
                .startsWith("{\"error\":{\"code\":\"invalid_request\",\"message\":\"Unknown request URL: GET /")
                .endsWith("\"type\":\"invalid_request_error\",\"param\":null}}")
                .doesNotContain("secret");
    }

    @Test
    void an_unknown_path_below_a_route_is_refused_in_its_form() throws IOException {
        assertThat(client.ask("GET", "/google/nowhere").text()).isEqualTo("G404");
        assertThat(client.ask("GET", "/google/of/nowhere").text()).contains("invalid_request_error");
    }

    @Test
    void a_wrong_method_is_405_and_says_which_are_allowed() throws IOException {
        RawClient.Answer one = client.ask("DELETE", "/v1/models");
        RawClient.Answer both = client.ask("DELETE", "/v1/models/x");

        assertThat(one.status()).isEqualTo(405);
        assertThat(one.header("allow")).isEqualTo("GET, HEAD, OPTIONS");
        assertThat(one.text()).contains("\"invalid_request\"");
        assertThat(both.header("allow")).isEqualTo("GET, HEAD, OPTIONS, POST");
    }

    @Test
    void options_without_an_origin_says_which_methods_are_allowed() throws IOException {
        RawClient.Answer answer = client.ask("OPTIONS", "/v1/models");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD, OPTIONS");
    }

    @Test
    void options_of_the_whole_server_says_which_methods_there_are() throws IOException {
        RawClient.Answer answer = client.ask("OPTIONS", "*");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD, OPTIONS, POST");
        assertThat(client.ask("GET", "*").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "x-goog-api-key", "x-api-key"})
    void two_credentials_are_a_400_even_if_they_are_equal(String name) throws IOException {
        RawClient.Answer answer =
                client.ask("GET", "/caller", name + ": Bearer a", name.toUpperCase(Locale.ROOT) + ": Bearer a");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .contains("\"invalid_request\"", "The header " + name + " was sent more than once")
                .endsWith("\"param\":\"" + name + "\"}}");
        assertThat(client.ask("GET", "/g/models/x", name + ": a", name + ": b").text())
                .as("in the form of its route")
                .isEqualTo("G400");
    }

    @Test
    void head_is_get_without_the_body() throws IOException {
        RawClient.Answer head = client.ask("HEAD", "/v1/models");
        RawClient.Answer next = client.ask("GET", "/v1/models");

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("4");
        assertThat(next.text())
                .as("nothing of a body was left on the connection")
                .isEqualTo("list");
    }

    @Test
    void head_of_an_error_has_no_body_either() throws IOException {
        RawClient.Answer head = client.ask("HEAD", "/nowhere");
        RawClient.Answer next = client.ask("GET", "/v1/models");

        assertThat(head.status()).isEqualTo(404);
        assertThat(next.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/tasks/%",
                "/v1/tasks/%4",
                "/v1/tasks/%zz",
                "/v1/tasks/%ff",
                "/v1/tasks/%00",
                "/v1/tasks/%0a",
                "/v1/tasks/%c0%af"
            })
    void a_broken_escape_is_400(String path) throws IOException {
        RawClient.Answer answer = client.ask("GET", path);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"invalid_request\"", "percent-escape");
    }

    @Test
    void an_escape_of_several_bytes_is_one_character() throws IOException {
        assertThat(client.ask("GET", "/v1/tasks/%E2%82%AC+%20").text()).isEqualTo("€+ ");
    }

    @Test
    void a_query_is_decoded_and_a_broken_one_is_400() throws IOException {
        assertThat(client.ask("GET", "/query?a=1&q=x%20y+z&q=2").text()).isEqualTo("x y z");
        assertThat(client.ask("GET", "/query?a=1").text()).isEqualTo("null");
        assertThat(client.ask("GET", "/query?q=%zz").status()).isEqualTo(400);
        assertThat(client.ask("GET", "/query?q=a%00b").status()).isEqualTo(400);
        assertThat(client.ask("GET", "/query?q=%2500").text()).isEqualTo("%00");
    }

    @Test
    void a_refusal_names_its_field() throws IOException {
        RawClient.Answer answer = client.ask("GET", "/refuse");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .isEqualTo("{\"error\":{\"code\":\"invalid_request\",\"message\":\"'role' is \\\"odd\\\".\","
                        + "\"type\":\"invalid_request_error\",\"param\":\"messages.0.role\"}}");
    }

    @Test
    void a_fault_is_500_without_details() throws IOException {
        RawClient.Answer answer = client.ask("GET", "/crash");

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text())
                .contains("\"internal_error\"", answer.header("x-request-id"))
                .doesNotContain("secret");
    }

    @Test
    void a_handler_hears_whom_its_gate_has_let_in() throws IOException {
        assertThat(client.ask("GET", "/caller").text()).isEqualTo("a1");
    }

    @Test
    void a_door_may_have_errors_of_its_own_shape() throws IOException {
        assertThat(client.ask("GET", "/google").text()).isEqualTo("G503");
        assertThat(client.ask("PUT", "/google").text()).isEqualTo("G405");
    }

    @Test
    void the_longer_end_of_a_path_is_meant() throws IOException {
        assertThat(client.ask("POST", "/g/models/a%2Fb%3Arun").text()).isEqualTo("run a/b");
        assertThat(client.ask("POST", "/g/models/a:walk").text()).isEqualTo("any");
        assertThat(client.ask("GET", "/g/models/a:run").text()).isEqualTo("get a:run");
    }

    @Test
    void an_unknown_path_is_answered_as_the_nearest_routes_do() throws IOException {
        assertThat(client.ask("GET", "/g").text()).isEqualTo("G404");
        assertThat(client.ask("GET", "/g/files/x").text()).isEqualTo("G404");
        assertThat(client.ask("GET", "/gg/models").text()).startsWith("{\"error\":{\"code\":\"invalid_request\"");
    }

    @Test
    void every_answer_carries_the_headers_that_sdks_read() throws IOException {
        RawClient.Answer one = client.ask("GET", "/v1/models", "X-Request-Id: mine");
        RawClient.Answer two = client.ask("GET", "/nowhere");

        assertThat(one.header("x-request-id")).matches("req_[0-9a-f]{32}").isNotEqualTo(two.header("x-request-id"));
        assertThat(two.header("x-request-id")).matches("req_[0-9a-f]{32}");
        assertThat(one.header("openai-version")).isEqualTo("2020-10-01");
        assertThat(one.header("openai-processing-ms")).matches("\\d+");
        assertThat(one.header("date")).isEqualTo("Fri, 17 Apr 2026 00:15:46 GMT");
    }

    @Test
    void ignored_fields_are_listed_once_and_cleaned() throws IOException {
        assertThat(client.ask("GET", "/ignored").header("x-tollgate-ignored"))
                .isEqualTo("logit_bias,tools.0.uniqueItems,evil__name");
    }

    @Test
    void pipelined_requests_are_answered_in_order() throws IOException {
        client.send(RawClient.head("GET", "/v1/tasks/1")
                + RawClient.head("GET", "/v1/tasks/2")
                + RawClient.head("GET", "/v1/tasks/3"));

        assertThat(client.read().text()).isEqualTo("1");
        assertThat(client.read().text()).isEqualTo("2");
        assertThat(client.read().text()).isEqualTo("3");
    }

    @Test
    void a_client_that_asks_for_it_is_closed_after_the_answer() throws IOException {
        RawClient.Answer answer = client.ask("GET", "/v1/models", "Connection: close");

        assertThat(answer.header("connection")).isEqualTo("close");
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void an_upgrade_to_another_protocol_is_not_taken() throws IOException {
        RawClient.Answer http2 = client.ask(
                "GET",
                "/v1/models",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__");
        RawClient.Answer socket = client.ask(
                "GET",
                "/v1/models",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13");

        assertThat(http2.text()).isEqualTo("list");
        assertThat(socket.text()).isEqualTo("list");
    }

    @Test
    void an_error_of_the_machine_is_answered_too() throws IOException {
        assertThat(client.ask("GET", "/linkage").status()).isEqualTo(500);
        assertThat(client.ask("GET", "/twice").text())
                .as("the first answer counts")
                .isEqualTo("one");
    }

    @Test
    void two_routes_for_one_thing_are_refused() {
        Route route = Route.get("/x", Gate.PUBLIC, (exchange, caller) -> {});
        assertThatThrownBy(() -> new Routes(List.of(route, route))).isInstanceOf(IllegalArgumentException.class);
    }
}
