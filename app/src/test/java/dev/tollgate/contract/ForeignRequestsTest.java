package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * What foreign programs have sent, as it was recorded: path, headers and body, with a place for the key. The upstream is the sandbox by
 * its own rules, which refuses what Google does; the thought signatures in the recordings are its own.
 */
@Timeout(240)
class ForeignRequestsTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static Gateway gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        customer = gateway.customer("100");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Recorded recorded(String name) {
        return Recorded.of(name, customer.key());
    }

    /** It keeps each chunk of a streamed answer as a content of its own: a call, another one, an empty text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "google-genai-js-streamed-calls-gemini-2.5-pro",
                "google-genai-js-streamed-calls-gemini-3-pro",
                "google-genai-js-chat-goes-on-gemini-3-pro"
            })
    void the_streamed_chat_of_googles_js_sdk_goes_on_and_up_as_it_came(String name) {
        Recorded recorded = recorded(name);

        Reply reply = recorded.send(gateway);

        assertThat(reply.chunks()).isNotEmpty();
        assertThat(reply.text()).contains("\"finishReason\":\"STOP\"");
        assertThat(gateway.lastAsked().get("contents"))
                .isEqualTo(recorded.json().get("contents"));
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @Test
    void a_function_of_googles_adk_for_java_says_that_it_answers_an_object_of_anything() {
        Recorded recorded = recorded("google-adk-java-result");
        assertThat(recorded.body()).contains("\"response\":{\"type\":\"OBJECT\"}");

        assertThat(recorded.send(gateway).text()).contains("getWeather says city Oslo, celsius 4.");
        assertThat(gateway.lastAsked().get("tools")).isEqualTo(recorded.json().get("tools"));
    }

    @Test
    void an_id_with_a_slash_is_answered_where_vercels_provider_asks() {
        assertThat(recorded("ai-sdk-google-slash-whole")
                        .send(gateway)
                        .json()
                        .at("/candidates/0/content/parts")
                        .toString())
                .contains("2 + 2 = 4.");
        assertThat(recorded("ai-sdk-google-slash-stream").send(gateway).chunks())
                .isNotEmpty();
    }

    @Test
    void the_final_structured_call_of_langgraph_may_end_with_the_assistant() {
        Reply reply = recorded("langgraph-final-structured-call").send(gateway);

        assertThat(JSON.readTree(reply.json().at("/choices/0/message/content").asString())
                        .propertyNames())
                .containsExactly("city", "celsius");
        assertThat(gateway.lastAsked().get("contents").path(3).path("role").asString())
                .isEqualTo("model");
        assertThat(gateway.lastAsked().get("contents").size()).isEqualTo(4);
        assertThat(reply.header("x-tollgate-ignored"))
                .isEqualTo("messages.2.name,response_format.json_schema.name,response_format.$schema");
    }

    @ParameterizedTest
    @CsvSource({"axios", "node-fetch-built-in", "promptfoo"})
    void who_does_not_say_stream_and_takes_json_or_is_node_gets_json(String name) {
        Reply reply = recorded(name).send(gateway);

        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("2 + 2 = 4.");
    }
}
