package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** What an operator does over HTTP, by command and in the process: each deed stands in the audit log, and nothing else does. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(60)
class OperatorDeedsTest {

    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Say hello."}]}""";

    @Parameter
    Stores stores;

    private static PortalServer server;
    private static String adminKey;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores);
        adminKey = server.adminKey();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    @AfterEach
    void the_books_add_up() {
        server.assertBooksAreClosed();
    }

    private static PortalServer.Reply post(String path, String body) {
        return server.post("/admin" + path, body, adminKey);
    }

    private static JsonNode get(String path) {
        PortalServer.Reply reply = server.get("/admin" + path, adminKey);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static JsonNode deeds(String subject) {
        return get("/audit?subject=" + subject).get("data");
    }

    /** Asserts that the pages of the list contain all accounts and that their usage adds up to the whole. */
    private static void assertByAccount() {
        BigDecimal net = BigDecimal.ZERO;
        long calls = 0;
        int accounts = 0;
        String after = "";
        do {
            JsonNode page = get("/usage?by=account&limit=2" + after);
            for (JsonNode account : page.get("data")) {
                net = net.add(account.get("net").decimalValue());
                calls += account.get("calls").asLong();
                accounts++;
                assertThat(account.get("account").asString()).startsWith("acc_");
                assertThat(account.has("upstream_cost")).isFalse();
            }
            after = page.get("next").isNull()
                    ? ""
                    : "&after=" + page.get("next").asString();
        } while (!after.isEmpty());
        assertThat(accounts).isEqualTo((int) server.number("SELECT COUNT(*) FROM account"));
        assertThat(calls).isPositive().isEqualTo(server.number("SELECT SUM(calls) FROM usage_hour"));
        assertThat(net)
                .isEqualByComparingTo(BigDecimal.valueOf(
                        server.number("SELECT SUM(charged_micros) - SUM(refunded_micros) FROM usage_hour"), 6));
    }

    private static String chargedCall(Customer customer) {
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        JsonNode task = customer.lastTask();
        assertThat(task.get("credits_consumed").decimalValue()).isPositive();
        return task.get("id").asString();
    }

    @Test
    void an_account_that_an_operator_makes_has_a_row_with_who_and_from_where() {
        PortalServer.Reply made = post("/accounts", """
                {"name":"Ann","credits":12.5,"reason":"a new customer"}""");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        String id = made.json().get("id").asString();
        assertThat(made.json().get("balance").decimalValue()).isEqualByComparingTo("12.5");
        assertThat(get("/accounts/" + id)).isEqualTo(made.json());
        JsonNode deed = deeds(id).get(0);
        assertThat(deed.get("actor").asString()).isEqualTo("admin key");
        assertThat(deed.get("address").asString()).isEqualTo("127.0.0.1");
        assertThat(deed.get("action").asString()).isEqualTo("account.create");
        assertThat(deed.get("before").isNull()).isTrue();
        assertThat(deed.get("after").toString()).isEqualTo("{\"name\":\"Ann\",\"balance\":12.5}");
        assertThat(deed.get("reason").asString()).isEqualTo("a new customer");
    }

    @Test
    void a_list_that_cannot_be_read_is_a_503() {
        server.execute("ALTER TABLE voucher RENAME TO away");
        try {
            PortalServer.Reply reply = server.get("/admin/vouchers", adminKey);
            assertThat(reply.status()).as(reply.text()).isEqualTo(503);
            assertThat(reply.json().at("/error/code").asString()).isEqualTo("internal_error");
        } finally {
            server.execute("ALTER TABLE away RENAME TO voucher");
        }
    }

    @Test
    void calls_and_usage_are_listed_a_page_at_a_time() {
        Customer customer = server.customer("100");
        Customer other = server.customer("100");
        for (int i = 0; i < 3; i++) {
            assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        }
        assertThat(other.chat(CHAT).status()).isEqualTo(200);
        server.writeWhatRides();
        String path = "/tasks?limit=2&account=" + customer.account();
        JsonNode first = get(path);
        assertThat(first.get("data"))
                .hasSize(2)
                .allSatisfy(task -> assertThat(task.get("account").asString()).isEqualTo(customer.account()));
        JsonNode second = get(path + "&after=" + first.get("next").asString());
        assertThat(second.get("data")).hasSize(1);
        assertThat(second.get("next").isNull()).isTrue();
        assertThat(get("/tasks?status=failed&account=" + customer.account()).get("data"))
                .isEmpty();
        BigDecimal charged = BigDecimal.ZERO;
        for (JsonNode day : get("/usage?by=day").get("data")) {
            charged = charged.add(day.get("net").decimalValue());
        }
        JsonNode models = get("/usage?by=model&limit=1");
        assertThat(models.get("data").get(0).get("model").asString()).isEqualTo("gemini-2.5-pro");
        assertThat(models.get("data").get(0).get("calls").asInt()).isGreaterThanOrEqualTo(4);
        assertThat(charged)
                .isEqualByComparingTo(BigDecimal.valueOf(
                        server.number("SELECT SUM(charged_micros) - SUM(refunded_micros) FROM usage_hour"), 6));
        assertThat(server.get("/admin/usage?by=moon", adminKey).status()).isEqualTo(400);
        assertByAccount();
    }

    @Test
    void grants_and_adjustments_move_the_balance_and_tell_what_it_was() {
        String id = server.customer("10").account();
        assertThat(post("/accounts/" + id + "/grants", "{\"credits\":5,\"reason\":\"thanks\"}")
                        .json()
                        .get("total_purchased")
                        .decimalValue())
                .isEqualByComparingTo("15");
        assertThat(post("/accounts/" + id + "/adjustments", "{\"credits\":-0.25,\"reason\":\"too much\"}")
                        .json()
                        .get("balance")
                        .decimalValue())
                .isEqualByComparingTo("14.75");
        JsonNode deeds = deeds(id);
        assertThat(deeds.get(0).get("action").asString()).isEqualTo("account.adjust");
        assertThat(deeds.get(0).get("before").get("balance").decimalValue()).isEqualByComparingTo("15");
        assertThat(deeds.get(0).get("after").get("balance").decimalValue()).isEqualByComparingTo("14.75");
        assertThat(deeds.get(1).get("action").asString()).isEqualTo("account.grant");
        assertThat(deeds.get(1).get("before").get("purchased").decimalValue()).isEqualByComparingTo("10");
    }

    @Test
    void what_is_posted_twice_under_one_id_is_done_once_and_audited_once() {
        String id = server.customer("10").account();
        String grant = "{\"credits\":5,\"reason\":\"thanks\",\"id\":\"form-17\"}";
        assertThat(post("/accounts/" + id + "/grants", grant).status()).isEqualTo(200);
        PortalServer.Reply again = post("/accounts/" + id + "/grants", grant);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().get("balance").decimalValue()).isEqualByComparingTo("15");
        assertThat(post("/accounts/" + id + "/grants", grant.replace("5", "6")).status())
                .isEqualTo(409);
        assertThat(deeds(id)).hasSize(2); // including the row of its creation
    }

    @Test
    void a_refund_lowers_what_a_teams_key_has_consumed() {
        Customer customer = server.customer("100");
        String team = "team_" + customer.account().substring(4);
        server.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('" + team + "', '"
                + customer.account() + "', 'Search', 1)");
        server.own(customer.keyId(), "", team);
        String task = chargedCall(customer);
        BigDecimal charge = customer.consumed();

        assertThat(post("/tasks/" + task + "/refunds", "{\"credits\":0.004,\"reason\":\"it was slow\"}")
                        .status())
                .isEqualTo(200);

        assertThat(customer.consumed()).isEqualByComparingTo(charge.subtract(new BigDecimal("0.004")));
        assertThat(server.number("SELECT charged_micros FROM spend_window WHERE kind = 'total' AND key_id = '"
                        + customer.keyId() + "'"))
                .as("limits stay used")
                .isEqualTo(charge.movePointRight(6).longValueExact());
    }

    @Test
    void a_refund_comes_back_to_the_balance_and_the_customer_sees_why() {
        Customer customer = server.customer("10");
        String task = chargedCall(customer);
        BigDecimal charge = customer.consumed();
        PortalServer.Reply half = post("/tasks/" + task + "/refunds", "{\"credits\":0.005,\"reason\":\"it was slow\"}");
        assertThat(half.status()).as(half.text()).isEqualTo(200);
        assertThat(customer.consumed()).isEqualByComparingTo(charge.subtract(new BigDecimal("0.005")));
        JsonNode seen = server.get("/v1/tasks/" + task, customer.key()).json();
        assertThat(seen.get("credits_consumed").decimalValue()).isEqualByComparingTo(charge);
        assertThat(seen.get("credits_refunded").decimalValue()).isEqualByComparingTo("0.005");
        JsonNode entry = seen.get("entries").get(seen.get("entries").size() - 1);
        assertThat(entry.get("kind").asString()).isEqualTo("refund");
        assertThat(entry.get("reason").asString()).isEqualTo("it was slow");
        PortalServer.Reply tooMuch = post(
                "/tasks/" + task + "/refunds", "{\"credits\":" + charge.toPlainString() + ",\"reason\":\"all of it\"}");
        assertThat(tooMuch.status()).isEqualTo(409);
        assertThat(tooMuch.error().get("message").asString()).contains("0.005 have already been refunded");
        assertThat(deeds(task)).hasSize(1);
        assertThat(get("/tasks/" + task).get("account").asString()).isEqualTo(customer.account());
    }

    @Test
    void without_a_reason_nothing_is_done() {
        String id = server.customer("10").account();
        String task = "chatcmpl-nothing";
        for (String path : List.of(
                "/accounts",
                "/accounts/" + id + "/grants",
                "/accounts/" + id + "/adjustments",
                "/accounts/" + id + "/block",
                "/accounts/" + id + "/keys",
                "/tasks/" + task + "/refunds")) {
            for (String reason : List.of("null", "\"\"", "\"  a  \"", "\"" + "x".repeat(501) + "\"", "7")) {
                PortalServer.Reply reply = post(path, "{\"reason\":" + reason + "}");
                assertThat(reply.status()).as(path + " " + reason).isEqualTo(400);
                assertThat(reply.error().get("param").asString()).isEqualTo("reason");
            }
        }
        assertThat(deeds(id)).hasSize(1);
    }

    @Test
    void what_is_not_understood_is_refused_by_name() {
        String grants = "/accounts/" + server.customer("1").account() + "/grants";
        for (String[] wrong : new String[][] {
            {"{\"credits\":\"5\",\"reason\":\"thanks\"}", "credits"},
            {"{\"credits\":0.0000001,\"reason\":\"thanks\"}", "credits"},
            {"{\"credits\":-1,\"reason\":\"thanks\"}", "credits"},
            {"{\"credits\":1e30,\"reason\":\"thanks\"}", "credits"},
            {"{\"reason\":\"thanks\"}", "credits"},
            {"{\"credits\":1,\"reason\":\"thanks\",\"id\":\"a b\"}", "id"},
            {"{\"credits\":1,\"reason\":\"thanks\",\"id\":\"start-5\"}", "id"},
            {"{\"credits\":1,\"reason\":\"thanks\",\"id\":\"test-payment-5\"}", "id"},
            {"{\"credits\":1,\"reason\":\"thanks\",\"much\":true}", "much"}
        }) {
            PortalServer.Reply reply = post(grants, wrong[0]);
            assertThat(reply.status()).as(wrong[0]).isEqualTo(400);
            assertThat(reply.error().get("param").asString()).isEqualTo(wrong[1]);
        }
        assertThat(post("/accounts/acc_nobody/grants", "{\"credits\":1,\"reason\":\"thanks\"}")
                        .status())
                .isEqualTo(404);
        assertThat(server.get("/admin/accounts/acc_nobody", adminKey).status()).isEqualTo(404);
        assertThat(server.get("/admin/accounts?limit=201", adminKey).status()).isEqualTo(400);
    }

    @Test
    void a_key_is_made_with_every_limit_and_shown_with_times_in_seconds() {
        String keys = "/accounts/" + server.customer("1").account() + "/keys";
        String limits = """
                "spend":{"hour":1,"day":2.5,"total":null},"rates":{"requests":60,"tokens":1000,"concurrency":2},
                "allow":["192.0.2.0/24"],"models":["gemini-2.5-pro"],"expires_at":4000000000""";
        PortalServer.Reply made = post(keys, "{\"name\":\"bounded\",\"reason\":\"a test\"," + limits + "}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        JsonNode key = made.json();
        assertThat(key.get("spend").toString()).isEqualTo("{\"hour\":1,\"day\":2.5,\"total\":null}");
        assertThat(key.get("rates").toString()).isEqualTo("{\"requests\":60,\"tokens\":1000,\"concurrency\":2}");
        assertThat(key.get("allow").toString()).isEqualTo("[\"192.0.2.0/24\"]");
        assertThat(key.get("models").toString()).isEqualTo("[\"gemini-2.5-pro\"]");
        assertThat(key.get("expires_at").toString()).isEqualTo("4000000000");
        assertThat(key.get("created_at").isIntegralNumber()).isTrue();
        for (String[] wrong : new String[][] {
            {"\"rates\":{\"requests\":0}", "rates.requests"},
            {"\"rates\":{\"calls\":1}", "rates.calls"},
            {"\"spend\":{\"hour\":-1}", "spend.hour"},
            {"\"allow\":\"192.0.2.1\"", "allow"},
            {"\"models\":[1]", "models.0"},
            {"\"expires_at\":\"tomorrow\"", "expires_at"}
        }) {
            PortalServer.Reply refused = post(keys, "{\"name\":\"a\",\"reason\":\"a test\"," + wrong[0] + "}");
            assertThat(refused.status()).as(wrong[0]).isEqualTo(400);
            assertThat(refused.error().get("param").asString()).isEqualTo(wrong[1]);
        }
        assertThat(post(keys, "{\"name\":\"a\",\"reason\":\"a test\",\"expires_at\":1700000000}")
                        .text())
                .contains("'expires_at' must be in the future");
    }

    @Test
    void every_time_of_the_operators_lists_is_unix_seconds() {
        String account = server.customer("1").account();
        post("/vouchers", "{\"credits\":1,\"reason\":\"a test\",\"expires_at\":4000000000}");
        post("/books", "");
        for (String path : List.of(
                "/accounts",
                "/accounts/" + account,
                "/accounts/" + account + "/keys",
                "/vouchers",
                "/mail",
                "/payments",
                "/books")) {
            assertTimesAreNumbers(path, get(path));
        }
        assertThat(get("/vouchers").get("data").get(0).get("expires_at").asLong())
                .isEqualTo(4_000_000_000L);
    }

    @Test
    void a_change_of_a_key_is_in_the_organizations_log_too() {
        Customer customer = server.customer("1");
        String log =
                "SELECT actor || ' ' || COALESCE(address, 'nowhere') || ' ' || action || ' ' || before_json || ' ' || after_json FROM account_log"
                        + " WHERE subject = '" + customer.keyId() + "' ORDER BY number DESC LIMIT 1";

        server.administration()
                .keys()
                .disable(By.of(Actor.person("person_1", "192.0.2.7"), "it leaked"), customer.keyId());

        assertThat(server.text(log)).isEqualTo("operator nowhere key.disable {\"disabled\":false} {\"disabled\":true}");
        assertThat(deeds(customer.keyId()).get(0).get("action").asString()).isEqualTo("key.disable");
    }

    @Test
    void a_key_and_a_voucher_say_that_they_have_expired() {
        String account = server.customer("1").account();
        String keys = "/accounts/" + account + "/keys";
        String end = ",\"expires_at\":\"2190-01-01T00:00:00Z\"}";
        String key = post(keys, "{\"name\":\"short\",\"reason\":\"a test\"" + end)
                .json()
                .get("id")
                .asString();
        post("/vouchers", "{\"credits\":1,\"reason\":\"a short one\"" + end);
        assertThat(state(keys, "id", key)).isEqualTo("active");
        assertThat(state("/vouchers", "note", "a short one")).isEqualTo("open");

        server.execute("UPDATE api_key SET expires_at = 1 WHERE id = '" + key + "'");
        server.execute("UPDATE voucher SET expires_at = 1 WHERE note = 'a short one'");

        assertThat(state(keys, "id", key)).isEqualTo("expired");
        assertThat(state("/vouchers", "note", "a short one")).isEqualTo("expired");
    }

    private static String state(String list, String member, String value) {
        return get(list)
                .get("data")
                .valueStream()
                .filter(each -> each.get(member).asString().equals(value))
                .findFirst()
                .orElseThrow()
                .get("state")
                .asString();
    }

    @Test
    void an_operator_gets_no_secret_of_a_personal_key() {
        Customer customer = server.customer("1");
        server.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_1', '"
                + customer.account() + "', 'per_1', 'member', 1)");
        server.own(customer.keyId(), "mem_1", "");

        PortalServer.Reply refused = post("/keys/" + customer.keyId() + "/rotate", "{\"reason\":\"lost\"}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.error().get("message").asString())
                .isEqualTo("Key " + customer.keyId() + " is the personal key of member mem_1, who alone can get a new"
                        + " secret for it. You can disable the key.");
        assertThat(server.get("/v1/credits", customer.key()).status()).isEqualTo(200);
    }

    private static void assertTimesAreNumbers(String path, JsonNode node) {
        node.forEachEntry((name, value) -> {
            if (name.endsWith("_at")) {
                assertThat(value.isIntegralNumber() || value.isNull())
                        .as(path + " " + name)
                        .isTrue();
            }
        });
        node.forEach(each -> assertTimesAreNumbers(path, each));
    }

    @Test
    void what_is_refused_leaves_no_row() {
        String id = server.customer("1").account();
        assertThat(post("/accounts/" + id + "/adjustments", "{\"credits\":-2,\"reason\":\"too much\"}")
                        .status())
                .isEqualTo(409);
        assertThat(deeds(id)).hasSize(1);
    }

    @Test
    void where_its_row_cannot_be_written_nothing_is_done() throws Exception {
        Customer customer = server.customer("1");
        try (PortalServer.Fault fault = server.fault("INSERT", "audit_log", "NEW.action = 'account.grant'")) {
            assertThat(post("/accounts/" + customer.account() + "/grants", "{\"credits\":5,\"reason\":\"thanks\"}")
                            .status())
                    .isEqualTo(503);
        }
        assertThat(customer.balance()).isEqualByComparingTo("1");
    }

    @Test
    void what_comes_over_the_control_socket_or_from_a_person_stands_there_too() {
        Customer customer = server.customer("1");
        server.commands().setKey(customer.keyId(), settings -> settings.withName("renamed"));
        server.administration()
                .keys()
                .disable(By.of(Actor.person("person_1", "192.0.2.7"), "it leaked"), customer.keyId());
        JsonNode deeds = deeds(customer.keyId());
        assertThat(deeds.get(0).get("actor").asString()).isEqualTo("person_1");
        assertThat(deeds.get(0).get("address").asString()).isEqualTo("192.0.2.7");
        assertThat(deeds.get(0).get("reason").asString()).isEqualTo("it leaked");
        assertThat(deeds.get(0).get("before").get("disabled").asBoolean()).isFalse();
        assertThat(deeds.get(0).get("after").get("disabled").asBoolean()).isTrue();
        assertThat(deeds.get(1).get("actor").asString()).isEqualTo("control socket");
        assertThat(deeds.get(1).get("before").get("name").asString()).isEqualTo("test");
        assertThat(deeds.get(1).get("after").get("name").asString()).isEqualTo("renamed");
        assertThat(deeds.get(2).get("action").asString()).isEqualTo("key.create");
        assertThat(deeds.toString()).doesNotContain(customer.key());
    }

    @Test
    void a_banned_account_is_refused_at_once_and_let_in_again() {
        Customer customer = server.customer("10");
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        String block = "/accounts/" + customer.account() + "/block";
        assertThat(post(block, "{\"blocked\":true,\"reason\":\"abuse\"}")
                        .json()
                        .get("blocked")
                        .asBoolean())
                .isTrue();
        assertThat(customer.chat(CHAT).status()).isEqualTo(401);
        assertThat(server.get("/v1/credits", customer.key()).status()).isEqualTo(401);
        assertThat(post(block, "{\"blocked\":false,\"reason\":\"a mistake\"}").status())
                .isEqualTo(200);
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);
        JsonNode deeds = deeds(customer.account());
        assertThat(deeds.get(0).get("action").asString()).isEqualTo("account.unblock");
        assertThat(deeds.get(1).get("before").toString()).isEqualTo("{\"blocked\":false}");
    }

    @Test
    void a_ban_signs_the_people_of_the_account_out_and_they_stay_so_when_it_is_let_in_again() {
        Browser browser = new Browser(server.url()).signUp("banned@example.org", "a sentence nobody else has");
        String account = server.text("SELECT account_id FROM person WHERE login = 'banned@example.org'");
        assertThat(browser.get("/dashboard").status()).isEqualTo(200);
        String block = "/accounts/" + account + "/block";
        assertThat(post(block, "{\"blocked\":false,\"reason\":\"was none\"}").status())
                .isEqualTo(200);
        assertThat(browser.get("/dashboard").status()).as("nothing changed").isEqualTo(200);
        post(block, "{\"blocked\":true,\"reason\":\"abuse\"}");
        assertThat(browser.get("/dashboard").status()).isEqualTo(303);
        post(block, "{\"blocked\":false,\"reason\":\"a mistake\"}");
        assertThat(browser.get("/dashboard").status()).isEqualTo(303);
        assertThat(browser.signIn("banned@example.org", "a sentence nobody else has")
                        .location())
                .isEqualTo("/dashboard");
        // A reversal above the balance blocks the account. No request ends its sessions, so the block must.
        By command = By.of(Actor.COMMAND, "it went back");
        server.administration().deeds().reverse(command, account, 1_000_000_000L);
        assertThat(browser.get("/dashboard").status()).isEqualTo(303);
        post(block, "{\"blocked\":false,\"reason\":\"it was won\"}");
        assertThat(browser.get("/dashboard").status()).isEqualTo(303);
    }

    @Test
    void a_key_that_an_operator_makes_is_shown_once() {
        String id = server.customer("10").account();
        PortalServer.Reply made =
                post("/accounts/" + id + "/keys", "{\"name\":\"ci\",\"reason\":\"asked for by mail\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        String key = made.json().get("key").asString();
        assertThat(server.get("/v1/credits", key).status()).isEqualTo(200);
        assertThat(get("/accounts/" + id + "/keys").toString())
                .contains(made.json().get("id").asString())
                .doesNotContain(key);
        assertThat(get("/audit").toString()).doesNotContain(key);
    }

    @Test
    void accounts_and_deeds_are_read_page_by_page() {
        server.customer("1");
        server.customer("1");
        JsonNode first = get("/accounts?limit=1");
        JsonNode second = get("/accounts?limit=1&after=" + first.get("next").asString());
        assertThat(first.get("data")).hasSize(1);
        assertThat(second.get("data").get(0).get("id").asString())
                .isGreaterThan(first.get("data").get(0).get("id").asString());
        JsonNode newest = get("/audit?limit=2");
        assertThat(newest.get("data").get(0).get("sequence").asLong())
                .isEqualTo(newest.get("data").get(1).get("sequence").asLong() + 1);
        JsonNode older = get("/audit?limit=2&after=" + newest.get("next").asString());
        assertThat(older.get("data").get(0).get("sequence").asLong())
                .isEqualTo(newest.get("data").get(1).get("sequence").asLong() - 1);
    }

    @Test
    void the_audit_log_as_csv_holds_no_formula() {
        String id = server.customer("1").account();
        post("/accounts/" + id + "/grants", "{\"credits\":1,\"reason\":\"=cmd|' /C calc'!A0, \\\"q\\\"\"}");
        PortalServer.Reply csv = server.get("/admin/audit.csv?subject=" + id, adminKey);
        assertThat(csv.header("content-type")).startsWith("text/csv");
        assertThat(csv.text().lines().toList().get(0))
                .isEqualTo("\ufefftime,sequence,actor,address,action,subject,before,after,reason");
        assertThat(csv.text()).contains(",\"'=cmd|' /C calc'!A0, \"\"q\"\"\"\n");
    }

    @Test
    void a_last_page_that_is_full_has_no_next() {
        assertThat(post("/vouchers", "{\"count\":2,\"credits\":1,\"reason\":\"a fair\"}")
                        .status())
                .isEqualTo(201);
        String path = "/models/gemini-2.5-pro/prices";
        for (String input : List.of("60", "57")) {
            assertThat(post(path, "{\"input\":" + input + ",\"reason\":\"a trial\"}")
                            .status())
                    .isEqualTo(201);
        }
        server.customer("10");
        for (String list : List.of("/accounts", "/keys", "/audit", "/vouchers", path)) {
            int all = get(list + "?limit=200").get("data").size();
            assertThat(get(list + "?limit=" + all).get("next").isNull())
                    .as(list)
                    .isTrue();
            assertThat(get(list + "?limit=" + (all - 1)).get("next").isNull())
                    .as(list)
                    .isFalse();
        }
    }

    @Test
    void the_books_are_checked_while_calls_continue() {
        PortalServer.Reply begun = server.post("/admin/books", "", adminKey);
        assertThat(begun.status()).as(begun.text()).isEqualTo(202);
        PortalServer.await(
                "the check", () -> !get("/books").get("state").asString().equals("running"));
        assertThat(get("/books").get("state").asString()).isEqualTo("sound");
        Customer customer = server.customer("1");
        server.execute("UPDATE account SET last_number = 9 WHERE id = '" + customer.account() + "'");
        server.post("/admin/books", "", adminKey);
        PortalServer.await(
                "the check", () -> !get("/books").get("state").asString().equals("running"));
        server.execute("UPDATE account SET last_number = 1 WHERE id = '" + customer.account() + "'");
        assertThat(get("/books").get("state").asString()).isEqualTo("differs");
        assertThat(get("/books").get("differences").get(0).asString())
                .isEqualTo("account " + customer.account() + " has 9 as its last number, it is 1");
        server.restart();
        assertThat(get("/books").get("state").asString()).as("after a restart").isEqualTo("differs");
        assertThat(get("/books").get("count").asLong()).isEqualTo(1);
    }
}
