package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * What a call costs by its tier, its cache and its searches, from the upstream's word to the caller's credits (P4, P6). The sandbox plays
 * the upstream; rates are micro-credits a token.
 */
@Timeout(240)
class ChargedComponentsTest {

    private static final long SEARCH_MICROS = 2_800_000;

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @BeforeEach
    void begin() {
        gateway.setNow(Instant.parse("2026-11-26T12:00:00Z"));
        gateway.script("[]");
        customer = gateway.customer("10000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** @param parts the JSON parts of the only user message */
    private JsonNode answer(String model, String parts, String more) {
        CallServer.Reply reply = customer.chat("{\"model\":\"" + model
                + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":[" + parts + "]}]" + more + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static String text(String text) {
        return "{\"type\":\"text\",\"text\":\"" + text + "\"}";
    }

    private static long micros(JsonNode answer) {
        return answer.path("credits_consumed").decimalValue().movePointRight(6).longValueExact();
    }

    private static long prompt(JsonNode answer) {
        return answer.at("/usage/prompt_tokens").asLong();
    }

    private static long output(JsonNode answer) {
        return answer.at("/usage/completion_tokens").asLong();
    }

    private static long cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").asLong();
    }

    @ParameterizedTest
    @CsvSource({
        "flex,flex,0.5",
        "flex,standard,0.5",
        "flex,priority,0.5",
        "flex,none,0.5",
        "priority,priority,1.8",
        "priority,standard,1",
        "priority,flex,0.5",
        "priority,none,1",
        "default,priority,1",
        "default,flex,0.5",
        "default,none,1",
    })
    void a_charge_follows_the_granted_tier_never_above_the_asked(String asked, String granted, BigDecimal factor) {
        JsonNode answer = answer(
                "gemini-3.8-flash",
                text("Write 40 words [[sandbox: tier=" + granted + "]]"),
                ",\"service_tier\":\"" + asked + "\"");
        long standard = 150 * prompt(answer) + 750 * output(answer);
        assertThat(micros(answer))
                .isEqualTo(factor.multiply(BigDecimal.valueOf(standard)).longValueExact());
    }

    @Test
    void a_prompt_that_was_seen_before_costs_the_cached_rate() {
        String prompt = text("Say: yes " + "word ".repeat(5_000) + "[[sandbox: implicit_cache]]");
        JsonNode first = answer("gemini-3.8-flash", prompt, "");
        assertThat(cached(first)).isZero();
        assertThat(micros(first)).isEqualTo(150 * prompt(first) + 750 * output(first));
        JsonNode second = answer("gemini-3.8-flash", prompt, "");
        assertThat(cached(second)).isEqualTo(6 * 1_024);
        assertThat(micros(second))
                .isEqualTo(150 * (prompt(second) - cached(second)) + 15 * cached(second) + 750 * output(second));
        JsonNode task = gateway.get("/v1/tasks/" + second.get("id").asString(), customer.key())
                .json();
        assertThat(task.at("/pricing_detail/cached_tokens").asLong()).isEqualTo(cached(second));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,3", "0,1"})
    void each_search_query_is_charged_and_none_named_is_one(int queries, int charged) {
        JsonNode answer = answer(
                "gemini-3.8-flash",
                text("Bitcoin [[sandbox: searches=" + queries + "]]"),
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]");
        assertThat(micros(answer)).isEqualTo(150 * prompt(answer) + 750 * output(answer) + charged * SEARCH_MICROS);
    }
}
