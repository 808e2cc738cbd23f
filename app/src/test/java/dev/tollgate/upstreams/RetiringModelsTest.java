package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.SandboxRequest;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What callers and the operator notice when what stands behind a model retires (D59): gemini-2.5-pro on the Gemini API, with the clock on
 * both sides of its last midnight. The sandbox refuses what each of the two models refuses.
 */
@Timeout(240)
class RetiringModelsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant DAY = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant BEFORE = DAY.minusMillis(1);
    private static final String ADMIN = "admin-key-of-the-tests";
    private static final String PASSWORD = "a long enough operator";
    private static final String PRO = "gemini-2.5-pro";
    private static final String FLASH = "gemini-3.8-flash";
    private static final String DUMMY = "skip_thought_signature_validator";
    private static final String WEATHER = """
            [{"type":"function","function":{"name":"weather","description":"Tells the weather",\
            "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]""";
    private static final String HI = """
            {"model":"%s","stream":false,"messages":[{"role":"user","content":"Hi"}]%s}""";

    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN, "TOLLGATE_OPERATOR_PASSWORD", PASSWORD));
        gateway.setNow(BEFORE);
        customer = gateway.customer("10000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static String modelOf(SandboxRequest asked) {
        return asked.path().replaceAll("^.*/models/|:.*$", "");
    }

    private JsonNode thinking() {
        return gateway.lastAsked().at("/generationConfig/thinkingConfig");
    }

    private Reply google(String body) {
        return gateway.post("/v1beta/models/gemini-2.5-pro:generateContent", body, customer.key());
    }

    // ---- the two sides of midnight ----

    @Test
    void until_its_day_a_model_is_asked_as_ever() {
        assertThat(customer.chat(HI.formatted(PRO, "")).status()).isEqualTo(200);
        assertThat(modelOf(gateway.asked().getLast())).isEqualTo(PRO);
        assertThat(thinking().get("thinkingBudget").asInt()).isEqualTo(24_576);
    }

    @ParameterizedTest
    @ValueSource(strings = {PRO, "google/gemini-2.5-pro", "google/gemini-2.5-pro-preview"})
    void from_its_day_on_its_successor_is_asked_under_the_same_id_at_the_same_price(String id) {
        gateway.setNow(DAY);
        Reply reply = customer.chat(HI.formatted(id, ",\"max_tokens\":2000"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(modelOf(gateway.asked().getLast())).isEqualTo(FLASH);
        assertThat(thinking().has("thinkingBudget")).isFalse();
        assertThat(reply.json().get("model").asString()).isEqualTo(id);
        BigDecimal charged = reply.json().get("credits_consumed").decimalValue();
        assertThat(customer.consumed()).isEqualByComparingTo(charged);
        JsonNode priced = customer.lastTask().get("pricing_detail");
        assertThat(priced.get("price_version").asString()).isEqualTo(id + "@2026-11");
    }

    @ParameterizedTest
    @CsvSource({"minimal, LOW", "low, LOW", "medium, MEDIUM", "high, HIGH", "xhigh, HIGH"})
    void an_effort_becomes_a_level_of_the_successor(String effort, String level) {
        gateway.setNow(DAY);
        Reply reply = customer.chat(HI.formatted(PRO, ",\"reasoning_effort\":\"" + effort + "\""));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(thinking().get("thinkingLevel").asString()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({"128, LOW", "1024, LOW", "1025, MEDIUM", "8192, MEDIUM", "8193, HIGH", "32768, HIGH"})
    void a_budget_becomes_the_nearest_level_at_both_doors_and_is_named(int budget, String level) {
        gateway.setNow(DAY);
        Reply chat = customer.chat(
                HI.formatted(PRO, ",\"google\":{\"thinking_config\":{\"thinking_budget\":" + budget + "}}"));
        assertThat(chat.status()).as(chat.text()).isEqualTo(200);
        assertThat(thinking().get("thinkingLevel").asString()).isEqualTo(level);
        assertThat(chat.header("x-tollgate-ignored")).isEqualTo("google.thinking_config.thinking_budget");

        Reply own = google("""
                {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],\
                "generationConfig":{"thinkingConfig":{"includeThoughts":true,"thinkingBudget":%d}}}""".formatted(budget));
        assertThat(own.status()).as(own.text()).isEqualTo(200);
        assertThat(thinking().get("thinkingLevel").asString()).isEqualTo(level);
        assertThat(thinking().get("includeThoughts").asBoolean()).isTrue();
        assertThat(own.header("x-tollgate-ignored")).contains("thinkingBudget");
    }

    @Test
    void what_left_the_budget_to_the_model_leaves_the_level_to_it() {
        gateway.setNow(DAY);
        Reply chat = customer.chat(HI.formatted(PRO, ",\"google\":{\"thinking_config\":{\"thinking_budget\":-1}}"));
        assertThat(chat.status()).as(chat.text()).isEqualTo(200);
        assertThat(thinking().has("thinkingLevel")).isFalse();
        assertThat(thinking().has("thinkingBudget")).isFalse();
    }

    /** gemini-2.5-flash can be silent; the least level of its successor may think. */
    @Test
    void a_wish_for_no_thoughts_is_named_where_the_successor_may_think() {
        String id = "gemini-2.5-flash";
        List<Map.Entry<String, Supplier<Reply>>> doors = List.of(
                Map.entry("reasoning_effort", () -> customer.chat(HI.formatted(id, ",\"reasoning_effort\":\"none\""))),
                Map.entry(
                        "google.thinking_config.thinking_budget",
                        () -> customer.chat(
                                HI.formatted(id, ",\"google\":{\"thinking_config\":{\"thinking_budget\":0}}"))),
                Map.entry("reasoning_effort", () -> gateway.post("/v1/completions", """
                        {"model":"gemini-2.5-flash","prompt":"Hi","reasoning_effort":"none"}""", customer.key())),
                Map.entry("reasoning.effort", () -> gateway.post("/v1/responses", """
                        {"model":"gemini-2.5-flash","input":"Hi","reasoning":{"effort":"none"}}""", customer.key())),
                Map.entry("thinking", () -> gateway.post("/v1/messages", """
                        {"model":"gemini-2.5-flash","max_tokens":2000,"thinking":{"type":"disabled"},\
                        "messages":[{"role":"user","content":"Hi"}]}""", customer.key())),
                Map.entry(
                        "generationConfig.thinkingConfig.thinkingBudget",
                        () -> gateway.post("/v1beta/models/gemini-2.5-flash:generateContent", """
                        {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],\
                        "generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}""", customer.key())));
        for (Map.Entry<String, Supplier<Reply>> door : doors) {
            gateway.setNow(DAY.minusSeconds(1));
            Reply before = door.getValue().get();
            assertThat(before.status()).as(before.text()).isEqualTo(200);
            assertThat(before.header("x-tollgate-ignored")).as(door.getKey()).isEmpty();
            assertThat(thinking().get("thinkingBudget").asInt()).isZero();
            gateway.setNow(DAY);
            Reply after = door.getValue().get();
            assertThat(after.status()).as(after.text()).isEqualTo(200);
            assertThat(after.header("x-tollgate-ignored")).as(door.getKey()).isEqualTo(door.getKey());
            assertThat(thinking().get("thinkingLevel").asString()).isEqualTo("MINIMAL");
        }
        Reply unsaid = gateway.post("/v1/messages", """
                {"model":"gemini-2.5-flash","max_tokens":2000,"messages":[{"role":"user","content":"Hi"}]}""", customer.key());
        assertThat(unsaid.header("x-tollgate-ignored")).isEmpty();
    }

    @Test
    void what_the_successor_cannot_do_is_refused_by_its_name_before_money_moves() {
        assertThat(customer.chat(HI.formatted(PRO, ",\"n\":2")).status()).isEqualTo(200);
        BigDecimal before = customer.consumed();
        gateway.setNow(DAY);
        Reply chat = customer.chat(HI.formatted(PRO, ",\"n\":2"));
        assertThat(chat.status()).isEqualTo(400);
        assertThat(chat.error().get("param").asString()).isEqualTo("n");
        assertThat(google("""
                {"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"candidateCount":2}}""").status()).isEqualTo(400);
        assertThat(customer.consumed()).isEqualByComparingTo(before);
    }

    // ---- conversations that began before ----

    @Test
    void a_conversation_ending_with_the_model_gets_a_minimal_user_turn() {
        gateway.setNow(DAY);
        Reply chat = customer.chat("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Well"}]}""");
        assertThat(chat.status()).as(chat.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents/2").toString())
                .isEqualTo("{\"role\":\"user\",\"parts\":[{\"text\":\".\"}]}");
        assertThat(chat.header("x-tollgate-ignored")).isEqualTo("messages.1 (continued)");

        Reply own = google("""
                {"contents":[{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"Well"}]}]}""");
        assertThat(own.status()).as(own.text()).isEqualTo(200);
        assertThat(own.header("x-tollgate-ignored")).isEqualTo("contents[1] (continued)");
    }

    @Test
    void only_the_first_call_of_a_divided_turn_gets_a_placeholder() {
        gateway.setNow(DAY);
        Reply reply = google("""
                {"contents":[{"role":"user","parts":[{"text":"Go"}]},\
                {"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},\
                {"role":"model","parts":[{"functionCall":{"name":"g","args":{}}}]},{"role":"model","parts":[{"text":""}]},\
                {"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}},{"functionResponse":{"name":"g","response":{}}}]}]}""");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode contents = gateway.lastAsked().get("contents");
        assertThat(contents.size()).isEqualTo(5);
        assertThat(contents.at("/1/parts/0/thoughtSignature").asString()).isEqualTo(DUMMY);
        assertThat(contents.findValues("thoughtSignature")).hasSize(1);
    }

    @Test
    void a_tool_loop_goes_on_across_midnight_without_signatures_of_the_old_model() {
        ArrayNode messages = JSON.createArrayNode();
        messages.addObject().put("role", "user").put("content", "What is the weather in Oslo?");
        callAndResult(messages);
        gateway.setNow(DAY);

        assertThat(step(messages).at("/choices/0/finish_reason").asString()).isNotEmpty();
        assertThat(modelOf(gateway.asked().getLast())).isEqualTo(FLASH);
        assertThat(signatureOfCall(1)).isEqualTo(DUMMY);
    }

    @Test
    void a_tool_loop_that_began_afterwards_has_the_successors_own_signatures() {
        gateway.setNow(DAY);
        ArrayNode messages = JSON.createArrayNode();
        messages.addObject().put("role", "user").put("content", "What is the weather in Oslo?");
        callAndResult(messages);
        step(messages);
        assertThat(signatureOfCall(1)).isNotEmpty().isNotEqualTo(DUMMY);
    }

    private void callAndResult(ArrayNode messages) {
        JsonNode called = step(messages).at("/choices/0/message");
        assertThat(called.get("tool_calls")).isNotEmpty();
        ObjectNode said = messages.addObject().put("role", "assistant").putNull("content");
        ArrayNode calls = said.putArray("tool_calls");
        called.get("tool_calls").forEach(call -> calls.addObject()
                .put("id", call.get("id").asString())
                .put("type", "function")
                .set("function", call.get("function")));
        calls.forEach(call -> messages.addObject()
                .put("role", "tool")
                .put("tool_call_id", call.get("id").asString())
                .put("content", "4C"));
    }

    private JsonNode step(ArrayNode messages) {
        Reply reply = customer.chat("""
                {"model":"gemini-2.5-pro","stream":false,"tools":%s,"messages":%s}""".formatted(WEATHER, messages));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private String signatureOfCall(int content) {
        return gateway.lastAsked()
                .at("/contents/" + content + "/parts/0/thoughtSignature")
                .asString("");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_google_client_goes_on_across_midnight_with_or_without_the_old_signatures(boolean signed) {
        String tools = """
                "tools":[{"functionDeclarations":[{"name":"weather","description":"Tells the weather",\
                "parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}}}}]}]""";
        String question = "{\"role\":\"user\",\"parts\":[{\"text\":\"What is the weather in Oslo?\"}]}";
        Reply first = google("{\"contents\":[" + question + "]," + tools + "}");
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        JsonNode content = first.json().at("/candidates/0/content");
        if (!signed) {
            content.get("parts").forEach(part -> ((ObjectNode) part).remove("thoughtSignature"));
        }
        gateway.setNow(DAY);

        ArrayNode results = JSON.createArrayNode();
        content.get("parts").forEach(part -> {
            if (part.has("functionCall")) {
                ObjectNode result = results.addObject().putObject("functionResponse");
                result.put("name", part.at("/functionCall/name").asString())
                        .putObject("response")
                        .put("output", "4C");
            }
        });
        assertThat(results).isNotEmpty();
        Reply second = google("{\"contents\":[%s,%s,{\"role\":\"user\",\"parts\":%s}],%s}"
                .formatted(question, content, results, tools));
        assertThat(second.status()).as(second.text()).isEqualTo(200);
        assertThat(modelOf(gateway.asked().getLast())).isEqualTo(FLASH);
        assertThat(signatureOfCall(1)).isEqualTo(DUMMY);
    }

    // ---- before its day ----

    @Test
    void as_soon_as_an_answer_names_the_successor_it_is_asked_by_its_own_rules() {
        gateway.setNow(DAY.minus(Duration.ofDays(30)));
        gateway.script("""
                - respond:
                  - event: {candidates: [{content: {role: model, parts: [{text: hi}]}, finishReason: STOP, index: 0}], \
                usageMetadata: {promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6}, modelVersion: gemini-3.8-flash}
                  times: 1
                """);
        try (LogCapture log = new LogCapture()) {
            customer.chat(HI.formatted(PRO, ""));
            assertThat(modelOf(gateway.asked().getLast())).isEqualTo(PRO);
            assertThat(customer.chat(HI.formatted(PRO, "")).status()).isEqualTo(200);
            assertThat(modelOf(gateway.asked().getLast())).isEqualTo(FLASH);
            assertThat(thinking().get("thinkingLevel").asString()).isEqualTo("HIGH");
            assertThat(log.text()).contains("model gemini-2.5-pro retired before its date");
        }
    }

    @Test
    void a_name_that_the_catalogue_does_not_know_changes_nothing() {
        gateway.script("""
                - respond:
                  - event: {candidates: [{content: {role: model, parts: [{text: hi}]}, finishReason: STOP, index: 0}], \
                modelVersion: gemini-2.5-pro-001}
                """);
        customer.chat(HI.formatted(PRO, ""));
        customer.chat(HI.formatted(PRO, ""));
        assertThat(modelOf(gateway.asked().getLast())).isEqualTo(PRO);
    }

    @Test
    void a_call_whose_model_is_refused_as_gone_is_answered_by_the_successor() {
        gateway.script("""
                - match: {model: gemini-2.5-pro}
                  respond:
                  - status: 404
                    body: {error: {code: 404, status: NOT_FOUND, message: "This model models/gemini-2.5-pro is no longer available to new users."}}
                """);
        Reply reply = customer.chat(HI.formatted(PRO, ""));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(modelOf(gateway.asked().getLast())).isEqualTo(FLASH);
        assertThat(reply.header("x-tollgate-attempts")).isEqualTo("2");
        int asked = gateway.asked().size();
        customer.chat(HI.formatted(PRO, ""));
        assertThat(gateway.asked()).as("not tried again").hasSize(asked + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"n\":2"})
    void a_call_that_is_refused_by_the_successors_rules_before_the_day_is_answered_by_it(String more) {
        Gateway early = Gateway.start(
                "gemini.base-url",
                gateway.sandbox().baseUrl(),
                "gemini.api-key",
                gateway.sandbox().key());
        try (early) {
            early.setNow(DAY.minus(Duration.ofDays(10)));
            gateway.setNow(DAY); // the provider is ahead
            Reply reply = early.customer("100").chat(HI.formatted(PRO, more));
            assertThat(reply.status()).as(reply.text()).isEqualTo(more.isEmpty() ? 200 : 503);
            assertThat(early.customer("100").chat(HI.formatted(PRO, "")).status())
                    .isEqualTo(200);
            assertThat(modelOf(gateway.asked().getLast())).isEqualTo(FLASH);
        }
    }

    @Test
    void a_refusal_that_speaks_of_budgets_long_before_the_day_moves_nothing() {
        gateway.setNow(DAY.minus(Duration.ofDays(61)));
        gateway.script("""
                - respond:
                  - status: 400
                    body: {error: {code: 400, status: INVALID_ARGUMENT, message: "thinking budget"}}
                """);
        assertThat(customer.chat(HI.formatted(PRO, "")).status()).isEqualTo(503);
        assertThat(modelOf(gateway.asked().getLast())).isEqualTo(PRO);
        assertThat(channelsModel(PRO).get("upstream").asString()).isEqualTo(PRO);
    }

    // ---- warnings ----

    @Test
    void sixty_days_before_its_end_callers_and_the_operator_can_see_it() {
        gateway.setNow(DAY.minus(Duration.ofDays(61)));
        assertThat(model(PRO).has("retirement")).isFalse();
        assertThat(channelsModel(PRO).get("retirement").isNull()).isTrue();
        assertThat(gateway.app().banner().text()).doesNotContain("retires gemini-2.5-pro");

        gateway.setNow(DAY.minus(Duration.ofDays(60)));
        String coming = "{\"at\":\"2026-12-01T00:00:00Z\",\"successor\":\"gemini-3.8-flash\",\"in_effect\":false}";
        assertThat(model(PRO).get("retirement").toString()).isEqualTo(coming);
        assertThat(model("gemini-3.1-pro").has("retirement")).isFalse();
        assertThat(channelsModel(PRO).at("/retirement/in_effect").asBoolean()).isFalse();
        assertThat(gateway.app().banner().text())
                .contains(
                        "The provider retires gemini-2.5-pro on 1 Dec 2026. gemini-3.8-flash will then answer for gemini-2.5-pro,"
                                + " google/gemini-2.5-pro, google/gemini-2.5-pro-preview.");

        gateway.setNow(DAY);
        assertThat(model(PRO).at("/retirement/in_effect").asBoolean()).isTrue();
        assertThat(channelsModel(PRO).get("upstream").asString()).isEqualTo(FLASH);
        assertThat(channelsModel(PRO).at("/retirement/of").asString()).isEqualTo(PRO);
        assertThat(gateway.app().banner().text())
                .contains("gemini-3.8-flash now answers for gemini-2.5-pro, ", "n is at most 1, not 8");
    }

    private JsonNode model(String id) {
        return gateway.get("/v1/models/" + id, customer.key()).json();
    }

    private JsonNode channelsModel(String id) {
        JsonNode models = gateway.get("/admin/channels", ADMIN).json().at("/data/0/models");
        return models.valueStream()
                .filter(model -> model.get("id").asString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void the_operator_sees_what_a_model_earns_once_its_successor_answers_and_whenever_that_costs_more() {
        gateway.setNow(DAY.minus(Duration.ofDays(61)));
        assertThat(sold().get("retirement").isNull()).isTrue();
        gateway.setNow(DAY.minus(Duration.ofDays(60)));
        assertThat(sold().get("retirement").toString()).isEqualTo("""
                        {"at":"2026-12-01T00:00:00Z","successor":"gemini-3.8-flash","in_effect":false,"costs":[\
                        {"from":"2026-12-01T00:00:00Z","input":150,"output":750,\
                        "cached_input":15,"search_per_1000":2800,"maps_per_1000":2800,"tiers":{"flex":0.5,"priority":1.8},\
                        "margin_percent":{"input":42.8,"output":64.2,"cached_input":94.2,"search_per_1000":null},"loss":true},\
                        {"from":"2027-01-01T08:00:00Z","input":300,"output":1500,\
                        "cached_input":30,"search_per_1000":2800,"maps_per_1000":2800,"tiers":{"flex":0.5,"priority":1.8},\
                        "margin_percent":{"input":-14.3,"output":28.5,"cached_input":88.5,"search_per_1000":null},"loss":true}]}""");
        Browser operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        assertThat(operator.get("/console/prices")
                        .body()
                        .replaceAll("\\s*<[^>]*>\\s*", " ")
                        .replaceAll(" +", " "))
                .containsPattern(
                        "google/gemini-2.5-pro loss: [^%]* 1 Dec 2026 gemini-3.8-flash \\$0.75 \\$3.75 42.8 % 64.2 %")
                .containsPattern(
                        "google/gemini-2.5-pro loss: [^%]* 1 Jan 2027 gemini-3.8-flash \\$1.50 \\$7.50 −14.3 % 28.5 %");
        gateway.setNow(DAY);
        assertThat(sold().at("/retirement/in_effect").asBoolean()).isTrue();
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        assertThat(operator.get("/console/prices").body())
                .contains("<td class=\"hide nw\">now</td>", "<td class=\"hide nw\">1 Jan 2027</td>");
    }

    private JsonNode sold() {
        return gateway.get("/admin/models", ADMIN)
                .json()
                .get("data")
                .valueStream()
                .filter(model -> model.get("id").asString().equals("google/gemini-2.5-pro"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void the_start_warns_of_losses_and_possibly_empty_answers() {
        try (Gateway real = Gateway.start(
                "gemini.base-url",
                gateway.sandbox().baseUrl(),
                "gemini.api-key",
                gateway.sandbox().key())) {
            real.setNow(BEFORE);
            assertThat(real.app().banner().text())
                    .contains("google/gemini-2.5-pro, google/gemini-2.5-pro-preview: the default maximum is 512 tokens")
                    .contains("a response may be empty")
                    .contains(
                            "From 1 Dec 2026 on gemini-2.5-pro is sold at 57 in / 450 out",
                            "gemini-3.8-flash costs 150 / 750")
                    .contains(
                            "From 1 Jan 2027 on google/gemini-2.5-pro is sold at 262.5 in",
                            "gemini-3.8-flash costs 300 / 1,500");
            real.setNow(Instant.parse("2027-01-01T08:00:00Z"));
            assertThat(real.app().banner().text())
                    .contains("warning: google/gemini-2.5-pro is sold at 262.5 in / 2,100 out");
        }
    }

    // ---- the operator's word ----

    @Test
    void the_operator_may_name_another_successor_and_another_day() throws IOException {
        Path file = Files.createTempFile("models", ".yaml");
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/models.yaml"))) {
            String own = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(
                            "gemini: {at: 2026-12-01T00:00:00Z, becomes: gemini-3.8-flash}",
                            "gemini: {at: 2026-11-25T00:00:00Z, becomes: gemini-3.1-pro-preview}");
            Files.writeString(file, own);
        }
        try (Gateway other = Gateway.start("models.file", file.toString())) {
            other.setNow(Instant.parse("2026-11-25T00:00:00Z"));
            assertThat(other.customer("100").chat(HI.formatted(PRO, "")).status())
                    .isEqualTo(200);
            assertThat(modelOf(other.asked().getLast())).isEqualTo("gemini-3.1-pro-preview");
        } finally {
            Files.delete(file);
        }
    }

    // ---- channels with other days ----

    @Test
    void vertex_ai_goes_on_with_the_model_after_the_gemini_api_has_given_it_up() {
        try (Channels channels = Channels.of(
                """
                channels:
                  - {id: api, kind: gemini, base_url: "%1$s", key: "%2$s", priority: 1}
                  - {id: vertex, kind: vertex, base_url: "%1$s", key: "%2$s", priority: 2}
                """.formatted(gateway.sandbox().baseUrl(), gateway.sandbox().key()))) {
            gateway.setNow(DAY);
            channels.gateway().setNow(DAY);
            String two = HI.formatted(PRO, ",\"n\":2");
            Reply reply = channels.customer().chat(two);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(gateway.asked().getLast().path()).contains("publishers/google/models/gemini-2.5-pro:");
            assertThat(channels.customer().chat(HI.formatted(PRO, "")).status()).isEqualTo(200);
            assertThat(modelOf(gateway.asked().getLast())).isEqualTo(FLASH);

            Instant end = Instant.parse("2027-03-31T00:00:00Z");
            gateway.setNow(end);
            channels.gateway().setNow(end);
            assertThat(channels.customer().chat(two).status()).isEqualTo(400);
        }
    }
}
