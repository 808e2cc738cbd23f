package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator pays for each attempt that has reported usage, the caller for the answer that is delivered. */
@Timeout(240)
class UpstreamCostTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"%s"}]%s}""";
    private static final String SCHEMA = """
            ,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":
             {"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}}""";
    private static final String PROMPT = "word ".repeat(4_000);
    private static final Tokens WASTED = new Tokens(4_000, 1_000, 0);
    private static final Tokens USED = new Tokens(4_000, 5, 0);

    /** The cost of {@link #WASTED} and {@link #USED}, at 250 and 2,000 credits a million. */
    private static final long COST_OF_WASTED = 3_000_000;

    private static final long COST_OF_USED = 1_010_000;

    private static CallServer gateway;
    private Customer customer;
    private long costBefore;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @BeforeEach
    void begin() {
        customer = gateway.customer("1000");
        costBefore = cost();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static long cost() {
        return Long.parseLong(gateway.text("SELECT COALESCE(SUM(cost_micros), 0) FROM usage_hour"));
    }

    private String costsOfLast() {
        return gateway.costs(gateway.text(Calls.latestOf(customer.account())));
    }

    private void assertCosts(long micros, String charged) {
        assertThat(cost() - costBefore).as(costsOfLast()).isEqualTo(micros);
        assertThat(customer.lastTask().get("credits_consumed").decimalValue())
                .isEqualByComparingTo(new BigDecimal(charged));
        gateway.assertBooksAreClosed();
    }

    @Test
    void a_malformed_call_that_is_asked_again_costs_the_operator() {
        gateway.script(UpstreamScript.answers()
                .finish("MALFORMED_FUNCTION_CALL", WASTED)
                .times(1)
                .next()
                .text("fine")
                .finish("STOP", USED));
        customer.chat(CALL.formatted(false, PROMPT, ""));
        assertCosts(COST_OF_USED + COST_OF_WASTED, charge());
        assertThat(costsOfLast())
                .isEqualTo("[{\"channel\":\"sandbox\",\"model\":\"gemini-2.5-pro\",\"prompt\":4000,\"completion\":5,"
                        + "\"input\":250,\"output\":2000,\"cost\":1010000},"
                        + "{\"channel\":\"sandbox\",\"model\":\"gemini-2.5-pro\",\"prompt\":4000,\"completion\":1000,"
                        + "\"input\":250,\"output\":2000,\"cost\":3000000}]");
    }

    /** What the good answer alone is charged. */
    private String charge() {
        return customer.lastTask().at("/pricing_detail/charged").toString();
    }

    @Test
    void an_answer_that_misses_its_schema_costs_the_operator() {
        gateway.script(UpstreamScript.answers()
                .text("{\"b\":1}")
                .finish("STOP", WASTED)
                .times(1)
                .next()
                .text("{\"a\":1}")
                .finish("STOP", USED));
        customer.chat(CALL.formatted(false, PROMPT, SCHEMA));
        assertCosts(COST_OF_USED + COST_OF_WASTED, charge());
        assertThat(customer.lastTask().at("/pricing_detail/completion_tokens").asInt())
                .isEqualTo(5);
    }

    @Test
    void a_second_answer_that_breaks_off_costs_the_operator() {
        gateway.script(UpstreamScript.answers()
                .text("{\"b\":1}")
                .finish("STOP", USED)
                .times(1)
                .next()
                .text("{\"a\":", WASTED)
                .fault("eof"));
        customer.chat(CALL.formatted(false, PROMPT, SCHEMA));
        assertCosts(COST_OF_USED + COST_OF_WASTED, charge());
        assertThat(customer.lastTask().at("/pricing_detail/completion_tokens").asInt())
                .isEqualTo(5);
    }

    @Test
    void a_stream_that_breaks_off_after_its_usage_costs_the_operator() {
        gateway.script(UpstreamScript.answers().text("Half ", WASTED).fault("eof"));
        customer.chat(CALL.formatted(true, PROMPT, ""));
        assertCosts(COST_OF_WASTED, "0");
        assertThat(customer.lastTask().get("status").asString()).isEqualTo("failed");
        assertThat(gateway.text("SELECT cost_micros FROM usage_hour WHERE ending = 'failed'"))
                .isEqualTo(Long.toString(COST_OF_WASTED));
    }

    /** The tools of gemini-2.5-pro are charged for 131,072 tokens at most; the provider bills what they read, at the rates of the prompt. */
    @ParameterizedTest
    @CsvSource({"1000,250,2000", "230000,500,3000"})
    void tokens_of_tools_above_their_most_cost_the_operator(long prompt, long input, long output) {
        gateway.script("[{\"respond\":[{\"event\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"fine\"}]},"
                + "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":" + prompt
                + ",\"toolUsePromptTokenCount\":500000,\"candidatesTokenCount\":10}}}]}]");
        String text = "word ".repeat((int) (prompt / 4));
        customer.chat(CALL.formatted(false, text, ",\"tools\":[{\"type\":\"url_context\"}]"));
        long charged = (prompt + 131_072) * input + 10 * output;
        assertThat(customer.lastTask().at("/pricing_detail/prompt_tokens").asLong())
                .isEqualTo(prompt + 131_072);
        assertCosts(charged + (500_000 - 131_072) * input, charge());
        assertThat(costsOfLast())
                .endsWith(",{\"channel\":\"sandbox\",\"model\":\"gemini-2.5-pro\",\"prompt\":368928,\"input\":" + input
                        + ",\"output\":" + output + ",\"cost\":" + (500_000 - 131_072) * input + "}]");
    }

    @Test
    void tokens_of_tools_that_nobody_can_read_cost_nothing() {
        gateway.script("[{\"respond\":[{\"event\":{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"fine\"}]},"
                + "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":10,"
                + "\"toolUsePromptTokenCount\":9000000000000000000,\"candidatesTokenCount\":10}}}]}]");
        customer.chat(CALL.formatted(false, "Hi", ",\"tools\":[{\"type\":\"url_context\"}]"));
        assertThat(cost() - costBefore).isBetween(131_072 * 250L, 20 * 131_072 * 250L);
        gateway.assertBooksAreClosed();
    }

    private static UpstreamScript answerOf(String model) {
        return UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"fine"}]},"finishReason":"STOP"}],"modelVersion":"%s",
                 "usageMetadata":{"promptTokenCount":4000,"candidatesTokenCount":5,"totalTokenCount":4005}}""".formatted(model));
    }

    private void callsFlash(boolean streamed) {
        customer.chat(CALL.replace("gemini-2.5-pro", "gemini-3.8-flash").formatted(streamed, PROMPT, ""));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_answer_of_another_model_costs_what_that_model_costs(boolean streamed) {
        gateway.script(answerOf("gemini-3.1-pro-preview"));
        callsFlash(streamed);
        assertCosts(1_612_000, "0.60375");
        assertThat(costsOfLast())
                .isEqualTo(
                        "[{\"channel\":\"sandbox\",\"model\":\"gemini-3.1-pro-preview\",\"prompt\":4000,\"completion\":5,"
                                + "\"input\":400,\"output\":2400,\"cost\":1612000}]");
        assertThat(gateway.text("SELECT upstream_model FROM call WHERE id = '" + latest() + "'"))
                .isEqualTo("gemini-3.1-pro-preview");
        assertThat(gateway.text("SELECT attempts FROM call WHERE id = '" + latest() + "'"))
                .contains("\"model\":\"gemini-3.8-flash\"", "\"answered_by\":\"gemini-3.1-pro-preview\"");
    }

    private String latest() {
        return gateway.text(Calls.latestOf(customer.account()));
    }

    @Test
    void an_answer_under_an_unknown_name_stands_in_the_course() {
        gateway.script(answerOf("gemini-9-flash"));
        callsFlash(false);
        assertCosts(603_750, "0.60375");
        assertThat(gateway.text("SELECT attempts FROM call WHERE id = '" + latest() + "'"))
                .contains("\"model\":\"gemini-3.8-flash\"", "\"answered_by\":\"gemini-9-flash\"");
        assertThat(gateway.text("SELECT upstream_model FROM call WHERE id = '" + latest() + "'"))
                .isEqualTo("gemini-3.8-flash");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-3.8-flash", "google/gemini-3.8-flash-001", "a name that nobody knows"})
    void an_answer_without_another_row_costs_what_was_asked(String version) {
        gateway.script(answerOf(version));
        callsFlash(false);
        assertCosts(603_750, "0.60375");
    }

    @Test
    void an_attempt_without_usage_costs_nothing() {
        gateway.script(UpstreamScript.answers()
                .finish("MALFORMED_FUNCTION_CALL")
                .times(1)
                .next()
                .text("fine")
                .finish("STOP", USED));
        customer.chat(CALL.formatted(false, PROMPT, ""));
        assertCosts(COST_OF_USED, charge());
    }
}
