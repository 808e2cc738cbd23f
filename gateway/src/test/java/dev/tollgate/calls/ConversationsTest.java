package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.UpstreamScript;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Roles, and tools through several turns, as a caller keeps them who knows nothing of Gemini. */
@Timeout(240)
class ConversationsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String TOOLS = """
            [{"type":"function","function":{"name":"get_weather","description":"Get the current weather for a location",
              "parameters":{"type":"object","properties":{"location":{"type":"string"}},"required":["location"]}}}]""";

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @BeforeEach
    void generatedAnswers() {
        gateway.script("[]");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    // ---- roles ----

    @Test
    void a_later_system_or_developer_message_stays_where_it_stands() {
        gateway.chat("""
                {"model":"gemini-2.5-pro","messages":[
                 {"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
                 {"role":"assistant","content":"Hello."},{"role":"developer","content":[{"type":"text","text":"In German."}]},
                 {"role":"user","content":"How are you?"}]}""");
        JsonNode asked = gateway.lastAsked();
        assertThat(asked.at("/systemInstruction/parts").valueStream().map(part -> part.get("text")
                        .asString()))
                .containsExactly("Be brief.");
        assertThat(asked.at("/contents/2/parts/0/text").asString()).isEqualTo("In German.");
        assertThat(asked.get("contents").valueStream().map(content -> content.get("role")
                        .asString()))
                .containsExactly("user", "model", "user", "user");
    }

    @Test
    void a_system_message_behind_the_assistant_is_the_turn_answered() {
        CallServer.Reply reply = gateway.chat("""
                {"model":"gemini-3.8-flash","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."},
                 {"role":"system","content":"Say goodbye."}]}""");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(gateway.lastAsked().at("/contents/2").toString())
                .isEqualTo("{\"role\":\"user\",\"parts\":[{\"text\":\"Say goodbye.\"}]}");
    }

    @ParameterizedTest
    @CsvSource({"system", "developer"})
    void instructions_alone_are_sent_as_what_the_user_says(String role) {
        CallServer.Reply reply = gateway.chat("""
                {"model":"gemini-2.5-pro","messages":[{"role":"%s","content":"Say hello"}]}""".formatted(role));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents/0/role").asString()).isEqualTo("user");
        assertThat(gateway.lastAsked().at("/contents/0/parts/0/text").asString())
                .isEqualTo("Say hello");
    }

    @Test
    void an_assistants_last_word_is_continued() {
        String call = """
                {"model":"%s","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well,"}]}""";
        for (String model : new String[] {"gemini-2.5-pro", "gemini-3-pro", "gemini-3.1-pro"}) {
            assertThat(gateway.chat(call.formatted(model)).status()).as(model).isEqualTo(200);
            assertThat(gateway.lastAsked().get("contents").size()).isEqualTo(2);
        }
    }

    // ---- tools through several turns ----

    /** The caller keeps what OpenAI's own types hold, and drops everything else. */
    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, true",
        "gemini-2.5-pro, false",
        "gemini-3-pro, true",
        "gemini-3-pro, false",
        "google/gemini-2.5-pro, false"
    })
    void a_tool_loop_of_three_rounds_with_parallel_calls_needs_nothing_but_openais_fields(
            String model, boolean stream) {
        Talk talk = new Talk(model, stream, false);
        List<JsonNode> calls = talk.say("What is the weather in Oslo and Rome?");
        assertThat(calls.stream().map(ConversationsTest::location)).containsExactly("Oslo", "Rome");
        assertThat(calls.get(0).get("id")).isNotEqualTo(calls.get(1).get("id"));
        assertThat(talk.answer(calls.get(1), "{\"sky\":\"clear\"}")
                        .answer(calls.get(0), "rain")
                        .go())
                .isEmpty();
        assertThat(talk.text()).contains("rain").contains("clear");
        JsonNode results = gateway.lastAsked().get("contents").get(2);
        assertThat(results.at("/parts/0/functionResponse/response/result").asString())
                .as("the results stand in the order of the calls")
                .isEqualTo("rain");
        assertThat(results.at("/parts/1/functionResponse/response/sky").asString())
                .isEqualTo("clear");
        List<JsonNode> again = talk.say("And what is the weather in Tokyo?");
        assertThat(again.stream().map(ConversationsTest::location)).containsExactly("Tokyo");
        assertThat(talk.answer(again.getFirst(), "[1,2]").go()).isEmpty();
        List<JsonNode> third = talk.say("And the weather in Shanghai?");
        assertThat(talk.answer(third.getFirst(), "fog").go()).isEmpty();
        assertThat(talk.text()).contains("fog");
    }

    /** A caller who sends back what came, signatures included. */
    @ParameterizedTest
    @CsvSource({"gemini-3-pro, true", "gemini-3-pro, false"})
    void signatures_that_come_back_reach_the_upstream_where_they_were(String model, boolean stream) {
        Talk talk = new Talk(model, stream, true);
        List<JsonNode> calls = talk.say("What is the weather in Oslo and Rome?");
        String signature =
                calls.getFirst().at("/extra_content/google/thought_signature").asString();
        assertThat(signature).isNotEmpty();
        assertThat(calls.get(1).has("extra_content")).isFalse();
        talk.answer(calls.get(0), "rain").answer(calls.get(1), "sun").go();
        JsonNode turn = gateway.lastAsked().get("contents").get(1);
        assertThat(turn.at("/parts")
                        .valueStream()
                        .filter(part -> part.has("functionCall"))
                        .map(part -> part.path("thoughtSignature").asString("")))
                .containsExactly(signature, "");
    }

    @Test
    void tool_call_indexes_count_up_over_the_whole_stream() {
        gateway.script(UpstreamScript.answers()
                .text("Looking. ")
                .call("get_weather", "{\"location\":\"Oslo\"}")
                .call("get_weather", "{\"location\":\"Rome\"}")
                .raw("""
                        {"candidates":[{"content":{"parts":[{"functionCall":{"name":"get_weather","args":{"id":12345678901234567890,"z":1,"a":1.10}}}]}}]}""")
                .finish("STOP"));
        CallServer.Reply reply = gateway.chat("""
                {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Weather?"}],"tools":%s}""".formatted(TOOLS));
        List<JsonNode> calls = reply.chunks().stream()
                .flatMap(chunk -> chunk.at("/choices/0/delta/tool_calls").valueStream())
                .toList();
        assertThat(calls.stream().map(call -> call.get("index").asInt())).containsExactly(0, 1, 2);
        assertThat(calls.stream().map(call -> call.get("id").asString())).doesNotHaveDuplicates();
        assertThat(calls.get(2).at("/function/arguments").asString())
                .as("digits and order as the upstream wrote them")
                .isEqualTo("{\"id\":12345678901234567890,\"z\":1,\"a\":1.10}");
        assertThat(reply.content()).isEqualTo("Looking. ");
    }

    @Test
    void a_required_tool_is_called_and_a_forbidden_one_is_not() {
        String call = """
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"What is the weather in Oslo?"}],"tools":%s,"tool_choice":%s}""";
        JsonNode required = gateway.chat(call.formatted(TOOLS, "\"required\"")).json();
        assertThat(required.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(required.at("/choices/0/message/content").isNull()).isTrue();
        assertThat(gateway.lastAsked()
                        .at("/toolConfig/functionCallingConfig/mode")
                        .asString())
                .isEqualTo("ANY");
        JsonNode none = gateway.chat(call.formatted(TOOLS, "\"none\"")).json();
        assertThat(none.at("/choices/0/message").has("tool_calls")).isFalse();
        assertThat(none.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
    }

    /** As the CLI of GitHub's Copilot asks. */
    @Test
    void a_validated_choice_is_geminis_own_and_has_no_effect_without_functions() {
        String call = """
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hello"}],%s"tool_choice":"validated"}""";
        CallServer.Reply reply = gateway.chat(call.formatted("\"tools\":" + TOOLS + ","));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked()
                        .at("/toolConfig/functionCallingConfig/mode")
                        .asString())
                .isEqualTo("VALIDATED");
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        String search = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}],";
        for (String tools : new String[] {"", search}) {
            CallServer.Reply without = gateway.chat(call.formatted(tools));
            assertThat(without.status()).as(without.text()).isEqualTo(200);
            assertThat(gateway.lastAsked().has("toolConfig")).isFalse();
            assertThat(without.header("x-tollgate-ignored")).isEqualTo("tool_choice");
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void the_deprecated_functions_work_both_ways(boolean stream) {
        String first = """
                {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"What is the weather in Oslo?"}],
                 "functions":[{"name":"get_weather","parameters":{"type":"object","properties":{"location":{"type":"string"}}}}],"function_call":"auto"}""".formatted(stream);
        CallServer.Reply reply = gateway.chat(first);
        JsonNode call = stream
                ? reply.chunks().stream()
                        .map(chunk -> chunk.at("/choices/0/delta/function_call"))
                        .filter(JsonNode::isObject)
                        .findFirst()
                        .orElseThrow()
                : reply.json().at("/choices/0/message/function_call");
        assertThat(call.get("name").asString()).isEqualTo("get_weather");
        assertThat(call.get("arguments").asString()).contains("Oslo");
        assertThat(reply.text()).contains("\"finish_reason\":\"function_call\"").doesNotContain("tool_calls");
        ObjectNode second = (ObjectNode) JSON.readTree(first);
        ArrayNode messages = (ArrayNode) second.get("messages");
        ObjectNode assistant = messages.addObject().put("role", "assistant").putNull("content");
        assistant.set("function_call", call);
        messages.addObject().put("role", "function").put("name", "get_weather").put("content", "rain");
        CallServer.Reply told = gateway.chat(second.put("stream", false).toString());
        assertThat(told.json().at("/choices/0/message/content").asString()).contains("rain");
    }

    @Test
    void a_call_without_its_result_and_a_result_without_its_call_are_refused() {
        CallServer.Reply unanswered = gateway.chat("""
                {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hi"},
                 {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
                 {"role":"user","content":"Well?"}]}""");
        assertError(unanswered, 400, "invalid_request", "invalid_request_error");
        assertThat(unanswered.error().get("param").asString()).isEqualTo("messages.1.tool_calls");
        CallServer.Reply uncalled = gateway.chat("""
                {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"a","content":"1"}]}""");
        assertThat(uncalled.error().get("param").asString()).isEqualTo("messages.1.tool_call_id");
        CallServer.Reply cut = gateway.chat("""
                {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hi"},
                 {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\":"}}]},
                 {"role":"tool","tool_call_id":"a","content":"1"}]}""");
        assertError(cut, 400, "invalid_request", "invalid_request_error");
        assertThat(cut.error().get("message").asString()).contains("messages.1");
    }

    private static String location(JsonNode call) {
        return JSON.readTree(call.at("/function/arguments").asString())
                .get("location")
                .asString();
    }

    /** A conversation as a client keeps it. */
    private static final class Talk {

        private final String model;
        private final boolean stream;
        private final boolean keepsExtras;
        private final ArrayNode messages = JSON.createArrayNode();

        Talk(String model, boolean stream, boolean keepsExtras) {
            this.model = model;
            this.stream = stream;
            this.keepsExtras = keepsExtras;
        }

        List<JsonNode> say(String text) {
            messages.addObject().put("role", "user").put("content", text);
            return go();
        }

        Talk answer(JsonNode call, String result) {
            messages.addObject()
                    .put("role", "tool")
                    .put("tool_call_id", call.get("id").asString())
                    .put("content", result);
            return this;
        }

        /** Sends all there is; returns the calls that came. */
        List<JsonNode> go() {
            ObjectNode body = JSON.createObjectNode()
                    .put("model", model)
                    .put("stream", stream)
                    .put("max_tokens", 2000);
            body.set("tools", JSON.readTree(TOOLS));
            body.set("messages", messages.deepCopy());
            CallServer.Reply reply = gateway.chat(body.toString());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            List<JsonNode> calls = new ArrayList<>();
            if (stream) {
                reply.chunks().forEach(chunk -> chunk.at("/choices/0/delta/tool_calls")
                        .forEach(calls::add));
            } else {
                reply.json().at("/choices/0/message/tool_calls").forEach(calls::add);
            }
            ObjectNode said = messages.addObject().put("role", "assistant");
            said.put(
                    "content",
                    stream
                            ? reply.content()
                            : reply.json().at("/choices/0/message/content").asString(""));
            if (!calls.isEmpty()) {
                ArrayNode kept = said.putArray("tool_calls");
                calls.forEach(call -> kept.add(kept(call)));
            }
            return calls;
        }

        private JsonNode kept(JsonNode call) {
            ObjectNode copy = (ObjectNode) call.deepCopy();
            copy.remove("index");
            if (!keepsExtras) {
                copy.remove("extra_content");
            }
            return copy;
        }

        String text() {
            return messages.get(messages.size() - 1).get("content").asString();
        }
    }
}
