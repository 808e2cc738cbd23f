package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Names of tools that a model cannot have, and one call at a time, at every door: a loop of a call, its result and an answer (E8, E75). */
@Timeout(240)
class ToolNamesFlowTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String SIGNATURE = "c2lnbmF0dXJl";
    private static final String TWICE = "call it twice";

    /** What calls the first tool, until it has a result; twice at once if its caller says so. */
    private static final FarServer FAR = new FarServer(ToolNamesFlowTest::answer);

    private static final CallChannels CHANNELS =
            CallChannels.of(CallChannels.one(FAR.url()), Map.of("TOLLGATE_MODELS_FILE", "models/gemini-all.yaml"));

    private static final Customer CUSTOMER = CHANNELS.customer();

    @AfterAll
    static void stop() {
        CHANNELS.close();
        FAR.close();
    }

    private static FarServer.Answer answer(FarServer.Request request) {
        if (request.body().contains("functionResponse")) {
            return FarServer.gemini("Done.");
        }
        String name = declared(request.json());
        String call = "{\"functionCall\":{\"name\":\"" + name + "\",\"args\":{\"a\":1}},\"thoughtSignature\":\""
                + SIGNATURE + "\"}";
        String second = request.body().contains(TWICE)
                ? "," + call.replace(":1}", ":2}").replaceAll(",\"thought.*\"", "")
                : "";
        return FarServer.events(
                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + call + second + "]},\"index\":0}]}",
                FarServer.geminiEnd(10, 5));
    }

    private static String declared(JsonNode asked) {
        return asked.at("/tools/0/functionDeclarations/0/name").stringValue();
    }

    @ParameterizedTest
    @CsvSource({
        "mcp.server.read",
        "ns:tool/read",
        "l\u00f6sche",
        "1st",
        "-x",
        "mcp__server__aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "mcp__plugin_a_long_name_of_a_plugin__and_a_server_of_its_own__and_at_the_end_a_tool_that_reads_one_file_after_the_other_of_a_tree",
        "plain_name"
    })
    void a_name_goes_up_in_a_legal_form_and_comes_back(String name) {
        for (Door door : List.of(new Chat(), new Messages(), new Responses())) {
            for (boolean stream : new boolean[] {false, true}) {
                ObjectNode body = door.body(name).put("stream", stream);
                Reply called = ask(door, body);
                JsonNode first = FAR.requests().getLast().json();
                assertThat(declared(first)).matches("[A-Za-z_][A-Za-z0-9_-]{0,63}");
                assertThat(first.at("/toolConfig/functionCallingConfig/allowedFunctionNames/0")
                                .asString(""))
                        .isEqualTo(declared(first));
                assertThat(called.text()).contains("\"name\":\"" + name + "\"");

                door.goesOn(body, name, id(called.text()));
                ask(door, body);
                JsonNode second = FAR.requests().getLast().json();
                JsonNode call = second.at("/contents/1/parts/0");
                assertThat(call.at("/functionCall/name").stringValue()).isEqualTo(declared(first));
                assertThat(call.path("thoughtSignature").stringValue())
                        .as(door.path())
                        .isEqualTo(SIGNATURE);
                assertThat(second.at("/contents/2/parts/0/functionResponse/name")
                                .stringValue())
                        .isEqualTo(declared(first));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_caller_of_one_call_at_a_time_gets_the_first(boolean stream) {
        for (Door door : List.of(new Chat(), new Messages(), new Responses())) {
            ObjectNode both = (ObjectNode) JSON.readTree(
                    door.body("f").put("stream", stream).toString().replace("\"go\"", '"' + TWICE + '"'));
            assertThat(arguments(ask(door, both))).as(door.path()).containsExactly("1", "2");
            BigDecimal before = CUSTOMER.balance();
            ask(door, both);
            BigDecimal price = before.subtract(CUSTOMER.balance());

            ObjectNode one = both.deepCopy();
            door.oneCall(one);
            Reply called = ask(door, one);
            assertThat(arguments(called)).as(door.path()).containsExactly("1");
            assertThat(called.header("x-tollgate-ignored")).as(door.path()).isEmpty();
            assertThat(before.subtract(price).subtract(CUSTOMER.balance())).isEqualByComparingTo(price);

            door.goesOn(one, "f", id(called.text()));
            ask(door, one);
            JsonNode turn = FAR.requests().getLast().json().at("/contents/1/parts");
            assertThat(turn).as(door.path()).hasSize(1);
            assertThat(turn.at("/0/thoughtSignature").stringValue())
                    .as(door.path())
                    .isEqualTo(SIGNATURE);
        }
    }

    /** The arguments of each call, which may stand as JSON or in a text, and in a stream more than once. */
    private static List<String> arguments(Reply reply) {
        return Pattern.compile("\\\\?\"a\\\\?\":([12])")
                .matcher(reply.text())
                .results()
                .map(it -> it.group(1))
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_deprecated_form_has_the_same_names(boolean stream) {
        String name = "mcp.server.read";
        String body = "{\"model\":\"gemini-3.1-pro-preview\",\"stream\":" + stream + ",\"functions\":[{\"name\":\""
                + name + "\"}],\"messages\":[{\"role\":\"user\",\"content\":\"go\"}%s]}";
        Reply called = CUSTOMER.chat(body.formatted(""));
        assertThat(called.text()).contains("\"function_call\":{\"name\":\"" + name + "\"");
        Reply done = CUSTOMER.chat(body.formatted(",{\"role\":\"assistant\",\"content\":null,"
                + "\"function_call\":{\"name\":\"" + name + "\",\"arguments\":\"{\\\"a\\\":1}\"}},"
                + "{\"role\":\"function\",\"name\":\"" + name + "\",\"content\":\"one\"}"));
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        JsonNode asked = FAR.requests().getLast().json();
        assertThat(asked.at("/contents/2/parts/0/functionResponse/name").stringValue())
                .isEqualTo(declared(asked));
    }

    private static Reply ask(Door door, ObjectNode body) {
        Reply reply = CHANNELS.gateway().post(door.path(), body.toString(), CUSTOMER.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    private static String id(String answer) {
        String at = answer.replaceAll("(?s).*?\"((?:call|toolu)_[A-Za-z0-9]{20,})\".*", "$1");
        assertThat(at).as(answer).hasSizeLessThan(40);
        return at;
    }

    private sealed interface Door {

        String path();

        /** Returns a first turn that must call the tool. */
        ObjectNode body(String name);

        /** Adds the call and its result. */
        void goesOn(ObjectNode body, String name, String id);

        /** Asks for one call at a time. */
        default void oneCall(ObjectNode body) {
            body.put("parallel_tool_calls", false);
        }
    }

    private static ObjectNode body() {
        return JSON.createObjectNode().put("model", "gemini-3.1-pro-preview");
    }

    private static ObjectNode user(ArrayNode messages) {
        return messages.addObject().put("role", "user").put("content", "go");
    }

    private record Chat() implements Door {
        @Override
        public String path() {
            return "/v1/chat/completions";
        }

        @Override
        public ObjectNode body(String name) {
            ObjectNode body = ToolNamesFlowTest.body();
            user(body.putArray("messages"));
            body.putArray("tools")
                    .addObject()
                    .put("type", "function")
                    .putObject("function")
                    .put("name", name);
            body.putObject("tool_choice")
                    .put("type", "function")
                    .putObject("function")
                    .put("name", name);
            return body;
        }

        @Override
        public void goesOn(ObjectNode body, String name, String id) {
            ArrayNode messages = (ArrayNode) body.get("messages");
            ObjectNode call = messages.addObject()
                    .put("role", "assistant")
                    .putArray("tool_calls")
                    .addObject()
                    .put("id", id)
                    .put("type", "function");
            call.putObject("function").put("name", name).put("arguments", "{\"a\":1}");
            messages.addObject().put("role", "tool").put("tool_call_id", id).put("content", "one");
        }
    }

    private record Messages() implements Door {
        @Override
        public String path() {
            return "/v1/messages";
        }

        @Override
        public ObjectNode body(String name) {
            ObjectNode body = ToolNamesFlowTest.body().put("max_tokens", 2_000);
            user(body.putArray("messages"));
            body.putArray("tools")
                    .addObject()
                    .put("name", name)
                    .putObject("input_schema")
                    .put("type", "object");
            body.putObject("tool_choice").put("type", "tool").put("name", name);
            return body;
        }

        @Override
        public void oneCall(ObjectNode body) {
            ((ObjectNode) body.get("tool_choice")).put("disable_parallel_tool_use", true);
        }

        @Override
        public void goesOn(ObjectNode body, String name, String id) {
            ArrayNode messages = (ArrayNode) body.get("messages");
            ObjectNode call = messages.addObject()
                    .put("role", "assistant")
                    .putArray("content")
                    .addObject()
                    .put("type", "tool_use");
            call.put("id", id).put("name", name).putObject("input").put("a", 1);
            ObjectNode result =
                    messages.addObject().put("role", "user").putArray("content").addObject();
            result.put("type", "tool_result").put("tool_use_id", id).put("content", "one");
        }
    }

    private record Responses() implements Door {
        @Override
        public String path() {
            return "/v1/responses";
        }

        @Override
        public ObjectNode body(String name) {
            ObjectNode body = ToolNamesFlowTest.body();
            user(body.putArray("input"));
            body.putArray("tools").addObject().put("type", "function").put("name", name);
            body.putObject("tool_choice").put("type", "function").put("name", name);
            return body;
        }

        @Override
        public void oneCall(ObjectNode body) {
            if (body.get("stream").asBoolean()) {
                body.put("max_tool_calls", 1);
            } else {
                body.put("parallel_tool_calls", false);
            }
        }

        @Override
        public void goesOn(ObjectNode body, String name, String id) {
            ArrayNode items = (ArrayNode) body.get("input");
            ObjectNode call = items.addObject().put("type", "function_call").put("call_id", id);
            call.put("name", name).put("arguments", "{\"a\":1}");
            items.addObject()
                    .put("type", "function_call_output")
                    .put("call_id", id)
                    .put("output", "one");
        }
    }
}
