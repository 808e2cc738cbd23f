package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.cutOff;
import static dev.tollgate.testing.FarServer.events;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.geminiText;
import static dev.tollgate.testing.FarServer.whole;

import dev.tollgate.base.log.LogFormat;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogPaper;
import dev.tollgate.testing.OtlpReceiver;
import dev.tollgate.testing.StripeStandIn;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Formats of callers, models and providers, in every place where they may write one. None of them may appear in anything that an operator or another
 * account can see.
 */
@Timeout(120)
class CanaryTest {

    /** A text that matches no pattern, with characters outside the alphabet of any id. */
    private static final String CANARY = "Kanarienvogel~4711";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PASSWORD = "the operator of the canary";

    /** Upstream messages that contain a caller's or a model's words. */
    private static final List<FarServer.Answer> SAYINGS = List.of(
            gemini(CANARY),
            whole(400, error(400, "INVALID_ARGUMENT")),
            whole(400, error(400, CANARY)),
            whole(429, error(429, "RESOURCE_EXHAUSTED")),
            whole(500, error(500, "INTERNAL")),
            whole(502, "<html>" + CANARY + "</html>"),
            whole(200, "not a stream at all " + CANARY),
            events(error(500, "INTERNAL")),
            cutOff(geminiText(CANARY), error(503, "UNAVAILABLE")),
            events(geminiText(CANARY), "{\"unreadable\": " + CANARY),
            events("{\"candidates\":[{\"finishReason\":\"" + CANARY + "\"}],\"modelVersion\":\"" + CANARY + "\"}"));

    /** By the number in its question. */
    private static FarServer.Answer saying(FarServer.Request request) {
        for (int i = 0; i < SAYINGS.size(); i++) {
            if (request.body().contains(CANARY + " " + i + ".")) {
                return SAYINGS.get(i);
            }
        }
        return gemini("well");
    }

    private static String error(int code, String status) {
        return "{\"error\":{\"code\":%d,\"status\":\"%s\",\"message\":\"You asked: %s\"}}"
                .formatted(code, status, CANARY);
    }

    @Test
    void what_was_said_is_in_no_line_of_the_log_and_in_nothing_that_others_see() throws Exception {
        try (FarServer far = FarServer.saying("well");
                OtlpReceiver collector = new OtlpReceiver();
                LogPaper text = new LogPaper(LogFormat.TEXT).withRequests();
                LogPaper json = new LogPaper(LogFormat.JSON).withRequests();
                Channels channels = Channels.of(
                        Channels.one(far.url()),
                        Map.of(
                                "TOLLGATE_OPERATOR_PASSWORD",
                                PASSWORD,
                                "OTEL_EXPORTER_OTLP_ENDPOINT",
                                collector.url(),
                                "TOLLGATE_TELEMETRY_PERCENT",
                                "100",
                                "TOLLGATE_STRIPE_SECRET_KEY",
                                StripeStandIn.KEY,
                                "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                                StripeStandIn.SECRET,
                                "TOLLGATE_STRIPE_ALLOW_TEST_KEY",
                                "true"))) {
            Gateway gateway = channels.gateway();
            Customer customer = channels.customer();
            Customer other = gateway.customer("100");
            far.script(CanaryTest::saying);
            List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
            for (int i = 0; i < SAYINGS.size(); i++) {
                calls.add(customer.chatAside(asking(CANARY + " " + i + ".", true), CANARY + i));
                calls.add(customer.chatAside(asking(CANARY + " " + i + ".", false)));
            }
            calls.forEach(CompletableFuture::join);
            assertThat(gateway.app().upstreams().reload()).isTrue(); // lifts rests
            assertThat(far.requests().stream().map(FarServer.Request::body))
                    .as("the far side was asked")
                    .anyMatch(body -> body.contains(CANARY));
            far.script(gemini("well"));
            Gateway.Reply well = customer.chat(asking("Hi", false));
            refusals(gateway, customer);
            pages(gateway);
            webhooks(gateway);
            Map<String, String> seen = new HashMap<>();
            seen.put("the log as text", text.text());
            seen.put("the log as JSON", json.text());
            assertLineOf(customer, well, json.text());
            Gateway.await("traces", () -> collector.spans().size() > 2 * SAYINGS.size());
            Gateway.await("traces of what was refused", () -> collector.spans().stream()
                    .anyMatch(span -> span.getAttributesList().stream()
                            .anyMatch(it -> it.getKey().equals("http.response.status_code"))));
            seen.put("spans", collector.text());
            seen.put("metrics", gateway.get("/metrics", Channels.ADMIN_KEY).text());
            for (String path : List.of("/v1/tasks?limit=100", "/v1/receipts", "/v1/usage", "/v1/models")) {
                seen.put(
                        path + " of somebody else",
                        gateway.get(path, other.key()).text());
            }
            seen.put(
                    "an answer to somebody else",
                    other.chat(asking("Hi", false)).text());
            for (String path : List.of("tasks?limit=100", "channels", "audit", "books", "usage?by=channel")) {
                seen.put(
                        "/admin/" + path,
                        gateway.get("/admin/" + path, Channels.ADMIN_KEY).text());
            }
            assertThat(text.text())
                    .as("all of it was told")
                    .contains("upstream REFUSED: HTTP 400 INVALID_ARGUMENT", "/webhooks/stripe", "/sign-in", "/reset/");
            seen.forEach(CanaryTest::assertWithout);
        }
    }

    /** The line of a call tells what its task does. */
    private static void assertLineOf(Customer customer, Gateway.Reply reply, String log) {
        JsonNode line = log.lines()
                .map(JSON::readTree)
                .filter(it -> it.path("request_id").asString("").equals(reply.header("x-request-id")))
                .filter(it -> it.get("event").asString().equals("access"))
                .findFirst()
                .orElseThrow();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(line.get("task_id").asString()).isEqualTo(reply.header("x-tollgate-task-id"));
        assertThat(line.get("route").asString()).isEqualTo("POST /v1/chat/completions");
        assertThat(line.get("status").asInt()).isEqualTo(200);
        assertThat(line.get("account").asString()).isEqualTo(customer.account());
        assertThat(line.get("model").asString()).isEqualTo("gemini-2.5-pro");
        assertThat(line.get("channel").asString()).isEqualTo("a");
        assertThat(line.get("address").asString()).isEqualTo("127.0.0.0/24");
        assertThat(line.get("input_tokens").asLong()).isPositive();
        assertThat(line.get("output_tokens").asLong())
                .isEqualTo(reply.json().at("/usage/completion_tokens").asLong());
        assertThat(line.get("attempts").asLong()).isEqualTo(1);
        assertThat(line.get("charged_microcredits").asLong())
                .isEqualTo(customer.server()
                        .number("SELECT charged_micros FROM call WHERE id = '"
                                + line.get("task_id").asString() + "'"));
        assertThat(line.get("bytes").asLong()).isGreaterThan(200);
        assertThat(line.get("ms").asLong())
                .isGreaterThanOrEqualTo(line.get("first_byte_ms").asLong());
    }

    private static String asking(String question, boolean stream) {
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":%s,\"max_tokens\":50,\"user\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(stream, question, question);
    }

    /** What ends before an upstream is asked, or never was a call. */
    private static void refusals(Gateway gateway, Customer customer) {
        List<String> bodies = new ArrayList<>(List.of(
                "{\"model\":\"" + CANARY + "\",\"messages\":[]}",
                "{\"model\":\"gemini-2.5-pro\",\"" + CANARY + "\":1,\"messages\":[{\"role\":\"" + CANARY
                        + "\",\"content\":\"x\"}]}",
                "{\"model\":\"gemini-2.5-pro\",\"messages\": " + CANARY));
        for (String url : List.of(
                "http://127.0.0.1:1/" + CANARY,
                "https://" + CANARY.replace('~', '-') + ".invalid/" + CANARY + "?" + CANARY,
                "data:image/png;base64," + CANARY)) {
            bodies.add(
                    "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"%s\"}}]}]}"
                            .formatted(url));
        }
        for (String body : bodies) {
            assertThat(customer.chat(body).status()).as(body).isGreaterThanOrEqualTo(400);
        }
        String encoded = URLEncoder.encode(CANARY, StandardCharsets.UTF_8);
        assertThat(gateway.get("/v1/models?q=" + encoded, "sk-" + CANARY).status())
                .isEqualTo(401);
        gateway.get("/v1/models?q=" + encoded, customer.key());
        gateway.get("/" + encoded, customer.key());
        gateway.get("/v1/tasks/" + encoded, customer.key());
        gateway.post("/v1beta/models/" + encoded + ":generateContent?key=" + encoded, "{}", customer.key());
        gateway.send(gateway.request("/v1/models")
                .header("x-" + "canary", CANARY)
                .header("user-agent", CANARY)
                .header("x-forwarded-for", CANARY)
                .header("traceparent", CANARY)
                .header("authorization", "Basic " + CANARY));
        gateway.post("/admin/accounts", "{\"name\":\"x\"}", CANARY);
    }

    private static void pages(Gateway gateway) {
        Browser visitor = new Browser(gateway.url());
        visitor.signIn("operator", CANARY);
        visitor.signIn(CANARY + "@example.org", CANARY);
        String token = (CANARY.replace('~', '-') + "A".repeat(43)).substring(0, 43);
        visitor.get("/reset/" + token);
        visitor.post("/reset/" + token, CANARY, Map.of("password", CANARY));
        visitor.get("/dashboard?q=" + URLEncoder.encode(CANARY, StandardCharsets.UTF_8));
    }

    private static void webhooks(Gateway gateway) {
        String event = StripeStandIn.event(CANARY, "checkout.session.completed", "{\"id\":\"" + CANARY + "\"}");
        StripeStandIn.send(gateway, event, CANARY);
        StripeStandIn.send(gateway, event, StripeStandIn.signature(CANARY, gateway.now(), event));
        gateway.send(HttpRequest.newBuilder(
                        URI.create(gateway.url() + "/webhooks/stripe?" + "q=" + CANARY.replace('~', '-')))
                .POST(HttpRequest.BodyPublishers.ofString(CANARY)));
    }

    /** As it is, and as it would be written where not all characters can be. */
    private static void assertWithout(String where, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (String spelling :
                List.of("Kanarienvogel", Base64.getEncoder().encodeToString(CANARY.getBytes(StandardCharsets.UTF_8)))) {
            int at = lower.indexOf(spelling.toLowerCase(Locale.ROOT));
            assertThat(at)
                    .as(
                            "in %s: %s",
                            where,
                            at < 0 ? "" : text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 80)))
                    .isNegative();
        }
    }
}
