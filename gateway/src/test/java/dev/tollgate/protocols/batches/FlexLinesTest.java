package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Scrape;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Lines without a word about their tier run at flex where a channel grants it, and nowhere else (J3). */
@Timeout(240)
class FlexLinesTest {

    private static final String YAML = """
            channels:
              - {id: v, kind: vertex, base_url: "%1$s", key: vertex-key%3$s}
              - {id: g, kind: gemini, base_url: "%2$s", key: spare-key, models: [gemini-3.8-flash], priority: 2%4$s}
            """;
    private static final String LISTED = ", flex: [gemini-4-neon]";
    private static final String AT_FLEX = "x-vertex-ai-llm-shared-request-type";

    private final FarServer vertex = FarServer.saying("from vertex");
    private final FarServer gemini = FarServer.saying("from gemini");
    private CallChannels channels;
    private CallServer gateway;
    private Customer customer;
    private BatchClient client;

    @BeforeEach
    void start() {
        channels = CallChannels.of(yaml("", ""), Map.of("TOLLGATE_MODELS_FILE", "models/gemini-all.yaml"));
        gateway = channels.gateway();
        customer = channels.customer();
        client = new BatchClient(gateway, customer.key());
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        channels.close();
        vertex.close();
        gemini.close();
    }

    private String yaml(String ofVertex, String ofGemini) {
        return YAML.formatted(vertex.url(), gemini.url(), ofVertex, ofGemini);
    }

    private static String line(int number, String model, String more) {
        return """
                {"custom_id":"l%d","method":"POST","url":"/v1/chat/completions","body":{"model":"%s","max_tokens":100,\
                "messages":[{"role":"user","content":"Hi"}]%s}}
                """.formatted(number, model, more);
    }

    private String batch(int lines, String model) {
        return client.create(IntStream.rangeClosed(1, lines)
                .mapToObj(number -> line(number, model, ""))
                .collect(Collectors.joining()));
    }

    private static void assertAnswered(JsonNode batch, int lines) {
        assertThat(batch.path("request_counts").path("completed").asInt())
                .as(batch.toString())
                .isEqualTo(lines);
    }

    private String chat(String model) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    @Test
    void a_model_that_no_channel_grants_at_flex_is_standard() {
        JsonNode batch = client.ended(batch(2, "gemini-4-neon"));
        assertAnswered(batch, 2);
        assertThat(vertex.requests())
                .allSatisfy(request -> assertThat(request.headers()).doesNotContainKey(AT_FLEX));
        assertThat(client.results(batch, "output_file_id")).doesNotContain("\"service_tier\":\"flex\"");
    }

    @Test
    void a_listed_model_goes_to_the_channels_that_list_it_alone() {
        JsonNode batch = client.ended(batch(2, "gemini-3.8-flash"));
        assertAnswered(batch, 2);
        assertThat(vertex.asked()).isZero();
        assertThat(gemini.asked()).isEqualTo(2);
        assertThat(gemini.requests())
                .allSatisfy(request -> assertThat(request.body()).contains("flex"));
    }

    @Test
    void a_body_that_names_another_tier_gets_that() {
        JsonNode batch = client.ended(client.create(line(1, "gemini-3.8-flash", ",\"service_tier\":\"default\"")));
        assertAnswered(batch, 1);
        assertThat(gemini.asked()).isZero();
        assertThat(vertex.asked()).isEqualTo(1);
    }

    /** The provider's word about its tier changes what the operator pays, not what the line costs. */
    @Test
    void a_line_that_is_granted_priority_costs_what_flex_does() {
        String flex = client.ended(batch(1, "gemini-3.8-flash"))
                .path("credits_consumed")
                .toString();
        gemini.script(FarServer.events(
                FarServer.geminiText("from gemini"),
                FarServer.geminiEnd(1000, 100)
                        .replace("\"usageMetadata\":{", "\"usageMetadata\":{\"serviceTier\":\"priority\",")));
        JsonNode batch = client.ended(batch(2, "gemini-3.8-flash"));
        assertAnswered(batch, 2);
        assertThat(client.results(batch, "output_file_id")).contains("\"service_tier\":\"priority\"");
        assertThat(batch.path("credits_consumed").decimalValue())
                .isPositive()
                .isEqualByComparingTo(new BigDecimal(flex).multiply(BigDecimal.TWO));
        assertThat(batch.path("credits_consumed").decimalValue())
                .isLessThanOrEqualTo(batch.path("max_credits").decimalValue());
    }

    @Test
    void a_model_that_is_listed_wrongly_costs_nothing_and_no_other_call() {
        assertThat(channels.reload(yaml(LISTED, ""))).isTrue();
        FarServer.Answer refuses = FarServer.whole(
                400,
                "{\"error\":{\"code\":400,\"message\":\"flex is not supported.\",\"status\":\"INVALID_ARGUMENT\"}}");
        FarServer.Answer answers = FarServer.gemini("from vertex");
        vertex.script(request -> request.headers().containsKey(AT_FLEX) ? refuses : answers);
        JsonNode batch = client.ended(batch(3, "gemini-4-neon"));
        assertThat(batch.path("request_counts").path("failed").asInt())
                .as(batch.toString())
                .isEqualTo(3);
        assertThat(batch.path("credits_consumed").asInt()).isZero();
        assertThat(vertex.asked()).as("each line once").isEqualTo(3);
        assertThat(customer.chat(chat("gemini-4-neon")).status()).isEqualTo(200);
    }

    @Test
    void lines_wait_when_the_last_channel_of_flex_goes_and_run_when_one_comes_back() {
        gemini.script(
                FarServer.whole(503, "{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}"));
        String id = batch(2, "gemini-3.8-flash");
        CallServer.await("a refused line", () -> gemini.asked() > 0);
        assertThat(channels.reload(yaml("", ", flex: []"))).isTrue();
        gateway.execute("UPDATE job_line SET due_at = 1 WHERE due_at > 1");
        CallServer.await(
                "a pause",
                () -> client.get(id).path("paused").path("reason").asString("").equals("provider"));
        assertThat(client.get(id).path("paused").path("message").asString()).contains("flex");
        assertThat(vertex.asked()).as("no line rises to standard").isZero();
        assertThat(customer.chat(chat("gemini-3.8-flash")).status())
                .as("of others")
                .isEqualTo(200);

        gemini.script(FarServer.gemini("from gemini"));
        assertThat(channels.reload(yaml("", ""))).isTrue();
        gateway.execute("UPDATE job SET due_at = 1");
        JsonNode batch = client.ended(id);
        assertAnswered(batch, 2);
        assertThat(client.results(batch, "output_file_id"))
                .contains("from gemini")
                .doesNotContain("from vertex");
    }

    @Test
    void lines_that_are_shed_refuse_no_other_call_and_are_no_failures() {
        FarServer.Answer sheds =
                FarServer.whole(503, "{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}");
        FarServer.Answer answers = FarServer.gemini("from gemini");
        gemini.script(request -> request.body().contains("A line") ? sheds : answers);
        long failed = failed();
        String id = client.create(IntStream.rangeClosed(1, 30)
                .mapToObj(number -> line(number, "gemini-3.8-flash", "").replace("Hi", "A line"))
                .collect(Collectors.joining()));
        for (int i = 0; i < 20; i++) {
            int before = gemini.asked();
            for (String tier : List.of("default", "flex")) {
                CallServer.Reply reply = customer.chat(
                        chat("gemini-3.8-flash").replace("{\"model\"", "{\"service_tier\":\"" + tier + "\",\"model\""));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            }
            CallServer.await("a call at flex", () -> gemini.asked() > before);
        }
        assertThat(failed()).isEqualTo(failed);
        assertThat(gateway.number("SELECT COALESCE(SUM(failed), 0) FROM usage_quarter"))
                .isZero();
        assertThat(client.get(id).path("request_counts").path("failed").asInt()).isZero();
        gateway.post("/v1/batches/" + id + "/cancel", "", customer.key());
        assertThat(client.ended(id).path("credits_consumed").asInt()).isZero();
    }

    private long failed() {
        return Scrape.of(gateway).sum("tollgate_calls_total", "outcome=\"failed_upstream\"");
    }
}
