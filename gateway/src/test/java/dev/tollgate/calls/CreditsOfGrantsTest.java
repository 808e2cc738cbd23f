package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.GrantRows;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code GET /v1/credits} of an account with grants. */
@BesideOthers
class CreditsOfGrantsTest {

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Customer withGrants() {
        Customer customer = gateway.customer("10");
        GrantRows rows = new GrantRows(gateway::execute, customer.account());
        Instant start = gateway.now().minusSeconds(60);
        rows.add(1, 3_000_000, 2_500_000, "", start, Instant.parse("2100-12-28T00:00:00Z"), "5:1000000", "0:250000");
        rows.add(2, 4_000_000, 0, "gemini-3-pro", start, null, "", "");
        rows.add(3, 4_000_000, 4_000_000, "gemini-4-* gemini-3-pro", start, null, "", "");
        return customer;
    }

    @Test
    void an_account_without_grants_has_the_members_of_before() {
        assertThat(gateway.customer("10").credits().propertyNames())
                .containsExactly(
                        "balance",
                        "reserved",
                        "total_purchased",
                        "total_consumed",
                        "total_credits",
                        "total_usage",
                        "budgets");
    }

    @Test
    void grants_with_something_left_are_listed_in_the_order_of_payment() {
        JsonNode credits = withGrants().credits();
        assertThat(credits.get("balance").toString()).isEqualTo("10");
        assertThat(credits.get("general").toString()).isEqualTo("3.5");
        assertThat(credits.get("grants")).hasSize(2);
        JsonNode first = credits.at("/grants/0");
        assertThat(first.propertyNames())
                .containsExactly("number", "kind", "credits", "left", "models", "starts_at", "expires_at", "limits");
        assertThat(first.get("number").intValue()).isEqualTo(1);
        assertThat(first.get("left").toString()).isEqualTo("2.5");
        assertThat(first.get("models")).isEmpty();
        assertThat(first.get("expires_at").stringValue()).isEqualTo("2100-12-28T00:00:00Z");
        assertThat(first.at("/limits/0/hours").intValue()).isEqualTo(5);
        assertThat(first.at("/limits/0/credits").toString()).isEqualTo("1");
        assertThat(first.at("/limits/0/used").toString()).isEqualTo("0.25");
        assertThat(Instant.parse(first.at("/limits/0/resets_at").stringValue())).isAfter(gateway.now());
        JsonNode second = credits.at("/grants/1");
        assertThat(second.get("models").toString()).isEqualTo("[\"gemini-4-*\",\"gemini-3-pro\"]");
        assertThat(second.get("expires_at").isNull()).isTrue();
        assertThat(second.get("limits")).isEmpty();
    }

    @Test
    void a_key_of_a_team_gets_no_list() {
        Customer customer = withGrants();
        gateway.own(customer.keyId(), "", "team_1");
        assertThat(customer.credits().propertyNames())
                .containsExactly(
                        "balance",
                        "reserved",
                        "total_purchased",
                        "total_consumed",
                        "total_credits",
                        "total_usage",
                        "budgets");
    }
}
