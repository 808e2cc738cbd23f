package dev.tollgate.protocols;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Field by field: what reaches the upstream, what is listed as ignored, what is refused, and what each model takes. */
@Timeout(240)
class FieldsTest {

    private static final String SEARCH = "[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]";
    private static final String FUNCTION =
            "[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"string\"}}}}}]";
    private static final String BOTH =
            "[{\"type\":\"function\",\"function\":{\"name\":\"google_search\"}}," + FUNCTION.substring(1);
    private static final String JSON_SCHEMA =
            "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}}}";

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

    // ---- listed as ignored (D5) ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "user | \"u1\"",
                "service_tier | \"flex\"",
                "service_tier | \"default\"",
                "prompt_cache_key | \"no name\"",
                "prompt_cache_retention | \"24h\"",
                "safety_identifier | \"s\"",
                "verbosity | \"low\"",
                "store | true",
                "logit_bias | {\"50256\":-100}",
                "metadata | {\"a\":\"b\"}",
                "prediction | {\"type\":\"content\",\"content\":\"x\"}",
                "moderation | {\"model\":\"x\"}",
                "never_heard_of | {\"deep\":[1,{\"x\":null}]}",
            })
    void a_field_without_effect_is_listed_and_the_call_goes_on(String field, String value) {
        CallServer.Reply reply = call("gemini-2.5-pro", "\"%s\":%s".formatted(field, value));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo(field);
        assertThat(gateway.lastAsked().toString()).doesNotContain("\"" + field + "\":" + value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "store | false",
                "parallel_tool_calls | true",
                "parallel_tool_calls | false",
                "logit_bias | {}",
                "metadata | null",
                "user | null",
                "stream_options | null",
                "presence_penalty | 0",
                "frequency_penalty | 0.0",
                "modalities | [\"text\"]",
                "n | 1",
                "seed | 0",
                "temperature | 0",
            })
    void a_value_that_says_what_happens_anyway_is_not_listed(String field, String value) {
        CallServer.Reply reply = call("gemini-2.5-pro", "\"%s\":%s".formatted(field, value));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @Test
    void the_list_names_paths_is_bounded_and_holds_nothing_that_breaks_a_header() {
        String many = IntStream.range(0, 100)
                .mapToObj(i -> "\"unknown_%d\\r\\nx-evil: 1\":%d".formatted(i, i))
                .collect(Collectors.joining(","));
        CallServer.Reply reply = call("gemini-2.5-pro", many);
        String listed = reply.header("x-tollgate-ignored");
        assertThat(reply.header("x-evil")).isEmpty();
        assertThat(listed).hasSizeLessThanOrEqualTo(1024).endsWith("...").matches("[A-Za-z0-9_.\\[\\], -]*");
        assertThat(listed.split(",").length).isLessThanOrEqualTo(33);
    }

    @Test
    void fields_inside_others_are_listed_by_their_path() {
        CallServer.Reply reply = gateway.chat("""
                {"model":"gemini-2.5-pro","stream":false,
                 "messages":[{"role":"user","name":"Bob","content":[{"type":"text","text":"Hi","colour":"red"}]}],"$comment":"c",
                 "tools":[{"type":"function","function":{"name":"f","parameters":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{"type":"string"}}}}}}]}""");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored").split(", ?"))
                .contains(
                        "messages.0.name",
                        "messages.0.content.0.colour",
                        "$comment",
                        "tools.0.$schema",
                        "tools.0.uniqueItems");
    }

    @Test
    void a_stream_lists_them_too() {
        CallServer.Reply reply = gateway.chat("""
                {"model":"gemini-2.5-pro","stream":true,"user":"u1","messages":[{"role":"user","content":"Hi"}]}""");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("user");
    }

    // ---- limits and defaults ----

    @ParameterizedTest
    @ValueSource(strings = {"max_tokens", "max_completion_tokens"})
    void a_maximum_above_the_models_limit_is_cut_down_and_listed(String field) {
        CallServer.Reply reply = call("gemini-2.5-pro", "\"" + field + "\":1000000");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo(field);
        assertThat(config().get("maxOutputTokens").asInt()).isEqualTo(65_536);
    }

    @Test
    void of_two_maxima_the_newer_name_wins() {
        call("gemini-2.5-pro", "\"max_tokens\":900,\"max_completion_tokens\":700");
        assertThat(config().get("maxOutputTokens").asInt()).isEqualTo(700);
    }

    @ParameterizedTest
    @CsvSource({
        "google/gemini-2.5-pro, 512",
        "google/gemini-2.5-pro-preview, 512",
        "google/gemini-2.5-pro-preview-05-06, 512",
        "gemini-2.5-pro, ",
        "gemini-3-pro, ",
        "gemini-3.1-pro, "
    })
    void the_maximum_by_default_is_the_models_own(String model, Integer maximum) {
        call(model, "\"temperature\":1");
        assertThat(config().path("maxOutputTokens").asInt(-1)).isEqualTo(maximum == null ? -1 : maximum);
    }

    @Test
    void sampling_fields_reach_the_upstream_zero_included() {
        call("gemini-2.5-pro", """
                "temperature":0,"top_p":0,"top_k":7,"seed":-5,"stop":["END",""]""");
        assertThat(config().get("temperature").asDouble()).isZero();
        assertThat(config().get("topP").asDouble()).isZero();
        assertThat(config().get("topK").asInt()).isEqualTo(7);
        assertThat(config().get("seed").asInt()).isEqualTo(-5);
        assertThat(config().get("stopSequences").valueStream().map(JsonNode::asString))
                .containsExactly("END");
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, minimal, 1024",
        "gemini-2.5-pro, low, 1024",
        "gemini-2.5-pro, medium, 8192",
        "gemini-2.5-pro, high, 24576",
        "gemini-2.5-pro, xhigh, 32768",
        "gemini-2.5-pro, max, 32768",
        "google/gemini-2.5-pro, low, 1024",
        "gemini-3.1-pro, minimal, LOW",
        "gemini-3.1-pro, low, LOW",
        "gemini-3.1-pro, medium, MEDIUM",
        "gemini-3.1-pro, high, HIGH",
        "gemini-3-pro, max, HIGH"
    })
    void reasoning_effort_becomes_a_budget_or_a_level(String model, String effort, String thinking) {
        CallServer.Reply reply = call(model, "\"reasoning_effort\":\"" + effort + "\"");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode sent = config().get("thinkingConfig");
        assertThat(sent.path("thinkingBudget")
                        .asString(sent.path("thinkingLevel").asString("")))
                .isEqualTo(thinking);
    }

    @Test
    void without_an_effort_the_platform_model_thinks_as_it_likes() {
        call("google/gemini-2.5-pro", "\"temperature\":1");
        assertThat(config().get("thinkingConfig").propertyNames()).containsExactly("includeThoughts");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"})
    void thinking_cannot_be_switched_off_on_a_pro_model(String model) {
        assertRefused(call(model, "\"reasoning_effort\":\"none\""), "reasoning_effort");
        CallServer.Reply refused = call(model, "\"reasoning\":{\"enabled\":false}");
        assertRefused(refused, "reasoning.enabled");
        assertThat(refused.error().get("message").asString())
                .startsWith(
                        "'reasoning.enabled' must not be false: this model always thinks; it takes the efforts high,");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hidden_thoughts_are_counted_all_the_same(boolean stream) {
        CallServer.Reply reply = gateway.chat("""
                {"model":"gemini-2.5-pro","stream":%s,"include_thoughts":false,"messages":[{"role":"user","content":"Hi"}]}""".formatted(stream));
        assertThat(reply.text()).doesNotContain("reasoning_content");
        JsonNode last = stream ? reply.chunks().getLast() : reply.json();
        assertThat(last.at("/usage/completion_tokens_details/reasoning_tokens").asInt())
                .isPositive();
        assertThat(config().at("/thinkingConfig/includeThoughts").asBoolean()).isFalse();
    }

    @Test
    void shown_thoughts_are_separate_from_the_content() {
        JsonNode message =
                call("gemini-2.5-pro", "\"include_thoughts\":true").json().at("/choices/0/message");
        assertThat(message.get("reasoning_content").asString()).contains("Understanding the request");
        assertThat(message.get("content").asString()).doesNotContain("Understanding the request");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'reasoning':{'effort':'high'}                    | true
            'reasoning':{'enabled':true}                     | true
            'reasoning':{'max_tokens':2000}                  | true
            'reasoning':{}                                   | true
            'include_reasoning':true                         | true
            'reasoning':{'effort':'high','exclude':true}     | false
            'reasoning':{},'include_reasoning':false         | false
            'reasoning_effort':'high'                        | false
            """)
    void openrouters_words_show_the_thoughts_in_both_members(String fields, boolean shown) {
        for (boolean stream : new boolean[] {false, true}) {
            CallServer.Reply reply = gateway.chat("""
                    {"model":"google/gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Hi"}],%s}""".formatted(stream, fields.replace('\'', '"')));
            assertThat(reply.header("x-tollgate-ignored")).isEmpty();
            assertThat(config().at("/thinkingConfig/includeThoughts").asBoolean())
                    .isEqualTo(shown);
            for (String member : new String[] {"\"reasoning\":\"", "\"reasoning_content\":\""}) {
                assertThat(reply.text().contains(member)).as(member).isEqualTo(shown);
            }
        }
    }

    @Test
    void an_answer_of_thoughts_alone_is_empty_and_cut_by_length() {
        gateway.script(UpstreamScript.answers().finish("MAX_TOKENS", new Tokens(10, 0, 512)));
        JsonNode answer = call("google/gemini-2.5-pro", "\"temperature\":1").json();
        assertThat(answer.at("/choices/0/message/content").asString()).isEmpty();
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("length");
        assertThat(answer.at("/choices/0/native_finish_reason").asString()).isEqualTo("MAX_TOKENS");
        assertThat(answer.at("/usage/completion_tokens_details/reasoning_tokens")
                        .asInt())
                .isEqualTo(512);
    }

    // ---- refused beforehand: nothing reaches the upstream ----

    @ParameterizedTest
    @ValueSource(strings = {"gemini-3-pro", "gemini-3.1-pro"})
    void several_answers_at_once_are_refused_where_the_upstream_has_one(String model) {
        assertRefused(call(model, "\"n\":2"), "n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void several_answers_at_once_are_choices_of_their_own(boolean stream) {
        CallServer.Reply reply = gateway.chat("""
                {"model":"gemini-2.5-pro","n":2,"stream":%s,"messages":[{"role":"user","content":"Hi"}]}""".formatted(stream));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(config().get("candidateCount").asInt()).isEqualTo(2);
        if (stream) {
            assertThat(reply.chunks().stream()
                            .map(chunk -> chunk.at("/choices/0"))
                            .filter(choice -> choice.path("finish_reason").isString())
                            .map(choice -> choice.get("index").asInt()))
                    .containsExactly(0, 1);
        } else {
            assertThat(reply.json().get("choices")).hasSize(2);
            assertThat(reply.json().at("/choices/1/message/content").asString())
                    .startsWith("Put differently")
                    .endsWith(reply.json().at("/choices/0/message/content").asString());
        }
    }

    @ParameterizedTest
    @CsvSource({"gemini-2.5-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"})
    void penalties_and_logprobs_are_refused_where_the_upstream_has_none(String model) {
        assertRefused(call(model, "\"presence_penalty\":0.5"), "presence_penalty");
        assertRefused(call(model, "\"frequency_penalty\":-1"), "frequency_penalty");
        assertRefused(call(model, "\"logprobs\":true"), "logprobs");
    }

    @Test
    void a_seed_that_the_upstream_cannot_hold_is_refused() {
        assertRefused(call("gemini-2.5-pro", "\"seed\":2147483648"), "seed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro", "google/gemini-2.5-pro"})
    void tools_and_response_format_exclude_each_other(String model) {
        assertRefused(call(model, "\"tools\":" + FUNCTION + ",\"response_format\":" + JSON_SCHEMA), "response_format");
        assertRefused(call(model, "\"tools\":" + SEARCH + ",\"response_format\":" + JSON_SCHEMA), "response_format");
        assertRefused(
                call(model, "\"tools\":" + FUNCTION + ",\"response_format\":{\"type\":\"json_object\"}"),
                "response_format");
        assertThat(call(model, "\"tools\":" + FUNCTION + ",\"response_format\":{\"type\":\"text\"}")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro", "google/gemini-2.5-pro"})
    void search_and_functions_exclude_each_other(String model) {
        assertRefused(call(model, "\"tools\":" + BOTH), "tools");
        assertRefused(call(model, "\"tools\":" + FUNCTION + ",\"web_search_options\":{}"), "web_search_options");
    }

    @Test
    void the_search_model_takes_no_functions() {
        assertRefused(call("gemini-3.1-pro", "\"tools\":" + FUNCTION), "tools");
        assertRefused(
                call("gemini-3.1-pro", "\"tools\":" + SEARCH + ",\"response_format\":" + JSON_SCHEMA),
                "response_format");
        assertThat(call("gemini-3.1-pro", "\"response_format\":" + JSON_SCHEMA).status())
                .isEqualTo(200);
    }

    @Test
    void search_may_be_asked_for_in_openais_way() {
        CallServer.Reply reply = call("gemini-3.1-pro", "\"web_search_options\":{\"search_context_size\":\"low\"}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/tools/0").has("googleSearch")).isTrue();
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("web_search_options.search_context_size");
    }

    // ---- names, ids, paths (D20, D26) ----

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, gemini-2.5-pro",
        "gemini-3-pro, gemini-3-pro",
        "gemini-3.1-pro, gemini-3.1-pro-preview",
        "google/gemini-2.5-pro, google/gemini-2.5-pro",
        "google/gemini-2.5-pro-preview, google/gemini-2.5-pro-preview",
        "google/gemini-2.5-pro-preview-05-06, google/gemini-2.5-pro-preview-05-06"
    })
    void the_answer_names_the_model_as_documented(String asked, String named) {
        CallServer.Reply reply = call(asked, "\"temperature\":1");
        assertThat(reply.json().get("model").asString()).isEqualTo(named);
        String id = reply.json().get("id").asString();
        assertThat(gateway.get("/v1/tasks/" + id).json().get("model").asString())
                .isEqualTo(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/models/google%2Fgemini-2.5-pro",
                "/v1/models/google/gemini-2.5-pro",
                "/models/google%2fgemini-2.5-pro"
            })
    void an_id_with_a_slash_is_found_in_every_spelling(String path) {
        assertThat(gateway.get(path).json().get("id").asString()).isEqualTo("google/gemini-2.5-pro");
    }

    @Test
    void the_documented_models_are_listed_first_with_the_alias_inside() {
        JsonNode list = gateway.get("/v1/models").json();
        assertThat(list.get("object").asString()).isEqualTo("list");
        assertThat(list.get("data").valueStream().map(model -> model.get("id").asString()))
                .startsWith(
                        "gemini-2.5-pro",
                        "gemini-3-pro",
                        "gemini-3.1-pro",
                        "google/gemini-2.5-pro",
                        "google/gemini-2.5-pro-preview");
        assertThat(list.toString()).contains("google/gemini-2.5-pro-preview-05-06");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/models", "/credits"})
    void every_path_has_its_twin_without_a_version(String path) {
        assertThat(gateway.get(path).text()).isEqualTo(gateway.get("/v1" + path).text());
    }

    /** One short message with these additional fields. */
    private static CallServer.Reply call(String model, String fields) {
        return gateway.chat("""
                {"model":"%s","stream":false,"messages":[{"role":"user","content":"Hi"}],%s}""".formatted(model, fields));
    }

    private static JsonNode config() {
        return gateway.lastAsked().get("generationConfig");
    }

    private static void assertRefused(CallServer.Reply reply, String param) {
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").asString()).isEqualTo(param);
        assertThat(reply.error().get("message").asString()).contains("'" + param + "'");
    }
}
