package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The Gemini door, driven over HTTP as Google's clients do: the same admission, hold, charge and task as at the other door. */
@Timeout(240)
class GenerateFlowTest {

    private static final String HI = """
            {"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""";
    private static final String MODEL = "/v1beta/models/gemini-2.5-pro:";

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

    private static HttpRequest.Builder request(Customer customer, String path, String body) {
        return HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("x-goog-api-key", customer.key())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static Reply post(Customer customer, String path, String body) {
        return gateway.send(request(customer, path, body));
    }

    private static void answersInPieces() {
        gateway.script(UpstreamScript.answers()
                .thought("Let me think.", new Tokens(10, 0, 7))
                .text("Hello, ", new Tokens(10, 2, 7))
                .text("world.")
                .finish("STOP", new Tokens(10, 5, 7)));
    }

    // ---- answers ----

    @ParameterizedTest
    @ValueSource(strings = {"/v1beta", "/v1", "/v1/gemini/v1beta", "/v1/gemini/v1"})
    void a_whole_answer_is_put_together_and_charged(String base) {
        answersInPieces();
        Customer customer = gateway.customer("10");

        Reply reply = post(customer, base + "/models/gemini-2.5-pro:generateContent", HI);

        assertThat(reply.status()).isEqualTo(200);
        JsonNode candidate = reply.json().get("candidates").get(0);
        assertThat(candidate.get("content").toString()).isEqualTo("""
                {"role":"model","parts":[{"text":"Let me think.","thought":true},{"text":"Hello, world."}]}""");
        assertThat(candidate.get("finishReason").asString()).isEqualTo("STOP");
        assertThat(reply.json().get("usageMetadata").toString()).isEqualTo("""
                {"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":22,"thoughtsTokenCount":7,\
                "promptTokensDetails":[{"modality":"TEXT","tokenCount":10}]}""");
        assertThat(reply.json().get("modelVersion").asString()).isEqualTo("gemini-2.5-pro");
        assertThat(reply.json().get("credits_consumed").decimalValue()).isEqualTo(customer.consumed());
        assertThat(customer.consumed()).isEqualByComparingTo("0.01");
        assertThat(customer.lastTask().get("id").asString()).isEqualTo(reply.header("x-tollgate-task-id"));
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("completed");
    }

    @Test
    void a_stream_shows_the_chunks_as_they_came_and_the_charge_in_the_last() {
        answersInPieces();
        Customer customer = gateway.customer("10");

        Reply reply = post(customer, MODEL + "streamGenerateContent?alt=sse", HI);

        assertThat(reply.header("content-type")).startsWith("text/event-stream");
        assertThat(reply.text()).endsWith("\r\n\r\n").doesNotContain("[DONE]", "event:", "\n: ");
        List<JsonNode> chunks = reply.chunks();
        assertThat(chunks).hasSize(4);
        assertThat(chunks.getFirst().toString()).isEqualTo("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"Let me think.","thought":true}]}}],\
                "modelVersion":"gemini-2.5-pro","responseId":"r1"}""");
        assertThat(chunks.subList(0, 3))
                .noneMatch(chunk -> chunk.has("usageMetadata") || chunk.has("credits_consumed"));
        JsonNode last = chunks.getLast();
        assertThat(last.get("candidates").get(0).get("finishReason").asString()).isEqualTo("STOP");
        assertThat(last.get("usageMetadata").get("candidatesTokenCount").asInt())
                .isEqualTo(5);
        assertThat(last.get("credits_consumed").decimalValue()).isEqualTo(customer.consumed());
    }

    /** Google's own types have it, and Qwen Code sends it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'generationConfig':{'thinkingConfig':{'thinkingLevel':'THINKING_LEVEL_UNSPECIFIED','thinkingBudget':512}}|/generationConfig/thinkingConfig/thinkingLevel",
                "'generationConfig':{'thinking_config':{'thinking_level':'thinking_level_unspecified'}}|/generationConfig/thinkingConfig",
                "'generationConfig':{'mediaResolution':'MEDIA_RESOLUTION_UNSPECIFIED'}|/generationConfig/mediaResolution",
                "'generationConfig':{'responseModalities':['MODALITY_UNSPECIFIED']}|/generationConfig/responseModalities/0",
                "'generationConfig':{'responseMimeType':'application/json','responseSchema':{'type':'OBJECT','properties':{'a':{'type':'TYPE_UNSPECIFIED'}}}}|/generationConfig/responseSchema/properties/a/type",
                "'toolConfig':{'functionCallingConfig':{'mode':'MODE_UNSPECIFIED'}}|/toolConfig",
                "'tools':[{'functionDeclarations':[{'name':'f','behavior':'UNSPECIFIED'}]}],'toolConfig':{'functionCallingConfig':{'mode':'MODE_UNSPECIFIED'}}|/tools/0/functionDeclarations/0/behavior",
                "'safetySettings':[{'category':'HARM_CATEGORY_UNSPECIFIED','threshold':'OFF'}]|/safetySettings/0",
                "'safetySettings':[{'category':'HARM_CATEGORY_HARASSMENT','threshold':'HARM_BLOCK_THRESHOLD_UNSPECIFIED'}]|/safetySettings/0",
                "'serviceTier':'SERVICE_TIER_UNSPECIFIED'|/serviceTier"
            })
    void an_enums_zero_value_is_as_absent(String member, String pointer) {
        gateway.script("[]");
        String body = HI.replaceFirst("}$", "," + member.replace('\'', '"') + "}");
        Reply reply = post(gateway.customer("10"), MODEL + "generateContent", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at(pointer).isMissingNode())
                .as(gateway.lastAsked().toString())
                .isTrue();
        assertThat(reply.header("x-tollgate-ignored"))
                .isEqualTo(member.startsWith("'safety") ? "safetySettings[0]" : "");
    }

    @Test
    void a_search_with_nothing_but_null_stays() {
        gateway.script("[]");
        String body = HI.replaceFirst("}$", ",\"tools\":[{\"googleSearch\":{\"timeRangeFilter\":null}}]}");
        Reply reply = post(gateway.customer("10"), MODEL + "generateContent", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/tools/0").toString()).isEqualTo("{\"googleSearch\":{}}");
    }

    @Test
    void an_unknown_word_is_no_zero_value() {
        String body = HI.replaceFirst("}$", ",\"generationConfig\":{\"responseModalities\":[\"HAT_UNSPECIFIED\"]}}");
        Reply reply = post(gateway.customer("10"), MODEL + "generateContent", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains("only TEXT, IMAGE and AUDIO are supported");
    }

    @Test
    void a_stream_that_is_not_asked_for_as_events_is_one_array() {
        answersInPieces();
        Customer customer = gateway.customer("10");

        Reply reply = post(customer, MODEL + "streamGenerateContent", HI);

        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.json().isArray()).isTrue();
        assertThat(reply.json().size()).isEqualTo(4);
        assertThat(reply.json().get(3).get("credits_consumed").decimalValue()).isEqualTo(customer.consumed());
    }

    private static final String CITED = "{\"citationSources\":[{\"endIndex\":2,\"uri\":\"https://a.example/\"}]}";

    @Test
    void upstream_parts_other_than_text_reach_the_caller_unchanged() {
        gateway.script(UpstreamScript.answers().event("""
                        {"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"id":"c1","name":"f",
                        "args":{"big":12345678901234567890,"price":1.125}},"thoughtSignature":"c2ln"}]},"index":0,
                        "safetyRatings":[{"category":"X","probability":"LOW"}],"somethingNew":{"a":[1]},"citationMetadata":{"citationSources":[{"endIndex":2,"uri":"https://a.example/"}]}}],
                        "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7},"modelStatus":{"s":1}}""").event("""
                        {"candidates":[{"content":{"role":"model","parts":[{"text":"","thoughtSignature":"ZW5k"}]},
                        "finishReason":"STOP","finishMessage":"Model generated function call(s).","index":0}]}"""));
        Customer customer = gateway.customer("10");

        List<JsonNode> chunks =
                post(customer, MODEL + "streamGenerateContent?alt=sse", HI).chunks();
        Reply whole = post(customer, MODEL + "generateContent", HI);

        assertThat(chunks.getFirst().toString())
                .contains(
                        "12345678901234567890", "1.125", "c2ln", "somethingNew", "safetyRatings", "modelStatus", CITED);
        assertThat(chunks.getLast().toString()).contains("ZW5k", "Model generated function call(s).");
        assertThat(whole.text())
                .contains("12345678901234567890", "1.125", "c2ln", "ZW5k", "somethingNew", "modelStatus", CITED);
        assertThat(whole.json()
                        .get("candidates")
                        .get(0)
                        .get("content")
                        .get("parts")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void a_picture_alone_is_an_answer_and_reaches_the_caller_as_it_came() {
        String picture = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"iVBORw0K\"}},"
                + "{\"fileData\":{\"mimeType\":\"image/png\",\"fileUri\":\"https://a.example/p.png\"}}";
        gateway.script(
                UpstreamScript.answers()
                        .event(
                                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + picture
                                        + "]},\"finishReason\":\"STOP\",\"index\":0}],"
                                        + "\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":1290,\"totalTokenCount\":1293}}"));
        Customer customer = gateway.customer("10");
        for (String method : List.of("generateContent", "streamGenerateContent?alt=sse")) {
            Reply reply = post(customer, MODEL + method, HI);
            assertThat(reply.text()).contains(picture);
            assertThat(reply.header("x-tollgate-attempts")).as("asked once").isEmpty();
        }
    }

    @Test
    void a_whole_text_that_is_repeated_is_shown_once() {
        String text = "A text of 32 bytes, or of more.  ";
        String last = """
                {"candidates":[{"content":{"role":"model","parts":[{"text":"%s"}]},"finishReason":"STOP","index":0}],
                "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7}}""".formatted(text);
        gateway.script(UpstreamScript.answers().event(last).event(last));
        Customer customer = gateway.customer("10");

        Reply whole = post(customer, MODEL + "generateContent", HI);
        List<JsonNode> chunks =
                post(customer, MODEL + "streamGenerateContent?alt=sse", HI).chunks();

        assertThat(whole.json()
                        .get("candidates")
                        .get(0)
                        .get("content")
                        .get("parts")
                        .get(0)
                        .get("text")
                        .asString())
                .isEqualTo(text);
        assertThat(chunks).hasSize(1);
    }

    @Test
    void a_whole_answer_is_not_cut_where_its_stream_was() {
        String signed = ",\"thoughtSignature\":\"%s\"}";
        gateway.script(UpstreamScript.answers()
                .event(piece(
                        "{\"text\":\"Hm\",\"thought\":true},{\"text\":\"m.\",\"thought\":true"
                                + signed.formatted("dDE="),
                        ""))
                .event(piece("{\"text\":\"One \"" + signed.formatted("czE="), ""))
                .event(piece("{\"text\":\"two \"},{\"text\":\"three\"" + signed.formatted("czI="), ""))
                .event(piece("{\"text\":\"\"},{\"text\":\" four\"}", ""))
                .event(piece(
                        "{\"functionCall\":{\"name\":\"f\",\"args\":{}}},{\"text\":\"\"" + signed.formatted("czM="),
                        ",\"finishReason\":\"STOP\"")));
        assertThat(post(gateway.customer("10"), MODEL + "generateContent", HI)
                        .json()
                        .at("/candidates/0/content/parts")
                        .toString())
                .isEqualTo("[{\"text\":\"Hmm.\",\"thought\":true" + signed.formatted("dDE=") + ",{\"text\":\"One two \""
                        + signed.formatted("czE=") + ",{\"text\":\"three four\"" + signed.formatted("czI=")
                        + ",{\"functionCall\":{\"name\":\"f\",\"args\":{}}},{\"text\":\"\"" + signed.formatted("czM=")
                        + "]");
    }

    private static String piece(String parts, String more) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + parts + "]},\"index\":0" + more
                + "}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":1000}}";
    }

    @Test
    void a_piece_that_goes_on_leaves_without_its_finish_reason() {
        String stop = ",\"finishReason\":\"STOP\"";
        gateway.script(UpstreamScript.answers()
                .event(piece("", stop))
                .event(piece("{\"text\":\"One \"}", stop + ",\"finishMessage\":\"said\""))
                .event(piece("{\"text\":\"two \"}", ""))
                .event(piece("{\"text\":\"three\"},{\"functionCall\":{\"name\":\"f\",\"args\":{}}}", stop))
                .event(piece("{\"functionCall\":{\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"c2ln\"}", stop))
                .event(piece("{\"text\":\"\"}", ",\"finishReason\":\"MAX_TOKENS\",\"groundingMetadata\":{\"a\":1}")));
        Customer customer = gateway.customer("10");

        List<JsonNode> chunks =
                post(customer, MODEL + "streamGenerateContent?alt=sse", HI).chunks();
        assertThat(chunks.stream()
                        .map(chunk -> chunk.path("candidates").path(0))
                        .map(candidate -> candidate.path("content").path("parts") + " "
                                + candidate.path("finishReason").asString("")
                                + candidate.path("finishMessage").asString("")))
                .containsExactly(
                        "[{\"text\":\"One \"}] ",
                        "[{\"text\":\"two \"}] ",
                        "[{\"text\":\"three\"},{\"functionCall\":{\"name\":\"f\",\"args\":{}}}] ",
                        "[{\"text\":\"\",\"thoughtSignature\":\"c2ln\"}] MAX_TOKENSsaid");
        assertThat(chunks.getLast().at("/candidates/0/groundingMetadata/a").asInt())
                .isEqualTo(1);
        JsonNode whole = post(customer, MODEL + "generateContent", HI).json();
        assertThat(whole.at("/candidates/0/content/parts").toString())
                .isEqualTo("[{\"text\":\"One two three\"},{\"functionCall\":{\"name\":\"f\",\"args\":{}}},"
                        + "{\"text\":\"\",\"thoughtSignature\":\"c2ln\"}]");
        assertThat(whole.at("/credits_consumed").toString()).isEqualTo("0.45");
    }

    @Test
    void several_candidates_stay_apart_and_end_together() {
        gateway.script(UpstreamScript.answers().event("""
                        {"candidates":[{"content":{"role":"model","parts":[{"text":"A"}]},"finishReason":"STOP","index":0},
                        {"content":{"role":"model","parts":[{"text":"B1"}]},"index":1}]}""").event("""
                        {"candidates":[{"content":{"role":"model","parts":[{"text":"B2"}]},"finishReason":"MAX_TOKENS","index":1}],
                        "usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":7}}"""));
        Customer customer = gateway.customer("10");
        String two = HI.replace("\"contents\"", "\"generationConfig\":{\"candidateCount\":2},\"contents\"");

        List<JsonNode> chunks =
                post(customer, MODEL + "streamGenerateContent?alt=sse", two).chunks();
        Reply whole = post(customer, MODEL + "generateContent", two);

        assertThat(chunks).hasSize(2);
        assertThat(chunks.getFirst().get("candidates").size()).isEqualTo(1);
        assertThat(chunks.getFirst().toString()).contains("B1");
        assertThat(chunks.getLast().get("candidates").size()).isEqualTo(2);
        assertThat(whole.json().get("candidates").get(0).get("content").toString())
                .contains("\"A\"");
        assertThat(whole.json().get("candidates").get(1).get("content").toString())
                .contains("\"B1B2\"");
    }

    @Test
    void usage_is_printed_in_the_units_of_models_that_have_some() {
        gateway.script(UpstreamScript.answers().text("Hi").finish("STOP", new Tokens(100, 10, 5)));
        Customer customer = gateway.customer("10");

        String fortyBytes = "{\"contents\":[{\"parts\":[{\"text\":\"A prompt of forty bytes at the very least.\"}]}]}";
        Reply reply = post(customer, "/v1beta/models/google/gemini-2.5-pro:generateContent", fortyBytes);
        Reply escaped = post(customer, "/v1beta/models/google%2Fgemini-2.5-pro:generateContent", fortyBytes);

        assertThat(escaped.status()).isEqualTo(200);
        JsonNode usage = reply.json().get("usageMetadata");
        assertThat(usage.get("promptTokenCount").asInt()).isEqualTo(263);
        assertThat(usage.get("candidatesTokenCount").asInt()).isEqualTo(315);
        assertThat(usage.get("totalTokenCount").asInt()).isEqualTo(578);
        assertThat(usage.get("thoughtsTokenCount").asInt()).isEqualTo(5);
        assertThat(reply.json().get("credits_consumed").decimalValue()).isEqualByComparingTo("0.0578");
        assertThat(reply.json().get("modelVersion").asString()).isEqualTo("google/gemini-2.5-pro");
    }

    // ---- what is asked ----

    @Test
    void the_request_goes_on_in_its_own_words_under_one_spelling() {
        answersInPieces();
        Customer customer = gateway.customer("10");

        Reply reply = post(customer, MODEL + "generateContent", """
                {"system_instruction":{"parts":{"text":"Be brief."}},"contents":{"parts":[{"text":"Hi"}]},
                "safety_settings":[{"category":"harm_category_harassment","threshold":"block_none"}],
                "generation_config":{"temperature":0.50,"max_output_tokens":"300","top_k":40,"stop_sequences":["x"],
                "thinking_config":{"include_thoughts":true,"thinking_budget":1024}},"model":"models/other"}""");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(gateway.lastAsked().toString()).isEqualTo("""
                {"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"parts":[{"text":"Hi"}]}],\
                "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],\
                "generationConfig":{"temperature":0.50,"topK":40,"stopSequences":["x"],\
                "thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024},"maxOutputTokens":300},"store":false}""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"OBJECT\"}",
                "{\"type\":\"OBJECT\",\"properties\":{}}",
                "{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"OBJECT\",\"properties\":{}}},\"required\":[\"b\"]}",
                "{\"type\":\"ARRAY\"}",
                "{\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"ARRAY\"}}}",
                "{\"type\":\"INTEGER\",\"enum\":[\"1\"]}",
                "{\"type\":\"STRING\",\"format\":\"email\"}",
                "{\"anyOf\":[{\"type\":\"OBJECT\"}]}",
                "{}"
            })
    void what_a_function_answers_may_be_anything(String schema) {
        answersInPieces();
        Customer customer = gateway.customer("10");
        String declared = "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"response\":" + schema + "}]}],";

        Reply reply = post(customer, MODEL + "generateContent", declared + HI.substring(1));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/tools/0/functionDeclarations/0/response"))
                .hasToString(schema);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1beta", "/v1", "/v1/gemini/v1beta", "/v1/gemini/v1"})
    void an_id_with_a_slash_needs_no_models_before_it(String base) {
        answersInPieces();
        Customer customer = gateway.customer("10");
        String model = base + "/google/gemini-2.5-pro:";

        assertThat(post(customer, model + "generateContent", HI).json().has("candidates"))
                .isTrue();
        assertThat(post(customer, model + "streamGenerateContent?alt=sse", HI).chunks())
                .isNotEmpty();
        assertThat(post(customer, model + "countTokens", HI).json().has("totalTokens"))
                .isTrue();
        Reply unknown = post(customer, base + "/no/such:generateContent", HI);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.error().get("status").asString()).isEqualTo("NOT_FOUND");
    }

    @Test
    void a_response_may_refer_to_its_own_media_by_name() {
        String picture =
                "\"mimeType\":\"image/png\",\"data\":\"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\"";
        String body = """
                {"contents":[{"role":"user","parts":[{"text":"Show me"},{"inlineData":{%1$s,"displayName":"a.png"}}]},
                {"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}]},
                {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"seen":{"$ref":"a.png"}},"parts":[
                {"inlineData":{%1$s,"displayName":"a.png"}},{"inlineData":{%1$s,"display_name":"b.png"}}]}}]}]}""".formatted(picture);
        gateway.script(UpstreamScript.says("Yes.", 10, 5));
        Customer customer = gateway.customer("10");

        Reply reply = post(customer, "/v1beta/models/gemini-3-pro:generateContent", body);

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode asked = gateway.asked().getLast().body().path("contents");
        assertThat(asked.at("/2/parts/0/functionResponse").toString())
                .isEqualTo("{\"name\":\"f\",\"response\":{\"seen\":{\"$ref\":\"a.png\"}},\"parts\":[{\"inlineData\":{"
                        + picture + ",\"displayName\":\"a.png\"}},{\"inlineData\":{" + picture + "}}]}");
        assertThat(asked.at("/0/parts/1/inlineData").has("displayName")).isFalse();
        assertThat(reply.header("x-tollgate-ignored"))
                .contains(
                        "contents[0].parts[1].inlineData.displayName",
                        "contents[2].parts[0].function_response.parts[1].inlineData.display")
                .doesNotContain("function_response.parts[0]");
    }

    @Test
    void no_default_of_the_other_door_is_added() {
        answersInPieces();
        Customer customer = gateway.customer("10");

        post(customer, MODEL + "generateContent", HI);

        assertThat(gateway.lastAsked().toString()).isEqualTo("""
                {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{},"store":false}""");
    }

    @Test
    void a_model_that_bills_reasoning_is_always_sent_a_maximum() {
        gateway.script(UpstreamScript.says("Hi", 10, 5));
        Customer customer = gateway.customer("2");

        Reply reply = post(customer, "/v1beta/models/google/gemini-2.5-pro:generateContent", HI);

        long sent = gateway.lastAsked()
                .get("generationConfig")
                .get("maxOutputTokens")
                .asLong();
        assertThat(sent).isBetween(850L, 952L);
        assertThat(reply.header("x-tollgate-max-tokens")).isEqualTo(Long.toString(sent));
    }

    @Test
    void what_has_no_effect_is_named() {
        answersInPieces();
        Customer customer = gateway.customer("10");

        Reply reply = post(customer, MODEL + "generateContent", HI.replace("\"contents\"", """
                "serviceTier":"priority","store":false,"generationConfig":{"maxOutputTokens":70000,"speechConfig":{}},"contents\""""));

        assertThat(reply.header("x-tollgate-ignored"))
                .isEqualTo("serviceTier,generationConfig.maxOutputTokens,generationConfig.speechConfig");
        assertThat(gateway.lastAsked().has("serviceTier")).isFalse();
        assertThat(gateway.lastAsked()
                        .get("generationConfig")
                        .get("maxOutputTokens")
                        .asLong())
                .isEqualTo(65536);
    }

    @Test
    void a_long_answer_goes_on_with_the_token_that_its_end_gave() {
        gateway.script(UpstreamScript.answers().times(1).event("""
                        {"candidates":[{"content":{"role":"model","parts":[{"text":"One "}]},"finishReason":"CONTINUATION","continuationToken":"b25l"}],
                        "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}}""").next().event("""
                        {"candidates":[{"content":{"role":"model","parts":[{"text":"two."}]},"finishReason":"STOP"}],
                        "usageMetadata":{"promptTokenCount":4010,"candidatesTokenCount":5,"totalTokenCount":4015}}"""));
        Customer customer = gateway.customer("100");

        JsonNode first = post(customer, MODEL + "generateContent", HI).json();
        String token = first.at("/candidates/0/continuationToken").asString();
        BigDecimal before = customer.consumed();
        Reply second = post(
                customer,
                MODEL + "generateContent",
                HI.replace("\"contents\"", "\"continuationToken\":\"" + token + "\",\"contents\""));

        assertThat(first.at("/candidates/0/finishReason").asString()).isEqualTo("CONTINUATION");
        assertThat(token).isEqualTo("b25l");
        assertThat(gateway.lastAsked().get("continuationToken").asString()).isEqualTo(token);
        assertThat(second.json().at("/usageMetadata/promptTokenCount").asLong())
                .as("the text so far counts as prompt")
                .isEqualTo(4_010);
        assertThat(customer.tasks()).isEqualTo(2);
        assertThat(customer.consumed()).isGreaterThan(before);
    }

    @Test
    void an_answer_that_goes_on_needs_credits_for_the_whole_context() {
        Customer customer = gateway.customer("50"); // a million tokens of prompt cost 59.8
        String body = HI.replace("\"contents\"", "\"continuationToken\":\"b25l\",\"contents\"");
        assertThat(post(customer, MODEL + "generateContent", body).status()).isEqualTo(402);
        assertThat(customer.consumed()).isZero();
    }

    // ---- ends ----

    @Test
    void an_answer_that_the_balance_does_not_cover_ends_with_max_tokens() {
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(400), new Tokens(10, 100, 0))
                .text("y".repeat(8_000), new Tokens(10, 2_100, 0))
                .finish("STOP", new Tokens(10, 2_100, 0)));
        Customer customer = gateway.customer("0.5");

        List<JsonNode> chunks =
                post(customer, MODEL + "streamGenerateContent?alt=sse", HI).chunks();
        JsonNode end = chunks.getLast().get("candidates").get(0);

        assertThat(end.get("finishReason").asString()).isEqualTo("MAX_TOKENS");
        assertThat(end.get("finishMessage").asString()).isEqualTo("CREDITS_EXHAUSTED");
        assertThat(chunks.toString()).contains("yyy");
        assertThat(customer.balance()).isBetween(BigDecimal.ZERO, new BigDecimal("0.02"));
        assertThat(chunks.getLast().get("credits_consumed").decimalValue()).isEqualTo(customer.consumed());
    }

    @Test
    void a_cut_within_chunks_that_report_nothing_keeps_what_was_covered_of_them() {
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(400), new Tokens(10, 100, 0))
                .delay(200) // what comes with a report is counted by it
                .call("f", "{\"city\":\"Oslo\"}")
                .text("y".repeat(20_000))
                .call("g", "{}")
                .finish("STOP", new Tokens(10, 5_100, 0)));
        Customer customer = gateway.customer("0.5");

        Reply reply = post(customer, MODEL + "generateContent", HI);
        JsonNode candidate = reply.json().get("candidates").get(0);

        assertThat(candidate.get("finishReason").asString()).isEqualTo("MAX_TOKENS");
        assertThat(candidate.get("content").toString())
                .contains("xxx", "{\"functionCall\":{\"name\":\"f\",\"args\":{\"city\":\"Oslo\"}}}", "yyy")
                .doesNotContain("\"g\"");
        assertThat(candidate.get("content").toString().length()).isLessThan(3_000);
        assertThat(customer.balance()).isNotNegative();
    }

    @Test
    void a_keyed_failure_is_sent_in_the_stream_and_frees_the_key() {
        gateway.script(UpstreamScript.answers().text("Half an ").fault("eof"));
        Customer customer = gateway.customer("10");
        for (String method : List.of("streamGenerateContent?alt=sse", "streamGenerateContent")) {
            Reply failed = gateway.send(request(customer, MODEL + method, HI).header("Idempotency-Key", method));
            JsonNode last = method.endsWith("sse")
                    ? failed.chunks().getLast()
                    : failed.json().get(1);
            assertError(last, 503, "UNAVAILABLE", "upstream_error");
        }
        answersInPieces();
        Reply next = gateway.send(request(customer, MODEL + "streamGenerateContent?alt=sse", HI)
                .header("Idempotency-Key", "streamGenerateContent?alt=sse"));
        assertThat(next.header("idempotent-replayed")).isEmpty();
        assertThat(next.chunks().getLast().has("credits_consumed")).isTrue();
    }

    @Test
    void a_failure_in_the_middle_is_a_plain_data_line_and_costs_nothing() {
        gateway.script(UpstreamScript.answers().text("Half an ").fault("eof"));
        Customer customer = gateway.customer("10");

        Reply events = post(customer, MODEL + "streamGenerateContent?alt=sse", HI);
        Reply array = post(customer, MODEL + "streamGenerateContent", HI);
        Reply whole = post(customer, MODEL + "generateContent", HI);

        assertThat(events.text()).doesNotContain("event:");
        JsonNode last = events.chunks().getLast();
        assertError(last, 503, "UNAVAILABLE", "upstream_error");
        assertThat(events.text())
                .as("for those who take a chunk for an answer whatever is in it")
                .endsWith("\r\n\r\n" + last);
        assertError(array.json().get(1), 503, "UNAVAILABLE", "upstream_error");
        assertThat(whole.status()).isEqualTo(503);
        assertError(whole.json(), 503, "UNAVAILABLE", "upstream_error");
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void a_blocked_prompt_is_a_503_that_is_not_asked_again() {
        gateway.script(UpstreamScript.answers().event("""
                {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}}"""));
        Customer customer = gateway.customer("10");

        int before = gateway.asked().size();
        Reply first = post(customer, MODEL + "generateContent", HI);
        Reply again = post(customer, MODEL + "generateContent", HI);

        assertThat(first.status()).isEqualTo(503);
        assertThat(first.header("x-should-retry")).isEqualTo("false");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(gateway.asked()).hasSize(before + 1);
    }

    @Test
    void a_caller_who_leaves_pays_for_what_was_reported() {
        gateway.script(UpstreamScript.answers()
                .text("Some text", new Tokens(100, 2_000, 0))
                .delay(60_000)
                .finish("STOP"));
        Customer customer = gateway.customer("10");

        try (RawCall call = RawCall.post(gateway.port(), MODEL + "streamGenerateContent?alt=sse", customer.key(), HI)) {
            call.readUntil("Some text");
        }

        assertThat(customer.lastTask().get("status").asString()).isEqualTo("cancelled");
        assertThat(customer.consumed()).isEqualByComparingTo("0.9");
    }

    // ---- the same meter ----

    @Test
    void racing_calls_never_spend_more_than_there_is() {
        gateway.script(UpstreamScript.answers().text("Hi").delay(200).finish("STOP", new Tokens(10, 1_000, 0)));
        Customer customer = gateway.customer("1");
        String capped = HI.replace("\"contents\"", "\"generationConfig\":{\"maxOutputTokens\":1000},\"contents\"");

        List<CompletableFuture<Reply>> calls = IntStream.range(0, 12)
                .mapToObj(i -> gateway.sendAside(request(customer, MODEL + "generateContent", capped)))
                .toList();
        List<Reply> replies = calls.stream().map(CompletableFuture::join).toList();

        List<Reply> refused =
                replies.stream().filter(reply -> reply.status() != 200).toList();
        assertThat(refused).isNotEmpty();
        for (Reply reply : refused) {
            assertThat(reply.status()).isEqualTo(402);
            assertError(reply.json(), 402, "FAILED_PRECONDITION", "insufficient_credits");
            boolean waits = reply.text().contains("held by running calls");
            assertThat(reply.header("retry-after")).isEqualTo(waits ? "1" : "");
            assertThat(reply.text().contains("RetryInfo")).isEqualTo(waits);
        }
        assertThat(customer.balance()).isNotNegative();
    }

    @Test
    void an_idempotency_key_gives_the_same_answer_again_in_its_own_form() {
        answersInPieces();
        Customer customer = gateway.customer("10");
        for (String method : List.of("generateContent", "streamGenerateContent", "streamGenerateContent?alt=sse")) {
            Reply first = gateway.send(request(customer, MODEL + method, HI).header("Idempotency-Key", method));
            Reply again = gateway.send(request(customer, MODEL + method, HI).header("Idempotency-Key", method));

            assertThat(again.text()).isEqualTo(first.text());
            assertThat(again.header("content-type")).isEqualTo(first.header("content-type"));
            assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        }
        assertThat(customer.tasks()).isEqualTo(3);
        Reply otherForm = gateway.send(
                request(customer, MODEL + "generateContent", HI).header("Idempotency-Key", "streamGenerateContent"));
        assertError(otherForm.json(), 400, "INVALID_ARGUMENT", "invalid_request");
        Reply otherModel = gateway.send(request(customer, "/v1beta/models/gemini-3-pro:generateContent", HI)
                .header("Idempotency-Key", "generateContent"));
        assertError(otherModel.json(), 400, "INVALID_ARGUMENT", "invalid_request");
    }

    @Test
    void the_receipt_is_the_same_as_at_the_other_door() {
        answersInPieces();
        Customer customer = gateway.customer("10");
        Reply reply = post(customer, MODEL + "generateContent", HI);

        JsonNode receipt = gateway.get("/v1/receipts/" + reply.header("x-tollgate-task-id"), customer.key())
                .json();

        assertThat(receipt.get("charge_micros").asLong()).isEqualTo(10_000);
        assertThat(receipt.get("counts").get("completion_tokens").asInt()).isEqualTo(5);
    }

    // ---- counting, models ----

    @Test
    void tokens_are_counted_for_nothing() {
        Customer customer = gateway.customer("1");
        Reply flat = post(customer, MODEL + "countTokens", HI);
        Reply whole = post(customer, MODEL + "countTokens", """
                {"generateContentRequest":{"model":"models/gemini-2.5-pro","contents":[{"parts":[{"text":"Hi there, this is longer"}]}]}}""");

        assertThat(flat.json().get("totalTokens").asInt()).isEqualTo(1);
        assertThat(whole.json().get("totalTokens").asInt()).isEqualTo(6);
        assertThat(customer.consumed()).isZero();
        assertThat(customer.tasks()).isZero();
        assertError(
                post(gateway.customer("0"), MODEL + "countTokens", HI).json(),
                402,
                "FAILED_PRECONDITION",
                "insufficient_credits");
    }

    @Test
    void a_count_has_its_parts_if_the_upstream_sends_them() {
        gateway.script("""
                - match: {method: countTokens}
                  times: 1
                  respond: [{event: {totalTokens: 300, promptTokensDetails: [{modality: TEXT, tokenCount: 4},
                    {modality: VIDEO, tokenCount: 290}, {modality: DOCUMENT, tokenCount: 6}, {modality: AUDIO, tokenCount: -1}]}}]
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 10}}]
                """);
        Customer customer = gateway.customer("1");

        assertThat(post(customer, MODEL + "countTokens", HI).text())
                .isEqualTo("{\"totalTokens\":300,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":4},"
                        + "{\"modality\":\"VIDEO\",\"tokenCount\":290},{\"modality\":\"DOCUMENT\",\"tokenCount\":6}]}");
        assertThat(post(customer, MODEL + "countTokens", HI).text()).isEqualTo("{\"totalTokens\":10}");
    }

    @Test
    void an_account_counts_four_prompts_at_once() {
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{delay_ms: 1500}, {event: {totalTokens: 10}}]
                """);
        Customer customer = gateway.customer("1");
        List<CompletableFuture<Reply>> calls = IntStream.range(0, 6)
                .mapToObj(i -> gateway.sendAside(request(customer, MODEL + "countTokens", HI)))
                .toList();
        List<Reply> replies = calls.stream().map(CompletableFuture::join).toList();

        assertThat(replies.stream().filter(reply -> reply.status() == 200)).hasSize(4);
        replies.stream().filter(reply -> reply.status() != 200).forEach(reply -> {
            assertThat(reply.status()).isEqualTo(429);
            assertError(reply.json(), 429, "RESOURCE_EXHAUSTED", "rate_limit_exceeded");
        });
        assertThat(post(customer, MODEL + "countTokens", HI).status()).isEqualTo(200);
    }

    @Test
    void a_caller_gets_an_error_if_the_upstream_does_not_count() {
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{status: 500}]
                """);
        Reply reply = post(gateway.customer("1"), MODEL + "countTokens", HI);
        assertThat(reply.status()).isEqualTo(503);
        assertError(reply.json(), 503, "UNAVAILABLE", "upstream_error");
    }

    @Test
    void a_video_of_many_frames_is_held_for_as_one_of_unknown_length() {
        gateway.script(UpstreamScript.says("Hi", 10, 5));
        String video = """
                {"contents":[{"parts":[{"inlineData":{"mimeType":"video/mp4","data":"AAAAGGZ0eXBpc29tAAAAAGlzb20="},
                "videoMetadata":{"fps":%s}}]}]}""";
        long before = counts();
        assertThat(post(gateway.customer("2"), MODEL + "generateContent", video.formatted("1"))
                        .status())
                .isEqualTo(200);
        assertThat(counts()).isEqualTo(before);
        assertThat(post(gateway.customer("2"), MODEL + "generateContent", video.formatted("24"))
                        .status())
                .isEqualTo(200);
        assertThat(counts()).isEqualTo(before + 1);
    }

    private static long counts() {
        return gateway.asked().stream()
                .filter(asked -> asked.path().endsWith(":countTokens"))
                .count();
    }

    @Test
    void models_are_listed_in_googles_shape_and_under_v1_in_openais() {
        Customer customer = gateway.customer("1");
        HttpRequest.Builder get = request(customer, "/v1beta/models", "").GET();
        JsonNode list = gateway.send(get).json();
        JsonNode page = gateway.send(
                        request(customer, "/v1/gemini/v1/models?pageSize=2", "").GET())
                .json();
        JsonNode next = gateway.send(request(
                                customer,
                                "/v1beta/models?pageSize=40&pageToken="
                                        + page.get("nextPageToken").asString(),
                                "")
                        .GET())
                .json();
        JsonNode one = gateway.send(request(customer, "/v1beta/models/google/gemini-2.5-pro", "")
                        .GET())
                .json();

        assertThat(list.get("models").size()).isEqualTo(27);
        assertThat(page.get("models").size()).isEqualTo(2);
        assertThat(next.get("models").size()).isEqualTo(25);
        assertThat(next.has("nextPageToken")).isFalse();
        assertThat(one.get("name").asString()).isEqualTo("models/google/gemini-2.5-pro");
        assertThat(one.get("outputTokenLimit").asInt()).isEqualTo(65536);
        assertThat(gateway.get("/v1/models", customer.key())
                        .json()
                        .get("object")
                        .asString())
                .isEqualTo("list");
        assertError(
                gateway.send(request(customer, "/v1beta/models/nope", "").GET()).json(),
                404,
                "NOT_FOUND",
                "model_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/models"})
    void the_header_of_the_key_says_in_whose_shape_models_are_listed(String path) {
        Customer customer = gateway.customer("1");
        String google = "x-goog-api-key";
        JsonNode list = get(path + "?pageSize=2", google, customer.key()).json();
        assertThat(list.get("models").size()).isEqualTo(2);
        assertThat(list.get("nextPageToken").asString()).isEqualTo("2");
        assertThat(get(path + "/google/gemini-2.5-pro", google, customer.key())
                        .json()
                        .get("name")
                        .asString())
                .isEqualTo("models/google/gemini-2.5-pro");
        assertError(get(path + "/nope", google, customer.key()).json(), 404, "NOT_FOUND", "model_not_found");
        assertError(get(path, google, "sk-nobody").json(), 401, "UNAUTHENTICATED", "invalid_api_key");
        assertError(get(path, google, "").json(), 401, "UNAUTHENTICATED", "invalid_api_key");

        CallServer.Reply both = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + customer.key())
                .header(google, "sk-nobody")
                .GET());
        assertThat(both.json().get("object").asString()).isEqualTo("list");
        assertThat(get(path + "/nope", "Authorization", "Bearer " + customer.key())
                        .error()
                        .get("code")
                        .asString())
                .isEqualTo("model_not_found");
        assertThat(get(path, "x-other", "").error().get("message").asString()).contains("Authorization: Bearer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/models"})
    void anthropics_clients_list_models_with_their_header_of_the_key(String path) {
        Customer customer = gateway.customer("1");
        CallServer.Reply list = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path + "?limit=1000"))
                .header("x-api-key", customer.key())
                .header("anthropic-version", "2023-06-01")
                .GET());

        assertThat(list.text()).contains("\"anthropic/gemini-2.5-pro[1m]\"", "\"has_more\":false");
        assertThat(list.header("vary")).contains("x-api-key", "x-goog-api-key", "authorization", "anthropic-version");
        assertThat(gateway.send(HttpRequest.newBuilder(
                                        URI.create(gateway.url() + path + "/anthropic%2Fgemini-2.5-pro%5B1m%5D"))
                                .header("x-api-key", customer.key())
                                .header("anthropic-version", "2023-06-01")
                                .GET())
                        .json()
                        .get("id")
                        .asString())
                .isEqualTo("anthropic/gemini-2.5-pro[1m]");
    }

    @Test
    void a_browser_may_send_the_headers_of_anthropics_clients() {
        String names = "x-api-key, anthropic-version, anthropic-beta, anthropic-dangerous-direct-browser-access, "
                + "x-stainless-lang, x-stainless-retry-count, content-type";
        CallServer.Reply preflight = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/messages"))
                .header("Origin", "https://app.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", names)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-headers")).isEqualTo(names);
    }

    @Test
    void two_different_keys_are_refused_and_the_same_key_twice_is_not() {
        Customer customer = gateway.customer("1");
        Function<String, CallServer.Reply> with =
                bearer -> gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/models"))
                        .header("x-api-key", customer.key())
                        .header("Authorization", "Bearer " + bearer)
                        .GET());

        assertThat(with.apply(customer.key()).status()).isEqualTo(200);
        assertThat(with.apply("sk-other").status()).isEqualTo(400);
        assertThat(with.apply("sk-other").error().get("param").asString()).isEqualTo("x-api-key");
    }

    private static CallServer.Reply get(String path, String header, String value) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header(header, value)
                .GET());
    }

    // ---- errors ----

    private static void assertError(JsonNode body, int status, String word, String reason) {
        JsonNode error = body.get("error");
        assertThat(error.get("code").asInt()).isEqualTo(status);
        assertThat(error.get("status").asString()).isEqualTo(word);
        assertThat(error.get("message").asString()).isNotEmpty();
        assertThat(error.get("details").get(0).toString()).isEqualTo("""
                {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"%s","domain":"tollgate"}""".formatted(reason));
    }
}
