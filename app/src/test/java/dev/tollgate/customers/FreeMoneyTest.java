package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.base.money.Credits;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.Postgres;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes over one PostgreSQL, of which only one has a real upstream: what is free is the installation's. */
@BesideOthers
@Timeout(120)
class FreeMoneyTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "somebody who pays with nothing";
    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final String CHAT = """
            {"model":"gemini-2.5-pro","stream":false,"max_tokens":20,"messages":[{"role":"user","content":"Say hello."}]}""";

    private String url;
    private HeldUpstream upstream;
    private Gateway sandbox;

    @BeforeEach
    void start() {
        url = Postgres.migrated();
        upstream = new HeldUpstream("Hello.", 2);
        upstream.answer();
        sandbox = node();
    }

    @AfterEach
    void stop() {
        sandbox.assertBooksAreClosed();
        sandbox.close();
        upstream.close();
    }

    private Gateway node() {
        return Gateway.startOn(
                url, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY), "operator.password", PASSWORD, "sign-up.open", "true");
    }

    /** Pays with a test payment. @return what the end of it leads to */
    private static Browser.Page pay(Browser browser, String dollars) {
        String id = found("name=\"id\" value=\"([^\"]+)\"", browser.get(TOP_UP).body());
        String path = browser.submit(TOP_UP, TOP_UP, Map.of("id", id, "dollars", "", "own", dollars))
                .location();
        return browser.submit("/dashboard", path.replace(TOP_UP, "/pay/test"), Map.of("end", "paid"));
    }

    private static String key(Browser browser) {
        String path = "/dashboard/keys/new";
        return found(
                "sk-[0-9a-f]{64}",
                browser.submit(path, path, Map.of("name", "a key")).body());
    }

    private static boolean hasTestPayments(Browser browser) {
        return browser.get(TOP_UP).body().contains("Test payment");
    }

    @Test
    void money_of_the_sandbox_buys_no_real_answer_at_another_node() {
        Browser browser = new Browser(sandbox.url()).signUp("payer@example.org", PASSWORD);
        pay(browser, "5000");
        String key = key(browser);
        try (Gateway real = Gateway.startOn(url, upstream.environment())) {
            Gateway.Reply refused = real.post("/v1/chat/completions", CHAT, key);
            assertThat(refused.status()).as(refused.text()).isEqualTo(402);
            assertThat(refused.text()).contains("1000050 credits of the balance were given for nothing");
            assertThat(upstream.asked()).isZero();
            assertThat(sandbox.post("/v1/chat/completions", CHAT, key).status()).isEqualTo(200);
            String account = sandbox.text("SELECT account_id FROM person WHERE login = 'payer@example.org'");
            assertThat(sandbox.post(
                                    "/admin/accounts/" + account + "/grants",
                                    "{\"credits\":10,\"reason\":\"a test\"}",
                                    ADMIN_KEY)
                            .status())
                    .isEqualTo(200);
            assertThat(real.post("/v1/chat/completions", CHAT, key).status()).isEqualTo(200);
            assertThat(upstream.asked()).isEqualTo(1);
            assertThat(sandbox.get("/admin/accounts/" + account, ADMIN_KEY)
                            .json()
                            .get("sandbox_only")
                            .asDouble())
                    .isBetween(1_000_040.0, 1_000_050.0);
            Browser there = new Browser(real.url());
            there.signIn("payer@example.org", PASSWORD);
            assertThat(there.get("/dashboard/billing").body()).contains("pay only for sandbox responses");
        }
    }

    @Test
    void a_refunded_call_of_the_sandbox_buys_no_real_answer() {
        Browser browser = new Browser(sandbox.url()).signUp("refunded@example.org", PASSWORD);
        String key = key(browser);
        assertThat(sandbox.post("/v1/chat/completions", CHAT, key).status()).isEqualTo(200);
        String call = sandbox.text("SELECT id FROM call");
        String credits = Credits.text(sandbox.number("SELECT charged_micros FROM call"));
        try (Gateway real = Gateway.startOn(url, upstream.environment())) {
            assertThat(sandbox.post(
                                    "/admin/tasks/" + call + "/refunds",
                                    "{\"credits\":" + credits + ",\"reason\":\"a test\"}",
                                    ADMIN_KEY)
                            .status())
                    .isEqualTo(200);
            assertThat(real.post("/v1/chat/completions", CHAT, key).status()).isEqualTo(402);
            assertThat(sandbox.number("SELECT balance_micros - sandbox_micros FROM account JOIN person"
                            + " ON account.id = account_id WHERE login = 'refunded@example.org'"))
                    .isZero();
        }
    }

    @Test
    void one_real_node_closes_what_is_free_at_all_nodes_until_a_command() throws Exception {
        Browser early = new Browser(sandbox.url()).signUp("early@example.org", PASSWORD);
        assertThat(hasTestPayments(early)).isTrue();
        String id = found("name=\"id\" value=\"([^\"]+)\"", early.get(TOP_UP).body());
        String begun = early.submit(TOP_UP, TOP_UP, Map.of("id", id, "dollars", "10"))
                .location()
                .replace(TOP_UP, "/pay/test");
        try (Gateway real = Gateway.startOn(url, upstream.environment())) {
            Gateway.await("the end of test payments", () -> !hasTestPayments(early));
            assertThat(early.get(begun).status()).isEqualTo(404);
            Browser late = new Browser(sandbox.url()).signUp("late@example.org", PASSWORD);
            assertThat(sandbox.number("SELECT purchased_micros FROM account JOIN person ON account.id = account_id"
                            + " WHERE login = 'late@example.org'"))
                    .isZero();
            assertThat(hasTestPayments(late)).isFalse();
            Browser operator = new Browser(real.url());
            operator.signIn("operator", PASSWORD);
            String node = sandbox.text("SELECT id FROM node WHERE upstream = 'sandbox'");
            assertThat(operator.get("/console").body()).contains("Node " + node + " has no real upstream");
            assertThat(real.app().administration().deeds().accounts(null, 10)).isNotEmpty();
            assertThat(org.junit.jupiter.api.Assertions.assertThrows(
                                    dev.tollgate.base.error.ApiException.class,
                                    () -> sandbox.commands().beSandbox("a test"))
                            .getMessage())
                    .contains("still have a real upstream");
        }
        sandbox.restart();
        Browser again = new Browser(sandbox.url());
        again.signIn("early@example.org", PASSWORD);
        assertThat(hasTestPayments(again)).as("after a restart").isFalse();
        assertThat(sandbox.app().banner().text()).contains("has no real upstream, but this installation has had one");
        sandbox.commands().beSandbox("a trial is over");
        assertThat(hasTestPayments(again)).isTrue();
        assertThat(sandbox.text("SELECT reason FROM audit_log WHERE action = 'installation.sandbox'"))
                .isEqualTo("a trial is over");
    }
}
