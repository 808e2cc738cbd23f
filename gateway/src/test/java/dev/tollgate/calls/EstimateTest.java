package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code POST /v1/estimate}: what a call would cost at least and at most, without making it. */
@Timeout(240)
class EstimateTest {

    private static final String BODY = """
            {"model":"%s","max_tokens":%s,"messages":[{"role":"user","content":"%s"}]}""";

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

    private static Reply estimate(Customer customer, String model, String tokensMax, String prompt) {
        return gateway.post("/v1/estimate", BODY.formatted(model, tokensMax, prompt), customer.key());
    }

    @Test
    void it_answers_in_the_form_of_the_other_lookups_and_costs_nothing() {
        Customer customer = gateway.customer("1");

        Reply reply = estimate(customer, "gemini-2.5-pro", "1000", "x".repeat(40_000));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEqualTo("""
                {"code":200,"msg":"success","data":{"model":"gemini-2.5-pro","min_credits":0.57,"max_credits":2.73,\
                "prompt_tokens_max":40064,"max_tokens":1000}}""");
        assertThat(customer.consumed()).isZero();
        assertThat(customer.tasks()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"gemini-2.5-pro", "gemini-3-pro", "gemini-3.1-pro", "google/gemini-2.5-pro"})
    void a_call_costs_no_less_and_no_more(String model) {
        gateway.script(UpstreamScript.answers().text("Hi").finish("STOP", new Tokens(2_500, 900, 100)));
        Customer customer = gateway.customer("100");
        String prompt = "x".repeat(10_000);

        JsonNode data = estimate(customer, model, "1000", prompt).json().get("data");
        customer.chat(BODY.formatted(model, "1000", prompt));

        assertThat(customer.consumed())
                .isBetween(
                        data.get("min_credits").decimalValue(),
                        data.get("max_credits").decimalValue());
        assertThat(data.get("min_credits").decimalValue()).isGreaterThan(new BigDecimal("0.1"));
    }

    @Test
    void without_a_maximum_the_models_own_limit_counts() {
        Customer customer = gateway.customer("1");
        JsonNode data =
                estimate(customer, "gemini-2.5-pro", "null", "Hi").json().get("data");
        assertThat(data.get("max_tokens").asInt()).isEqualTo(65_536);
        assertThat(data.get("max_credits").decimalValue()).isEqualByComparingTo("29.49");
        JsonNode limited =
                estimate(customer, "google/gemini-2.5-pro", "null", "Hi").json().get("data");
        assertThat(limited.get("max_tokens").asInt()).isEqualTo(512);
    }

    @Test
    void it_is_refused_as_the_call_would_be() {
        Customer poor = gateway.customer("0");
        Customer customer = gateway.customer("1");
        assertThat(estimate(poor, "gemini-2.5-pro", "10", "Hi").status()).isEqualTo(402);
        assertThat(estimate(poor, "gemini-2.5-pro", "10", "Hi")
                        .error()
                        .get("code")
                        .asString())
                .isEqualTo("insufficient_credits");
        assertThat(estimate(customer, "nope", "10", "Hi").status()).isEqualTo(404);
        assertThat(estimate(customer, "gemini-2.5-pro", "0", "Hi")
                        .error()
                        .get("param")
                        .asString())
                .isEqualTo("max_tokens");
        assertThat(estimate(customer, "gemini-2.5-pro", "10", "x".repeat(4 * 1_048_576 + 1))
                        .error()
                        .get("code")
                        .asString())
                .isEqualTo("context_length_exceeded");
        assertThat(gateway.post("/estimate", "{}", "sk-unknown-key").status()).isEqualTo(401);
    }
}
