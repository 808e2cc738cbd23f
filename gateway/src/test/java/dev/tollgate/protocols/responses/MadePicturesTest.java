package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a model has made besides text, at the doors whose protocols have other forms than chat for it, or none (E72). */
class MadePicturesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DATA = "iVBORw0KGgoA";
    private static final String PICTURE = "{\"mimeType\":\"image/png\",\"data\":\"" + DATA + "\"}";
    private static final String SIGNED = "{\"inlineData\":" + PICTURE + ",\"thoughtSignature\":\"c2ln\"}";
    private static final String SOUND =
            "{\"inlineData\":{\"mimeType\":\"audio/L16;codec=pcm;rate=24000\",\"data\":\"AAEAAgAD\"}}";
    private static final String LINK =
            "{\"fileData\":{\"mimeType\":\"video/mp4\",\"fileUri\":\"https://made.example/v.mp4\"}}";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("10");
    }

    private static void makes(String part) {
        gateway.script(UpstreamScript.answers()
                .event("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Here:\"}," + part
                        + ",{\"text\":\"Done.\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":"
                        + "{\"promptTokenCount\":1000,\"candidatesTokenCount\":500,\"totalTokenCount\":1500}}"));
    }

    private Reply responses(String input, String members) {
        return gateway.post(
                "/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":" + input + members + "}", customer.key());
    }

    private JsonNode response(boolean stream) {
        Reply reply = responses("\"Draw\"", ",\"stream\":" + stream);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return stream ? ResponseEvents.of(reply.text()).last() : reply.json();
    }

    private Reply messages(boolean stream) {
        return gateway.post(
                "/v1/messages",
                "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":1000,\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Draw\"}]}",
                customer.key());
    }

    private BigDecimal charged() {
        return new BigDecimal("10").subtract(customer.balance());
    }

    // ---- Responses ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void responses_shows_a_picture_as_an_item_and_charges_it(boolean stream) {
        makes(SIGNED);

        JsonNode response = response(stream);

        JsonNode items = response.get("output");
        assertThat(items.valueStream().map(item -> item.get("type").asString()).toList())
                .isEqualTo(List.of("message", "image_generation_call", "message"));
        String id = "ig_" + response.get("id").asString().substring("resp_".length()) + "_1";
        assertThat(items.get(1))
                .isEqualTo(JSON.readTree("{\"type\":\"image_generation_call\",\"id\":\"" + id
                        + "\",\"status\":\"completed\",\"result\":\"" + DATA
                        + "\",\"output_format\":\"png\",\"quality\":\"auto\",\"background\":\"opaque\","
                        + "\"extra_content\":{\"google\":{\"thought_signature\":\"c2ln\"}}}"));
        assertThat(charged())
                .isEqualByComparingTo(response.get("credits_consumed").decimalValue());
        assertThat(charged()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void responses_shows_the_address_of_a_made_file_as_a_text(boolean stream) {
        makes(LINK);
        assertThat(response(stream)
                        .get("output")
                        .valueStream()
                        .map(item -> item.at("/content/0/text").asString())
                        .toList())
                .isEqualTo(List.of("Here:", "https://made.example/v.mp4", "Done."));
        assertThat(charged()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_sound_at_responses_fails_the_call_free(boolean stream) {
        makes(SOUND);
        Reply reply = responses("\"Speak\"", ",\"stream\":" + stream);
        JsonNode error = stream
                ? ResponseEvents.of(reply.text()).last().get("error")
                : reply.json().get("error");
        assertThat(reply.status()).isEqualTo(stream ? 200 : 400);
        assertThat(error.get("message").asString()).contains("/v1/chat/completions");
        assertThat(charged()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sent back", "previous_response_id", "item_reference"})
    void a_picture_goes_back_to_the_model_in_the_turn_of_the_assistant(String how) {
        makes(SIGNED);
        JsonNode made = response(false);
        JsonNode items = made.get("output");
        gateway.script("[]");
        String user = "{\"role\":\"user\",\"content\":\"Draw\"},";
        String next = "{\"role\":\"user\",\"content\":\"Bluer\"}";

        Reply reply =
                switch (how) {
                    case "sent back" ->
                        responses(
                                "[" + user + items.get(0) + "," + items.get(1) + "," + items.get(2) + "," + next + "]",
                                "");
                    case "item_reference" ->
                        responses(
                                "[" + user + items.get(0) + ",{\"type\":\"item_reference\",\"id\":"
                                        + items.get(1).get("id") + "}," + items.get(2) + "," + next + "]",
                                "");
                    default -> responses("[" + next + "]", ",\"previous_response_id\":" + made.get("id"));
                };

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(gateway.lastAsked().get("contents")).hasSize(3);
        assertThat(gateway.lastAsked().at("/contents/1"))
                .isEqualTo(
                        JSON.readTree("{\"role\":\"model\",\"parts\":[{\"text\":\"Here:\\nDone.\"}," + SIGNED + "]}"));
    }

    @Test
    void an_item_of_a_picture_without_result_is_passed_over() {
        gateway.script("[]");
        Reply reply = responses(
                "[{\"type\":\"image_generation_call\",\"id\":\"ig_1\",\"status\":\"failed\",\"result\":null},"
                        + "{\"role\":\"user\",\"content\":\"Draw\"}]",
                "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("contents")).hasSize(1);
    }

    // ---- Messages ----

    @ParameterizedTest
    @ValueSource(strings = {PICTURE, SOUND, LINK})
    void messages_fails_free_where_a_model_makes_a_file(String made) {
        makes(made.equals(PICTURE) ? "{\"inlineData\":" + PICTURE + "}" : made);

        Reply whole = messages(false);
        assertThat(whole.status()).isEqualTo(400);
        assertThat(whole.header("x-should-retry")).isEqualTo("false");
        assertUnshowable(whole.json());

        Reply stream = messages(true);
        assertThat(stream.status()).isEqualTo(200);
        String[] events = stream.text().split("\n\n");
        assertThat(stream.text()).doesNotContain("message_stop");
        assertThat(events[events.length - 1]).startsWith("event: error\ndata: ");
        assertUnshowable(JSON.readTree(events[events.length - 1].substring("event: error\ndata: ".length())));

        assertThat(charged()).isZero();
    }

    private static void assertUnshowable(JsonNode body) {
        assertThat(body.at("/error/type").asString()).isEqualTo("invalid_request_error");
        assertThat(body.at("/error/details/error_code").asString()).isEqualTo("invalid_request");
        assertThat(body.at("/error/message").asString()).contains("/v1/chat/completions");
    }
}
