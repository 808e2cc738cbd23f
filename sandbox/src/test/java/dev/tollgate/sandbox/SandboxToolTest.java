package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.requests.Terms;
import dev.tollgate.sandbox.requests.ThoughtSignatures;
import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.routes.Target;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Function calls and their signatures, structured output, search. */
class SandboxToolTest {

    private static final String WEATHER = """
            ,"tools":[{"functionDeclarations":[
             {"name":"send_mail","description":"Send a letter","parametersJsonSchema":{"type":"object","properties":{"to":{"type":"string"}}}},
             {"name":"get_weather","description":"Get the current weather for a location","parametersJsonSchema":{"type":"object",
              "properties":{"location":{"type":"string"},"unit":{"enum":["celsius","fahrenheit"]},"days":{"type":"integer"}},
              "required":["location","unit"]}}]}]""";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void a_prompt_that_names_the_function_is_answered_by_a_call() {
        SandboxClient.Reply reply = client.generate(GEMINI_25, user("What is the weather in Tokyo?", WEATHER));

        assertThat(calls(reply))
                .hasToString("[{\"name\":\"get_weather\",\"args\":{\"location\":\"Tokyo\",\"unit\":\"celsius\"}}]");
        assertThat(reply.candidate().path("finishReason").asString()).isEqualTo("STOP");
        assertThat(reply.candidate().path("finishMessage").asString()).isEqualTo("Model generated function call(s).");
        assertThat(reply.usage().path("candidatesTokenCount").asInt()).isPositive();
    }

    @Test
    void a_prompt_about_something_else_is_answered_in_words() {
        SandboxClient.Reply reply = client.generate(GEMINI_25, user("What is the square root of 100?", WEATHER));

        assertThat(calls(reply)).isEmpty();
        assertThat(reply.answer()).isEqualTo("The square root of 100 is 10.");
    }

    @Test
    void mode_any_always_calls_what_is_allowed_and_none_never() {
        String any = choice("\"mode\":\"ANY\",\"allowedFunctionNames\":[\"send_mail\"]");

        assertThat(calls(client.generate(GEMINI_25, user("What is the weather in Oslo?", WEATHER + any))))
                .extracting(call -> call.path("name").asString())
                .containsExactly("send_mail");
        assertThat(calls(client.generate(GEMINI_25, user("Hello", WEATHER + choice("\"mode\":\"any\"")))))
                .extracting(call -> call.path("name").asString())
                .containsExactly("send_mail");
        assertThat(calls(client.generate(
                        GEMINI_25, user("What is the weather in Oslo?", WEATHER + choice("\"mode\":\"NONE\"")))))
                .isEmpty();
    }

    @Test
    void mode_any_calls_again_when_results_have_come() {
        String any = WEATHER + choice("\"mode\":\"ANY\"");
        String results = """
                {"contents":[{"role":"user","parts":[{"text":"What is the weather in Oslo?"}]},
                 {"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{"location":"Oslo"}}}]},
                 {"role":"user","parts":[{"functionResponse":{"name":"get_weather","response":{"t":4}}}]}]%s}""";

        assertThat(calls(client.generate(GEMINI_25, results.formatted("," + any.replaceFirst("^,", "")))))
                .hasSize(1);
        assertThat(calls(client.generate(GEMINI_25, results.formatted("," + WEATHER.replaceFirst("^,", "")))))
                .isEmpty();
    }

    @Test
    void two_things_joined_by_and_are_two_calls_of_which_the_first_is_signed() {
        SandboxClient.Reply reply = client.generate(GEMINI_3, user("Weather in Oslo and Rome?", WEATHER));

        List<JsonNode> parts =
                reply.parts().stream().filter(part -> part.has("functionCall")).toList();
        assertThat(parts)
                .extracting(part ->
                        part.path("functionCall").path("args").path("location").asString())
                .containsExactly("Oslo", "Rome");
        assertThat(parts.get(0).path("thoughtSignature").asString()).isBase64();
        assertThat(parts.get(1).has("thoughtSignature")).isFalse();
        assertThat(parts)
                .extracting(part -> part.path("functionCall").path("id").asString())
                .doesNotHaveDuplicates();
    }

    @Test
    void parallel_calls_come_in_one_event_on_2_5_and_one_by_one_on_3() {
        String body = user("Weather in Oslo and Rome?", WEATHER);

        assertThat(client.stream(GEMINI_25, body).events()).hasSize(2);
        assertThat(client.stream(GEMINI_3, body).events()).hasSize(3);
        assertThat(client.stream(GEMINI_25, body)
                        .events()
                        .getFirst()
                        .path("candidates")
                        .path(0)
                        .has("finishReason"))
                .isFalse();
    }

    @Test
    void a_call_that_does_not_fit_the_maximum_is_not_made() {
        SandboxClient.Reply reply = client.generate(
                "gemini-2.5-flash",
                user(
                        "Weather in Oslo?",
                        WEATHER
                                + ",\"generationConfig\":{\"maxOutputTokens\":5,\"thinkingConfig\":{\"thinkingBudget\":0}}"));

        assertThat(calls(reply)).isEmpty();
        assertThat(reply.candidate().path("finishReason").asString()).isEqualTo("MAX_TOKENS");
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI_25, GEMINI_3, "gemini-3-pro-preview", "gemini-3-flash-preview"})
    void results_sent_back_with_the_signature_are_put_into_words(String model) {
        ObjectNode body = toolTurn(model, first -> {});

        SandboxClient.Reply reply = client.generate(model, JsonTrees.write(body));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.answer())
                .isEqualTo("Here is what I found: get_weather says temperature 4, sky clear; get_weather says 18C.");
    }

    @Test
    void gemini_3_refuses_a_call_without_its_signature_and_says_where() {
        ObjectNode body = toolTurn(GEMINI_3, first -> first.remove("thoughtSignature"));

        SandboxClient.Reply reply = client.generate(GEMINI_3, JsonTrees.write(body));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error())
                .isEqualTo(
                        "Function call is missing a thought_signature in functionCall parts. This is required for tools"
                                + " to work correctly, and missing thought_signature may lead to degraded model performance."
                                + " Additional data, function call `default_api:get_weather` , position 2. Please refer to"
                                + " https://ai.google.dev/gemini-api/docs/thought-signatures for more details.");
    }

    @Test
    void gemini_3_refuses_a_signature_that_belongs_to_something_else() {
        ObjectNode altered = toolTurn(
                GEMINI_3, first -> ((ObjectNode) first.path("functionCall").path("args")).put("location", "Bergen"));
        ObjectNode invented = toolTurn(GEMINI_3, first -> first.put("thoughtSignature", "c2lnbmF0dXJl"));
        ObjectNode foreign = toolTurn("gemini-3-pro-preview", first -> {});

        for (ObjectNode body : List.of(altered, invented, foreign)) {
            SandboxClient.Reply reply = client.generate(GEMINI_3, JsonTrees.write(body));
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.error()).isEqualTo("Corrupted thought signature.");
        }
    }

    @Test
    void a_signature_does_not_mind_the_order_of_arguments_nor_how_a_number_is_written() {
        GoogleRequest ask = asked("team");
        ThoughtSignatures signatures = new ThoughtSignatures(1);

        String signature = signatures.sign(ask, part("{\"a\":1,\"b\":[2.50,{\"c\":\"x\"}]}"));

        assertThat(signatures.sign(ask, part("{\"b\":[2.5,{\"c\":\"x\"}],\"a\":1.0}")))
                .isEqualTo(signature);
        assertThat(signatures.sign(ask, part("{\"b\":[2.5,{\"c\":\"y\"}],\"a\":1}")))
                .isNotEqualTo(signature);
        assertThat(signatures.sign(asked("others"), part("{\"a\":1,\"b\":[2.50,{\"c\":\"x\"}]}")))
                .isNotEqualTo(signature);
        assertThat(new ThoughtSignatures(2).sign(ask, part("{\"a\":1,\"b\":[2.50,{\"c\":\"x\"}]}")))
                .isNotEqualTo(signature);
    }

    @ParameterizedTest
    @ValueSource(strings = {"context_engineering_is_the_way_to_go", "skip_thought_signature_validator"})
    void the_documented_dummies_pass_as_they_are_and_in_base64(String dummy) {
        String encoded = Base64.getEncoder().encodeToString(dummy.getBytes(StandardCharsets.UTF_8));
        for (String signature : List.of(dummy, encoded)) {
            ObjectNode body = toolTurn(GEMINI_3, first -> first.put("thoughtSignature", signature));
            assertThat(client.generate(GEMINI_3, JsonTrees.write(body)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void signatures_of_earlier_turns_and_on_2_5_are_not_looked_at() {
        ObjectNode body = toolTurn(GEMINI_3, first -> first.remove("thoughtSignature"));
        ArrayNode contents = (ArrayNode) body.get("contents");
        contents.addObject().put("role", "model").putArray("parts").addObject().put("text", "4C and 18C.");
        contents.addObject().put("role", "user").putArray("parts").addObject().put("text", "Thanks");

        assertThat(client.generate(GEMINI_3, JsonTrees.write(body)).status()).isEqualTo(200);
        assertThat(client.generate(
                                GEMINI_25,
                                JsonTrees.write(toolTurn(GEMINI_25, first -> first.remove("thoughtSignature"))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void structured_output_follows_the_schema_in_its_order() {
        String config = """
                ,"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":"object",
                 "properties":{"scientists":{"type":"array","items":{"$ref":"#/$defs/Person"}},
                  "mood":{"type":"string","enum":["calm","wild"]},"rank":{"anyOf":[{"type":"null"},{"type":"integer","maximum":2}]},
                  "when":{"type":["string","null"],"format":"date"}},
                 "required":["scientists"],
                 "$defs":{"Person":{"type":"object","properties":{"name":{"type":"string"},"field":{"type":"string"}}}}}}""";

        SandboxClient.Reply reply = client.generate(GEMINI_25, user("List 3 famous scientists", config));

        assertThat(reply.answer())
                .isEqualTo("{\"scientists\":[{\"name\":\"Albert Einstein\",\"field\":\"Physics\"},"
                        + "{\"name\":\"Marie Curie\",\"field\":\"Chemistry\"},"
                        + "{\"name\":\"Isaac Newton\",\"field\":\"Mathematics\"}],"
                        + "\"mood\":\"calm\",\"rank\":2,\"when\":\"2026-04-17\"}");
    }

    @Test
    void the_older_schema_form_is_followed_too_in_property_ordering() {
        String config = """
                ,"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"object",
                 "properties":{"b":{"type":"BOOLEAN"},"a":{"type":"ARRAY","minItems":"1","maxItems":"1","items":{"type":"STRING","maxLength":3}}},
                 "propertyOrdering":["a","b"]}}""";

        assertThat(client.generate(GEMINI_25, user("Go", config)).answer()).isEqualTo("{\"a\":[\"Sam\"],\"b\":true}");
    }

    @Test
    void a_schema_that_contains_itself_ends() {
        String config = """
                ,"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"$ref":"#/$defs/Node",
                 "$defs":{"Node":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}}}}}}""";

        JsonNode json = JsonTrees.MAPPER.readTree(
                client.generate(GEMINI_25, user("Build a tree", config)).answer());

        assertThat(json.path("children").isArray()).isTrue();
    }

    @Test
    void a_list_of_nested_objects_ends_with_null_where_it_may() {
        String config = """
                ,"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"$ref":"#/$defs/Node",
                 "$defs":{"Node":{"type":"object","properties":{"v":{"type":"string"},
                   "next":{"anyOf":[{"$ref":"#/$defs/Node"},{"type":"null"}]}},"required":["v"]}}}}""";

        JsonNode last = JsonTrees.MAPPER.readTree(
                client.generate(GEMINI_25, user("Build a list", config)).answer());
        while (last.path("next").isObject()) {
            last = last.path("next");
        }

        assertThat(last.has("v")).isTrue();
        assertThat(last.get("next")).isEqualTo(JsonTrees.MAPPER.nullNode());
    }

    @Test
    void json_without_a_schema_is_a_small_object_and_an_enum_a_bare_word() {
        assertThat(client.generate(
                                GEMINI_25,
                                user(
                                        "What is 2+2?",
                                        ",\"generationConfig\":{\"responseMimeType\":\"application/json\"}"))
                        .answer())
                .isEqualTo("{\"answer\":\"2 + 2 = 4.\"}");
        assertThat(client.generate(
                                GEMINI_25,
                                user(
                                        "Which?",
                                        ",\"generationConfig\":{\"responseMimeType\":\"text/x.enum\",\"responseSchema\":{\"type\":\"STRING\",\"enum\":[\"red\",\"blue\"]}}"))
                        .answer())
                .isEqualTo("red");
    }

    @Test
    void search_grounds_segments_by_bytes_and_leaves_the_first_start_out() {
        SandboxClient.Reply reply = client.generate(
                GEMINI_3, user("Tomorrow weather forecast for Shanghai", ",\"tools\":[{\"googleSearch\":{}}]"));

        JsonNode grounding = reply.candidate().path("groundingMetadata");
        JsonNode supports = grounding.path("groundingSupports");
        byte[] text = reply.answer().getBytes(StandardCharsets.UTF_8);
        assertThat(text.length).isGreaterThan(reply.answer().length());
        assertThat(supports.path(0).path("segment").has("startIndex")).isFalse();
        for (JsonNode support : supports) {
            JsonNode segment = support.path("segment");
            int start = segment.path("startIndex").asInt(0);
            assertThat(new String(text, start, segment.path("endIndex").asInt() - start, StandardCharsets.UTF_8))
                    .isEqualTo(segment.path("text").asString());
        }
        assertThat(supports).hasSize(2);
        assertThat(grounding.path("webSearchQueries").path(0).asString())
                .isEqualTo("tomorrow weather forecast for shanghai");
        assertThat(grounding.path("searchEntryPoint").path("renderedContent").asString())
                .isNotEmpty();
        assertThat(grounding
                        .path("groundingChunks")
                        .path(1)
                        .path("web")
                        .path("title")
                        .asString())
                .isEqualTo("example.org");
        assertThat(reply.usage().path("toolUsePromptTokenCount").asInt()).isPositive();
    }

    @Test
    void media_are_named_with_type_and_size() {
        String body = """
                {"contents":[{"role":"user","parts":[{"text":"What's in this image?"},
                 {"inlineData":{"mimeType":"image/png","data":"AAAAAA=="}},{"inlineData":{"mimeType":"application/pdf","data":"AAAA"}}]}]}""";

        assertThat(client.generate(GEMINI_25, body).answer())
                .startsWith(
                        "I received image/png (4 bytes) and application/pdf (3 bytes, 1 page). You asked: “What's in this image?”.");
    }

    @Test
    void an_echo_shows_instructions_and_the_place_in_the_conversation() {
        String body = """
                {"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"One"}]},
                 {"role":"model","parts":[{"text":"Two"}]},{"role":"user","parts":[{"text":"Three trees"}]}]}""";

        assertThat(client.generate(GEMINI_25, body).answer())
                .startsWith(
                        "You asked: “Three trees”. My instructions are: “Be brief.”. It is message 3 of our conversation.");
    }

    @Test
    void an_echo_names_the_tools_that_it_did_not_use() {
        assertThat(client.generate(GEMINI_25, user("Three trees", WEATHER)).answer())
                .contains("I could call send_mail, get_weather.");
    }

    @Test
    void so_many_words_are_answered_by_so_many_words() {
        SandboxClient.Reply reply = client.ask(GEMINI_25, "Write 2000 words about rivers");

        assertThat(reply.answer().split(" ")).hasSize(2_000);
        assertThat(client.stream(GEMINI_25, user("Write 2000 words about rivers", ""))
                        .events())
                .hasSizeGreaterThan(200)
                .last()
                .extracting(event -> event.path("usageMetadata"))
                .isEqualTo(reply.usage());
    }

    @Test
    void a_compaction_is_answered_in_words() {
        assertThat(client.ask(GEMINI_25, "Write a summary. Plain text, at most 2,000 words. Call no function.")
                        .answer())
                .startsWith("You asked: “Write a summary.");
    }

    @Test
    void models_are_listed_and_described() {
        JsonNode list = client.get("/v1beta/models").json().path("models");

        assertThat(list.valueStream().map(model -> model.path("name").asString()))
                .contains("models/gemini-2.5-pro", "models/gemini-3.1-pro-preview");
        JsonNode one = client.get("/v1/models/" + GEMINI_3).json();
        assertThat(list.valueStream().toList()).contains(one);
        assertThat(one.path("outputTokenLimit").asInt()).isEqualTo(65_536);
        assertThat(one.path("displayName").asString()).isEqualTo("Gemini 3.1 Pro Preview");
        assertThat(client.get("/v1/models/gemini-9").status()).isEqualTo(404);
    }

    /** A question, the model's own two calls as it made them, and their results. */
    private static ObjectNode toolTurn(String model, java.util.function.Consumer<ObjectNode> change) {
        String question = user("Weather in Oslo and Rome?", WEATHER);
        ObjectNode body = (ObjectNode) JsonTrees.MAPPER.readTree(question);
        SandboxClient.Reply reply = client.generate(model, question);
        ObjectNode content = (ObjectNode) reply.candidate().path("content").deepCopy();
        change.accept((ObjectNode) content.path("parts").path(0));
        ArrayNode contents = (ArrayNode) body.get("contents");
        contents.add(content);
        ArrayNode results = contents.addObject().put("role", "user").putArray("parts");
        results.addObject()
                .putObject("functionResponse")
                .put("name", "get_weather")
                .putObject("response")
                .put("temperature", 4)
                .put("sky", "clear");
        results.addObject()
                .putObject("functionResponse")
                .put("name", "get_weather")
                .putObject("response")
                .put("output", "18C");
        return body;
    }

    private static GoogleRequest asked(String project) {
        SandboxModel model = SandboxModel.named(GEMINI_3).orElseThrow();
        Target target =
                Target.of("/v1beta/models/" + GEMINI_3 + ":generateContent").orElseThrow();
        return new GoogleRequest(model, JsonTrees.object(), Terms.of(target, new CallingProject(project)));
    }

    private static ObjectNode part(String args) {
        ObjectNode part = JsonTrees.object();
        part.putObject("functionCall").put("name", "f").set("args", JsonTrees.MAPPER.readTree(args));
        return part;
    }

    private static List<JsonNode> calls(SandboxClient.Reply reply) {
        return reply.parts().stream()
                .filter(part -> part.has("functionCall"))
                .map(part -> part.get("functionCall"))
                .toList();
    }

    private static String choice(String members) {
        return ",\"toolConfig\":{\"functionCallingConfig\":{" + members + "}}";
    }
}
