package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plan on the customer's pages and in the console: who sets it, assigns it, sees it, cancels it and keeps it. */
@Timeout(60)
class PlanPagesTest {

    private static final String PASSWORD = "a long enough operator";
    private static final Instant BEGIN = Instant.parse("2027-01-31T00:00:00Z");

    private static PortalServer server;
    private static Browser operator;
    private static int customers;
    private Browser customer;
    private String account;
    private String login;

    @BeforeAll
    static void an_operator_sets_a_plan_in_the_console() {
        server = PortalServer.start("operator.password", PASSWORD);
        signIn();
        assertThat(operator.get("/console/plans?name=pro").location()).isEqualTo("/console/plans/pro");
        Browser.Page set = operator.submit(
                "/console/plans/pro",
                "/console/plans/pro",
                Map.of(
                        "deed",
                        "plan.set",
                        "version",
                        "0",
                        "name",
                        "Pro",
                        "cents",
                        "900",
                        "period",
                        "month",
                        "credits",
                        "1000",
                        "models",
                        "",
                        "group",
                        "",
                        "limits",
                        "5:500 24:800",
                        "reason",
                        "our plan"));
        assertThat(set.location()).as(set.body()).isEqualTo("/console/plans/pro?done=plan.set");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void an_account_has_it_for_three_months() {
        server.setNow(BEGIN);
        login = "ann" + ++customers + "@example.org";
        customer = new Browser(server.url()).signUp(login, "a sentence nobody else has");
        customer.submit("/dashboard", "/dashboard/settings/view", Map.of("money", "credits", "back", "/dashboard"));
        account = server.text("SELECT account_id FROM person WHERE login = '" + login + "'");
        Browser.Page assigned = console("plan.assign", Map.of("plan", "pro", "periods", "3", "reason", "by transfer"));
        assertThat(assigned.location()).as(assigned.body()).endsWith("?done=plan.assign");
    }

    @AfterEach
    void goOn() {
        server.setNow(null);
    }

    /** Signs in again: a session and a password are good for a time. */
    private static void signIn() {
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    private Browser.Page console(String deed, Map<String, String> fields) {
        Map<String, String> all = new HashMap<>(fields);
        all.put("deed", deed);
        signIn();
        return operator.submit("/console/accounts/" + account, "/console/accounts/" + account, all);
    }

    private Browser.Page press(String deed) {
        return customer.submit("/dashboard/billing", "/dashboard/billing/plan", Map.of("deed", deed));
    }

    private void customerSignsInAgain() {
        customer = new Browser(server.url());
        assertThat(customer.signIn(login, "a sentence nobody else has").location())
                .isEqualTo("/dashboard");
    }

    private String billing() {
        return customer.get("/dashboard/billing").body();
    }

    @Test
    void the_customer_sees_the_plan_and_periods_ahead() {
        assertThat(customer.get("/dashboard").body())
                .contains("1,000.00 of plan Pro until the end of 27 February 2027");
        assertThat(billing())
                .contains(
                        "Plan Pro</h2>",
                        "Period 1 of 3, until the end of 27 February 2027. 2 more periods until the end of 29 April 2027.",
                        "Grant 1, plan Pro: <b",
                        "value=\"plan.cancel\"");
        assertThat(operator.get("/console/accounts/" + account).body())
                .contains("Plan: Pro</h2>", "Period 1 of 3, until the end of 27 February 2027.");
        assertThat(operator.get("/console/plans/pro").body()).contains("1 of 3", "active, version 1");

        console("plan.assign", Map.of("plan", "pro", "periods", "1", "when", "now", "reason", "by transfer"));
        assertThat(billing())
                .contains(
                        "Period 1 of 1, until the end of 27 February 2027. It is the last one.",
                        "Grant 2, plan Pro: <b",
                        "From 28 February 2027 until the end of 30 March 2027, for");
        customer.submit("/dashboard", "/dashboard/billing/notice", Map.of("line", "3000", "unit", "credits"));
        assertThat(billing()).contains("Your balance is below your line of 3,000");
        customer.submit("/dashboard", "/dashboard/billing/notice", Map.of("line", "2000", "unit", "credits"));
        assertThat(billing()).doesNotContain("Your balance is below your line");
    }

    @Test
    void a_cancelled_plan_can_be_kept() {
        assertThat(press("plan.cancel").location()).isEqualTo("/dashboard/billing?plan=cancelled");
        assertThat(billing()).contains("It is cancelled: no period follows.", "value=\"plan.keep\"");
        assertThat(press("plan.keep").location()).isEqualTo("/dashboard/billing?plan=kept");
        assertThat(billing()).contains("2 more periods", "value=\"plan.cancel\"");
        assertThat(server.text("SELECT action FROM account_log WHERE account_id = '" + account
                        + "' AND action LIKE 'plan.%' ORDER BY number"))
                .isEqualTo("plan.cancel");
        assertThat(customer.get("/dashboard/audit-log").body()).contains("kept the plan Pro");
        server.assertBooksAreClosed();
    }

    @Test
    void the_last_period_ends_and_nothing_of_it_is_left() {
        server.setNow(Instant.parse("2027-04-15T00:00:00Z"));
        server.books().planSweep().sweep();
        customerSignsInAgain();
        assertThat(billing())
                .contains("Period 3 of 3, until the end of 29 April 2027. It is the last one.")
                .doesNotContain("value=\"plan.cancel\"");
        server.setNow(Instant.parse("2027-04-30T00:00:00Z"));
        server.books().planSweep().sweep();
        customerSignsInAgain();
        assertThat(billing()).doesNotContain("Plan Pro</h2>");
        signIn();
        assertThat(operator.get("/console/accounts/" + account).body())
                .contains("Plan: none</h2>", "The last one was Pro: finished at 30 Apr 00:00:00.");
    }

    @Test
    void a_cancelled_plan_that_has_ended_cannot_be_kept() {
        press("plan.cancel");
        server.setNow(Instant.parse("2027-02-28T00:00:00Z"));
        customerSignsInAgain();
        Browser.Page late = press("plan.keep");
        assertThat(late.status()).isEqualTo(422);
        assertThat(server.text("SELECT ended_by FROM subscription WHERE account_id = '" + account + "'"))
                .isEqualTo("cancelled");
    }

    @Test
    void the_operator_ends_a_plan_or_reads_why_not() {
        assertThat(console("plan.assign", Map.of("plan", "pro", "periods", "0", "reason", "by transfer"))
                        .body())
                .contains("is 0; allowed is a whole number from 1 to 366");
        Browser.Page ended = console("plan.end", Map.of("reason", "not paid"));
        assertThat(ended.location()).endsWith("?done=plan.end");
        assertThat(billing()).doesNotContain("Plan Pro</h2>");
        assertThat(operator.get("/console/audit").body()).contains("Ended a plan", "Assigned a plan", "Set a plan");
    }
}
