package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.protocols.googleapi.interactions.Interactions.ask;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.json;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.made;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.steps;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.protocols.googleapi.interactions.Interactions.Streamed;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an interaction shows of an answer: its steps, streamed and whole, its status and its usage (Y43 to Y46). Bodies are written with single quotes. */
@Timeout(240)
class InteractionAnswersTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String USAGE =
            "'usageMetadata':{'promptTokenCount':1000,'cachedContentTokenCount':400,'candidatesTokenCount':50,'thoughtsTokenCount':30,"
                    + "'toolUsePromptTokenCount':70,'totalTokenCount':1150,'promptTokensDetails':[{'modality':'TEXT','tokenCount':740},"
                    + "{'modality':'IMAGE','tokenCount':260}]}";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("1000");
    }

    /**
     * An answer of the upstream and the steps that become of it.
     *
     * @param candidate further members of the last event's candidate
     * @param steps in the words of {@link Interactions#steps}
     * @param streamed the steps of a stream, if these are others
     */
    record Answer(String name, List<String> parts, String candidate, List<String> steps, List<String> streamed) {

        @Override
        public String toString() {
            return name;
        }

        /** @param at after how many parts an event ends; each part is an event of its own where it is 1 */
        String script(int at) {
            UpstreamScript script = UpstreamScript.answers();
            for (int from = 0; from < parts.size(); from += at) {
                String some = String.join(",", parts.subList(from, Math.min(parts.size(), from + at)));
                script.event(json("{'candidates':[{'content':{'role':'model','parts':[" + some + "]}}]}"));
            }
            script.event(json("{'candidates':[{'content':{'role':'model','parts':[]},'finishReason':'STOP'" + candidate
                    + "}]," + USAGE + "}"));
            return script.times(9).toString();
        }
    }

    private static Answer answer(String name, List<String> parts, String... steps) {
        return new Answer(name, parts, "", List.of(steps), List.of(steps));
    }

    /** An answer whose signatures come late: a stream has shown the text before them. */
    private static Answer late(String name, List<String> parts, List<String> steps, String... streamed) {
        return new Answer(name, parts, "", steps, List.of(streamed));
    }

    private static String text(String text, String more) {
        return "{'text':'" + text + "'" + more + "}";
    }

    private static String call(String name, String more) {
        return "{'functionCall':{'id':'id-" + name + "','name':'" + name + "','args':{'a':'é'}}" + more + "}";
    }

    private static String signed(String signature) {
        return ",'thoughtSignature':'" + signature + "'";
    }

    static List<Answer> answers() {
        String thought = ",'thought':true";
        String image = "{'inlineData':{'mimeType':'image/png','data':'aW1hZ2U='}%s}";
        String sources =
                ",'groundingMetadata':{'webSearchQueries':['rain'],'searchEntryPoint':{'renderedContent':'<b>'},"
                        + "'groundingChunks':[{'web':{'uri':'https://a.example','title':'A'}}],"
                        + "'groundingSupports':[{'segment':{'startIndex':3,'endIndex':8,'text':'rains'},'groundingChunkIndices':[0]}]}";
        String cited =
                "[{\"type\":\"url_citation\",\"url\":\"https://a.example\",\"title\":\"A\",\"start_index\":3,\"end_index\":8}]";
        return List.of(
                answer("a text", List.of(text("Hel", ""), text("lo.", "")), "model_output:Hello."),
                answer(
                        "thoughts and a text",
                        List.of(text("Hm", thought), text("m.", thought), text("Yes.", "")),
                        "thought:Hmm.",
                        "model_output:Yes."),
                late(
                        "a text that is signed at its end",
                        List.of(text("Ye", ""), text("s.", ""), text("", signed("c2ln"))),
                        List.of("thought:[c2ln]", "model_output:Yes."),
                        "model_output:Yes.",
                        "thought:[c2ln]"),
                late(
                        "a text behind thoughts that is signed at its end",
                        List.of(text("Hm.", thought), text("Ye", ""), text("s.", ""), text("", signed("c2ln"))),
                        List.of("thought:Hm.[c2ln]", "model_output:Yes."),
                        "thought:Hm.",
                        "model_output:Yes.",
                        "thought:[c2ln]"),
                late(
                        "a text that a signed thought ends",
                        List.of(text("Yes.", ""), text("", thought + signed("c2ln"))),
                        List.of("thought:[c2ln]", "model_output:Yes."),
                        "model_output:Yes.",
                        "thought:[c2ln]"),
                late(
                        "a text that is signed at its beginning and at its end",
                        List.of(text("Ye", signed("c2ln")), text("s.", ""), text("", signed("bmV4dA=="))),
                        List.of("thought:[bmV4dA==]", "thought:[c2ln]", "model_output:Yes."),
                        "thought:[c2ln]",
                        "model_output:Yes.",
                        "thought:[bmV4dA==]"),
                late(
                        "a text that is signed twice in its middle",
                        List.of(text("A", ""), text("b", signed("c2ln")), text("c", signed("bmV4dA==")), text("D", "")),
                        List.of("thought:[bmV4dA==]", "thought:[c2ln]", "model_output:Abc", "model_output:D"),
                        "model_output:Abc",
                        "thought:[c2ln]",
                        "thought:[bmV4dA==]",
                        "model_output:D"),
                late(
                        "a text that is signed late, before thoughts",
                        List.of(text("A.", ""), text("", signed("c2ln")), text("Hm.", thought), text("B.", "")),
                        List.of("thought:[c2ln]", "model_output:A.", "thought:Hm.", "model_output:B."),
                        "model_output:A.",
                        "thought:[c2ln]",
                        "thought:Hm.",
                        "model_output:B."),
                late(
                        "a text that is signed late, before a call",
                        List.of(text("I look.", ""), text("", signed("c2ln")), call("look", signed("bmV4dA=="))),
                        List.of(
                                "thought:[c2ln]",
                                "model_output:I look.",
                                "thought:[bmV4dA==]",
                                "function_call:look{\"a\":\"é\"}"),
                        "model_output:I look.",
                        "thought:[c2ln]",
                        "thought:[bmV4dA==]",
                        "function_call:look{\"a\":\"é\"}"),
                late(
                        "a text behind an image that is signed at its end",
                        List.of(image.formatted(signed("c2ln")), text("Two.", ""), text("", signed("bmV4dA=="))),
                        List.of(
                                "thought:[c2ln]",
                                "model_output:<image/png aW1hZ2U=>",
                                "thought:[bmV4dA==]",
                                "model_output:Two."),
                        "thought:[c2ln]",
                        "model_output:<image/png aW1hZ2U=>Two.",
                        "thought:[bmV4dA==]"),
                answer(
                        "a text that is signed at its beginning",
                        List.of(text("Hm.", thought), text("Ye", signed("c2ln")), text("s.", "")),
                        "thought:Hm.[c2ln]",
                        "model_output:Yes."),
                late(
                        "a text that is signed in its middle",
                        List.of(text("Y", ""), text("e", signed("c2ln")), text("s.", "")),
                        List.of("thought:[c2ln]", "model_output:Yes."),
                        "model_output:Yes.",
                        "thought:[c2ln]"),
                answer(
                        "calls, of which the first is signed",
                        List.of(text("Hm.", thought), call("look", signed("c2ln")), call("go", "")),
                        "thought:Hm.[c2ln]",
                        "function_call:look{\"a\":\"é\"}",
                        "function_call:go{\"a\":\"é\"}"),
                answer(
                        "a text before calls",
                        List.of(text("I look.", ""), call("look", signed("c2ln"))),
                        "model_output:I look.",
                        "thought:[c2ln]",
                        "function_call:look{\"a\":\"é\"}"),
                answer(
                        "images",
                        List.of(
                                text("One:", ""),
                                image.formatted(signed("c2ln")),
                                image.formatted(signed("bmV4dA==")),
                                text("Two.", "")),
                        "model_output:One:",
                        "thought:[c2ln]",
                        "model_output:<image/png aW1hZ2U=>",
                        "thought:[bmV4dA==]",
                        "model_output:<image/png aW1hZ2U=>Two."),
                answer(
                        "code that Google ran",
                        List.of(
                                text("I try.", ""),
                                "{'executableCode':{'language':'PYTHON','code':'print(1)'}}",
                                "{'codeExecutionResult':{'outcome':'OUTCOME_OK','output':'1'}}",
                                text("One.", "")),
                        "model_output:I try.",
                        "code_execution_call:{\"language\":\"python\",\"code\":\"print(1)\"}",
                        "code_execution_result:1",
                        "model_output:One."),
                new Answer(
                        "sources",
                        List.of(text("Hm.", thought), text("é rai", ""), text("ns.", signed("c2ln"))),
                        sources,
                        List.of(
                                "thought:Hm.[c2ln]",
                                "google_search_call:[\"rain\"]",
                                "google_search_result:<b>",
                                "model_output:é rains." + cited),
                        List.of(
                                "thought:Hm.",
                                "model_output:é rains." + cited,
                                "thought:[c2ln]",
                                "google_search_call:[\"rain\"]",
                                "google_search_result:<b>")),
                new Answer(
                        "sources of a text behind code",
                        List.of(
                                text("Né.", ""),
                                "{'executableCode':{'language':'PYTHON','code':'1'}}",
                                text("é rains.", "")),
                        sources.replace("'startIndex':3,'endIndex':8", "'startIndex':24,'endIndex':29"),
                        List.of(
                                "google_search_call:[\"rain\"]",
                                "google_search_result:<b>",
                                "model_output:Né.",
                                "code_execution_call:{\"language\":\"python\",\"code\":\"1\"}",
                                "model_output:é rains." + cited),
                        List.of(
                                "model_output:Né.",
                                "code_execution_call:{\"language\":\"python\",\"code\":\"1\"}",
                                "model_output:é rains." + cited,
                                "google_search_call:[\"rain\"]",
                                "google_search_result:<b>")),
                answer("nothing but a signature", List.of(text("", signed("c2ln"))), "thought:[c2ln]"));
    }

    /** The same answer in one event, in events of one part and of two, streamed and whole, and as it is kept. */
    @ParameterizedTest
    @MethodSource("answers")
    void an_answer_has_the_same_steps_however_it_comes(Answer answer) {
        String request = "'input':'Hi','tools':[{'type':'google_search'},{'type':'code_execution'}],"
                + "'generation_config':{'thinking_summaries':'auto'}";
        for (int at : new int[] {1, 2, 99}) {
            gateway.script(answer.script(at));
            JsonNode whole = made(gateway, customer, request);
            JsonNode kept = gateway.get(
                            Interactions.PATH + "/" + whole.get("id").asString(), customer.key())
                    .json();
            Streamed stream = Streamed.of(ask(gateway, customer, request + ",'stream':true"));

            assertThat(steps(whole)).as("whole, %s parts an event", at).isEqualTo(answer.steps());
            assertThat(stream.steps()).as("streamed, %s parts an event", at).isEqualTo(answer.streamed());
            assertThat(steps(kept).subList(1, kept.get("steps").size())).isEqualTo(answer.steps());
            JsonNode last = stream.last().get("interaction");
            assertThat(last.has("steps")).isFalse();
            for (String same : List.of("status", "usage", "model", "object", "service_tier", "credits_consumed")) {
                assertThat(last.get(same)).as(same).isEqualTo(whole.get(same));
                assertThat(kept.get(same)).as(same).isEqualTo(whole.get(same));
            }
            JsonNode keptOfStream = gateway.get(
                            Interactions.PATH + "/" + last.get("id").asString(), customer.key())
                    .json();
            assertThat(steps(keptOfStream).subList(1, steps(keptOfStream).size()))
                    .isEqualTo(answer.steps());
        }
    }

    @Test
    void an_interaction_has_googles_members() {
        gateway.script(answers().getFirst().script(1));
        JsonNode whole = made(gateway, customer, "'input':'" + "tell ".repeat(400) + "'");

        assertThat(whole.propertyNames())
                .containsExactly(
                        "id",
                        "object",
                        "status",
                        "model",
                        "created",
                        "updated",
                        "usage",
                        "service_tier",
                        "credits_consumed",
                        "steps");
        assertThat(whole.get("id").asString()).matches("v1_[0-9A-Za-z]{31}");
        assertThat(whole.get("created").asString()).matches("2\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d.*Z");
        assertThat(whole.get("usage"))
                .isEqualTo(JSON.readTree(json("{'total_input_tokens':1000,'total_cached_tokens':400,"
                        + "'total_output_tokens':50,'total_thought_tokens':30,'total_tool_use_tokens':70,'total_tokens':1150,"
                        + "'input_tokens_by_modality':[{'modality':'text','tokens':740},{'modality':'image','tokens':260}],"
                        + "'output_tokens_by_modality':[{'modality':'text','tokens':50}]}")));
        assertThat(whole.get("steps"))
                .isEqualTo(
                        JSON.readTree(json("[{'type':'model_output','content':[{'type':'text','text':'Hello.'}]}]")));
    }

    @Test
    void an_interaction_was_updated_when_its_answer_ended() {
        gateway.script(UpstreamScript.answers().delay(20).text("Hello.").finish("STOP", new Tokens(10, 5, 0)));
        JsonNode whole = made(gateway, customer, "'input':'Hi'");

        assertThat(Instant.parse(whole.get("updated").asString()))
                .isAfter(Instant.parse(whole.get("created").asString()));
    }

    @Test
    void thoughts_are_shown_to_those_who_ask_for_summaries() {
        gateway.script(answers().get(1).script(1));
        assertThat(steps(made(gateway, customer, "'input':'Hi'"))).containsExactly("model_output:Yes.");
    }

    @Test
    void tokens_of_tools_and_searches_are_counted() {
        gateway.script(answers().stream()
                .filter(it -> it.name().equals("sources"))
                .findFirst()
                .orElseThrow()
                .script(1));
        JsonNode usage = made(
                        gateway, customer, "'input':'Hi','tools':[{'type':'google_search'},{'type':'url_context'}]")
                .get("usage");

        assertThat(usage.get("total_tool_use_tokens").asLong()).isEqualTo(70);
        assertThat(usage.get("total_tokens").asLong()).isEqualTo(1150);
        assertThat(usage.get("grounding_tool_count"))
                .isEqualTo(JSON.readTree(json("[{'type':'google_search','count':1}]")));
    }

    // ---- status ----

    @ParameterizedTest
    @CsvSource({
        "text, STOP, completed",
        "text, MAX_TOKENS, incomplete",
        "text, SAFETY, incomplete",
        "text, PROHIBITED_CONTENT, incomplete",
        "text, OTHER, completed",
        "call, STOP, requires_action",
        "call, MAX_TOKENS, incomplete",
        "nothing, MAX_TOKENS, incomplete"
    })
    void the_status_says_how_an_answer_ended(String content, String reason, String status) {
        UpstreamScript script = UpstreamScript.answers();
        switch (content) {
            case "text" -> script.text("Hello.");
            case "call" -> script.call("look", "{}");
            default -> {}
        }
        gateway.script(script.finish(reason, new Tokens(100, 20, 0)).times(2));
        String request = "'input':'Hi','tools':[{'type':'function','name':'look'}]";
        JsonNode whole = made(gateway, customer, request);
        Streamed stream = Streamed.of(ask(gateway, customer, request + ",'stream':true"));

        assertThat(whole.get("status").asString()).isEqualTo(status);
        assertThat(stream.last().at("/interaction/status").asString()).isEqualTo(status);
        JsonNode kept = gateway.get(Interactions.PATH + "/" + whole.get("id").asString(), customer.key())
                .json();
        assertThat(kept.get("steps")).hasSize(whole.get("steps").size() + 1);
        String shown = whole.path("native_finish_reason").asString("");
        assertThat(shown).isEqualTo(status.equals("incomplete") ? reason : "");
    }

    @Test
    void a_blocked_prompt_fails_as_at_the_atNativedoor_and_is_free() {
        gateway.script(UpstreamScript.answers()
                .event(json("{'promptFeedback':{'blockReason':'SAFETY'}}"))
                .times(3));
        Reply atNative = gateway.post(
                "/v1beta/models/" + Interactions.MODEL + ":generateContent",
                json("{'contents':[{'role':'user','parts':[{'text':'Hi'}]}]}"),
                customer.key());
        for (String streams : List.of("", ",'stream':true")) {
            Reply reply = ask(gateway, customer, "'input':'Hi'" + streams);

            assertThat(reply.status())
                    .as(reply.text())
                    .isEqualTo(atNative.status())
                    .isEqualTo(503);
            assertThat(reply.text()).isEqualTo(atNative.text());
            assertThat(reply.header("x-should-retry")).isEqualTo("false");
            assertThat(customer.consumed()).isEqualByComparingTo("0");
        }
    }

    @Test
    void a_stream_that_breaks_ends_with_an_error_and_is_free() {
        gateway.script(UpstreamScript.answers().text("Hel").fault("reset"));
        Reply reply = ask(gateway, customer, "'input':'Hi','stream':true");

        assertThat(reply.status()).isEqualTo(200);
        List<JsonNode> events = reply.chunks();
        JsonNode last = events.getLast();
        assertThat(last.get("event_type").asString()).isEqualTo("error");
        assertThat(last.at("/error/code").asString()).isEqualTo("upstream_error");
        assertThat(last.at("/error/message").asString()).isNotEmpty();
        assertThat(reply.text()).doesNotContain("[DONE]");
        assertThat(customer.consumed()).isEqualByComparingTo("0");
        assertThat(gateway.number("SELECT COUNT(*) FROM kept_response WHERE account_id = '" + customer.account() + "'"))
                .isZero();
    }

    @Test
    void json_that_does_not_fit_its_schema_is_asked_for_again() {
        gateway.script(UpstreamScript.answers()
                .text("{\"a\":1}")
                .finish("STOP", new Tokens(100, 20, 0))
                .times(1)
                .next()
                .text("{\"b\":1}")
                .finish("STOP", new Tokens(100, 20, 0)));
        JsonNode whole = made(
                gateway,
                customer,
                "'input':'Hi','response_format':{'type':'text','mime_type':'application/json','schema':{'type':'object','required':['b']}}");

        assertThat(steps(whole)).containsExactly("model_output:{\"b\":1}");
    }

    // ---- money (R12) ----

    /** The prices of gemini-3.8-flash as the list has them, in micro-credits a token. */
    private record Rates(BigDecimal input, BigDecimal cached, BigDecimal output) {

        static Rates of(String model) {
            for (JsonNode price : gateway.get("/v1/prices?limit=100").json().get("data")) {
                if (price.path("model").asString().equals(model)) {
                    return new Rates(
                            price.get("input").decimalValue(),
                            price.get("cached_input").decimalValue(),
                            price.get("output").decimalValue());
                }
            }
            throw new AssertionError("no price of " + model);
        }

        BigDecimal charge(JsonNode usage) {
            BigDecimal cached = usage.get("total_cached_tokens").decimalValue();
            BigDecimal whole = usage.get("total_input_tokens")
                    .decimalValue()
                    .add(usage.get("total_tool_use_tokens").decimalValue());
            BigDecimal out = usage.get("total_output_tokens")
                    .decimalValue()
                    .add(usage.get("total_thought_tokens").decimalValue());
            return whole.subtract(cached)
                    .multiply(input)
                    .add(cached.multiply(this.cached))
                    .add(out.multiply(output))
                    .movePointLeft(6);
        }
    }

    @Test
    void the_charges_are_the_sum_of_usage_times_rates() {
        long seed = Effort.seed("interactions.money");
        Random random = new Random(seed);
        Rates rates = Rates.of(Interactions.MODEL);
        BigDecimal sum = BigDecimal.ZERO;
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int prompt = 20 + random.nextInt(60);
            int cached = random.nextInt(prompt);
            int out = 1 + random.nextInt(40);
            int thoughts = random.nextInt(30);
            gateway.script(UpstreamScript.answers()
                    .event(json("{'candidates':[{'content':{'role':'model','parts':[{'text':'"
                            + "word ".repeat(out) + "'}]},'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':"
                            + prompt
                            + ",'cachedContentTokenCount':" + cached + ",'candidatesTokenCount':" + out
                            + ",'thoughtsTokenCount':" + thoughts
                            + ",'totalTokenCount':" + (prompt + out + thoughts) + "}}")));
            boolean streams = random.nextBoolean();
            Reply reply = ask(gateway, customer, "'input':'" + "tell ".repeat(60) + "','stream':" + streams);
            JsonNode said = streams ? Streamed.of(reply).last().get("interaction") : reply.json();
            assertThat(said.at("/usage/total_input_tokens").asInt())
                    .as("seed %s, call %s", seed, i)
                    .isEqualTo(prompt);
            BigDecimal charge = rates.charge(said.get("usage"));
            assertThat(said.get("credits_consumed").decimalValue())
                    .as("seed %s, call %s: %s", seed, i, said)
                    .isEqualByComparingTo(charge);
            sum = sum.add(charge);
            ids.add(said.get("id").asString());
        }
        assertThat(customer.consumed()).isEqualByComparingTo(sum);
        assertThat(gateway.get("/v1/tasks/" + ids.getLast(), customer.key())
                        .json()
                        .at("/credits_consumed")
                        .decimalValue())
                .isPositive();
    }
}
