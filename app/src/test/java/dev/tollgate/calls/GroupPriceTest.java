package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import dev.tollgate.verification.Audit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** An account in a price group sees, holds and pays one price in every place (Z5). */
@Timeout(120)
class GroupPriceTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "a long enough operator";
    private static final String MODEL = "gemini-3-pro";
    private static final String GROUP_VERSION = "gemini-3-pro@2026-11*gold.1";
    private static final String CALL = """
            {"model":"gemini-3-pro","stream":false,"max_tokens":2000,"messages":[{"role":"user","content":"Tell me"}]}""";

    private static Reply asAdmin(Gateway gateway, String method, String path, String body) {
        Reply reply = gateway.send(method, path, body, ADMIN_KEY);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply;
    }

    private static String key(Gateway gateway, String account, String settings) {
        return asAdmin(
                        gateway,
                        "POST",
                        "/admin/accounts/" + account + "/keys",
                        "{\"name\":\"a key\"" + settings + ",\"reason\":\"a test\"}")
                .json()
                .get("key")
                .asString();
    }

    private static JsonNode of(JsonNode list, String field) {
        return StreamSupport.stream(list.get("data").spliterator(), false)
                .filter(one -> one.get(field).asString().equals(MODEL))
                .findFirst()
                .orElseThrow();
    }

    private static BigDecimal most(Gateway gateway, String key) {
        Reply reply = gateway.post("/v1/estimate", CALL, key);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("data").get("max_credits").decimalValue();
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void every_place_has_the_price_of_the_accounts_group(Stores stores) {
        try (Gateway gateway =
                Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "operator.password", PASSWORD)) {
            String account = gateway.text("SELECT account_id FROM person");
            asAdmin(
                    gateway,
                    "POST",
                    "/admin/accounts/" + account + "/grants",
                    "{\"credits\":100,\"reason\":\"a test\"}");
            String key = key(gateway, account, "");
            BigDecimal standardMost = most(gateway, key);
            asAdmin(gateway, "PUT", "/admin/groups/gold", "{\"factor\":850,\"reason\":\"a partner\"}");
            asAdmin(
                    gateway,
                    "PUT",
                    "/admin/accounts/" + account + "/group",
                    "{\"group\":\"gold\",\"reason\":\"a partner\"}");

            assertPriceLists(gateway, key);
            assertThat(most(gateway, key))
                    .isEqualByComparingTo(
                            standardMost.multiply(new BigDecimal("0.85")).setScale(2, RoundingMode.FLOOR));
            assertCharged(gateway, account, key);
            assertPages(gateway);
            gateway.assertBooksAreClosed();
        }
    }

    private static void assertPriceLists(Gateway gateway, String key) {
        JsonNode prices = gateway.get("/v1/prices?limit=1000", key).json();
        assertThat(prices.get("group").asString()).isEqualTo("gold");
        for (JsonNode price : new JsonNode[] {
            of(prices, "model"),
            of(gateway.get("/v1/models", key).json(), "id").get("pricing"),
            gateway.get("/v1/models/" + MODEL, key).json().get("pricing")
        }) {
            assertThat(price.get("version").asString()).isEqualTo(GROUP_VERSION);
            assertThat(price.get("output").asInt()).isEqualTo(816);
        }
        JsonNode one = gateway.get("/v1/prices?version=" + GROUP_VERSION.replace("*", "%2A"), key)
                .json();
        assertThat(one.get("data").get(0).get("output").asInt()).isEqualTo(816);
    }

    private static void assertCharged(Gateway gateway, String account, String key) {
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 1000, 0)));
        Reply reply = gateway.post("/v1/chat/completions", CALL, key);
        assertThat(reply.json().get("credits_consumed").decimalValue()).isEqualByComparingTo("0.81");
        String id = gateway.text("SELECT id FROM call");
        JsonNode detail = gateway.get("/v1/tasks/" + id, key).json().get("pricing_detail");
        assertThat(detail.get("price_version").asString()).isEqualTo(GROUP_VERSION);
        assertThat(detail.get("group").asString()).isEqualTo("gold.1");
        assertThat(detail.get("output_per_million").asInt()).isEqualTo(816);
        assertThat(gateway.get("/v1/receipts/" + id, key).text())
                .contains("\"price_version\":\"" + GROUP_VERSION + "\"");

        Reply above = gateway.post("/v1/chat/completions", CALL, key(gateway, account, ",\"max_output_price\":800"));
        assertThat(above.status()).isEqualTo(402);
        assertThat(above.text()).contains("gemini-3-pro costs 816 credits per million output tokens");
        Reply below = gateway.post("/v1/chat/completions", CALL, key(gateway, account, ",\"max_output_price\":820"));
        assertThat(below.status()).isEqualTo(200);
    }

    private static void assertPages(Gateway gateway) {
        Browser member = new Browser(gateway.url());
        assertThat(member.get("/docs/models/" + MODEL).body())
                .as("without a session")
                .contains("960")
                .doesNotContain("816");
        member.signIn("operator", PASSWORD);
        for (String page : new String[] {"/docs/models/" + MODEL, "/docs/models", "/playground"}) {
            assertThat(member.get(page).body()).as(page).contains("4.08"); // US dollars
        }
        assertThat(member.get("/docs/models/" + MODEL).body())
                .contains("Price group gold, 15 % below standard.", "<span class=\"muted\">standard $4.80</span>");
        assertThat(member.get("/docs/models").body()).contains("The prices of your price group.");
        String id = gateway.text("SELECT id FROM call ORDER BY number LIMIT 1");
        assertThat(member.get("/dashboard/requests/" + id).body())
                .contains(GROUP_VERSION)
                .contains("Price group gold, 15 % below standard.");
        assertThat(member.get("/console/requests/" + id).body()).contains(GROUP_VERSION);
        List<String> file = member.get("/dashboard/requests.csv").body().lines().toList();
        assertThat(file.getFirst()).endsWith(",price_version");
        assertThat(file.get(2)).endsWith("," + GROUP_VERSION);
    }

    private static Gateway partner(Gateway gateway, Customer customer) {
        asAdmin(gateway, "PUT", "/admin/groups/gold", "{\"factor\":850,\"reason\":\"a partner\"}");
        asAdmin(gateway, "PUT", "/admin/groups/silver", "{\"factor\":950,\"reason\":\"a partner\"}");
        move(gateway, customer, "\"gold\"");
        return gateway;
    }

    private static void move(Gateway gateway, Customer customer, String group) {
        asAdmin(
                gateway,
                "PUT",
                "/admin/accounts/" + customer.account() + "/group",
                "{\"group\":" + group + ",\"reason\":\"a partner\"}");
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_call_that_runs_keeps_the_price_of_the_group_that_it_arrived_in(Stores stores) {
        try (Gateway gateway = Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY))) {
            Customer customer = gateway.customer("100");
            partner(gateway, customer);
            gateway.script(UpstreamScript.answers()
                    .text("begun", new Tokens(10, 500, 0))
                    .delay(600)
                    .text(" and done.", new Tokens(10, 1000, 0))
                    .finish("STOP", new Tokens(10, 1000, 0)));
            try (RawCall call = customer.chatRaw(CALL.replace("\"stream\":false", "\"stream\":true"))) {
                call.readUntil("begun");
                move(gateway, customer, "null");
                asAdmin(gateway, "PUT", "/admin/groups/gold", "{\"factor\":2000,\"reason\":\"dearer\"}");
                call.readUntil("[DONE]");
            }
            JsonNode task = customer.lastTask();
            assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo("0.81");
            assertThat(task.get("pricing_detail").get("group").asString()).isEqualTo("gold.1");
            gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 1000, 0)));
            assertThat(customer.chat(CALL).json().get("credits_consumed").decimalValue())
                    .isEqualByComparingTo("0.96");
            assertThat(customer.lastTask().get("pricing_detail").has("group")).isFalse();
            gateway.assertBooksAreClosed();
        }
    }

    /** RS-9: what a key, a group and a grant allow has nothing in common. */
    @Test
    void a_refusal_says_whether_key_or_grant_excludes_a_model() {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY))) {
            Customer customer = gateway.customer("0.01");
            partner(gateway, customer);
            String grants = "/admin/accounts/" + customer.account() + "/grants";
            asAdmin(gateway, "POST", grants, "{\"credits\":300,\"models\":[\"gemini-2.5-*\"],\"reason\":\"a gift\"}");
            String key = key(gateway, customer.account(), ",\"models\":[\"" + MODEL + "\"]");

            Reply unpaid = gateway.post("/v1/chat/completions", CALL, key);
            assertThat(unpaid.status()).isEqualTo(402);
            assertThat(unpaid.text())
                    .contains("\"Grant 1 (300 credits) serves only gemini-2.5-*. Your credit balance is too low.")
                    .contains("for gemini-3-pro 0.01 are available.");
            Reply unknown = gateway.post("/v1/chat/completions", CALL.replace(MODEL, "gemini-2.5-pro"), key);
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.text()).contains("gemini-2.5-pro").doesNotContain("rant 1");

            asAdmin(gateway, "PUT", "/admin/groups/gold", "{\"factor\":1,\"reason\":\"a gift of its own\"}");
            gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 1000, 0)));
            assertThat(gateway.post("/v1/chat/completions", CALL, key).status())
                    .as("general credits pay it at the group's price")
                    .isEqualTo(200);
            gateway.assertBooksAreClosed();
        }
    }

    private static List<String> findings(Gateway gateway) {
        List<String> found = new ArrayList<>();
        try (Database database = gateway.reading()) {
            new Audit(database).run(found::add, (_, _) -> {});
        }
        return found;
    }

    private static void assertFound(Gateway gateway, String alteration, String undone, String finding) {
        gateway.execute(alteration);
        assertThat(findings(gateway)).as(alteration).anySatisfy(found -> assertThat(found)
                .contains(finding));
        gateway.execute(undone);
    }

    @Test
    void an_altered_group_price_or_term_is_found() {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY))) {
            Customer customer = gateway.customer("100");
            partner(gateway, customer);
            gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 1000, 0)));
            assertThat(customer.chat(CALL).status()).isEqualTo(200);
            assertThat(findings(gateway)).isEmpty();

            String body = "UPDATE price_group SET body = REPLACE(body, '%s', '%s') WHERE name = 'gold'";
            assertFound(gateway, body.formatted("850", "900"), body.formatted("900", "850"), "differs from row");
            assertFound(
                    gateway,
                    body.formatted("850", "900"),
                    body.formatted("900", "850"),
                    "price " + GROUP_VERSION + " is not its standard price times 0.9");
            String time = "UPDATE price_group SET created_at = created_at %s 3600000 WHERE name = 'gold'";
            assertFound(gateway, time.formatted("+"), time.formatted("-"), "is not of the price group of its account");
            String terms = "UPDATE account_terms SET own_group = '%s'";
            assertFound(
                    gateway,
                    terms.formatted("silver"),
                    terms.formatted("gold"),
                    "has the price " + GROUP_VERSION + ", which is not of the price group of its account");
            assertFound(
                    gateway,
                    terms.formatted("none"),
                    terms.formatted("gold"),
                    "is in price group none, which is not there");
            String at = "UPDATE account_terms SET at = at %s 3600000";
            assertFound(gateway, at.formatted("+"), at.formatted("-"), "is not of the price group of its account");
            String deed = "UPDATE audit_log SET action = '%s' WHERE action = '%s'";
            assertFound(
                    gateway,
                    deed.formatted("group.other", "group.set"),
                    deed.formatted("group.set", "group.other"),
                    "version gold.1 of a price group was set, and no row of the audit log says so");
            assertFound(
                    gateway,
                    "INSERT INTO price_group (sequence, name, created_at) VALUES (3, 'gold', 7)",
                    "DELETE FROM price_group WHERE sequence = 3",
                    "the price groups [gold] are closed, those of the audit log are []");
            assertThat(findings(gateway)).isEmpty();
        }
    }
}
