package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A call costs no more than the price of its own bounds, which is its estimate, whatever an upstream reports (D53). */
@Timeout(120)
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Order(19)
class AbsurdUsageTest {

    private static final int CALLS = Effort.of(60, 1_000);

    private static final String CALL = """
            {"model":"gemini-2.5-pro","max_tokens":300,"stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""";

    private static final List<String> COUNTS = List.of(
            "-9223372036854775808",
            "-5",
            "0",
            "1",
            "37",
            "2.5",
            "300.7",
            "70000",
            "2147483648",
            "9007199254740993",
            "9223372036854775807",
            "1e300",
            "99999999999999999999999",
            "null",
            "\"many\"");

    @Parameter
    Stores stores;

    private static CallServer gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores, "timeouts.drain", "0ms");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static BigDecimal estimate(CallServer gateway, String body) {
        CallServer.Reply reply =
                gateway.post("/v1/estimate", body, gateway.customer("1").key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().at("/data/max_credits").decimalValue();
    }

    private static List<String> flags(Customer customer) {
        return customer.lastTask()
                .get("usage_flags")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    // ---- one call ----

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_call_costs_its_estimate_at_most_and_ends_by_length(boolean stream) {
        Customer customer = gateway.customer("1000");
        gateway.script(UpstreamScript.says("Hello.", 1L << 31, 1L << 31));
        CallServer.Reply reply = customer.chat(CALL.formatted(stream));
        assertThat(customer.consumed()).isEqualByComparingTo(estimate(gateway, CALL.formatted(false)));
        assertThat(reply.text())
                .contains("Hello.")
                .contains("\"finish_reason\":\"length\"")
                .contains("\"native_finish_reason\":\"MAX_TOKENS\"");
        assertThat(flags(customer)).containsExactly("clamped");
        JsonNode detail = customer.lastTask().get("pricing_detail");
        assertThat(detail.get("prompt_tokens").asLong()).isEqualTo(71);
        assertThat(detail.get("completion_tokens").asLong()).isEqualTo(300);
    }

    @ParameterizedTest
    @CsvSource({"generateContent", "streamGenerateContent?alt=sse"})
    void so_does_one_at_the_Gemini_door(String method) {
        Customer customer = gateway.customer("1000");
        gateway.script(UpstreamScript.says("Hello.", 1L << 31, 1L << 31));
        String text = gateway.post("/v1beta/models/gemini-2.5-pro:" + method, """
                        {"contents":[{"role":"user","parts":[{"text":"Tell me"}]}],"generationConfig":{"maxOutputTokens":300}}""", customer.key())
                .text();
        assertThat(text)
                .contains("Hello.")
                .contains("\"finishReason\":\"MAX_TOKENS\"")
                .doesNotContain("STOP")
                .contains("\"candidatesTokenCount\":300");
        assertThat(customer.consumed()).isLessThan(new BigDecimal("0.16"));
    }

    @Test
    void a_maximum_that_is_passed_after_the_finish_reason_ends_by_length_too() {
        Customer customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers()
                .text("Hello.")
                .finish("STOP")
                .event("{\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":301}}"));
        assertThat(customer.chat(CALL.formatted(true)).text())
                .contains("Hello.")
                .contains("\"finish_reason\":\"length\"");
        gateway.script(UpstreamScript.answers()
                .text("Hello.")
                .finish("STOP")
                .event("{\"usageMetadata\":{\"promptTokenCount\":7,\"candidatesTokenCount\":301}}"));
        assertThat(gateway.post("/v1beta/models/gemini-2.5-pro:generateContent", """
                        {"contents":[{"role":"user","parts":[{"text":"Tell me"}]}],"generationConfig":{"maxOutputTokens":300}}""", customer.key())
                        .text())
                .contains("Hello.")
                .containsOnlyOnce("finishReason")
                .contains("MAX_TOKENS");
    }

    @Test
    void an_answer_ends_where_a_report_that_can_be_true_passes_the_maximum() {
        Customer customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers()
                .text("x".repeat(800), new Tokens(7, 200, 0))
                .text("y".repeat(800), new Tokens(7, 400, 0))
                .text("z".repeat(800), new Tokens(7, 600, 0))
                .finish("STOP", new Tokens(7, 600, 0)));
        CallServer.Reply reply = customer.chat(CALL.formatted(true));
        assertThat(reply.content()).isEqualTo("x".repeat(800) + "y".repeat(400));
        assertThat(reply.text()).contains("\"finish_reason\":\"length\"");
        assertThat(reply.chunks().getLast().at("/usage/completion_tokens").asInt())
                .isEqualTo(300);
    }

    @Test
    void several_answers_share_the_maximum_of_all() {
        Customer customer = gateway.customer("1000");
        String body = CALL.formatted(false).replace("\"max", "\"n\":2,\"max");
        gateway.script("""
                - respond:
                    - event: {candidates: [{index: 0, content: {parts: [{text: "One."}]}, finishReason: STOP},\
                 {index: 1, content: {parts: [{text: "Two."}]}, finishReason: STOP}],\
                 usageMetadata: {promptTokenCount: 2147483648, candidatesTokenCount: 2147483648, toolUsePromptTokenCount: 2147483648}}
                """);
        CallServer.Reply reply = customer.chat(body);
        assertThat(reply.json().get("choices").valueStream().map(choice -> choice.get("finish_reason")
                        .asString()))
                .containsExactly("length", "length");
        assertThat(customer.consumed()).isEqualByComparingTo(estimate(gateway, body));
        assertThat(reply.json().at("/usage/completion_tokens").asInt()).isEqualTo(600);
    }

    @Test
    void a_blocked_prompt_is_free_whatever_was_reported_with_it() {
        Customer customer = gateway.customer("1000");
        gateway.script("""
                - respond:
                    - event: {promptFeedback: {blockReason: SAFETY}, usageMetadata: {promptTokenCount: 2147483648, candidatesTokenCount: 2147483648}}
                """);
        assertThat(customer.chat(CALL.formatted(false)).status()).isEqualTo(503);
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void tools_of_an_unreported_prompt_are_no_shortfall() {
        Customer customer = gateway.customer("1000");
        gateway.script(
                UpstreamScript.answers()
                        .text("Hello.")
                        .finish("STOP")
                        .event(
                                "{\"usageMetadata\":{\"toolUsePromptTokenCount\":1000000,\"cachedContentTokenCount\":50,\"candidatesTokenCount\":5}}"));
        String body = CALL.formatted(false).replace("Tell me", "y".repeat(300)).replace("2.5-pro", "3.8-flash");
        assertThat(customer.chat(body).status()).isEqualTo(200);
        assertThat(flags(customer)).contains("clamped", "estimated").doesNotContain("shortfall");
        assertThat(gateway.differences()).isEmpty();
    }

    @Test
    void excess_reports_are_logged_once_and_not_for_each_call() {
        try (CallServer fresh = CallServer.start();
                LogCapture log = new LogCapture()) {
            Customer customer = fresh.customer("1000");
            for (int i = 0; i < 5; i++) {
                fresh.script(UpstreamScript.says("Hello.", 1L << 31, 1L << 31));
                customer.chat(CALL.formatted(false));
            }
            assertThat(log.text().lines().filter(line -> line.contains("the excess is not charged")))
                    .hasSize(1)
                    .allSatisfy(line -> assertThat(line)
                            .contains(
                                    "channel sandbox reported 2147483648 input and 2147483648 output tokens, above the"
                                            + " limits of 71 and 300"));
        }
    }

    // ---- any call ----

    @Test
    void whatever_is_reported_of_any_call_it_costs_no_more_than_its_estimate() {
        long seed = Effort.seed("test.seed");
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < CALLS; i++) {
            String body = body(random);
            boolean poor = random.nextInt(4) == 0;
            Customer customer = gateway.customer(poor ? "0.3" : "100000");
            String script = script(random);
            gateway.script(script);
            make(customer, body, random.nextInt(6));
            BigDecimal cost = cost(customer);
            assertThat(cost)
                    .as("seed %d, call %d: %s\\n%s", seed, i, body, script)
                    .isBetween(BigDecimal.ZERO, estimate(gateway, body));
        }
    }

    private static BigDecimal cost(Customer customer) {
        CallServer.await(
                "the end",
                () -> customer.credits().get("reserved").decimalValue().signum() == 0);
        return customer.consumed();
    }

    private static String body(Random random) {
        String model = any(random, List.of("gemini-2.5-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"));
        String max = random.nextBoolean() ? ",\"max_tokens\":" + (1 + random.nextInt(2_000)) : "";
        String n = model.equals("gemini-2.5-pro") && random.nextInt(3) == 0 ? ",\"n\":3" : "";
        String search = any(
                random,
                List.of(
                        "",
                        "",
                        ",\"web_search_options\":{}",
                        ",\"tools\":[{\"type\":\"url_context\"}]",
                        ",\"tools\":[{\"type\":\"code_execution\"}]"));
        return "{\"model\":\"" + model + "\"" + max + n + search + ",\"stream\":" + random.nextBoolean()
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + "Tell me. ".repeat(1 + random.nextInt(20))
                + "\"}]}";
    }

    /** @param how 0: the caller leaves as soon as anything has come */
    private static void make(Customer customer, String body, int how) {
        if (how == 0 && body.contains("\"stream\":true")) {
            try (RawCall call = customer.chatRaw(body)) {
                call.readUntil("HTTP/1.1 ");
            }
        } else {
            customer.chat(body);
        }
    }

    private static String script(Random random) {
        UpstreamScript script = UpstreamScript.answers();
        int pieces = 1 + random.nextInt(4);
        for (int i = 0; i < pieces; i++) {
            script.event(event(
                    "\"content\":{\"role\":\"model\",\"parts\":[{" + (random.nextInt(5) == 0 ? "\"thought\":true," : "")
                            + "\"text\":\"" + "word ".repeat(1 + random.nextInt(200)) + "\"}]}",
                    random));
        }
        script.event(event("\"finishReason\":\"STOP\"", random));
        if (random.nextInt(4) == 0) {
            script.event("{\"usageMetadata\":" + usage(random) + "}");
        }
        return script.toString();
    }

    private static String event(String candidate, Random random) {
        String usage = random.nextInt(3) == 0 ? "" : ",\"usageMetadata\":" + usage(random);
        return "{\"candidates\":[{\"index\":0," + candidate + "}]" + usage + "}";
    }

    private static String usage(Random random) {
        List<String> fields = new ArrayList<>();
        for (String field : List.of(
                "promptTokenCount",
                "candidatesTokenCount",
                "thoughtsTokenCount",
                "toolUsePromptTokenCount",
                "cachedContentTokenCount",
                "totalTokenCount")) {
            if (random.nextInt(5) > 0) {
                fields.add("\"" + field + "\":" + any(random, COUNTS));
            }
        }
        if (random.nextInt(3) == 0) {
            fields.add("\"promptTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":" + any(random, COUNTS) + "}]");
        }
        return "{" + String.join(",", fields) + "}";
    }

    private static <T> T any(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    // ---- other channels ----

    @Test
    void a_compatible_server_is_believed_no_more() {
        long seed = Effort.seed("test.seed");
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (FarServer far = FarServer.saying("");
                CallChannels channels = CallChannels.of("channels: [{id: far, kind: openai, base_url: \"" + far.url()
                        + "/v1/\", key: sk-compat-key-0123456789, models: {gemini-2.5-pro: qwen3-32b}}]")) {
            for (int i = 0; i < 30; i++) {
                String usage = "{\"prompt_tokens\":" + any(random, COUNTS) + ",\"completion_tokens\":"
                        + any(random, COUNTS) + ",\"total_tokens\":" + any(random, COUNTS)
                        + ",\"completion_tokens_details\":{\"reasoning_tokens\":" + any(random, COUNTS) + "}}";
                far.script(FarServer.events(
                        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello.\"}}]}",
                        "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":" + usage
                                + "}"));
                Customer customer = channels.gateway().customer("1000");
                String body = CALL.formatted(random.nextBoolean());
                CallServer.Reply reply = customer.chat(body);
                assertThat(reply.text()).as("seed %d: %s", seed, usage).contains("Hello.");
                assertThat(cost(customer))
                        .as("seed %d: %s", seed, usage)
                        .isBetween(BigDecimal.ZERO, estimate(channels.gateway(), body));
            }
            channels.gateway().assertBooksAreClosed();
        }
    }
}
