package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Models retire by the sandbox's clock, as they do at Google (D59). */
class SandboxRetirementTest {

    private static final Instant DAY = Instant.parse("2026-12-01T00:00:00Z");
    private static final String GEMINI = "/v1beta/models/";
    private static final String VERTEX = "/v1/projects/p/locations/global/publishers/google/models/";

    private Instant now = DAY;
    private final SandboxClient client =
            new SandboxClient(SandboxOptions.defaults().withClock(() -> now));

    @AfterEach
    void stop() {
        client.close();
    }

    private HttpResponse<String> ask(String base, String model, String more) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(client.sandbox.baseUrl() + base + model + ":generateContent"))
                .header("x-goog-api-key", "any")
                .header("authorization", "Bearer any")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(user("Hello", more)))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body());
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, gemini-3.8-flash, 2026-12-01T00:00:00Z",
        "gemini-2.5-flash, gemini-3.5-flash-lite, 2026-12-01T00:00:00Z",
        "gemini-3.5-flash, gemini-3.6-flash, 2026-10-08T00:00:00Z",
        "gemini-3.7-flash, gemini-3.8-flash, 2026-10-08T00:00:00Z",
    })
    void on_the_gemini_api_the_successor_answers_from_the_day_on(String model, String successor, Instant day)
            throws Exception {
        now = day.minusMillis(1);
        assertThat(json(ask(GEMINI, model, "")).get("modelVersion").asString()).isEqualTo(model);
        now = day;
        assertThat(json(ask(GEMINI, model, "")).get("modelVersion").asString()).isEqualTo(successor);
        assertThat(ask(VERTEX, model, "").statusCode()).isEqualTo(200);
    }

    @Test
    void gemini_2_5_flash_lite_goes_on() throws Exception {
        assertThat(json(ask(GEMINI, "gemini-2.5-flash-lite", ""))
                        .get("modelVersion")
                        .asString())
                .isEqualTo("gemini-2.5-flash-lite");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"thinkingLevel":"LOW"}       | 200
            {"thinkingLevel":"MEDIUM"}    | 200
            {"thinkingLevel":"HIGH"}      | 200
            {"thinkingLevel":"MINIMAL"}   | 400
            {"thinkingBudget":1024}       | 400
            {"thinkingBudget":-1}         | 400
            {"thinkingBudget":0}          | 400
            """)
    void the_successor_goes_by_its_own_rules(String thinking, int status) throws Exception {
        String config = ",\"generationConfig\":{\"thinkingConfig\":" + thinking + "}";
        assertThat(ask(GEMINI, "gemini-2.5-pro", config).statusCode()).isEqualTo(status);
        assertThat(ask(GEMINI, "gemini-3.8-flash", config).statusCode()).isEqualTo(status);
    }

    @Test
    void on_vertex_ai_the_model_answers_longer_and_is_then_not_found() throws Exception {
        assertThat(json(ask(VERTEX, "gemini-2.5-pro", "")).get("modelVersion").asString())
                .isEqualTo("gemini-2.5-pro");
        now = Instant.parse("2027-03-31T00:00:00Z");
        assertThat(ask(VERTEX, "gemini-2.5-pro", "").statusCode()).isEqualTo(404);
        now = now.minus(Duration.ofDays(1));
        assertThat(ask(VERTEX, "gemini-2.5-pro", "").statusCode()).isEqualTo(200);
    }
}
