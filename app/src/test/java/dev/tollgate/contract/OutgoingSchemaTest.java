package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.OutgoingSchema;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every body and every event that leaves fits the closed schemas, whatever was asked; and the schemas do refuse. */
class OutgoingSchemaTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String FUNCTION = "{\"name\":\"get_weather\",\"description\":\"The weather in a city\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void natural() {
        gateway.script(Scripts.NONE);
    }

    // ---- answers ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemini-2.5-pro",
                "gemini-3-pro",
                "gemini-3.1-pro",
                "google/gemini-2.5-pro",
                "google/gemini-2.5-pro-preview"
            })
    void answers_of_every_model_fit(String model) {
        answers(model, "");
        answers(model, ",\"max_tokens\":20");
        answers(model, ",\"web_search_options\":{}");
    }

    @Test
    void answers_of_every_kind_fit() {
        String forced = ",\"tool_choice\":\"required\"";
        answers("gemini-3-pro", ",\"tools\":[{\"type\":\"function\",\"function\":" + FUNCTION + "}]" + forced);
        answers("gemini-2.5-pro", ",\"functions\":[" + FUNCTION + "],\"function_call\":{\"name\":\"get_weather\"}");
        answers("gemini-2.5-pro", ",\"n\":3,\"include_thoughts\":false");
        answers("gemini-2.5-pro", ",\"response_format\":{\"type\":\"json_object\"}");
    }

    private static void answers(String model, String more) {
        String request = "{\"model\":\"" + model
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"The weather in Oslo\"}]" + more + ",\"stream\":";
        Gateway.Reply whole = gateway.chat(request + "false}");
        Gateway.Reply streamed = gateway.chat(request + "true}");

        OutgoingSchema.COMPLETION.check(whole.json());
        assertThat(streamed.chunks()).hasSizeGreaterThan(2);
        streamed.chunks().forEach(OutgoingSchema.CHUNK::check);
        assertThat(streamed.data().getLast()).isEqualTo("[DONE]");
    }

    // ---- errors ----

    @Test
    void errors_of_every_kind_fit() {
        Callers callers = new Callers(gateway);
        String hi = "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        String once = callers.once();
        String path = "/v1/chat/completions";
        gateway.post(path, hi, once);

        error("invalid_request", gateway.chat("{\"messages\":[]}"));
        error("invalid_request", gateway.chat("{"));
        error("invalid_request", gateway.get("/v1/nothing"));
        error("invalid_request", gateway.get(path));
        error("invalid_api_key", gateway.post(path, hi, "sk-nobody"));
        error("insufficient_credits", gateway.post(path, hi, callers.poor()));
        error("ip_not_allowed", gateway.post(path, hi, callers.fromElsewhere()));
        error("model_not_found", gateway.get("/v1/models/gemini-9"));
        error("task_not_found", gateway.get("/v1/tasks/chatcmpl-0"));
        error("rate_limit_exceeded", gateway.post(path, hi, once));
        error("spend_limit_exceeded", gateway.post(path, hi, callers.thrifty()));
        gateway.script(Scripts.status(400));
        error("upstream_error", gateway.chat(hi));
    }

    private static void error(String code, Gateway.Reply reply) {
        OutgoingSchema.ERROR.check(reply.json());
        assertThat(reply.error().get("code").asString()).isEqualTo(code);
    }

    // ---- the schemas ----

    @Test
    void the_schemas_refuse_what_breaks_clients() {
        Gateway.Reply streamed = gateway.chat(
                "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        List<JsonNode> chunks = streamed.chunks();
        String first = chunks.getFirst().toString();
        String last = chunks.getLast().toString();

        refused(first.replaceFirst("}$", ",\"error\":null}"));
        refused(first.replaceFirst("}$", ",\"usage\":{}}"));
        refused(first.replace("\"finish_reason\":null", "\"finish_reason\":\"error\""));
        refused(first.replace("\"role\":\"assistant\"", "\"role\":\"assistant\",\"tool_calls\":[]"));
        refused(last.replace("\"usage\"", "\"used\""));
        refused(last.replaceFirst(",\"credits_consumed\":[0-9.]+", ""));
    }

    private static void refused(String chunk) {
        JsonNode broken = JSON.readTree(chunk);
        assertThatThrownBy(() -> OutgoingSchema.CHUNK.check(broken)).isInstanceOf(AssertionError.class);
    }

    @Test
    void an_event_that_lacks_a_member_fits_no_schema_of_its_door() {
        JsonNode stop = JSON.readTree("{\"type\":\"content_block_stop\"}");
        JsonNode delta = JSON.readTree("{\"type\":\"response.output_text.delta\",\"delta\":\"a\"}");
        assertThatThrownBy(() -> OutgoingSchema.MESSAGES.check(stop)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> OutgoingSchema.RESPONSES.check(delta)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> OutgoingSchema.OPENRESPONSES.check(delta)).isInstanceOf(AssertionError.class);
    }
}
