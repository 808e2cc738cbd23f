package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.GrantRows;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The forms in which other platforms' programs ask for a balance: in each, the difference of two amounts is what a call of any model can use now. */
@BesideOthers
class BalanceFormsTest {

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static JsonNode asked(Customer customer, String path) {
        CallServer.Reply reply = gateway.get(path, customer.key());
        assertThat(reply.status()).as(path).isEqualTo(200);
        return reply.json();
    }

    private static BigDecimal difference(JsonNode json, String larger, String smaller) {
        return json.at(larger).decimalValue().subtract(json.at(smaller).decimalValue());
    }

    /** @param dollars the difference that each form shows */
    private static void assertShown(Customer customer, String dollars) {
        for (String path : List.of("/v1/credits", "/credits")) {
            assertThat(difference(asked(customer, path), "/data/total_credits", "/data/total_usage"))
                    .as(path)
                    .isEqualByComparingTo(dollars);
        }
        for (String start : List.of("", "/v1")) {
            JsonNode key = asked(customer, start + "/key");
            assertThat(difference(key, "/data/limit", "/data/usage")).isEqualByComparingTo(dollars);
            assertThat(key.at("/data/limit_remaining").decimalValue()).isEqualByComparingTo(dollars);
            JsonNode most = asked(customer, start + "/dashboard/billing/subscription");
            JsonNode used =
                    asked(customer, start + "/dashboard/billing/usage?start_date=2026-11-01&end_date=2026-11-02");
            assertThat(most.get("hard_limit_usd")
                            .decimalValue()
                            .subtract(used.get("total_usage").decimalValue().movePointLeft(2)))
                    .isEqualByComparingTo(dollars);
        }
    }

    @Test
    void an_account_shows_its_balance_beside_what_it_used() {
        Customer customer = gateway.customer("10");
        assertShown(customer, "0.05");
        assertThat(customer.chat("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}]}""").status()).isEqualTo(200);
        BigDecimal used = customer.consumed();
        assertThat(used).isPositive();
        assertShown(customer, customer.balance().divide(new BigDecimal(200)).toPlainString());
        assertThat(asked(customer, "/v1/credits").at("/data/total_usage").decimalValue())
                .isEqualByComparingTo(used.divide(new BigDecimal(200)));
    }

    @Test
    void credits_for_some_models_and_behind_limits_are_left_out() {
        Customer customer = gateway.customer("10");
        GrantRows rows = new GrantRows(gateway::execute, customer.account());
        Instant start = gateway.now().minus(Duration.ofDays(1));
        rows.add(1, 3_000_000, 2_500_000, "", start, Instant.parse("2100-12-28T00:00:00Z"), "744:1000000", "0:250000");
        rows.add(2, 4_000_000, 4_000_000, "gemini-4-* gemini-3-pro", start, null, "", "");
        rows.add(3, 1_000_000, 1_000_000, "", gateway.now().plus(Duration.ofDays(1)), null, "", "");
        assertThat(customer.credits().get("general").toString()).isEqualTo("2.5");
        assertShown(customer, "0.01625"); // 2.5 general and 0.75 of the limit
    }

    @Test
    void a_key_of_a_team_shows_the_least_of_its_path_and_the_balance() {
        Customer customer = gateway.customer("10");
        gateway.own(customer.keyId(), "", "team_1");
        assertShown(customer, "0.05");
        gateway.execute("UPDATE account SET spend_day = 4000000 WHERE id = '" + customer.account() + "'");
        assertShown(customer, "0.02");
        assertThat(asked(customer, "/v1/credits").at("/data/balance").toString())
                .isEqualTo("4");
    }

    @Test
    void a_balance_is_shown_by_key_alone() {
        for (String path : List.of(
                "/v1/key",
                "/dashboard/billing/subscription",
                "/v1/dashboard/billing/subscription",
                "/dashboard/billing/usage",
                "/v1/dashboard/billing/usage")) {
            CallServer.Reply reply = gateway.get(path, "");
            assertThat(reply.status()).as(path).isEqualTo(401);
            assertThat(reply.error().get("code").asString()).as(path).isEqualTo("invalid_api_key");
        }
    }
}
