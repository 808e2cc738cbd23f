package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.cutOff;
import static dev.tollgate.testing.FarServer.events;
import static dev.tollgate.testing.FarServer.whole;

import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Prompts;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An OpenAI-compatible server as a channel: requests out, streams in, usage, errors. */
@Timeout(240)
class CompatTest {

    private static final String KEY = "sk-compat-key-0123456789";
    private static final String USAGE =
            "{\"id\":\"c1\",\"model\":\"qwen\",\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,\"total_tokens\":1100}}";
    private static final String DONE = "[DONE]";

    private final FarServer far = new FarServer(request ->
            events(delta("{\"content\":\"Hel\"}"), delta("{\"content\":\"lo\"}"), finish("stop"), USAGE, DONE));
    private final FarServer google = FarServer.saying("from google");

    @AfterEach
    void close() {
        far.close();
        google.close();
    }

    private static String delta(String delta) {
        return "{\"id\":\"c1\",\"model\":\"qwen\",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"finish_reason\":null}]}";
    }

    private static String finish(String reason) {
        return "{\"id\":\"c1\",\"model\":\"qwen\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason
                + "\"}]}";
    }

    private String yaml() {
        return "channels: [{id: far, kind: openai, base_url: \"%s/v1/\", key: %s, models: {gemini-2.5-pro: qwen3-32b, gemini-3.1-pro: qwen3-32b, gemini-3-pro: qwen3-32b}}]"
                .formatted(far.url(), KEY);
    }

    private String afterGoogle() {
        return """
                channels:
                  - {id: far, kind: openai, base_url: "%s/v1", models: {gemini-2.5-pro: qwen3-32b}, priority: %d}
                  - {id: google, kind: gemini, base_url: "%s", key: g, priority: 5}
                """.formatted(far.url(), 9, google.url());
    }

    private static String ask(String more) {
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":false," + more
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Tell me\"}]}".replace("Tell me", Prompts.LONG);
    }

    @Test
    void text_comes_back_whole_and_streamed_with_the_usage_that_was_reported() {
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.call();
            assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("Hello");
            assertThat(reply.json().at("/choices/0/finish_reason").asString()).isEqualTo("stop");
            assertThat(reply.json().at("/usage/prompt_tokens").asInt()).isEqualTo(1000);
            assertThat(reply.json().get("credits_consumed").toString()).isEqualTo("0.1");
            assertThat(reply.json().get("model").asString()).isEqualTo("gemini-2.5-pro");
            Gateway.Reply stream = channels.stream();
            assertThat(stream.content()).isEqualTo("Hello");
            assertThat(stream.data()).endsWith("[DONE]");
            assertThat(stream.chunks().getLast().at("/usage/completion_tokens").asInt())
                    .isEqualTo(100);
            assertThat(channels.customer().lastTask().get("usage_flags")).isEmpty();
            Gateway.await("the connections to be used again", () -> far.connections() <= 1);
        }
    }

    /** At 250 and 2,000 credits a million this call costs 0.45 credits by the list; a dollar is 200. */
    @ParameterizedTest
    @CsvSource({
        "0.001, 200000, COST_REPORTED",
        "0, 0, COST_REPORTED",
        "0.00000000001, 1, COST_REPORTED",
        "0.225, 45000000, COST_REPORTED",
        "0.2250001, 450000, COST_REFUSED",
        "-0.001, 450000, COST_REFUSED",
        "1e400, 450000, COST_REFUSED",
        "'\"0.001\"', 450000, COST_REFUSED",
        "null, 450000,"
    })
    void a_cost_that_the_server_reports_is_the_upstream_cost(String said, long micros, @Nullable CallFlag flag) {
        far.script(events(
                delta("{\"content\":\"Hello\"}"),
                finish("stop"),
                USAGE.replace("\"total_tokens\"", "\"cost\":" + said + ",\"total_tokens\""),
                DONE));
        try (Channels channels = Channels.of(yaml());
                LogCapture log = new LogCapture()) {
            assertThat(channels.call().json().get("credits_consumed").toString())
                    .isEqualTo("0.1");
            Gateway gateway = channels.gateway();
            gateway.writeWhatRides();
            assertThat(gateway.number("SELECT SUM(cost_micros) FROM usage_hour"))
                    .isEqualTo(micros);
            assertThat(gateway.number("SELECT cost_micros FROM call")).isEqualTo(micros);
            int flags = (int) gateway.number("SELECT flags FROM call");
            for (CallFlag told : List.of(CallFlag.COST_REPORTED, CallFlag.COST_REFUSED)) {
                assertThat(told.isIn(flags)).as(told.code()).isEqualTo(told == flag);
            }
            assertThat(log.text().contains("the cost that channel far reported was refused"))
                    .isEqualTo(flag == CallFlag.COST_REFUSED);
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_channel_can_ignore_the_cost_that_its_server_reports() {
        far.script(events(
                delta("{\"content\":\"Hello\"}"),
                finish("stop"),
                USAGE.replace("\"total_tokens\"", "\"cost\":0.001,\"total_tokens\""),
                DONE));
        try (Channels channels = Channels.of(yaml().replace("key:", "usage_cost: ignore, key:"))) {
            assertThat(channels.call().status()).isEqualTo(200);
            channels.gateway().writeWhatRides();
            assertThat(channels.gateway().number("SELECT SUM(cost_micros) FROM usage_hour"))
                    .isEqualTo(450_000);
        }
    }

    @Test
    void pictures_and_content_in_parts_are_shown() {
        String picture = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0K\"}}";
        far.script(events(
                delta("{\"content\":[{\"type\":\"thinking\",\"thinking\":[]},{\"type\":\"text\",\"text\":\"Hel\"}]}"),
                delta("{\"content\":\"lo\",\"images\":[" + picture + "]}"),
                delta("{\"content\":[" + picture + "]}"),
                delta("{\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a.example/p.png\"}}]}"),
                finish("stop"),
                USAGE,
                DONE));

        try (Channels channels = Channels.of(yaml())) {
            JsonNode message = channels.call().json().at("/choices/0/message");
            assertThat(message.get("content").asString()).isEqualTo("Hello");
            assertThat(message.path("images").findValuesAsString("url"))
                    .containsExactly(
                            "data:image/png;base64,iVBORw0K",
                            "data:image/png;base64,iVBORw0K",
                            "https://a.example/p.png");
            assertThat(channels.stream().text()).contains("\"images\":[{\"index\":1,\"type\":\"image_url\"");
        }
    }

    /** The protocol has no place for them. */
    @Test
    void pictures_in_an_assistants_message_are_listed_as_ignored() {
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.customer()
                    .chat("{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Draw\"},"
                            + "{\"role\":\"assistant\",\"content\":\"Here\",\"images\":[{\"type\":\"image_url\","
                            + "\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0KGgoA\"}}]},"
                            + "{\"role\":\"user\",\"content\":\"Bluer\"}]}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.1.images");
            assertThat(far.requests().getFirst().body()).doesNotContain("iVBORw0K");
        }
    }

    /** Some servers send the list once, some in pieces, some again with the end. */
    @Test
    void annotations_reach_the_caller_once_each() {
        String cited =
                "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a.example/x\",\"title\":\"A\",\"start_index\":0,\"end_index\":3}}";
        String bare =
                "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://b.example/y\",\"content\":\"…\"}}";
        String nowhere = "{\"type\":\"file_citation\",\"file_citation\":{\"file_id\":\"f\"}}";
        far.script(events(
                delta("{\"content\":\"Hello\",\"annotations\":[" + cited + "," + nowhere + "]}"),
                delta("{\"annotations\":[" + cited + "," + bare + "]}"),
                finish("stop"),
                USAGE,
                DONE));
        String told = "\"annotations\":[" + cited.replaceAll("(\"url\":.*),(\"start_index.*3)", "$2,$1")
                + ",{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":0,\"url\":\"https://b.example/y\",\"title\":\"b.example\"}}]";

        try (Channels channels = Channels.of(yaml())) {
            assertThat(channels.call().text()).contains(told);
            assertThat(channels.stream().text()).containsOnlyOnce("annotations").contains("\"delta\":{" + told + "}");
        }
    }

    @Test
    void of_annotations_without_end_a_megabyte_is_kept() {
        String path = "a".repeat(100_000);
        StringBuilder cited = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            cited.append(i == 0 ? "" : ",")
                    .append("{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a.example/" + i + path
                            + "\"}}");
        }
        far.script(
                events(delta("{\"content\":\"Hello\",\"annotations\":[" + cited + "]}"), finish("stop"), USAGE, DONE));
        try (Channels channels = Channels.of(yaml())) {
            assertThat(channels.call().text().split("url_citation\":", -1)).hasSize(1 + 10);
        }
    }

    @Test
    void the_request_says_what_the_caller_said_in_the_servers_own_terms() {
        String body = """
                {"model":"gemini-2.5-pro","stream":false,"temperature":0.5,"top_p":0.9,"top_k":5,"seed":7,"stop":["END"],"max_tokens":77,
                 "reasoning_effort":"low",
                 "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object","properties":{"z":{"type":"number"},"a":{"type":"string"}}}}}],
                 "tool_choice":{"type":"function","function":{"name":"look"}},
                 "messages":[{"role":"developer","content":"Be brief"},{"role":"user","content":[{"type":"text","text":"What is this?"},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,%s","detail":"low"}}]},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\\"z\\":1.50}"},
                   "extra_content":{"google":{"thought_signature":"c2ln"}}}]},
                  {"role":"tool","tool_call_id":"call_1","content":"a cat"}]}""".formatted(Base64.getEncoder()
                .encodeToString(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0}));
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.customer().chat(body);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            FarServer.Request sent = far.requests().getFirst();
            assertThat(sent.path()).isEqualTo("/v1/chat/completions");
            assertThat(sent.headers()).containsEntry("authorization", "Bearer " + KEY);
            assertThat(sent.body()).isEqualTo("""
                    {"model":"qwen3-32b","messages":[{"role":"system","content":"Be brief"},\
                    {"role":"user","content":[{"type":"text","text":"What is this?"},\
                    {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoA","detail":"low"}}]},\
                    {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\\"z\\":1.50}"}}]},\
                    {"role":"tool","tool_call_id":"call_1","content":"a cat"}],\
                    "stream":true,"stream_options":{"include_usage":true},"temperature":0.5,"top_p":0.9,"stop":["END"],"seed":7,\
                    "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object","properties":{"z":{"type":"number"},"a":{"type":"string"}}}}}],\
                    "tool_choice":{"type":"function","function":{"name":"look"}},"max_tokens":77}""");
            assertThat(reply.header("x-tollgate-ignored"))
                    .isEqualTo("messages.2.tool_calls.0.extra_content,top_k,reasoning_effort");
        }
    }

    @Test
    void a_later_system_message_is_a_user_message_behind_the_results() {
        String body = """
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"system","content":"S"},{"role":"user","content":"Go"},
                 {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]},
                 {"role":"system","content":"Wait"},{"role":"tool","tool_call_id":"c1","content":"a cat"}]}""";
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.customer().chat(body);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(far.requests().getFirst().body()).contains("""
                    {"role":"tool","tool_call_id":"c1","content":"a cat"},{"role":"user","content":"Wait"}],""");
        }
    }

    @Test
    void the_signature_of_a_deprecated_call_is_named_where_it_stood() {
        String history = """
                {"model":"gemini-2.5-pro","stream":false,"functions":[{"name":"look"}],"messages":[{"role":"user","content":"Go"},
                 {"role":"assistant","content":null,"function_call":{"name":"look","arguments":"{}"},
                  "extra_content":{"google":{"thought_signature":"c2ln"}}},
                 {"role":"function","name":"look","content":"a cat"}]}""";
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.customer().chat(history);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.1.extra_content");
        }
    }

    @Test
    void a_choice_that_only_gemini_knows_becomes_the_nearest_and_is_named() {
        String tool =
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}],\"tool_choice\":\"validated\",";
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.customer().chat(ask(tool));
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(far.requests().getFirst().body()).contains("\"look\"").doesNotContain("tool_choice");
            assertThat(reply.header("x-tollgate-ignored")).isEqualTo("tool_choice");
        }
    }

    @Test
    void neighbouring_messages_of_an_assistant_that_calls_become_one() {
        String call = "{\"id\":\"%s\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}";
        String a = call.formatted("a");
        String b = call.formatted("b");
        String body = """
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Go"},{"role":"assistant","content":"One"},\
                {"role":"assistant","content":null,"tool_calls":[%s]},{"role":"assistant","content":"Two","tool_calls":[%s]},\
                {"role":"assistant","content":""},{"role":"tool","tool_call_id":"b","content":"2"},{"role":"tool","tool_call_id":"a","content":"1"}]}""".formatted(a, b);
        try (Channels channels = Channels.of(yaml())) {
            assertThat(channels.customer().chat(body).status()).isEqualTo(200);
            assertThat(far.requests().getFirst().body()).contains("""
                    {"role":"assistant","content":"One"},{"role":"assistant","content":"Two","tool_calls":[%s,%s]},{"role":"tool",""".formatted(a, b));
        }
    }

    @Test
    void a_schema_goes_through_as_it_is() {
        String format =
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":{\"b\":{\"const\":1}},\"additionalProperties\":false}}},";
        try (Channels channels = Channels.of(
                yaml().replace("}}]", "}, max_tokens_field: max_completion_tokens, reasoning_effort: send}]"))) {
            channels.customer().chat(ask(format + "\"max_tokens\":9,"));
            JsonNode sent = far.requests().getFirst().json();
            assertThat(sent.get("response_format").toString())
                    .isEqualTo(
                            "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\",\"properties\":{\"b\":{\"const\":1}},\"additionalProperties\":false},\"strict\":true}}");
            assertThat(sent.get("max_completion_tokens").asInt()).isEqualTo(9);
            assertThat(sent.get("reasoning_effort").asString()).isEqualTo("high");
        }
    }

    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"}},\"required\":[\"b\"]}";
    private static final String CHAT_TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":" + SCHEMA + "}}]";
    private static final String SENT_SCHEMA =
            "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"$N\",\"schema\":" + SCHEMA;

    /** Path, members of the request, what the spare channel gets. */
    static Stream<Arguments> demands() {
        String chat = "/v1/chat/completions";
        String responses = "/v1/responses";
        String messages = "/v1/messages";
        String ask =
                "\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Go\"}],";
        String input = "\"model\":\"gemini-2.5-pro\",\"input\":\"Go\",";
        String flat = "\"tools\":[{\"type\":\"function\",\"name\":\"look\",\"parameters\":" + SCHEMA + "}]";
        String typed = "\"tools\":[{\"name\":\"look\",\"input_schema\":" + SCHEMA + "}]";
        String required = "\"tool_choice\":\"required\"";
        String named = "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}";
        String format = "\"type\":\"json_schema\",\"name\":\"n\",\"schema\":" + SCHEMA;
        return Stream.of(
                Arguments.of(chat, ask + CHAT_TOOLS + "," + required, CHAT_TOOLS + "," + required),
                Arguments.of(chat, ask + CHAT_TOOLS + "," + named, CHAT_TOOLS + "," + named),
                Arguments.of(chat, ask + SENT_SCHEMA.replace("$N", "n") + "}}", SENT_SCHEMA.replace("$N", "n")),
                Arguments.of(responses, input + flat + "," + required, CHAT_TOOLS + "," + required),
                Arguments.of(
                        responses,
                        input + flat + ",\"tool_choice\":{\"type\":\"function\",\"name\":\"look\"}",
                        CHAT_TOOLS + "," + named),
                Arguments.of(
                        responses, input + "\"text\":{\"format\":{" + format + "}}", SENT_SCHEMA.replace("$N", "n")),
                Arguments.of(
                        responses,
                        input + "\"text\":{\"format\":{\"type\":\"json_object\"}}",
                        "\"response_format\":{\"type\":\"json_object\"}"),
                Arguments.of(
                        messages,
                        ask + "\"max_tokens\":99," + typed + ",\"tool_choice\":{\"type\":\"any\"}",
                        CHAT_TOOLS + "," + required),
                Arguments.of(
                        messages,
                        ask + "\"max_tokens\":99," + typed + ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"look\"}",
                        CHAT_TOOLS + "," + named),
                Arguments.of(
                        messages,
                        ask + "\"max_tokens\":99,\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":"
                                + SCHEMA + "}}",
                        SENT_SCHEMA.replace("$N", "response")));
    }

    @Test
    void a_spare_channel_keeps_the_schema_and_the_tool_choice_of_each_door() {
        google.script(whole(503, "{}"));
        far.script(events(delta("{\"content\":\"{\\\"b\\\":\\\"x\\\"}\"}"), finish("stop"), USAGE, DONE));
        try (Channels channels = Channels.of(afterGoogle())) {
            demands().forEach(row -> {
                String path = (String) row.get()[0];
                String body = "{" + row.get()[1] + "}";
                Gateway.Reply reply =
                        channels.gateway().post(path, body, channels.customer().key());
                assertThat(reply.status()).as(body + reply.text()).isEqualTo(200);
                assertThat(reply.header("x-tollgate-ignored")).as(body).doesNotContain("tool_choice");
                assertThat(far.requests().getLast().body()).as(body).contains((String) row.get()[2]);
            });
        }
    }

    /** vLLM says {@code stop_reason}, SGLang {@code matched_stop}: a text, the number of a token, or null. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`\"stop_reason\":\"a \\\"b\\\"\"`, stop, true",
                "`\"matched_stop\":\"a \\\"b\\\"\"`, stop, true",
                "`\"stop_reason\":null`, stop, false",
                "`\"stop_reason\":151645`, stop, false",
                "`\"matched_stop\":\"</s>\"`, stop, false",
                "`\"matched_stop\":\"a \\\"b\\\"\"`, length, false"
            })
    void a_stop_sequence_that_the_server_names_reaches_messages(String member, String reason, boolean isNamed) {
        far.script(events(
                delta("{\"content\":\"Hel\"}"), finish(reason).replace("}]}", "," + member + "}]}"), USAGE, DONE));
        String end = "\"stop_reason\":"
                + (isNamed
                        ? "\"stop_sequence\",\"stop_sequence\":\"a \\\"b\\\"\""
                        : "\"" + (reason.equals("stop") ? "end_turn" : "max_tokens") + "\",\"stop_sequence\":null");
        try (Channels channels = Channels.of(yaml())) {
            for (boolean stream : new boolean[] {false, true}) {
                Gateway.Reply reply = channels.gateway()
                        .post(
                                "/v1/messages",
                                "{\"max_tokens\":999,\"stop_sequences\":[\"\\n\",\"a \\\"b\\\"\"],"
                                        + ask("").substring(1).replace("false", "" + stream),
                                channels.customer().key());
                assertThat(reply.text()).contains(end);
            }
        }
    }

    @Test
    void a_fence_around_json_is_taken_off() {
        far.script(events(
                delta("{\"content\":\"```json\\n\"}"),
                delta("{\"content\":\"{}\\n```\"}"),
                finish("stop"),
                USAGE,
                DONE));
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.customer().chat(ask("\"response_format\":{\"type\":\"json_object\"},"));
            assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("{}");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void calls_in_pieces_are_reported_whole(boolean stream) {
        far.script(events(
                delta(
                        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}"),
                delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"z\\\": 1.50,\"}}]}"),
                delta(
                        "{\"tool_calls\":[{\"index\":1,\"id\":\"call_b\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}"),
                delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\" \\\"a\\\": \\\"ü\\\"}\"}}]}"),
                finish("tool_calls"),
                USAGE,
                DONE));
        String tools =
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"function\",\"function\":{\"name\":\"g\"}}],";
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply =
                    channels.customer().chat(ask(tools).replace("\"stream\":false", "\"stream\":" + stream));
            String calls = stream
                    ? String.join(
                            "",
                            reply.chunks().stream()
                                    .map(c -> c.at("/choices/0/delta/tool_calls"))
                                    .filter(c -> !c.isMissingNode())
                                    .map(JsonNode::toString)
                                    .toList())
                    : reply.json().at("/choices/0/message/tool_calls").toString();
            assertThat(calls)
                    .contains("call_a", "call_b", "{\\\"z\\\":1.50,\\\"a\\\":\\\"ü\\\"}", "\"arguments\":\"{}\"");
            assertThat(reply.text()).contains("\"finish_reason\":\"tool_calls\"");
        }
    }

    /** As some servers number them. */
    @Test
    void calls_under_one_index_are_distinguished_by_their_ids() {
        far.script(events(
                delta(
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"x1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"),
                delta(
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"x2\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"),
                finish("stop"),
                DONE));
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply =
                    channels.customer().chat(ask("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"));
            assertThat(reply.json().at("/choices/0/message/tool_calls").size()).isEqualTo(2);
        }
    }

    @Test
    void a_call_that_cannot_be_read_is_asked_for_once_more() {
        far.script(request -> far.asked() == 1
                ? events(
                        delta(
                                "{\"tool_calls\":[{\"index\":0,\"id\":\"x1\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"}}]}"),
                        finish("tool_calls"),
                        DONE)
                : events(delta("{\"content\":\"fine\"}"), finish("stop"), USAGE, DONE));
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply =
                    channels.customer().chat(ask("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"));
            assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("fine");
            assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reasoning_content", "reasoning"})
    void thoughts_are_shown_to_who_wants_them_and_counted_apart(String field) {
        far.script(events(
                delta("{\"" + field + "\":\"Hmm.\"}"),
                delta("{\"content\":\"Yes\"}"),
                finish("stop"),
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":130,\"total_tokens\":1130,\"completion_tokens_details\":{\"reasoning_tokens\":30},\"prompt_tokens_details\":{\"cached_tokens\":10}}}",
                DONE));
        try (Channels channels = Channels.of(yaml())) {
            JsonNode shown = channels.customer().chat(ask("")).json();
            assertThat(shown.at("/choices/0/message/reasoning_content").asString())
                    .isEqualTo("Hmm.");
            assertThat(shown.at("/usage/completion_tokens").asInt()).isEqualTo(100);
            assertThat(shown.at("/usage/completion_tokens_details/reasoning_tokens")
                            .asInt())
                    .isEqualTo(30);
            assertThat(shown.at("/usage/prompt_tokens_details/cached_tokens").asInt())
                    .isEqualTo(10);
            JsonNode hidden =
                    channels.customer().chat(ask("\"include_thoughts\":false,")).json();
            assertThat(hidden.toString()).contains("Yes").doesNotContain("Hmm");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "length, length",
        "MAX_TOKENS, length",
        "model_length, length",
        "content_filter, content_filter",
        "SAFETY, content_filter",
        "eos, stop",
        "something_new, stop"
    })
    void finish_reasons_are_translated_and_the_servers_word_is_kept(String said, String told) {
        far.script(events(delta("{\"content\":\"x\"}"), finish(said), USAGE, DONE));
        try (Channels channels = Channels.of(yaml())) {
            JsonNode choice = channels.call().json().at("/choices/0");
            assertThat(choice.get("finish_reason").asString()).isEqualTo(told);
            assertThat(choice.get("native_finish_reason").asString()).isEqualTo(said);
        }
    }

    @Test
    void text_and_calls_after_a_finish_reason_are_delivered() {
        String call = "{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}";
        far.script(events(
                finish("stop"),
                delta("{\"content\":\"One \"}").replace("null", "\"stop\""),
                delta("{\"content\":\"two\"}").replace("null", "\"stop\""),
                delta(call),
                finish("tool_calls"),
                USAGE,
                DONE));
        try (Channels channels = Channels.of(yaml())) {
            JsonNode whole = channels.call().json();
            assertThat(whole.at("/choices/0/message/content").asString()).isEqualTo("One two");
            assertThat(whole.at("/choices/0/message/tool_calls/0/function/name").asString())
                    .isEqualTo("f");
            assertThat(whole.at("/choices/0/native_finish_reason").asString()).isEqualTo("tool_calls");
            assertThat(whole.get("credits_consumed").toString()).isEqualTo("0.1");
            Gateway.Reply stream = channels.stream();
            assertThat(stream.content()).isEqualTo("One two");
            assertThat(stream.text()).containsOnlyOnce("\"finish_reason\":\"tool_calls\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"error", "network_error", "ABORT"})
    void a_finish_reason_of_failure_is_an_error_and_free(String said) {
        far.script(events(delta("{\"content\":\"Hel\"}"), finish(said), USAGE, DONE));
        try (Channels channels = Channels.of(yaml())) {
            assertError(channels.call(), 503, "upstream_error", "upstream_error");
            assertThat(channels.stream().text()).contains("Hel", "event: error").doesNotContain("[DONE]");
            assertThat(channels.customer().consumed()).isZero();
        }
    }

    @Test
    void parallel_calls_of_one_index_without_ids_stay_apart() {
        String call =
                "{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"%s\",\"arguments\":\"{\\\"a\\\":%d}\"}}]}";
        far.script(events(
                delta(call.formatted("f", 1)),
                delta(call.formatted("g", 2)),
                delta(call.formatted("f", 3)),
                finish("tool_calls"),
                USAGE,
                DONE));
        try (Channels channels = Channels.of(yaml())) {
            JsonNode calls = channels.call().json().at("/choices/0/message/tool_calls");
            assertThat(calls.findValuesAsString("arguments")).containsExactly("{\"a\":1}", "{\"a\":2}", "{\"a\":3}");
            assertThat(calls.findValuesAsString("id")).doesNotHaveDuplicates();
        }
    }

    private static final String TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}],";

    private static String afterCall(JsonNode message) {
        return "{\"model\":\"gemini-3-pro\",\"stream\":false," + TOOLS
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Go\"},%s,{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"ok\"}]}"
                        .formatted(message);
    }

    @Test
    void thought_signatures_go_back_to_the_server_that_made_them() {
        String signed = ",\"extra_content\":{\"google\":{\"thought_signature\":\"%s\"}}";
        far.script(events(
                delta("{\"content\":\"Let me look.\"" + signed.formatted("dGV4dA==") + "}"),
                delta(
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}"
                                + signed.formatted("Y2FsbA==") + "}]}"),
                finish("tool_calls"),
                USAGE,
                DONE));
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply first = channels.customer()
                    .chat("{\"model\":\"gemini-3-pro\",\"stream\":false," + TOOLS
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"Go\"}]}");
            assertThat(first.status()).as(first.text()).isEqualTo(200);
            JsonNode message = first.json().at("/choices/0/message");
            assertThat(message.at("/extra_content/google/thought_signature").asString())
                    .isEqualTo("dGV4dA==");
            assertThat(message.at("/tool_calls/0/extra_content/google/thought_signature")
                            .asString())
                    .isEqualTo("Y2FsbA==");
            JsonNode plain = message.deepCopy();
            ((ObjectNode) plain).remove("extra_content");
            ((ObjectNode) plain.at("/tool_calls/0")).remove("extra_content");
            for (JsonNode back : new JsonNode[] {message, plain}) {
                Gateway.Reply reply = channels.customer().chat(afterCall(back));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                assertThat(reply.header("x-tollgate-ignored")).isEmpty();
                JsonNode sent = far.requests().getLast().json().at("/messages/1");
                assertThat(sent.toString())
                        .endsWith("\"arguments\":\"{}\"}" + signed.formatted("Y2FsbA==") + "}]"
                                + signed.formatted("dGV4dA==") + "}");
            }
        }
    }

    @Test
    void a_server_that_refuses_a_thought_signature_is_asked_without_any() {
        String signed = ",\"extra_content\":{\"google\":{\"thought_signature\":\"Y2FsbA==\"}}";
        String call =
                "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}"
                        + signed + "}]}";
        far.script(request -> request.body().contains("Y2FsbA==")
                ? whole(400, "{\"error\":{\"message\":\"Corrupted thought signature.\",\"code\":400}}")
                : events(delta(call), finish("tool_calls"), USAGE, DONE));
        try (Channels channels = Channels.of(yaml())) {
            JsonNode message = channels.customer()
                    .chat(afterCall(JsonNodeFactory.instance
                                    .objectNode()
                                    .put("role", "assistant")
                                    .put("content", "x"))
                            .replaceAll(",\\{\"role\":\"tool.*", ",{\"role\":\"user\",\"content\":\"Go on\"}]}"))
                    .json()
                    .at("/choices/0/message");
            Gateway.Reply reply = channels.customer().chat(afterCall(message));
            assertThat(reply.status()).as(reply.text() + message).isEqualTo(200);
            assertThat(far.asked()).isEqualTo(3);
        }
    }

    @Test
    void without_a_word_of_usage_it_is_estimated() {
        far.script(events(delta("{\"content\":\"four token\"}"), finish("stop"), DONE));
        try (Channels channels = Channels.of(yaml())) {
            assertThat(channels.call().status()).isEqualTo(200);
            assertThat(channels.customer().lastTask().get("usage_flags").toString())
                    .contains("estimated");
        }
    }

    static Stream<FarServer.Answer> breaks() {
        String hel = delta("{\"content\":\"Hel\"}");
        return Stream.of(
                events(hel, "{\"error\":{\"message\":\"boom " + KEY + "\",\"type\":\"server_error\",\"code\":500}}"),
                events(hel, "{\"error\":\"boom " + KEY + "\"}"),
                events(hel, "{broken"),
                events(hel, DONE),
                events(hel),
                cutOff(hel));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("breaks")
    void a_stream_that_breaks_in_the_middle_is_an_error_event_and_free(FarServer.Answer broken) {
        far.script(broken);
        try (Channels channels = Channels.of(yaml());
                LogCapture log = new LogCapture()) {
            Gateway.Reply reply = channels.stream();
            assertThat(reply.text()).contains("Hel", "event: error").doesNotContain("[DONE]", "boom", KEY);
            assertThat(channels.customer().consumed()).isZero();
            assertThat(log.text()).doesNotContain(KEY);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | {"error":{"message":"Incorrect API key provided: sk-compa***6789","code":"invalid_api_key"}} | misconfigured
            404 | {"error":{"message":"The model does not exist","code":"model_not_found"}}                    | misconfigured
            402 | {"error":{"message":"Insufficient Balance"}}                                               | misconfigured
            429 | {"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}        | misconfigured
            429 | {"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}                    | quota
            500 | <html>                                                                                     | unavailable
            200 | {"id":"x","choices":[{"message":{"content":"not a stream"}}]}                              | unavailable
            """)
    void its_trouble_is_left_for_the_next_channel(int status, String body, String kind) {
        far.script(new FarServer.Answer.Whole(status, java.util.Map.of("retry-after", "60"), body));
        try (Channels channels = Channels.of(afterGoogle().replace("priority: 9", "priority: 1"));
                LogCapture log = new LogCapture()) {
            assertThat(channels.text()).isEqualTo("from google");
            assertThat(channels.status("far").at("/last_error/kind").asString()).isEqualTo(kind);
            assertThat(log.text()).doesNotContain("sk-compa***6789");
        }
    }

    @Test
    void a_refusal_of_the_content_is_final() {
        far.script(whole(400, "{\"error\":{\"message\":\"no\",\"code\":\"content_policy_violation\"}}"));
        try (Channels channels = Channels.of(afterGoogle().replace("priority: 9", "priority: 1"))) {
            Gateway.Reply reply = channels.call();
            assertError(reply, 503, "upstream_error", "upstream_error");
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
            assertThat(google.asked()).isZero();
        }
    }

    @Test
    void a_request_that_is_too_long_is_the_callers_to_shorten() {
        far.script(whole(
                400,
                "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.\","
                        + "\"code\":\"context_length_exceeded\"}}"));
        try (Channels channels = Channels.of(afterGoogle().replace("priority: 9", "priority: 1"))) {
            Gateway.Reply reply = channels.call();
            assertError(reply, 400, "context_length_exceeded", "invalid_request_error");
            assertThat(reply.error().get("message").asString()).contains("8192 tokens", "9001 tokens");
            assertThat(google.asked()).isZero();
        }
    }

    @Test
    void fields_that_only_the_answering_channel_ignores_are_listed() {
        google.script(whole(503, ""));
        try (Channels channels = Channels.of(afterGoogle())) {
            Gateway.Reply reply = channels.customer().chat(ask("\"top_k\":5,\"prediction\":{},"));
            assertThat(reply.json().at("/choices/0/message/content").asString()).isEqualTo("Hello");
            assertThat(reply.header("x-tollgate-ignored")).isEqualTo("prediction,top_k");
        }
    }

    @Test
    void what_it_cannot_express_goes_to_a_channel_that_can() {
        try (Channels channels = Channels.of(afterGoogle().replace("priority: 9", "priority: 1"))) {
            Gateway.Reply search = channels.customer().chat(ask("\"web_search_options\":{},"));
            assertThat(search.json().at("/choices/0/message/content").asString())
                    .isEqualTo("from google");
            google.script(whole(500, ""));
            assertError(
                    channels.customer().chat(ask("\"web_search_options\":{},")),
                    503,
                    "upstream_error",
                    "upstream_error");
            assertThat(far.asked()).isZero();
        }
    }

    @Test
    void where_no_channel_can_express_it_the_field_is_named_and_no_money_moves() {
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = channels.customer().chat(ask("\"web_search_options\":{},"));
            assertError(reply, 400, "invalid_request", "invalid_request_error");
            assertThat(reply.error().get("param").asString()).isEqualTo("web_search_options");
            for (String name : new String[] {"googleSearch", "google_search"}) {
                Gateway.Reply byTool = channels.customer()
                        .chat(ask("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"" + name + "\"}}],"));
                assertError(byTool, 400, "invalid_request", "invalid_request_error");
                assertThat(byTool.error().get("param").asString()).isEqualTo("tools");
                assertThat(byTool.error().get("message").asString())
                        .contains("'tools'")
                        .contains("web search");
            }
            assertThat(channels.customer().tasks()).isZero();
        }
    }

    private static Gateway.Reply inGeminisWords(Channels channels) {
        return channels.gateway()
                .post(
                        "/v1beta/models/gemini-2.5-pro:generateContent",
                        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Tell me\"}]}]}"
                                .replace("Tell me", Prompts.LONG),
                        channels.customer().key());
    }

    @Test
    void a_call_in_geminis_own_words_goes_to_gemini_channels_alone() {
        String yaml = afterGoogle().replace("priority: 9", "priority: 1");
        try (FarServer other = FarServer.saying("from the other google");
                Channels channels = Channels.of(yaml
                        + "  - {id: other, kind: gemini, base_url: \"%s\", key: g, priority: 6}\n"
                                .formatted(other.url()))) {
            assertThat(inGeminisWords(channels).text()).contains("from google");
            google.script(whole(500, ""));
            assertThat(inGeminisWords(channels).text()).contains("from the other google");
            other.script(whole(500, ""));
            assertThat(inGeminisWords(channels).status()).isEqualTo(503);
            assertThat(far.asked()).isZero();
        }
        try (Channels channels = Channels.of(yaml())) {
            Gateway.Reply reply = inGeminisWords(channels);
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.error().get("status").asString()).isEqualTo("INVALID_ARGUMENT");
            assertThat(channels.customer().tasks()).isZero();
        }
    }
}
