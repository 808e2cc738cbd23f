package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Scrape;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Calls that use more than was held for them (D33). */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class ShortfallFlowTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro",%s"stream":false,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", "x".repeat(100_000));

    @Parameter
    Stores stores;

    private CallServer gateway;

    @BeforeEach
    void start() {
        gateway = CallServer.startOn(stores);
        promptTurnsOutAs(50_000); // 2.85 credits
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private void promptTurnsOutAs(long tokens) {
        gateway.script(UpstreamScript.says("Hello", tokens, 10));
    }

    @Test
    void what_the_balance_covers_is_held_at_the_end_and_charged() {
        Customer customer = gateway.customer("4");
        assertThat(price(customer)).isEqualTo("2.85");
        JsonNode task = customer.lastTask();
        assertThat(task.get("usage_flags")).isEmpty();
        assertThat(task.get("held").toString()).as("no more than is charged").isEqualTo("2.85");
        assertThat(customer.balance()).isEqualByComparingTo("1.15");
    }

    @Test
    void what_it_does_not_cover_is_the_operators_and_the_customer_stands_at_nothing() {
        Scrape before = Scrape.fresh(gateway);
        Customer customer = gateway.customer("2");
        assertThat(price(customer)).isEqualTo("2");
        JsonNode task = customer.lastTask();
        assertThat(task.get("usage_flags").valueStream().map(JsonNode::asString))
                .containsExactly("shortfall");
        assertThat(task.at("/pricing_detail/charged").toString()).isEqualTo("2");
        assertThat(task.at("/pricing_detail/exact").toString()).isEqualTo("2.8545");
        assertThat(Calls.shortfallMicros(gateway::number, "account_id = '" + customer.account() + "'"))
                .isEqualTo(850_000);
        assertThat(customer.balance()).isZero();
        assertThat(customer.consumed()).isEqualByComparingTo("2");
        Scrape after = Scrape.fresh(gateway);
        assertThat(after.since(before, "tollgate_ledger_microcredits_total", "kind=\"charge\""))
                .isEqualTo(2_000_000);
        assertThat(after.since(before, "tollgate_ledger_microcredits_total", "kind=\"shortfall\""))
                .isEqualTo(850_000);
    }

    @Test
    void a_spend_limit_is_not_passed_either() {
        Customer customer = gateway.customer("10", CallServer.KeyOptions.spend("2.5", null, null));
        assertThat(price(customer)).isEqualTo("2.5");
        assertThat(customer.balance()).isEqualByComparingTo("7.5");
    }

    @Test
    void three_shortfalls_in_a_day_are_logged_and_stop_partial_holds() {
        Customer customer = gateway.customer("2");
        try (LogCapture log = new LogCapture()) {
            fallShort(customer, 2);
            promptTurnsOutAs(100);
            CallServer.Reply shrunk = customer.chat(CALL.formatted("\"max_tokens\":60000,"));
            assertThat(shrunk.header("x-tollgate-max-tokens")).isNotEmpty();
            promptTurnsOutAs(50_000);
            assertThat(log.text()).doesNotContain("shortfalls today");
            fallShort(customer, 1);
            assertThat(log.text()).contains("account " + customer.account() + ": 3 shortfalls today");
        }
        CallServer.Reply refused = customer.chat(CALL.formatted("\"max_tokens\":60000,"));
        assertThat(refused.status()).isEqualTo(402);
        promptTurnsOutAs(100);
        assertThat(customer.chat(CALL.formatted("\"max_tokens\":100,")).status())
                .isEqualTo(200);
    }

    /** Each leaves the account with two credits, as the operator grants it new ones. */
    private void fallShort(Customer customer, int times) {
        for (int i = 0; i < times; i++) {
            price(customer);
            try {
                gateway.grant(customer.account(), 2_000_000);
            } catch (ApiException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static String price(Customer customer) {
        CallServer.Reply reply = customer.chat(CALL.formatted("\"max_tokens\":100,"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("credits_consumed").toString();
    }
}
