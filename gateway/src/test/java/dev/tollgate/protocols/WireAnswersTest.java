package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The tables of responses (protocol 4.4 to 4.7), row by row, whole and streamed: the upstream's message, and the response to the caller. */
@Timeout(240)
class WireAnswersTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String TOOLS = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";
    private static final String SEARCH = "\"web_search_options\":{}";
    private static final String CHUNKS =
            "\"groundingChunks\":[{\"web\":{\"uri\":\"https://a.example/x\",\"title\":\"A\"}},{\"web\":{\"uri\":\"https://b.example/y\"}}]";

    /** Row, members of the request, parts of each event, what the last candidate has besides, members of the message. */
    private static final String TABLE = """
            text                 |        | [[{"text":"a"}],[{"text":"\\n"},{"text":"b"}],[{"text":""}]] | | "content":"a\\nb"
            thought              |        | [[{"text":"I ","thought":true}],[{"text":"think","thought":true},{"text":"So"}]] | | "content":"So","reasoning_content":"I think"
            hidden thought       | "include_thoughts":false | [[{"text":"So"}]] | | "content":"So"
            call                 | $TOOLS | [[{"functionCall":{"name":"f","args":{"b":12345678901234567890,"a":1.5}}}]] | | "content":null,"tool_calls":[{"id":"call_*","type":"function","function":{"name":"f","arguments":"{\\"b\\":12345678901234567890,\\"a\\":1.5}"}}]
            call without args    | $TOOLS | [[{"functionCall":{"name":"f"}}],[{"text":""}]] | | "content":null,"tool_calls":[{"id":"call_*","type":"function","function":{"name":"f","arguments":"{}"}}]
            upstream's id        | $TOOLS | [[{"functionCall":{"id":"u1","name":"f","args":{}}}]] | | "content":null,"tool_calls":[{"id":"u1","type":"function","function":{"name":"f","arguments":"{}"}}]
            parallel calls       | $TOOLS | [[{"text":"Look"},{"functionCall":{"name":"f","args":{"a":1}}}],[{"functionCall":{"name":"f","args":{"a":2}}}]] | | "content":"Look","tool_calls":[{"id":"call_*","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}},{"id":"call_*","type":"function","function":{"name":"f","arguments":"{\\"a\\":2}"}}]
            ids once             | $TOOLS | [[{"functionCall":{"id":"u1","name":"f"}},{"functionCall":{"id":"u1","name":"f","args":{"a":1}}}]] | | "content":null,"tool_calls":[{"id":"u1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"call_*","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]
            a call sent twice    | $TOOLS | [[{"functionCall":{"id":"u1","name":"f"}},{"functionCall":{"id":"u1","name":"f"}}]] | | "content":null,"tool_calls":[{"id":"u1","type":"function","function":{"name":"f","arguments":"{}"}}]
            legacy call          | "functions":[{"name":"f"}] | [[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"}],[{"functionCall":{"name":"f"}}]] | | "content":null,"function_call":{"name":"f","arguments":"{\\"a\\":1}"},"extra_content":{"google":{"thought_signature":"c2ln"}}
            call's signature     | $TOOLS | [[{"functionCall":{"name":"f"},"thoughtSignature":"c2ln"}]] | | "content":null,"tool_calls":[{"id":"call_*","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}]
            text's signature     |        | [[{"text":"So"}],[{"text":"","thoughtSignature":"c2ln"}]] | | "content":"So","extra_content":{"google":{"thought_signature":"c2ln"}}
            code                 |        | [[{"executableCode":{"language":"PYTHON","code":"print(1)"}}],[{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}}],[{"text":"So"}]] | | "content":"\\n```python\\nprint(1)\\n```\\n\\n```output\\n1\\n```\\nSo"
            picture              |        | [[{"text":"See "},{"inlineData":{"mimeType":"image/png","data":"iVBORw0K"},"thoughtSignature":"c2ln"}],[{"inlineData":{"data":"QUJD","mimeType":"audio/wav"}},{"text":"this"}]] | | "content":"See this","images":[$S0-image/png-iVBORw0K,$F1-audio/wav-QUJD]
            picture alone        |        | [[{"inlineData":{"mimeType":"image/png","data":"iVBORw0K"}}],[{"text":""}]] | | "content":"","images":[$F0-image/png-iVBORw0K]
            file elsewhere       |        | [[{"text":"See "},{"fileData":{"mimeType":"image/png","fileUri":"https://a.example/p.png"}}],[{"fileData":{"fileUri":"gs://b/v.mp4"}},{"inlineData":{"mimeType":"image/png","data":"QUJD"}}]] | | "content":"See ","images":[$U0-https://a.example/p.png,$U1-gs://b/v.mp4,$F2-image/png-QUJD]
            file elsewhere alone |        | [[{"fileData":{"mimeType":"video/mp4","fileUri":"https://a.example/v"}}],[{"text":""}]] | | "content":"","images":[$U0-https://a.example/v]
            file of nowhere      |        | [[{"text":"So"},{"fileData":{"mimeType":"video/mp4"}}]] | | "content":"So"
            draft of a picture   |        | [[{"inlineData":{"mimeType":"image/png","data":"iVBORw0K"},"thought":true}],[{"text":"So"}]] | | "content":"So"
            server's tools       | $SEARCH | [[{"toolCall":{"id":"t","toolType":"GOOGLE_SEARCH_WEB","args":{"q":"x"}}}],[{"toolResponse":{"id":"t","toolType":"GOOGLE_SEARCH_WEB","response":{}}}],[{"text":"So"}]] | | "content":"So"
            unknown part         |        | [[{"text":"So"},{"audioTranscription":{"text":"x"}},{"partMetadata":{}}]] | | "content":"So"
            citation             | $SEARCH | [[{"text":"Ø er "}],[{"text":"kaldt"}]] | "groundingMetadata":{$CHUNKS,"groundingSupports":[{"segment":{"endIndex":2,"text":"Ø"},"groundingChunkIndices":[0]},{"segment":{"startIndex":6,"endIndex":11,"text":"kaldt"},"groundingChunkIndices":[1,0]}]} | "content":"Ø er kaldt","annotations":[$0-1-0,$5-10-1,$5-10-0],"extra_content":{"google":{"grounding_metadata":{$CHUNKS,"groundingSupports":[{"segment":{"endIndex":2,"text":"Ø"},"groundingChunkIndices":[0]},{"segment":{"startIndex":6,"endIndex":11,"text":"kaldt"},"groundingChunkIndices":[1,0]}]}}}
            beyond the BMP       | $SEARCH | [[{"text":"😀😀!"}]] | "groundingMetadata":{$CHUNKS,"groundingSupports":[{"segment":{"startIndex":4,"endIndex":9},"groundingChunkIndices":[0]},{"segment":{"startIndex":4,"endIndex":9},"groundingChunkIndices":[0]}]} | "content":"😀😀!","annotations":[$1-3-0],"extra_content":{"google":{"grounding_metadata":{$CHUNKS,"groundingSupports":[{"segment":{"startIndex":4,"endIndex":9},"groundingChunkIndices":[0]},{"segment":{"startIndex":4,"endIndex":9},"groundingChunkIndices":[0]}]}}}
            broken citations     | $SEARCH | [[{"text":"ø"}]] | "groundingMetadata":{$CHUNKS,"groundingSupports":[{"segment":{"startIndex":1,"endIndex":99},"groundingChunkIndices":[0,7]},{"groundingChunkIndices":[0]},{"segment":{"endIndex":1}}]} | "content":"ø","annotations":[$0-1-0],"extra_content":{"google":{"grounding_metadata":{$CHUNKS,"groundingSupports":[{"segment":{"startIndex":1,"endIndex":99},"groundingChunkIndices":[0,7]},{"groundingChunkIndices":[0]},{"segment":{"endIndex":1}}]}}}
            search entry point   | $SEARCH | [[{"text":"So"}]] | "groundingMetadata":{"webSearchQueries":["x"],"searchEntryPoint":{"renderedContent":"<div>"}} | "content":"So","extra_content":{"google":{"search_entry_point":"<div>","grounding_metadata":{"webSearchQueries":["x"],"searchEntryPoint":{"renderedContent":"<div>"}}}}
            quoted               |        | [[{"text":"Ø er "}],[{"text":"kaldt"}]] | "citationMetadata":{"citationSources":[{"endIndex":2,"uri":"https://b.example/y","license":"mit"},{"startIndex":6,"endIndex":11,"uri":"https://b.example/y"}]} | "content":"Ø er kaldt","annotations":[$0-1-1,$5-10-1]
            quoted, by Vertex    |        | [[{"text":"😀😀!"}]] | "citationMetadata":{"citations":[{"startIndex":4,"endIndex":99,"uri":"https://a.example/x","title":"A","license":"","publicationDate":{"year":2020}}]} | "content":"😀😀!","annotations":[$1-3-0]
            quoted from nowhere  |        | [[{"text":"So"}]] | "citationMetadata":{"citationSources":[{"endIndex":2,"license":"mit"},{"endIndex":2,"uri":""}],"citations":[{"endIndex":2,"title":"A"}]} | "content":"So"
            quoted and searched  | $SEARCH | [[{"text":"So"}]] | "citationMetadata":{"citationSources":[{"endIndex":1,"uri":"https://b.example/y"}]},"groundingMetadata":{$CHUNKS,"groundingSupports":[{"segment":{"endIndex":2},"groundingChunkIndices":[0]}]} | "content":"So","annotations":[$0-2-0,$0-1-1],"extra_content":{"google":{"grounding_metadata":{$CHUNKS,"groundingSupports":[{"segment":{"endIndex":2},"groundingChunkIndices":[0]}]}}}
            nothing searched     | $SEARCH | [[{"text":"So"}]] | "groundingMetadata":{} | "content":"So"
            """;

    private static final String FILE =
            "{\"index\":$1,\"type\":\"image_url\",\"image_url\":{\"url\":\"data:$2;base64,$3\"}}";

    private static final String SIGNED_FILE =
            FILE.substring(0, FILE.length() - 1) + ",\"extra_content\":{\"google\":{\"thought_signature\":\"c2ln\"}}}";

    private record Row(String name, String members, JsonNode parts, String besides, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    static Stream<Row> rows() {
        return TABLE.lines().map(line -> {
            String[] cells = line.split("\\|");
            assertThat(cells).as(line).hasSize(5);
            return new Row(
                    cells[0].strip(),
                    filled(cells[1]),
                    JSON.readTree(cells[2].strip()),
                    filled(cells[3]),
                    filled(cells[4]));
        });
    }

    private static String filled(String cell) {
        return cell.strip()
                .replace("$TOOLS", TOOLS)
                .replace("$SEARCH", SEARCH)
                .replace("$CHUNKS", CHUNKS)
                .replaceAll(
                        "\\$U(\\d)-([^,\\]]+)", "{\"index\":$1,\"type\":\"image_url\",\"image_url\":{\"url\":\"$2\"}}")
                .replaceAll("\\$S(\\d)-([a-z/]+)-(\\w+)", SIGNED_FILE)
                .replaceAll("\\$F(\\d)-([a-z/]+)-(\\w+)", FILE)
                .replaceAll("\\$(\\d+)-(\\d+)-0", citation("https://a.example/x", "A"))
                .replaceAll("\\$(\\d+)-(\\d+)-1", citation("https://b.example/y", "b.example"));
    }

    private static String citation(String url, String title) {
        return "{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":$1,\"end_index\":$2,\"url\":\"" + url
                + "\",\"title\":\"" + title + "\"}}";
    }

    // ---- messages ----

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void an_answer_becomes_this_message(Row row) {
        UpstreamScript script = UpstreamScript.answers();
        for (int i = 0; i < row.parts().size(); i++) {
            boolean isLast = i == row.parts().size() - 1;
            String besides = row.besides().isEmpty() ? "" : "," + row.besides();
            script.event("{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":"
                    + row.parts().get(i) + "}" + (isLast ? ",\"finishReason\":\"STOP\"" + besides : "")
                    + "}],\"usageMetadata\":" + USAGE + "}");
        }
        gateway.script(script);
        JsonNode expected = JSON.readTree("{\"role\":\"assistant\",\"refusal\":null," + row.message() + "}");
        for (boolean stream : new boolean[] {false, true}) {
            CallServer.Reply reply = call("gemini-2.5-pro", row.members(), stream);
            ObjectNode choice = choice(reply, stream, 0);
            assertThat(reply.header("x-tollgate-attempts")).as("asked once").isEmpty();
            assertThat(anyId(choice.get("message"))).as("stream %s", stream).isEqualTo(expected);
            assertThat(choice.get("native_finish_reason").asString()).isEqualTo("STOP");
            String reason = expected.has("tool_calls")
                    ? "tool_calls"
                    : expected.has("function_call") ? "function_call" : "stop";
            assertThat(choice.get("finish_reason").asString()).isEqualTo(reason);
        }
    }

    /** Gemini tells of a quotation with the text that ends it, and may tell of it again. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void quotations_of_all_chunks_become_annotations_once(boolean stream) {
        String cited = "{\"endIndex\":1,\"uri\":\"https://a.example/x\",\"title\":\"A\"}";
        String later = "{\"startIndex\":1,\"endIndex\":2,\"uri\":\"https://b.example/y\"}";
        gateway.script(UpstreamScript.answers()
                .event(
                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"S\"}]},\"citationMetadata\":{\"citationSources\":["
                                + cited + "]}}]}")
                .event(
                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"o\"}]},\"citationMetadata\":{\"citationSources\":["
                                + cited + "," + later + "]}}]}")
                .event("{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":" + USAGE + "}"));
        ObjectNode choice = choice(call("gemini-2.5-pro", "", stream), stream, 0);
        assertThat(choice.at("/message/annotations")).isEqualTo(JSON.readTree(filled("[$0-1-0,$1-2-1]")));
    }

    private static final String USAGE = "{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"totalTokenCount\":15}";

    private static CallServer.Reply call(String model, String members, boolean stream) {
        return gateway.chat(body(model, members, stream));
    }

    private static String body(String model, String members, boolean stream) {
        return "{\"model\":\"" + model + "\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + Prompts.LONG + "\"}]"
                + (members.isEmpty() ? "" : ",")
                + members + "}";
    }

    /** One choice of a whole answer, or what a client makes of the pieces of one. */
    private static ObjectNode choice(CallServer.Reply reply, boolean stream, int index) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        if (!stream) {
            return (ObjectNode) reply.json().at("/choices/" + index);
        }
        ObjectNode whole = JSON.createObjectNode();
        ObjectNode message = whole.putObject("message");
        message.put("role", "assistant").putNull("refusal");
        message.put("content", "");
        for (JsonNode chunk : reply.chunks()) {
            for (JsonNode piece : chunk.get("choices").values()) {
                if (piece.get("index").asInt() == index) {
                    take(piece, whole, message);
                }
            }
        }
        if (message.get("content").asString().isEmpty()
                && (message.has("tool_calls") || message.has("function_call"))) {
            message.putNull("content");
        }
        return whole;
    }

    private static void take(JsonNode piece, ObjectNode whole, ObjectNode message) {
        assertThat(whole.has("finish_reason")).as("a piece behind the end").isFalse();
        if (!piece.get("finish_reason").isNull()) {
            whole.set("finish_reason", piece.get("finish_reason"));
            whole.set("native_finish_reason", piece.path("native_finish_reason"));
        }
        for (JsonNode token : piece.path("logprobs").path("content").values()) {
            whole.withArray("/logprobs/content").add(token);
        }
        piece.get("delta").properties().forEach(it -> {
            switch (it.getKey()) {
                case "content", "reasoning_content" ->
                    message.put(
                            it.getKey(),
                            message.path(it.getKey()).asString("")
                                    + it.getValue().asString());
                case "tool_calls" -> {
                    ArrayNode calls = message.withArray("/tool_calls");
                    ObjectNode call = (ObjectNode) it.getValue().get(0);
                    assertThat(call.remove("index").asInt()).isEqualTo(calls.size());
                    calls.add(call);
                }
                case "images" -> message.withArray("/images").add(it.getValue().get(0));
                default -> message.set(it.getKey(), it.getValue());
            }
        });
    }

    private static JsonNode anyId(JsonNode message) {
        return JSON.readTree(message.toString().replaceAll("\"call_[A-Za-z0-9]{24}\"", "\"call_*\""));
    }

    @ParameterizedTest
    @CsvSource({"k3Xy_abc-9, k3Xy_abc-9", "a b, ''", "'', ''"})
    void the_upstreams_id_stands_in_a_header_if_it_may(String said, String told) {
        for (boolean stream : new boolean[] {false, true}) {
            gateway.script(UpstreamScript.answers()
                    .event(
                            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"So\"}]},\"finishReason\":\"STOP\"}],\"responseId\":\""
                                    + said + "\",\"usageMetadata\":" + USAGE + "}"));
            CallServer.Reply reply = call("gemini-2.5-pro", "", stream);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("x-upstream-response-id")).isEqualTo(told);
        }
    }

    // ---- candidates ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void candidates_are_choices_with_calls_of_their_own(boolean stream) {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"parts":[{"functionCall":{"id":"u1","name":"f","args":{"a":0}}}]}},
                               {"index":1,"content":{"parts":[{"text":"One"}]}}]}""").event("""
                {"candidates":[{"index":1,"content":{"parts":[{"functionCall":{"id":"u1","name":"f","args":{"a":1}}}]},"finishReason":"STOP"}]}""").event("""
                {"candidates":[{"index":0,"content":{"parts":[]},"finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}}"""));
        CallServer.Reply reply = call("gemini-2.5-pro", "\"n\":2," + TOOLS, stream);
        ObjectNode first = choice(reply, stream, 0);
        ObjectNode second = choice(reply, stream, 1);
        assertThat(first.at("/message/tool_calls/0/id").asString()).isEqualTo("u1");
        assertThat(first.at("/message/tool_calls/0/function/arguments").asString())
                .isEqualTo("{\"a\":0}");
        assertThat(first.at("/message/content").isNull()).isTrue();
        assertThat(second.at("/message/tool_calls/0/id").asString()).matches("call_[A-Za-z0-9]{24}");
        assertThat(second.at("/message/tool_calls/0/function/arguments").asString())
                .isEqualTo("{\"a\":1}");
        assertThat(second.at("/message/content").asString()).isEqualTo("One");
        assertThat(first.get("finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(second.get("finish_reason").asString()).isEqualTo("tool_calls");
    }

    // ---- log probabilities ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void log_probabilities_come_in_openais_shape(boolean stream) {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"parts":[{"text":"ø"}]},"logprobsResult":{
                  "chosenCandidates":[{"token":"ø","tokenId":1,"logProbability":-0.5}],
                  "topCandidates":[{"candidates":[{"token":"ø","tokenId":1,"logProbability":-0.5},{"token":"o","logProbability":"-Infinity"}]}]}}]}""").event("""
                {"candidates":[{"content":{"parts":[{"text":"!"}]},"finishReason":"STOP","logprobsResult":{
                  "chosenCandidates":[{"token":"!","tokenId":2}]}}],
                 "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}}"""));
        ObjectNode choice = choice(call("gemini-2.5-pro", "", stream), stream, 0);
        assertThat(choice.at("/logprobs/content")).isEqualTo(JSON.readTree("""
                [{"token":"ø","logprob":-0.5,"bytes":[195,184],"top_logprobs":[
                   {"token":"ø","logprob":-0.5,"bytes":[195,184]},{"token":"o","logprob":-9999.0,"bytes":[111]}]},
                 {"token":"!","logprob":0.0,"bytes":[33],"top_logprobs":[]}]"""));
        assertThat(choice.at("/logprobs/refusal").isNull() || stream).isTrue();
    }

    // ---- ends ----

    /** The upstream's word; what it is after text or a picture; what it is after a call; what it is without anything: a reason or a status. */
    @ParameterizedTest
    @CsvSource({
        "STOP,                      stop,           tool_calls,     stop",
        "MAX_TOKENS,                length,         length,         length",
        "CONTINUATION,              length,         length,         length",
        "SAFETY,                    content_filter, content_filter, 503",
        "PROHIBITED_CONTENT,        content_filter, content_filter, 503",
        "BLOCKLIST,                 content_filter, content_filter, 503",
        "SPII,                      content_filter, content_filter, 503",
        "RECITATION,                content_filter, content_filter, 503",
        "LANGUAGE,                  content_filter, content_filter, 503",
        "IMAGE_SAFETY,              content_filter, content_filter, 503",
        "IMAGE_PROHIBITED_CONTENT,  content_filter, content_filter, 503",
        "IMAGE_RECITATION,          content_filter, content_filter, 503",
        "MODEL_ARMOR,               content_filter, content_filter, 503",
        "ESCALATION,                content_filter, content_filter, 503",
        "OTHER,                     stop,           tool_calls,     503",
        "IMAGE_OTHER,               stop,           tool_calls,     503",
        "NO_IMAGE,                  stop,           tool_calls,     503",
        "FINISH_REASON_UNSPECIFIED, stop,           tool_calls,     503",
        "PUP_LIMITED_DISABLED,      stop,           tool_calls,     503",
        "NEVER_HEARD_OF,            stop,           tool_calls,     503",
        "MALFORMED_FUNCTION_CALL,   503,            503,            503",
        "MALFORMED_RESPONSE,        503,            503,            503",
        "UNEXPECTED_TOOL_CALL,      503,            503,            503",
        "TOO_MANY_TOOL_CALLS,       503,            503,            503",
        "MISSING_THOUGHT_SIGNATURE, 503,            503,            503",
    })
    void each_finish_reason_has_its_word(String said, String afterText, String afterCall, String afterNothing) {
        for (boolean stream : new boolean[] {false, true}) {
            assertEnds("[{\"text\":\"So\"}]", said, stream, afterText);
            assertEnds("[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"QUJD\"}}]", said, stream, afterText);
            assertEnds("[{\"functionCall\":{\"name\":\"f\"}}]", said, stream, afterCall);
            assertEnds("[]", said, stream, afterNothing);
        }
    }

    private static void assertEnds(String parts, String said, boolean stream, String told) {
        String usage = "\"usageMetadata\":" + USAGE;
        gateway.script(UpstreamScript.answers()
                .event("{\"candidates\":[{\"content\":{\"parts\":" + parts + "}}]," + usage + "}")
                .event("{\"candidates\":[{\"finishReason\":\"" + said + "\"}]," + usage + "}"));
        String nonce = "\"user\":\"" + System.nanoTime() + "\""; // a refusal is remembered by the body
        CallServer.Reply reply = gateway.customer("10") // who has had no free answer yet
                .chat(body("gemini-2.5-pro", TOOLS + "," + nonce, stream));
        String what = said + " after " + parts + ", stream " + stream + ": " + reply.text();
        if (!told.equals("503")) {
            ObjectNode choice = choice(reply, stream, 0);
            assertThat(choice.get("finish_reason").asString()).as(what).isEqualTo(told);
            assertThat(choice.get("native_finish_reason").asString()).as(what).isEqualTo(said);
        } else if (stream && !parts.equals("[]")) {
            assertThat(reply.text())
                    .as(what)
                    .contains("event: error\n")
                    .contains("upstream_error")
                    .doesNotContain("[DONE]");
        } else {
            assertThat(reply.status()).as(what).isEqualTo(503);
            assertThat(reply.error().get("code").asString()).as(what).isEqualTo("upstream_error");
        }
    }

    // ---- blocks ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SAFETY",
                "OTHER",
                "BLOCKLIST",
                "PROHIBITED_CONTENT",
                "IMAGE_SAFETY",
                "MODEL_ARMOR",
                "JAILBREAK",
                "NEVER_HEARD_OF"
            })
    void each_block_of_the_prompt_is_a_refusal_for_nothing(String reason) {
        for (boolean stream : new boolean[] {false, true}) {
            gateway.script(
                    UpstreamScript.answers()
                            .event(
                                    "{\"promptFeedback\":{\"blockReason\":\"" + reason
                                            + "\",\"blockReasonMessage\":\"No.\"},\"usageMetadata\":{\"promptTokenCount\":10,\"totalTokenCount\":10}}"));
            CallServer.Reply reply = call("gemini-2.5-pro", "\"user\":\"" + System.nanoTime() + "\"", stream);
            assertThat(reply.status()).as(reply.text()).isEqualTo(503);
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
            assertThat(reply.error().get("code").asString()).isEqualTo("upstream_error");
        }
    }

    /** With the word for none it is no block, and no answer either. */
    @Test
    void an_unspecified_block_is_an_upstream_without_an_answer() {
        gateway.script(UpstreamScript.answers()
                .event("{\"promptFeedback\":{\"blockReason\":\"BLOCK_REASON_UNSPECIFIED\"},\"usageMetadata\":" + USAGE
                        + "}"));
        CallServer.Reply reply = call("gemini-2.5-pro", "", false);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("x-should-retry")).isEmpty();
    }

    // ---- usage ----

    /** What is reported, and what is printed of it by the models that count in tokens. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            "promptTokenCount":100,"candidatesTokenCount":20,"totalTokenCount":120 | 100 | 20 | 120 | 0 | 0 | 0 | 100 | 0 | 20
            "promptTokenCount":100,"candidatesTokenCount":20,"thoughtsTokenCount":30,"totalTokenCount":150 | 100 | 20 | 150 | 0 | 0 | 0 | 100 | 30 | 20
            "promptTokenCount":100,"toolUsePromptTokenCount":50,"candidatesTokenCount":20,"totalTokenCount":170,"promptTokensDetails":[{"modality":"TEXT","tokenCount":100}],"toolUsePromptTokensDetails":[{"modality":"TEXT","tokenCount":50}] | 150 | 20 | 170 | 0 | 0 | 0 | 150 | 0 | 20
            "promptTokenCount":100,"cachedContentTokenCount":90,"candidatesTokenCount":20,"totalTokenCount":120,"cacheTokensDetails":[{"modality":"TEXT","tokenCount":90}] | 100 | 20 | 120 | 90 | 0 | 0 | 100 | 0 | 20
            "promptTokenCount":100,"candidatesTokenCount":20,"totalTokenCount":120,"promptTokensDetails":[{"modality":"TEXT","tokenCount":10},{"modality":"AUDIO","tokenCount":30},{"modality":"IMAGE","tokenCount":60}] | 100 | 20 | 120 | 0 | 30 | 60 | 10 | 0 | 20
            "promptTokenCount":100,"candidatesTokenCount":20,"totalTokenCount":120,"promptTokensDetails":[{"modality":"TEXT","tokenCount":10},{"modality":"VIDEO","tokenCount":30},{"modality":"DOCUMENT","tokenCount":40},{"modality":"SMELL","tokenCount":20}] | 100 | 20 | 120 | 0 | 0 | 0 | 100 | 0 | 20
            "promptTokenCount":100,"candidatesTokenCount":20,"totalTokenCount":120,"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":15},{"modality":"IMAGE","tokenCount":5}],"serviceTier":"standard","trafficType":"ON_DEMAND" | 100 | 20 | 120 | 0 | 0 | 0 | 100 | 0 | 15
            "promptTokenCount":100,"candidatesTokenCount":20,"totalTokenCount":120,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":18}] | 100 | 20 | 120 | 0 | 0 | 0 | 100 | 0 | 2
            """)
    void each_count_is_printed_in_its_own_field(
            String reported,
            long prompt,
            long completion,
            long total,
            long cached,
            long audio,
            long image,
            long text,
            long reasoning,
            long shown) {
        String answer = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"So\"}]}%s}],\"usageMetadata\":{%s}}";
        JsonNode expected =
                JSON.readTree("""
                {"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,
                 "prompt_tokens_details":{"cached_tokens":%d,"audio_tokens":%d,"image_tokens":%d,"text_tokens":%d},
                 "completion_tokens_details":{"reasoning_tokens":%d,"audio_tokens":0,"text_tokens":%d,
                   "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}""".formatted(prompt, completion, total, cached, audio, image, text, reasoning, shown));
        if (shown < completion) { // the rest is images, which stand there only if there are some
            ((ObjectNode) expected.get("completion_tokens_details")).put("image_tokens", (int) (completion - shown));
        }
        for (boolean stream : new boolean[] {false, true}) {
            gateway.script(UpstreamScript.answers()
                    .event(answer.formatted("", reported))
                    .event(answer.formatted(",\"finishReason\":\"STOP\"", reported)));
            assertThat(usage(stream)).as("stream %s", stream).isEqualTo(expected);
        }
    }

    /** Only the last chunk has no details, or only the first has. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void details_that_were_reported_once_stay(boolean stream) {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"parts":[{"text":"So"}]}}],"usageMetadata":{"promptTokenCount":100,
                 "candidatesTokenCount":20,"totalTokenCount":120,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":30},
                 {"modality":"IMAGE","tokenCount":60}],"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":15}]}}""").event("""
                {"candidates":[{"finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":20,"totalTokenCount":120}}"""));
        JsonNode usage = usage(stream);
        assertThat(usage.at("/prompt_tokens_details/audio_tokens").asInt()).isEqualTo(30);
        assertThat(usage.at("/prompt_tokens_details/image_tokens").asInt()).isEqualTo(60);
        assertThat(usage.at("/prompt_tokens_details/text_tokens").asInt()).isEqualTo(10);
    }

    private static JsonNode usage(boolean stream) {
        CallServer.Reply reply = call("gemini-2.5-pro", "", stream);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return stream ? reply.chunks().getLast().get("usage") : reply.json().get("usage");
    }
}
