package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plan that a customer buys with test money: the offer, the payment, its papers, periods ahead, and a refund. */
@Timeout(60)
class PlanSalePagesTest {

    private static final String OPERATOR = "a long enough operator";
    private static final String PASSWORD = "a sentence nobody else has";
    private static final String BILLING = "/dashboard/billing";
    private static final Instant BEGIN = Instant.parse("2027-01-31T00:00:00Z");

    private PortalServer server;
    private Browser customer;
    private String account;
    private int bought;

    @BeforeEach
    void a_plan_is_on_sale() {
        server = PortalServer.start("operator.password", OPERATOR);
        server.setNow(BEGIN);
        admin("/groups/gold", "\"factor\":850,\"models\":{\"gemini-2.5-*\":900}");
        admin("/plans/pro", """
                "name":"Pro","cents":950,"period":"month","credits":1000,"group":"gold","limits":[{"hours":5,"credits":100}],"on_sale":true""");
        admin("/plans/own", "\"name\":\"By hand\",\"cents\":900,\"period\":\"month\",\"credits\":1000");
        customer = new Browser(server.url()).signUp("ann@example.org", PASSWORD);
        customer.submit("/dashboard", "/dashboard/settings/view", Map.of("money", "credits", "back", "/dashboard"));
        account = server.text("SELECT account_id FROM person WHERE login = 'ann@example.org'");
    }

    @AfterEach
    void the_books_add_up() {
        server.assertBooksAreClosed();
        server.close();
    }

    private void admin(String path, String members) {
        PortalServer.Reply reply =
                server.send("PUT", "/admin" + path, "{" + members + ",\"reason\":\"a test\"}", server.adminKey());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private String billing() {
        return customer.get(BILLING).body();
    }

    private Browser.Page buy(String plan, String version, String when) {
        String id = String.format("%032x", ++bought);
        return customer.submit(
                BILLING,
                BILLING + "/plan",
                Map.of("deed", "plan.buy", "payment", id, "plan", plan, "version", version, "when", when));
    }

    /** Returns the page of the payment. */
    private String paid(Browser.Page begun) {
        assertThat(begun.status()).as(begun.body()).isEqualTo(303);
        String id = begun.location().substring(begun.location().lastIndexOf('/') + 1);
        customer.submit("/pay/test/" + id, "/pay/test/" + id, Map.of("end", "paid"));
        return begun.location();
    }

    @Test
    void billing_shows_all_terms_of_the_plans_on_sale() {
        assertThat(billing())
                .contains("Plans on sale", ">Pro</h3>", "$9.50 a month", "1,000.00 credits for all models")
                .contains("at most 100.00 credits in 5 hours", "Prices: 15 % below standard")
                .contains("gemini-2.5-*: 10 % below standard", "Buy for $9.50")
                .doesNotContain("By hand", "after your plan");
        server.send(
                "PUT",
                "/admin/accounts/" + account + "/group",
                "{\"group\":\"gold\",\"reason\":\"a test\"}",
                server.adminKey());
        assertThat(billing()).contains("own prices stay").doesNotContain("Prices: 15 %");
        admin("/plans/pro", "\"name\":\"Pro\",\"cents\":950,\"period\":\"month\",\"credits\":1000");
        assertThat(billing()).doesNotContain("Plans on sale");
    }

    @Test
    void a_bought_plan_is_named_by_its_page_papers_and_ledger() {
        Browser.Page begun = buy("pro", "1", "after");
        assertThat(customer.get(begun.location()).body()).contains("Plan Pro for $9.50", "Go to payment");
        String payment = begun.location().substring(begun.location().lastIndexOf('/') + 1);
        assertThat(customer.get("/pay/test/" + payment).body()).contains("Pay $9.50 for plan Pro");
        paid(begun);
        assertThat(customer.get(begun.location()).body())
                .contains("Plan Pro, 31 January to 28 February 2027: 1,000.00 credits.")
                .doesNotContain("Top up again");
        assertThat(customer.get(BILLING + "/invoices/" + payment).body())
                .contains("Plan Pro, 31 January to 28 February 2027", "$9.50");
        assertThat(billing())
                .contains("Plan Pro</h2>", "Period 1 of 1, until the end of 27 February 2027.")
                .contains("Plan Pro, 31 January to 28 February 2027</td>")
                .contains("Test payment of $9.50 for plan Pro, no money moved");
        Browser operator = new Browser(server.url());
        operator.signIn("operator", OPERATOR);
        assertThat(operator.get("/console/payments").body()).contains("Plan Pro, 31 January to 28 February 2027");
        assertThat(operator.get("/console/accounts/" + account).body())
                .contains("Plan Pro, 31 January to 28 February 2027", "Test payment of $9.50 for plan Pro");
        assertThat(operator.get("/console/payments/" + payment + "/invoice").body())
                .contains("Plan Pro, 31 January to 28 February 2027");
        PortalServer.Reply listed = server.get("/admin/payments?account=" + account, server.adminKey());
        assertThat(listed.json().at("/data/0/plan").asString()).isEqualTo("pro");
        assertThat(listed.json().at("/data/0/period").asInt()).isEqualTo(1);
    }

    @Test
    void periods_follow_or_begin_now_and_a_fourth_ahead_is_refused() {
        paid(buy("pro", "1", "after"));
        assertThat(billing()).contains("after your plan, on 28 February 2027", "name=\"when\" value=\"after\" checked");
        for (int ahead = 1; ahead <= 3; ahead++) {
            paid(buy("pro", "1", "after"));
        }
        assertThat(billing())
                .contains("3 more periods until the end of 30 May 2027.", "after your plan, on 31 May 2027")
                .contains("From 28 February 2027 until the end of 30 March 2027, for")
                .contains("Grant 2, plan Pro: <b")
                .doesNotContain("value=\"plan.cancel\"");
        Browser.Page fourth = buy("pro", "1", "after");
        assertThat(fourth.status()).isEqualTo(422);
        assertThat(fourth.body())
                .contains("aria-describedby=\"plan-pro-about\"", "<span class=\"error\" id=\"plan-pro-about\">");
        paid(buy("pro", "1", "now"));
        assertThat(billing())
                .contains("Period 1 of 1, until the end of 27 February 2027.")
                .contains("From 30 April 2027 until the end of 30 May 2027, for");
        admin("/plans/day", "\"name\":\"Day\",\"cents\":100,\"period\":\"day\",\"credits\":10,\"on_sale\":true");
        assertThat(billing()).contains("Begins now and replaces your plan Pro.", "Buy for $1.00");
        paid(buy("day", "1", "now"));
        assertThat(billing()).contains("Plan Day</h2>");
    }

    @Test
    void a_payment_that_no_plan_takes_is_named_to_customer_and_operator() {
        paid(buy("pro", "1", "after"));
        Browser.Page late = buy("pro", "1", "after");
        admin("/plans/day", "\"name\":\"Day\",\"cents\":100,\"period\":\"day\",\"credits\":10,\"on_sale\":true");
        paid(buy("day", "1", "now"));
        String paid = paid(late);
        assertThat(billing()).contains("Grant 1, plan Pro: <b", "Grant 2, plan Day: <b", "Grant 3, plan Pro: <b");
        assertThat(customer.get(paid).body())
                .contains("Plan Pro, 31 January to 28 February 2027: 1,000.00 credits.")
                .contains("these credits are a grant apart from the plan");
        Browser operator = new Browser(server.url());
        operator.signIn("operator", OPERATOR);
        assertThat(operator.get("/console").body())
                .contains("paid $9.50 for plan Pro on 31 Jan 2027, which could not take it any more")
                .contains("href=\"/console/accounts/" + account + "\"");
        assertThat(operator.get("/console/accounts/" + account).body())
                .contains(
                        "Grant 1, plan Pro: <b",
                        "grant 3, apart from the plan",
                        "A refund in full takes 1,000.00 credits of grant 3.");
    }

    @Test
    void a_page_that_is_pressed_again_begins_another_payment_for_another_choice_alone() {
        Browser.Page begun = buy("pro", "1", "after");
        bought--;
        assertThat(buy("pro", "1", "after").location()).isEqualTo(begun.location());
        bought--;
        Browser.Page now = buy("pro", "1", "now");
        assertThat(now.location()).isNotEqualTo(begun.location());
        bought--;
        assertThat(buy("pro", "1", "now").location()).isEqualTo(now.location());
        assertThat(server.number("SELECT COUNT(*) FROM payment")).isEqualTo(2);
    }

    @Test
    void the_least_and_the_highest_price_are_sold() {
        admin("/plans/pro", "\"name\":\"Pro\",\"cents\":50,\"period\":\"day\",\"credits\":1,\"on_sale\":true");
        admin("/plans/own", "\"name\":\"Top\",\"cents\":99999999,\"period\":\"day\",\"credits\":1,\"on_sale\":true");
        assertThat(billing()).contains("Buy for $0.50", "Buy for $999,999.99");
        for (Browser.Page begun : List.of(buy("pro", "2", "after"), buy("own", "2", "now"))) {
            String page = paid(begun);
            assertThat(customer.get(page.replace("top-up", "invoices")).body())
                    .containsAnyOf(">$0.50<", ">$999,999.99<");
        }
        assertThat(server.number("SELECT SUM(net_cents) FROM payment WHERE state = 'paid'"))
                .isEqualTo(100_000_049);
    }

    @Test
    void a_form_of_no_page_is_refused_and_begins_nothing() {
        List<String> wrong =
                List.of("", " ", "0", "-1", "1.5", "x", "١", "99999999999999999999", "pro' OR 1=1", "\u0000");
        String id = "0".repeat(32);
        for (String each : wrong) {
            for (String field : List.of("plan", "version", "when", "payment")) {
                Map<String, String> form = new HashMap<>(
                        Map.of("deed", "plan.buy", "payment", id, "plan", "pro", "version", "1", "when", "after"));
                form.put(field, each);
                assertThat(customer.submit(BILLING, BILLING + "/plan", form).status())
                        .as(field + " " + each)
                        .isBetween(400, 499);
            }
        }
        assertThat(server.number("SELECT COUNT(*) FROM payment")).isZero();
    }

    @Test
    void a_version_that_has_left_the_sale_is_refused() {
        admin("/plans/pro", "\"name\":\"Pro\",\"cents\":1000,\"period\":\"month\",\"credits\":1000");
        Browser.Page gone = buy("pro", "1", "after");
        assertThat(gone.status()).isEqualTo(422);
        assertThat(gone.body())
                .contains("<div class=\"note bad\" role=\"alert\">", "has changed since this page was opened");
        assertThat(server.number("SELECT COUNT(*) FROM payment")).isZero();
    }

    @Test
    void a_refund_in_the_sandbox_takes_a_period_back() {
        String page = paid(buy("pro", "1", "after"));
        String payment = page.substring(page.lastIndexOf('/') + 1);
        assertThat(customer.get(page).body()).contains("href=\"/pay/test/" + payment + "\">Refund test payment</a>");
        assertThat(customer.get("/pay/test/" + payment).body()).contains("Refund $9.50");
        customer.submit("/pay/test/" + payment, "/pay/test/" + payment, Map.of("end", "refunded"));
        assertThat(customer.get(page).body())
                .contains("of these credits were reversed")
                .doesNotContain("Refund test payment");
        assertThat(server.number("SELECT reversed_micros FROM payment")).isEqualTo(1_000_000_000);
        assertThat(billing()).contains("Grants with nothing left", "1, plan Pro");
    }
}
