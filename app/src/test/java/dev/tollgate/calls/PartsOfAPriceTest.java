package dev.tollgate.calls;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Calls of {@link WholePrice} whose price has every part (P1, P2, P4, P6): each is charged as its counts say, to the micro-credit. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class PartsOfAPriceTest {

    /** A bound of 1,564 tokens. */
    private static final String SHORT = "word ".repeat(300);

    /** A bound of 2,564 tokens, which is above the step by its bytes alone. */
    private static final String LONG = "word ".repeat(500);

    private static final String ADMIN_KEY = "admin-key-of-the-tests";

    @Parameter
    Stores stores;

    @TempDir
    private static Path folder;

    private static Gateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) throws IOException {
        String[] settings = {
            "models.file",
            WholePrice.catalogue(folder.resolve(stores + ".yaml")).toString()
        };
        gateway = Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), settings);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0,    1.020",
        "900,  0.210",
        "1000, 0.120",
        "1100, 0.120", // above the prompt: cut
    })
    void cached_tokens_have_their_own_rate(long cached, String charge) {
        Customer customer = gateway.customer("100");
        says("\"promptTokenCount\":1000,\"cachedContentTokenCount\":%d,\"candidatesTokenCount\":10".formatted(cached));
        assertThat(customer.chat(call(SHORT)).status()).isEqualTo(200);
        assertThat(customer.consumed()).isEqualByComparingTo(charge);
        JsonNode detail = customer.lastTask().get("pricing_detail");
        assertThat(detail.path("cached_tokens").asLong(0)).isEqualTo(Math.min(1_000, cached));
        assertThat(detail.get("exact").decimalValue()).isEqualByComparingTo(charge);
        assertThat(customer.lastTask().get("usage_flags").toString().contains("clamped"))
                .isEqualTo(cached > 1_000);
    }

    @Test
    void cached_tokens_reported_late_lower_the_charge() {
        Customer customer = gateway.customer("100");
        gateway.script(UpstreamScript.answers()
                .event(chunk("One ", null, "\"promptTokenCount\":1000,\"candidatesTokenCount\":4"))
                .event(chunk(
                        "two.",
                        "STOP",
                        "\"promptTokenCount\":1000,\"cachedContentTokenCount\":500,\"candidatesTokenCount\":10")));
        customer.chat(call(SHORT));
        assertThat(customer.consumed()).isEqualByComparingTo("0.57");
    }

    @ParameterizedTest
    @CsvSource({
        "2000, 2.02", // 2000 × 0.001 + 10 × 0.002
        "2001, 4.032", // 2001 × 0.002 + 10 × 0.003
    })
    void all_tokens_of_a_prompt_above_the_step_have_its_rates(long prompt, String charge) {
        Customer customer = gateway.customer("100");
        says("\"promptTokenCount\":%d,\"candidatesTokenCount\":10".formatted(prompt));
        customer.chat(call(LONG));
        assertThat(customer.consumed()).isEqualByComparingTo(charge);
        assertThat(customer.lastTask().at("/pricing_detail/step").asLong(0)).isEqualTo(prompt > 2_000 ? 2_000 : 0);
    }

    @Test
    void a_prompt_that_is_long_by_bytes_alone_is_held_at_the_rates_of_its_count() {
        Customer customer = gateway.customer("3.3"); // 2000 × 0.001 + 600 × 0.002; at the step's rates 6.9
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 700}}]
                """);
        Gateway.Reply reply = customer.chat(call(LONG));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-max-tokens")).isEmpty();
        gateway.script("[]");
    }

    @Test
    void a_prompt_that_counts_above_the_step_needs_credits_for_its_rates() {
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 2300}}]
                """);
        Customer poor = gateway.customer("4");
        assertError(poor.chat(call(LONG)), 402, "insufficient_credits", "billing_error");
        assertThat(poor.consumed()).isZero();
        assertThat(gateway.asked().getLast().path()).endsWith(":countTokens");
        Customer limited = gateway.customer("100", Gateway.KeyOptions.spend("4", null, null));
        assertError(limited.chat(call(LONG)), 402, "spend_limit_exceeded", "billing_error");
        assertThat(limited.consumed()).isZero();
        Customer rich = gateway.customer("6.5"); // 2300 × 0.002 + 600 × 0.003 = 6.4
        Gateway.Reply reply = rich.chat(call(LONG));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-max-tokens")).isEmpty();
        Customer between = gateway.customer("6.2");
        assertThat(between.chat(call(LONG)).header("x-tollgate-max-tokens")).isEqualTo("533");
        gateway.script("[]");
    }

    @Test
    void without_a_count_a_prompt_that_is_long_by_bytes_is_held_at_the_rates_of_long_prompts() {
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{status: 500}]
                """);
        assertError(gateway.customer("4").chat(call(LONG)), 402, "insufficient_credits", "billing_error");
        assertThat(gateway.customer("8").chat(call(LONG)).status()).isEqualTo(200);
        gateway.script("[]");
    }

    @Test
    void tool_tokens_do_not_carry_a_prompt_over_the_step() {
        Customer customer = gateway.customer("100");
        says("\"promptTokenCount\":1900,\"toolUsePromptTokenCount\":500,\"candidatesTokenCount\":10");
        customer.chat(searching(LONG));
        assertThat(customer.consumed()).isEqualByComparingTo("2.42");
    }

    @Test
    void each_search_is_charged_up_to_the_most() {
        Customer customer = gateway.customer("12"); // a hold takes one search
        grounded("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"\"]");
        assertThat(customer.chat(searching("Hi")).status()).isEqualTo(200);
        assertThat(customer.consumed()).isEqualByComparingTo("10.03");
        assertThat(customer.lastTask().at("/pricing_detail/searches").asLong()).isEqualTo(10);
        Customer other = gateway.customer("30");
        grounded("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\",\"l\",\"m\"]");
        other.chat(searching("Hi"));
        assertThat(other.consumed()).isEqualByComparingTo("12.03");
        assertThat(other.lastTask().get("usage_flags").toString()).contains("clamped");
    }

    @Test
    void searches_that_hold_and_balance_do_not_cover_are_a_shortfall() {
        Customer customer = gateway.customer("4");
        grounded("[\"a\",\"b\",\"c\",\"d\",\"e\"]");
        assertThat(customer.chat(searching("Hi")).status()).isEqualTo(200);
        assertThat(customer.consumed()).isEqualByComparingTo("4");
        assertThat(customer.lastTask().get("usage_flags").toString()).contains("shortfall");
        JsonNode receipt = gateway.get(
                        "/v1/receipts/" + customer.lastTask().get("id").asString(), customer.key())
                .json();
        assertThat(receipt.get("end").asString()).isEqualTo("shortfall");
        assertThat(receipt.get("due_micros").asLong()).isEqualTo(5_030_000);
        assertThat(receipt.get("charge_micros").asLong()).isEqualTo(4_000_000);
    }

    @Test
    void a_call_that_searches_holds_its_most_whatever_was_counted() {
        Customer customer = gateway.customer("100");
        grounded("[\"a\"]");
        assertThat(customer.chat(searching("Hi")).status()).isEqualTo(200);
        assertThat(customer.lastTask().get("held").decimalValue())
                .as("12 searches, 16,384 tokens and 600 of output")
                .isGreaterThan(
                        new BigDecimal("12").add(new BigDecimal("16.384")).add(new BigDecimal("1.2")));
        assertThat(customer.consumed()).isEqualByComparingTo("1.03");
    }

    @Test
    void the_fourth_call_on_less_has_to_wait_for_the_others() {
        gateway.script("""
                - match: {method: countTokens}
                  respond: [{event: {totalTokens: 10}}]
                - respond: [{delay_ms: 60000}]
                """);
        Customer limited = gateway.customer("1000", Gateway.KeyOptions.spend(null, null, "20"));
        for (Customer customer : List.of(gateway.customer("20"), limited)) {
            try (RawCall _ = onLess(customer, 1);
                    RawCall _ = onLess(customer, 2);
                    RawCall _ = onLess(customer, 3)) {
                Gateway.Reply refused = customer.chat(searching("Hi"));
                assertThat(refused.status()).as(refused.text()).isEqualTo(customer == limited ? 429 : 402);
                assertThat(refused.header("retry-after")).contains("1");
                assertThat(refused.header("x-should-retry")).isEmpty();
                assertThat(refused.json().at("/error/message").asString())
                        .contains("held by running calls")
                        .doesNotContain("reset");
            }
            Gateway.await("the places", () -> marked(customer) == 0);
        }
        gateway.script("[]");
    }

    /** Begins a call that runs on less than its most, and waits until it does. */
    private static RawCall onLess(Customer customer, int places) {
        RawCall call = customer.chatRaw(searching("Hi"));
        Gateway.await("a call on less", () -> marked(customer) == places);
        return call;
    }

    private static long marked(Customer customer) {
        return gateway.number(
                "SELECT COUNT(*) FROM open_hold WHERE on_less = 1 AND account_id = '" + customer.account() + "'");
    }

    @Test
    void after_three_shortfalls_a_day_all_searches_are_held() {
        Customer customer = gateway.customer("4");
        grounded("[\"a\",\"b\",\"c\",\"d\",\"e\"]"); // 5.03
        for (int i = 0; i < 3; i++) {
            assertThat(customer.chat(searching("Hi")).status()).isEqualTo(200);
            assertThat(customer.balance()).isZero();
            grant(customer, "4");
        }
        Gateway.Reply refused = customer.chat(searching("Hi"));
        assertError(refused, 402, "insufficient_credits", "billing_error");
        assertThat(refused.header("retry-after")).isEmpty();
        assertThat(refused.json().at("/error/message").asString())
                .containsPattern(
                        "With all that the provider's tools may add, the call can cost (4[0-9]|3[0-9])\\..* credits; 4 are available")
                .containsPattern(
                        "Until 20..-..-..T00:00:00Z the account's calls with such tools have to hold their most");
        assertThat(customer.chat(call("Hi")).status()).as("without a search").isEqualTo(200);
        grant(customer, "50");
        assertThat(customer.chat(searching("Hi")).status()).isEqualTo(200);
        assertThat(customer.lastTask().get("held").decimalValue()).isGreaterThan(new BigDecimal("12"));
    }

    private static void grant(Customer customer, String credits) {
        assertThat(gateway.post(
                                "/admin/accounts/" + customer.account() + "/grants",
                                "{\"credits\":" + credits + ",\"reason\":\"a test\"}",
                                ADMIN_KEY)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_call_charged_in_parts_is_refunded_up_to_its_charge() {
        Customer customer = gateway.customer("12");
        grounded("[\"a\",\"b\"]");
        customer.chat(searching("Hi")); // 2.03
        String task = customer.lastTask().get("id").asString();
        assertThat(refund(task, "1.5")).isEqualTo(200);
        assertThat(refund(task, "0.54")).isEqualTo(409);
        assertThat(refund(task, "0.53")).isEqualTo(200);
        assertThat(customer.balance()).isEqualByComparingTo("12");
        assertThat(customer.lastTask().at("/pricing_detail/searches").asLong()).isEqualTo(2);
    }

    private static int refund(String task, String credits) {
        return gateway.post(
                        "/admin/tasks/" + task + "/refunds",
                        "{\"credits\":" + credits + ",\"reason\":\"a test\"}",
                        ADMIN_KEY)
                .status();
    }

    @Test
    void an_answer_with_sources_and_no_queries_is_one_search() {
        Customer customer = gateway.customer("12");
        grounded("[]");
        customer.chat(searching("Hi"));
        assertThat(customer.consumed()).isEqualByComparingTo("1.03");
        assertThat(customer.lastTask().get("usage_flags").toString()).contains("estimated");
    }

    @ParameterizedTest
    @CsvSource({
        // asked, granted, charge, tier of the receipt: standard costs 1.02
        "flex,     flex,     0.51,  flex,     flex",
        "flex,     standard, 0.51,  flex,     default", // never above what was asked
        "priority, priority, 1.836, priority, priority",
        "priority, standard, 1.02,  standard, default", // downgraded
        "auto,     priority, 1.02,  standard, priority", // granted unasked
        "default,  flex,     0.51,  flex,     flex",
    })
    void a_charge_follows_the_granted_tier_and_never_exceeds_the_asked_one(
            String asked, String granted, String charge, String tier, String echo) {
        Customer customer = gateway.customer("100");
        says("\"promptTokenCount\":1000,\"candidatesTokenCount\":10" + ",\"serviceTier\":\"" + granted + "\"");
        Gateway.Reply reply = customer.chat(call(SHORT, ",\"service_tier\":\"" + asked + "\""));
        assertThat(customer.consumed()).isEqualByComparingTo(charge);
        assertThat(reply.json().path("service_tier").asString("")).isEqualTo(echo);
        JsonNode receipt = gateway.get(
                        "/v1/receipts/" + customer.lastTask().get("id").asString(), customer.key())
                .json();
        assertThat(receipt.get("tier").asString()).isEqualTo(tier);
        assertThat(customer.lastTask().at("/pricing_detail/tier_granted").asString(tier))
                .isEqualTo(granted);
    }

    @ParameterizedTest
    @CsvSource({
        // audio, cached, cached audio: 1000 tokens of prompt, 10 of output
        "400,  0,   '',  1.82, false",
        "400,  500, 300, 0.77, false", // 500 cached, 100 audio, 400 text
        "400,  500, '',  1.37, true", // no overlap reported: 500 cached, 400 audio, 100 text
        "800,  500, '',  1.57, true", // 500 cached, 500 audio
        "2000, 0,   '',  3.02, true", // above the prompt
    })
    void audio_and_cached_tokens_overlap_as_the_upstream_says(
            long audio, long cached, String cachedAudio, String charge, boolean flagged) {
        Customer customer = gateway.customer("100");
        String detail = cachedAudio.isEmpty()
                ? ""
                : ",\"cacheTokensDetails\":[{\"modality\":\"AUDIO\",\"tokenCount\":" + cachedAudio + "}]";
        says("""
                "promptTokenCount":1000,"cachedContentTokenCount":%d,"candidatesTokenCount":10,
                "promptTokensDetails":[{"modality":"AUDIO","tokenCount":%d}]%s""".formatted(cached, audio, detail));
        byte[] bytes = Arrays.copyOf("RIFF....WAVEfmt ".getBytes(StandardCharsets.US_ASCII), 60_000);
        String sound = Base64.getEncoder().encodeToString(bytes);
        Gateway.Reply reply = customer.chat("""
                {"model":"parts","messages":[{"role":"user","content":[{"type":"text","text":"Hi"},
                {"type":"input_audio","input_audio":{"data":"%s","format":"wav"}}]}]}""".formatted(sound));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(customer.consumed()).isEqualByComparingTo(charge);
        assertThat(customer.lastTask().get("usage_flags").isEmpty()).isEqualTo(!flagged);
    }

    @Test
    void audio_above_the_bound_of_the_media_of_a_call_is_charged_as_text() {
        Customer customer = gateway.customer("100");
        says("""
                "promptTokenCount":1000,"candidatesTokenCount":10,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":900}]""");
        customer.chat(call(SHORT));
        assertThat(customer.consumed()).isEqualByComparingTo("1.02");
        assertThat(customer.lastTask().get("usage_flags").toString()).contains("clamped");
    }

    @Test
    void an_estimate_names_the_most_with_all_searches() {
        Customer customer = gateway.customer("100");
        JsonNode estimate =
                gateway.post("/v1/estimate", searching("Hi"), customer.key()).json();
        grounded("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"j\",\"k\",\"l\",\"m\"]");
        customer.chat(searching("Hi"));
        assertThat(customer.consumed())
                .isBetween(
                        new BigDecimal("12"), estimate.at("/data/max_credits").decimalValue());
    }

    private static void says(String usage) {
        gateway.script(UpstreamScript.answers().event(chunk("Well.", "STOP", usage)));
    }

    private static void grounded(String queries) {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"Well."}]},"finishReason":"STOP",
                "groundingMetadata":{"webSearchQueries":%s,"groundingChunks":[{"web":{"uri":"https://a.example","title":"a"}}]}}],
                "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":10,"totalTokenCount":20}}""".formatted(queries)));
    }

    private static String chunk(String text, String finish, String usage) {
        return """
                {"candidates":[{"content":{"role":"model","parts":[{"text":"%s"}]}%s}],"usageMetadata":{%s}}""".formatted(text, finish == null ? "" : ",\"finishReason\":\"" + finish + "\"", usage);
    }

    private static String call(String text) {
        return call(text, "");
    }

    private static String call(String text, String more) {
        return "{\"model\":\"parts\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]" + more + "}";
    }

    private static String searching(String text) {
        return call(text, ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]");
    }
}
