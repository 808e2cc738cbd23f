package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Budgets as the operator sets them and as callers meet them. */
class BudgetsTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String RESPONSE = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}";
    private static final String MESSAGE =
            "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String NATIVE = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
        gateway.setNow(Instant.parse("2026-11-20T12:00:00Z"));
        gateway.script(UpstreamScript.answers().text("b").finish("STOP", new UpstreamScript.Tokens(10, 20, 30)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static JsonNode set(Customer customer, String owner, String windows) {
        Reply reply = gateway.setBudgets(customer.account(), owner, windows);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static Reply setZone(Customer customer, String zone) {
        String path = "/admin/accounts/" + customer.account() + "/organization";
        String body = "{\"time_zone\":\"" + zone + "\",\"reason\":\"for a test\"}";
        return gateway.send("PATCH", path, body, ADMIN_KEY);
    }

    private static Reply post(Customer customer, String path, String body) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** A customer whose key is a member's in a team. */
    private static Customer inTeam() {
        Customer customer = gateway.customer("100");
        String team = "team_" + customer.account().substring(4);
        gateway.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('" + team + "', '"
                + customer.account() + "', 'Search', 1)");
        gateway.own(customer.keyId(), "", team);
        return customer;
    }

    @Test
    void a_reached_budget_of_a_team_is_named_on_every_door() {
        Customer customer = inTeam();
        String team = "team_" + customer.account().substring(4);
        assertThat(setZone(customer, "Europe/Berlin").status()).isEqualTo(200);
        for (int i = 0; i < 12; i++) { // 0.01 credits each
            assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        }
        JsonNode now = set(customer, team, "\"month\":0.1299");
        assertThat(now.at("/data/0/used").asDouble())
                .as("what was spent before")
                .isPositive();

        Reply chat = customer.chat(CHAT);
        assertThat(chat.status()).isEqualTo(402);
        assertThat(chat.error().get("message").asString())
                .startsWith("The monthly budget of team Search is reached: of 0.1299 credits, ")
                .endsWith(" It will reset at 2026-12-01T00:00:00+01:00.");
        assertBudget(chat.error().get("budget"), team);
        assertThat(chat.header("x-should-retry")).isEqualTo("false");
        assertThat(chat.header("retry-after") + chat.header("retry-after-ms")).isEmpty();

        Reply response = post(customer, "/v1/responses", RESPONSE);
        assertThat(response.status()).as(response.text()).isEqualTo(402);
        assertBudget(response.error().get("budget"), team);

        Reply message = post(customer, "/v1/messages", MESSAGE);
        assertThat(message.status()).as(message.text()).isEqualTo(429);
        assertThat(message.header("x-should-retry")).isEqualTo("false");
        assertThat(message.header("retry-after"))
                .as("opencode would wait for it")
                .isEmpty();
        assertBudget(message.json().at("/error/details/budget"), team);

        Reply natively = post(customer, "/v1beta/models/gemini-2.5-pro:generateContent", NATIVE);
        assertThat(natively.status()).as(natively.text()).isEqualTo(402);
        assertThat(natively.error().get("code").asInt()).isEqualTo(402);
        assertThat(natively.error().get("status").asString()).isEqualTo("FAILED_PRECONDITION");
        assertThat(natively.text()).doesNotContain("RetryInfo");
        JsonNode details = natively.json().at("/error/details");
        assertThat(details.at("/0/metadata/owner").asString()).isEqualTo("team");
        assertThat(details.at("/0/metadata/resets_at").asString()).isEqualTo("2026-12-01T00:00:00+01:00");
        assertThat(details.at("/1/violations/0/subject").asString()).isEqualTo("team:" + team);
        assertThat(details.at("/1/violations/0/quotaId").asString()).isEqualTo("SpendLimitPerMonth");
    }

    private static void assertBudget(JsonNode budget, String team) {
        assertThat(budget.get("owner").asString()).isEqualTo("team");
        assertThat(budget.get("id").asString()).isEqualTo(team);
        assertThat(budget.get("name").asString()).isEqualTo("Search");
        assertThat(budget.get("window").asString()).isEqualTo("month");
        assertThat(budget.get("limit").decimalValue()).isEqualByComparingTo("0.1299");
        assertThat(budget.get("left").decimalValue().add(budget.get("used").decimalValue()))
                .isEqualByComparingTo("0.1299");
        assertThat(budget.get("resets_at").asString()).isEqualTo("2026-12-01T00:00:00+01:00");
    }

    @Test
    void a_teams_key_shows_its_own_share_of_the_credits() {
        Customer customer = inTeam();
        String team = "team_" + customer.account().substring(4);
        assertThat(customer.chat(CHAT).status()).isEqualTo(200); // 0.01 credits
        assertThat(setZone(customer, "Europe/Berlin").status()).isEqualTo(200);
        set(customer, "account", "\"day\":50,\"total\":null");
        set(customer, team, "\"month\":20");
        set(customer, customer.keyId(), "\"week\":30");

        JsonNode credits = customer.credits();
        assertThat(credits.toString())
                .isEqualTo(
                        ("{'balance':19.99,'reserved':0,'total_purchased':0,'total_consumed':0.01,'total_credits':0.1,'total_usage':5.0E-5,'budgets':["
                                        + "{'owner':'key','id':'KEY','window':'week','limit':30,'used':0.01,'held':0,'left':29.99,"
                                        + "'resets_at':'2026-11-23T00:00:00+01:00'},"
                                        + "{'owner':'team','id':'TEAM','name':'Search','window':'month','limit':20,'used':0.01,'held':0,"
                                        + "'left':19.99,'resets_at':'2026-12-01T00:00:00+01:00'},"
                                        + "{'owner':'account','id':'ACCOUNT','window':'day','limit':50,'used':0.01,'held':0,'left':49.99,"
                                        + "'resets_at':'2026-11-21T00:00:00+01:00'}]}")
                                .replace('\'', '"')
                                .replace("KEY", customer.keyId())
                                .replace("TEAM", team)
                                .replace("ACCOUNT", customer.account()));

        set(customer, "account", "\"day\":200");
        set(customer, team, "\"month\":200");
        set(customer, customer.keyId(), "\"week\":null");
        assertThat(customer.credits().get("balance").decimalValue())
                .as("the company's balance limits it")
                .isEqualByComparingTo("99.99");
    }

    @Test
    void the_task_of_a_cut_stream_names_the_budget_that_has_cut_it() {
        Customer customer = inTeam();
        String team = "team_" + customer.account().substring(4);
        gateway.execute("UPDATE team SET name = 'Köln \"{R&D}\"' WHERE id = '" + team + "'");
        set(customer, team, "\"month\":0.5");
        gateway.script(UpstreamScript.answers()
                .text("a ", new UpstreamScript.Tokens(10, 10, 0))
                .text("b ", new UpstreamScript.Tokens(10, 1_000, 0))
                .text("c ", new UpstreamScript.Tokens(10, 30_000, 0))
                .finish("STOP", new UpstreamScript.Tokens(10, 30_000, 0)));

        Reply reply = customer.chat(CHAT);

        gateway.script(UpstreamScript.answers().text("b").finish("STOP", new UpstreamScript.Tokens(10, 20, 30)));
        assertThat(reply.text()).contains("\"native_finish_reason\":\"SPEND_LIMIT\"");
        JsonNode stopped = customer.lastTask().get("stopped_by");
        assertThat(stopped.get("owner").asString()).isEqualTo("team");
        assertThat(stopped.get("id").asString()).isEqualTo(team);
        assertThat(stopped.get("name").asString()).isEqualTo("Köln \"{R&D}\"");
        assertThat(stopped.get("window").asString()).isEqualTo("month");
        assertThat(stopped.get("limit").decimalValue()).isEqualByComparingTo("0.5");
        assertThat(stopped.has("needed")).isFalse();
        assertThat(stopped.get("resets_at").asString()).isEqualTo("2026-12-01T00:00:00Z");
        assertThat(customer.chat(CHAT).status()).isEqualTo(402);
        set(customer, team, "\"month\":5");
        String whole = customer.chat(CHAT).json().get("id").asString();
        assertThat(gateway.get("/v1/tasks/" + whole, customer.key()).json().has("stopped_by"))
                .isFalse();
    }

    @Test
    void an_account_key_shows_the_account_and_its_own_limits() {
        Customer customer = gateway.customer("100");
        assertThat(customer.credits().toString())
                .isEqualTo(
                        "{\"balance\":100,\"reserved\":0,\"total_purchased\":100,\"total_consumed\":0,\"total_credits\":0.5,\"total_usage\":0.0,\"budgets\":[]}");
        String limit = "{\"spend\":{\"day\":5},\"reason\":\"for a test\"}";
        gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/admin/keys/" + customer.keyId()))
                .header("Authorization", "Bearer " + ADMIN_KEY)
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(limit)));
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        JsonNode credits = customer.credits();
        assertThat(credits.get("balance").decimalValue()).isEqualByComparingTo("99.99");
        assertThat(credits.at("/budgets/0").toString())
                .isEqualTo("{\"owner\":\"key\",\"id\":\"" + customer.keyId()
                        + "\",\"window\":\"day\",\"limit\":5,\"used\":0.01,\"held\":0,\"left\":4.99,"
                        + "\"resets_at\":\"2026-11-21T00:00:00Z\"}");
    }

    @Test
    void a_raised_or_removed_budget_lets_the_next_call_in() {
        Customer customer = gateway.customer("100");
        set(customer, "account", "\"day\":0");
        assertThat(customer.chat(CHAT).status()).isEqualTo(402);
        set(customer, "account", "\"day\":50");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        set(customer, customer.keyId(), "\"week\":0");
        assertThat(customer.chat(CHAT).error().at("/budget/owner").asString()).isEqualTo("key");
        assertThat(set(customer, customer.keyId(), "\"week\":null").get("data")).isEmpty();
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        assertThat(gateway.get("/admin/audit", ADMIN_KEY).text())
                .contains("budget.set", customer.account(), "for a test");
    }

    @Test
    void a_wrong_budget_is_refused_with_its_field() {
        Customer customer = gateway.customer("100");
        for (String[] wrong : new String[][] {
            {"\"month\":-1", "month"},
            {"\"month\":\"unlimited\"", "month"},
            {"\"year\":1", "year"}
        }) {
            Reply reply = gateway.setBudgets(customer.account(), "account", wrong[0]);
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.error().get("param").asString()).isEqualTo(wrong[1]);
        }
        assertThat(setZone(customer, "Mars/Olympus").error().get("param").asString())
                .isEqualTo("time_zone");
        Reply unknown = gateway.setBudgets(customer.account(), "team_9", "\"month\":1");
        assertThat(unknown.status()).as(unknown.text()).isEqualTo(404);
        assertThat(setZone(customer, "Asia/Tokyo").status()).isEqualTo(200);
        Reply soon = setZone(customer, "UTC");
        assertThat(soon.status()).as(soon.text()).isEqualTo(409);
    }
}
