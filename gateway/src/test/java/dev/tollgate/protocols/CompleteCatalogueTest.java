package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.BelowCost;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.TariffJson;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The catalogue with every Gemini model, started with as it comes. */
@Timeout(240)
class CompleteCatalogueTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Path FILE = Path.of("models/gemini-all.yaml");
    private static final Catalogue CATALOGUE = CatalogueLoader.load(FILE);
    private static final Instant TODAY = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant AFTER_THE_END_OF_2_5 = Instant.parse("2026-12-01T00:00:00Z");

    /** Midnight in California before two prices of Google rise, and before three others do. */
    private static final Instant DECEMBER = Instant.parse("2026-12-01T08:00:00Z");

    /** The day on which gemini-3.5-flash gets the price of the model that answers for it. */
    private static final Instant FALL = Instant.parse("2026-12-08T08:00:00Z");

    private static final Instant NEW_YEAR = Instant.parse("2027-01-01T08:00:00Z");

    private static final List<String> GEMINI_4 =
            List.of("gemini-4-argon", "gemini-4-carbon", "gemini-4-hydrogen", "gemini-4-neon");

    private static final String QUESTION = "{\"role\":\"user\",\"content\":\"What is the weather in Oslo?\"}";
    private static final String FUNCTION = """
            {"type":"function","function":{"name":"get_weather","description":"Tells the weather","parameters":
             {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}""";
    private static final String SEARCH = "{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}";
    private static final String SCHEMA = """
            "response_format":{"type":"json_schema","json_schema":{"name":"weather","schema":
             {"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}""";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", FILE.toString());
    }

    @BeforeEach
    void begin() {
        gateway.setNow(TODAY);
        gateway.script("[]");
        customer = gateway.customer("10000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    static Stream<String> names() {
        return models().flatMap(model -> Stream.concat(Stream.of(model.id()), model.aliases().stream()));
    }

    /** The models that answer in text. */
    static Stream<Model> models() {
        return CATALOGUE.answering().stream().filter(model -> !model.makesImages());
    }

    static Stream<Model> imageModels() {
        return CATALOGUE.answering().stream().filter(Model::makesImages);
    }

    static Stream<Model> allModels() {
        return CATALOGUE.answering().stream();
    }

    @ParameterizedTest
    @MethodSource("imageModels")
    void every_model_of_images_makes_one_at_googles_price_under_each_of_its_names(Model model) {
        for (String name :
                Stream.concat(Stream.of(model.id()), model.aliases().stream()).toList()) {
            CallServer.Reply reply = customer.chat(
                    "{\"model\":\"" + name + "\",\"messages\":[{\"role\":\"user\",\"content\":\"A red house\"}]}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.json()
                            .at("/choices/0/message/images/0/image_url/url")
                            .asString())
                    .startsWith("data:image/png;base64,");
            JsonNode usage = reply.json().path("usage");
            long image = usage.at("/completion_tokens_details/image_tokens").asLong();
            assertThat(image).isEqualTo(1_120);
            PriceRates cost = model.upstream().cost(TODAY).tariff().rates();
            BigDecimal micros = BigDecimal.valueOf(usage.path("prompt_tokens").asLong() * cost.inputMicros()
                    + (usage.path("completion_tokens").asLong() - image) * cost.outputMicros()
                    + image * cost.imageMicros());
            assertThat(reply.json().path("credits_consumed").decimalValue())
                    .isEqualByComparingTo(micros.movePointLeft(12));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3.8-flash-tts, 2026-11-28T12:00:00Z, 100, 1800",
        "google/gemini-3.8-flash-tts, 2027-01-01T07:59:59Z, 100, 1800",
        "gemini-3.8-flash-tts, 2027-01-01T08:00:01Z, 200, 3600",
        "gemini-3.8-flash-lite-tts, 2026-11-28T12:00:00Z, 100, 1200",
        "google/gemini-3.8-flash-lite-tts, 2027-01-01T08:00:01Z, 200, 2400",
    })
    void every_model_of_speech_speaks_at_googles_price(String name, Instant now, int input, int output) {
        gateway.setNow(now);
        CallServer.Reply reply = gateway.post(
                "/v1/audio/speech",
                "{\"model\":\"" + name + "\",\"input\":\"Hello\",\"stream_format\":\"sse\"}",
                customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode done = reply.chunks().getLast();
        long spoken = done.at("/usage/output_tokens").asLong();
        assertThat(spoken).isPositive();
        assertThat(done.get("credits_consumed").decimalValue())
                .isEqualByComparingTo(
                        BigDecimal.valueOf(done.at("/usage/input_tokens").asLong() * input + spoken * output, 6));
        Model model = CATALOGUE.find(name);
        PriceRates cost = model.upstream().cost(now).tariff().rates();
        assertThat(List.of(cost.inputMicros(), cost.outputMicros()))
                .isEqualTo(List.of(input * 1_000_000L, output * 1_000_000L));
    }

    @ParameterizedTest
    @MethodSource("names")
    void every_model_and_alias_is_served_at_both_doors(String name) {
        CallServer.Reply chat = customer.chat(
                "{\"model\":\"" + name + "\",\"messages\":[{\"role\":\"user\",\"content\":\"What is 2+2?\"}]}");
        assertThat(chat.status()).as(chat.text()).isEqualTo(200);
        assertThat(content(chat)).isEqualTo("2 + 2 = 4.");
        assertThat(gateway.asked().getLast().path())
                .contains("/" + asked(CATALOGUE.find(name).upstream()) + ":");

        CallServer.Reply own = gateway.post(
                "/v1beta/models/" + name + ":generateContent",
                "{\"contents\":[{\"parts\":[{\"text\":\"What is 2+2?\"}]}]}",
                customer.key());
        assertThat(own.status()).as(own.text()).isEqualTo(200);
        assertThat(own.text()).contains("2 + 2 = 4.");
    }

    private static String asked(UpstreamModel model) {
        UpstreamModel.Retirement end = model.retirements().get("gemini");
        return end == null || TODAY.isBefore(end.at()) ? model.name() : end.becomes();
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_call_is_charged_what_google_charges_for_its_tokens(Model model) {
        CallServer.Reply reply = customer.chat("{\"model\":\"" + model.id()
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Write 200 words about rivers\"}]}");
        JsonNode usage = reply.json().path("usage");
        UpstreamModel.Cost cost = model.upstream().cost(TODAY);
        long output = usage.path("completion_tokens").asLong();
        BigDecimal micros = BigDecimal.valueOf(usage.path("prompt_tokens").asLong() * cost.inputMicrosPerMillion()
                + output * cost.outputMicrosPerMillion());
        BigDecimal exact = micros.movePointLeft(12);

        assertThat(output).isGreaterThan(200);
        assertThat(reply.json().path("credits_consumed").decimalValue())
                .isBetween(exact.subtract(new BigDecimal("0.000001")), exact);
    }

    @ParameterizedTest
    @MethodSource("models")
    void usage_adds_up_as_each_protocol_has_it(Model model) {
        String words = "Write 200 words about rivers";
        JsonNode chat = customer.chat("{\"model\":\"" + model.id()
                        + "\",\"reasoning_effort\":\"high\",\"messages\":[{\"role\":\"user\",\"content\":\"" + words
                        + "\"}]}")
                .json()
                .path("usage");
        long completion = chat.path("completion_tokens").asLong();
        JsonNode details = chat.path("completion_tokens_details");
        long reasoning = details.path("reasoning_tokens").asLong();
        assertThat(reasoning).isPositive();
        assertThat(completion).isEqualTo(reasoning + details.path("text_tokens").asLong());
        assertThat(chat.path("total_tokens").asLong())
                .isEqualTo(chat.path("prompt_tokens").asLong() + completion);

        JsonNode own = gateway.post(
                        "/v1beta/models/" + model.id() + ":generateContent",
                        "{\"contents\":[{\"parts\":[{\"text\":\"" + words + "\"}]}]}",
                        customer.key())
                .json()
                .path("usageMetadata");
        assertThat(own.path("totalTokenCount").asLong())
                .isEqualTo(own.path("promptTokenCount").asLong()
                        + own.path("candidatesTokenCount").asLong()
                        + own.path("thoughtsTokenCount").asLong());
    }

    /** As a coding agent asks: all at once, its own call sent back without the signature, which its client has dropped. */
    @ParameterizedTest
    @MethodSource("models")
    void functions_search_and_a_schema_go_together_where_google_allows_it(Model model) {
        CallServer.Reply first = agent(model.id(), QUESTION);
        if (model.id().startsWith("gemini-2.5")) {
            assertThat(first.status()).isEqualTo(400);
            return;
        }
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        JsonNode call = first.json()
                .path("choices")
                .path(0)
                .path("message")
                .path("tool_calls")
                .path(0);
        assertThat(call.path("function").path("arguments").asString()).isEqualTo("{\"city\":\"Oslo\"}");

        String history =
                QUESTION + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":" + call.get("id")
                        + ",\"type\":\"function\",\"function\":" + call.get("function")
                        + "}]},{\"role\":\"tool\",\"tool_call_id\":"
                        + call.get("id") + ",\"content\":\"4 degrees\"}";
        CallServer.Reply second = agent(model.id(), history);
        assertThat(second.status()).as(second.text()).isEqualTo(200);
        assertThat(JSON.readTree(content(second)).propertyNames()).containsExactly("city");
    }

    @ParameterizedTest
    @MethodSource("allModels")
    void each_effort_that_it_lists_is_taken(Model model) {
        for (Effort effort : model.upstream().thinking().efforts()) {
            CallServer.Reply reply = customer.chat("{\"model\":\"" + model.id() + "\",\"reasoning_effort\":\""
                    + effort.word() + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
            assertThat(reply.status()).as(effort + ": " + reply.text()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void all_go_on_when_two_of_them_have_retired(Model model) {
        gateway.setNow(AFTER_THE_END_OF_2_5);
        CallServer.Reply reply = customer.chat(
                "{\"model\":\"" + model.id() + "\",\"messages\":[" + QUESTION + "],\"tools\":[" + FUNCTION + "]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("models")
    void the_margin_of_every_rate_is_zero_on_every_day(Model model) {
        for (Instant midnight : List.of(DECEMBER, NEW_YEAR)) {
            for (Instant when : List.of(TODAY, FALL.minusSeconds(1), FALL, midnight.minusSeconds(1), midnight)) {
                boolean hasFallen = model.id().equals("gemini-3.5-flash") && !when.isBefore(FALL);
                UpstreamModel serving = hasFallen ? CATALOGUE.upstream("gemini-3.6-flash") : model.upstream();
                Model then = model.at(when).standingOn(serving);
                Tariff sold = then.pricing().tariff();
                Tariff cost = serving.cost(when).tariff();
                assertThat(TariffJson.of(sold).toString())
                        .as("%s at %s, which does not sell Google Maps", model.id(), when)
                        .isEqualTo(TariffJson.of(cost).toString().replaceAll(",\"maps_per_1000\":[0-9]+", ""));
                assertThat(then.pricing().reasoningBilled()).isTrue();
                assertThat(BelowCost.of(then, when)).isEmpty();
            }
        }
    }

    @Test
    void eight_models_cost_twice_as_much_from_an_announced_day_on() {
        assertThat(CATALOGUE.all().stream()
                        .filter(model -> model.prices().dated().size() > 1)
                        .map(model -> model.id() + " "
                                + model.prices().dated().getLast().from()))
                .containsExactly(
                        "gemini-4-argon 2026-12-01T08:00:00Z",
                        "gemini-4-carbon 2026-12-01T08:00:00Z",
                        "gemini-3.8-flash 2027-01-01T08:00:00Z",
                        "gemini-3.7-flash 2027-01-01T08:00:00Z",
                        "gemini-3.6-flash 2027-01-01T08:00:00Z",
                        "gemini-3.5-flash 2027-01-01T08:00:00Z",
                        "gemini-3.8-flash-tts 2027-01-01T08:00:00Z",
                        "gemini-3.8-flash-lite-tts 2027-01-01T08:00:00Z");
        for (Model model : CATALOGUE.all()) {
            long before = model.pricing().inputMicrosPerMillion();
            long after = model.at(NEW_YEAR).pricing().inputMicrosPerMillion();
            assertThat(after).as(model.id()).isIn(before, 2 * before);
        }
    }

    @Test
    void long_prompts_cost_more_on_the_two_pro_models_alone() {
        assertThat(CATALOGUE.all().stream()
                        .filter(model -> model.pricing().tariff().isAbove(200_001))
                        .map(Model::id))
                .containsExactly("gemini-3.1-pro-preview", "gemini-3.1-pro-preview-customtools", "gemini-2.5-pro");
        assertThat(models())
                .noneMatch(model -> model.pricing().tariff().isAbove(200_000))
                .allMatch(model -> model.pricing().tariff().tiers().offers(ServiceTier.FLEX));
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-4-argon, xhigh, HIGH",
        "gemini-4-carbon, max, HIGH",
        "gemini-4-hydrogen, xhigh, XHIGH",
        "gemini-4-neon, max, XHIGH"
    })
    void the_greatest_effort_becomes_the_greatest_level_of_the_model(String model, String effort, String level) {
        CallServer.Reply reply = customer.chat("{\"model\":\"" + model + "\",\"reasoning_effort\":\"" + effort
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(config().path("thinkingConfig").path("thinkingLevel").asString())
                .isEqualTo(level);
    }

    @Test
    void level_xhigh_is_taken_at_both_doors_where_the_model_has_it() {
        String chat = """
                {"model":"%s","messages":[{"role":"user","content":"Hi"}],
                 "extra_body":{"google":{"thinking_config":{"thinking_level":"xhigh"}}}}""";
        assertThat(customer.chat(chat.formatted("gemini-4-neon")).status()).isEqualTo(200);
        CallServer.Reply refused = customer.chat(chat.formatted("gemini-4-argon"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("thinking_level", "[HIGH, LOW, MEDIUM]");

        String own = "\"thinkingConfig\":{\"thinkingLevel\":\"XHIGH\"}";
        assertThat(own("gemini-4-hydrogen", own).status()).isEqualTo(200);
        assertThat(own("gemini-4-carbon", own).status()).isEqualTo(400);
        assertThat(own("gemini-3.8-flash", own).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"candidateCount\":2",
                "\"presencePenalty\":1",
                "\"frequencyPenalty\":1",
                "\"responseLogprobs\":true",
                "\"thinkingConfig\":{\"thinkingBudget\":1024}",
                "\"thinkingConfig\":{\"thinkingLevel\":\"MINIMAL\"}"
            })
    void what_gemini_4_does_not_know_is_refused_before_it_is_asked(String config) {
        int before = gateway.asked().size();
        for (String model : GEMINI_4) {
            assertThat(own(model, config).status()).as(model).isEqualTo(400);
        }
        assertThat(gateway.asked()).hasSize(before);
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void sampling_without_effect_is_not_sent_but_named() {
        for (String model : GEMINI_4) {
            CallServer.Reply chat = customer.chat(
                    "{\"model\":\"" + model
                            + "\",\"temperature\":0.5,\"top_p\":0.9,\"top_k\":3,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
            assertThat(chat.header("x-tollgate-ignored").split(",")).contains("temperature", "top_p", "top_k");
            assertThat(config().propertyNames()).doesNotContain("temperature", "topP", "topK");

            CallServer.Reply own = own(model, "\"temperature\":0.5,\"topP\":0.9,\"topK\":3");
            assertThat(own.status()).as(own.text()).isEqualTo(200);
            assertThat(own.header("x-tollgate-ignored"))
                    .contains("generationConfig.temperature", "generationConfig.topP", "generationConfig.topK");
            assertThat(config().propertyNames()).doesNotContain("temperature", "topP", "topK");
        }
        CallServer.Reply three = own("gemini-3.8-flash", "\"temperature\":0.5");
        assertThat(three.header("x-tollgate-ignored")).isEmpty();
        assertThat(config().path("temperature").asDouble()).isEqualTo(0.5);
    }

    @Test
    void a_maximum_is_cut_to_what_a_counted_prompt_leaves_of_the_context() {
        Customer poor = gateway.customer("420.4");
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 1048000}}]
                - match: {}
                  respond: [{event: {candidates: [{content: {parts: [{text: So}]}, finishReason: STOP}],
                    usageMetadata: {promptTokenCount: 1048000, candidatesTokenCount: 1, totalTokenCount: 1048001}}}]
                """);
        String question = "{\"model\":\"gemini-4-argon\"%s,\"messages\":[{\"role\":\"user\",\"content\":\""
                + "word ".repeat(220_000) + "\"}]}";
        CallServer.Reply reply = poor.chat(question.formatted(",\"max_tokens\":20000"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(config().path("maxOutputTokens").asInt()).isEqualTo(576);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("max_tokens");
        assertThat(reply.header("x-tollgate-max-tokens")).isEqualTo("576");
    }

    private CallServer.Reply own(String model, String config) {
        return gateway.post(
                "/v1beta/models/" + model + ":generateContent",
                "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}],\"generationConfig\":{" + config + "}}",
                customer.key());
    }

    private static JsonNode config() {
        return gateway.asked().getLast().body().path("generationConfig");
    }

    private CallServer.Reply agent(String model, String messages) {
        return customer.chat("{\"model\":\"" + model + "\",\"messages\":[" + messages + "],\"tools\":[" + FUNCTION + ","
                + SEARCH + "]," + SCHEMA + "}");
    }

    private static String content(CallServer.Reply reply) {
        return reply.json()
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asString("");
    }
}
