package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Answers that the upstream could not read itself, always again, at every door (protocol 4.4, D18, D48, E22). */
@Timeout(240)
class UnusableAnswersTest {

    private static final String GOOGLE = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}],"
            + "\"tools\":[{\"functionDeclarations\":[{\"name\":\"look\"}]}]}";
    private static final String FUNCTION =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}],\"messages\":";
    private static final String USER = "[{\"role\":\"user\",\"content\":\"%s\"}]";

    /** Path and body of each door. */
    private static final Map<String, List<String>> DOORS = Map.of(
            "chat",
                    List.of(
                            "/v1/chat/completions",
                            "{\"stream\":$S,\"model\":\"gemini-2.5-pro\"," + FUNCTION + USER + "}"),
            "completions", List.of("/v1/completions", "{\"stream\":$S,\"model\":\"gemini-2.5-pro\",\"prompt\":\"%s\"}"),
            "responses",
                    List.of(
                            "/v1/responses",
                            "{\"stream\":$S,\"model\":\"gemini-2.5-pro\",\"tools\":[{\"type\":\"function\",\"name\":\"look\"}],\"input\":\"%s\"}"),
            "messages",
                    List.of(
                            "/v1/messages",
                            "{\"stream\":$S,\"model\":\"gemini-2.5-pro\",\"max_tokens\":500,\"tools\":[{\"name\":\"look\",\"input_schema\":{}}],\"messages\":"
                                    + USER + "}"),
            "interactions",
                    List.of(
                            "/v1beta/interactions",
                            "{\"stream\":$S,\"model\":\"gemini-2.5-pro\",\"tools\":[{\"type\":\"function\",\"name\":\"look\"}],\"input\":\"%s\"}"),
            "native", List.of("/v1beta/models/gemini-2.5-pro:generateContent", GOOGLE),
            "native events", List.of("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", GOOGLE),
            "native array", List.of("/v1beta/models/gemini-2.5-pro:streamGenerateContent", GOOGLE));

    /** Others of their kind are in {@code WireAnswersTest}; each that is asked for again takes from the model's retries. */
    private static final List<String> WORDS = List.of("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL");

    private static final String SIGNATURE = "{\"text\":\"\",\"thoughtSignature\":\"c2ln\"}";

    /** Words that say at some door that an answer has ended well, or with a call. */
    private static final String[] ENDS = {
        "end_turn",
        "tool_use\",\"stop_sequence",
        "message_stop",
        "response.completed",
        "interaction.completed",
        "[DONE]",
        "finishReason",
        "\"finish_reason\":\""
    };

    private static CallServer gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    /** A refusal is remembered for its key (D24). */
    @BeforeEach
    void begin() {
        customer = gateway.customer("10");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Reply call(String door, boolean stream) {
        String body = DOORS.get(door).getLast().formatted(Prompts.LONG).replace("$S", "" + stream);
        return gateway.post(DOORS.get(door).getFirst(), body, customer.key());
    }

    /** Adds a part, if there is one, and the end. */
    private static UpstreamScript ends(UpstreamScript script, String part, String word) {
        if (!part.isEmpty()) {
            script.event("{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part + "]}}]}");
        }
        return script.finish(word, new Tokens(1_000, 200, 50));
    }

    @ParameterizedTest
    @CsvSource({
        "chat, false",
        "chat, true",
        "completions, false",
        "completions, true",
        "responses, false",
        "responses, true",
        "messages, false",
        "messages, true",
        "interactions, false",
        "interactions, true",
        "native, false",
        "native events, true",
        "native array, true"
    })
    void an_unusable_answer_is_asked_for_again_and_then_free(String door, boolean stream) {
        for (String word : WORDS) {
            assertRefunded(door, stream, "", word, 2);
            assertRefunded(door, stream, SIGNATURE, word, 2);
            assertRefunded(door, stream, "{\"text\":\"Hm.\",\"thought\":true}", word, 1);
            assertRefunded(door, stream, "{\"text\":\"So\"}", word, 1);
            assertRefunded(door, stream, "{\"functionCall\":{\"name\":\"look\",\"args\":{}}}", word, 1);
        }
    }

    private static void assertRefunded(String door, boolean stream, String part, String word, int attempts) {
        int asked = gateway.asked().size();
        JsonNode before = customer.credits();
        gateway.script(ends(UpstreamScript.answers(), part, word));
        Reply reply = call(door, stream);
        String what = door + ", " + stream + ", " + word + " after '" + part + "': " + reply.text();
        assertThat(gateway.asked().size() - asked).as(what).isEqualTo(attempts);
        if (stream && part.contains("So")) {
            assertThat(reply.status()).as(what).isEqualTo(200);
        } else if (!stream || attempts == 2) {
            assertThat(reply.status()).as(what).isEqualTo(503);
        }
        assertThat(reply.text()).as(what).contains("error").doesNotContain(ENDS);
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).as(what).isEqualTo("failed");
        assertThat(task.at("/error/code").asString()).as(what).isEqualTo("upstream_error");
        assertThat(customer.credits()).as(what).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "chat, false",
        "chat, true",
        "completions, false",
        "completions, true",
        "responses, false",
        "responses, true",
        "messages, false",
        "messages, true",
        "interactions, false",
        "interactions, true",
        "native, false",
        "native events, true",
        "native array, true"
    })
    void the_answer_to_the_second_request_is_the_only_one_charged(String door, boolean stream) {
        for (String word : WORDS) {
            JsonNode before = customer.credits();
            UpstreamScript script =
                    ends(UpstreamScript.answers(), SIGNATURE, word).times(1);
            gateway.script(script.next().text("There.").finish("STOP", new Tokens(1_000, 100, 0)));
            Reply reply = call(door, stream);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.text()).contains("There.").doesNotContain("c2ln", word);
            assertThat(customer.lastTask().get("credits_consumed").toString()).isEqualTo("0.1");
            assertThat(customer.credits().get("balance").decimalValue())
                    .isEqualByComparingTo(before.get("balance").decimalValue().subtract(new BigDecimal("0.1")));
        }
    }
}
