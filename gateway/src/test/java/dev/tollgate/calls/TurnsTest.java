package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Neighbours of one role are one turn for every rule, at both doors and in the sandbox (D55); whose turn comes last (D49). */
@Timeout(240)
class TurnsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String MODELS = "/v1beta/models/";

    private static final String USER = "{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]}";
    private static final String CALL_F =
            "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"1\",\"name\":\"f\",\"args\":{}}}]}";
    private static final String CALL_G =
            "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"2\",\"name\":\"g\",\"args\":{}}}]}";
    private static final String RESULT_F =
            "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"1\",\"name\":\"f\",\"response\":{\"a\":1}}}]}";
    private static final String RESULT_G =
            "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"2\",\"name\":\"g\",\"response\":{\"a\":2}}}]}";
    private static final String MODEL = "{\"role\":\"model\",\"parts\":[{\"text\":\"Well\"}]}";
    private static final String EMPTY = "{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]}";

    private static CallServer gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
        customer = gateway.customer("100");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static String contents(String list) {
        return "{\"contents\":["
                + list.replace("USER", USER)
                        .replace("MODEL", MODEL)
                        .replace("EMPTY", EMPTY)
                        .replace("CALL_F", CALL_F)
                        .replace("CALL_G", CALL_G)
                        .replace("RESULT_F", RESULT_F)
                        .replace("RESULT_G", RESULT_G)
                + "]}";
    }

    private static Reply generate(String model, String list) {
        return gateway.post(MODELS + model + ":generateContent", contents(list), customer.key());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "USER,CALL_F,EMPTY,RESULT_F",
                "USER,EMPTY,CALL_F,RESULT_F",
                "USER,CALL_F,CALL_G,EMPTY,RESULT_F,RESULT_G",
                "USER,CALL_F,CALL_G,RESULT_G,RESULT_F",
                "USER,MODEL,MODEL,USER,USER",
                "USER,USER,CALL_F,RESULT_F,USER",
                "USER,CALL_F,USER,RESULT_F",
                "MODEL,USER"
            })
    void neighbouring_contents_of_one_role_are_one_turn(String list) {
        Reply reply = generate("gemini-2.5-pro", list);

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void a_request_stays_unchanged_except_for_separated_results() {
        generate("gemini-2.5-pro", "USER,CALL_F,EMPTY,RESULT_F");
        assertThat(gateway.lastAsked().get("contents"))
                .isEqualTo(JSON.readTree(contents("USER,CALL_F,EMPTY,RESULT_F")).get("contents"));

        generate("gemini-2.5-pro", "USER,CALL_F,CALL_G,RESULT_F,RESULT_G,USER");
        JsonNode asked = gateway.lastAsked().get("contents");
        assertThat(asked.size()).as("Vertex AI wants all results in one").isEqualTo(5);
        assertThat(asked.get(3).get("parts").size()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            USER,CALL_F,EMPTY                  | contents[1] | number of function response parts
            USER,CALL_F,EMPTY,CALL_G,RESULT_F  | contents[1] | number of function response parts
            CALL_F,EMPTY,RESULT_F              | contents[0] | comes immediately after a user turn
            USER,MODEL,RESULT_F,RESULT_F       | contents[2] | comes immediately after a function call turn
            USER,CALL_F,CALL_G,RESULT_F,USER   | contents[1] | number of function response parts
            """)
    void a_turn_that_gemini_refuses_is_refused_at_the_place_where_it_stands(String list, String field, String message) {
        Reply reply = generate("gemini-2.5-pro", list);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("message").asString()).contains(message);
        assertThat(reply.text()).contains("\"field\":\"" + field + "\"");
    }

    @Test
    void only_the_first_call_of_a_turn_has_to_be_signed_and_none_before_the_user_last_spoke() {
        assertThat(generate("gemini-3-pro", "USER,EMPTY,CALL_F,RESULT_F").text())
                .contains("missing a thought_signature", "position 3");
        assertThat(generate("gemini-3-pro", "USER,CALL_F,EMPTY,RESULT_F,USER").status())
                .isEqualTo(200);
    }

    // ---- who speaks last ----

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void a_conversation_may_end_with_the_model_where_google_takes_it(String model) {
        Reply reply = generate(model, "USER,MODEL,EMPTY");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("contents").size()).isEqualTo(3);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @Test
    void where_google_does_not_take_it_the_least_that_a_user_can_say_follows() {
        Reply reply = generate("gemini-3-pro", "MODEL,EMPTY");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("contents").get(2).toString())
                .isEqualTo("{\"role\":\"user\",\"parts\":[{\"text\":\".\"}]}");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("contents[1] (continued)");

        Reply chat = customer.chat("""
                {"model":"gemini-3-pro","stream":false,"user":"u","messages":[{"role":"system","content":"S"},{"role":"assistant","content":"Well"}]}""");
        assertThat(chat.status()).as(chat.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("contents").get(1).toString())
                .isEqualTo("{\"role\":\"user\",\"parts\":[{\"text\":\".\"}]}");
        assertThat(chat.header("x-tollgate-ignored")).isEqualTo("user,messages.1 (continued)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void a_history_may_begin_with_calls(String model) {
        Reply reply = customer.chat("""
                {"model":"%s","stream":false,"tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"system","content":"S"},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"c1","content":"ok"},{"role":"user","content":"Go on"}]}""".formatted(model));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("contents").get(0).toString())
                .isEqualTo("{\"role\":\"user\",\"parts\":[{\"text\":\".\"}]}");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.1 (preceded)");
    }

    // ---- the OpenAI door ----

    private static final String CALLS = """
            {"model":"%s","stream":false,"messages":[{"role":"user","content":"Go"},\
            {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},\
            %s,{"role":"tool","tool_call_id":"a","content":"1"}%s]}""";
    private static final String MORE =
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}";

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro"})
    void neighbouring_assistant_messages_are_one_turn(String model) {
        String said = "{\"role\":\"assistant\",\"content\":\"Well\"}";
        for (String between : new String[] {"{\"role\":\"assistant\",\"content\":\"\"}", said}) {
            Reply reply = customer.chat(CALLS.formatted(model, between, ""));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        }
        String second = ",{\"role\":\"tool\",\"tool_call_id\":\"b\",\"content\":\"2\"}";
        assertThat(customer.chat(CALLS.formatted(model, MORE, second)).status()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("contents").size()).isEqualTo(3);

        Reply open = customer.chat(CALLS.formatted(model, MORE, ""));
        assertThat(open.status()).isEqualTo(400);
        assertThat(open.error().get("message").asString()).contains("'messages.1.tool_calls'", "Missing: \"b\"");
    }
}
