package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms of plans: dollars, groups to choose from, and the price and last day before a plan is assigned. */
@Timeout(60)
class ConsolePlansTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String PLAN = "/console/plans/pro";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private PortalServer server;
    private Browser operator;
    private String account;

    @BeforeEach
    void start() {
        server = PortalServer.start("operator.password", PASSWORD);
        server.setNow(NOW);
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        account = server.post("/admin/accounts", "{\"name\":\"Ann\",\"reason\":\"a customer\"}", server.adminKey())
                .json()
                .get("id")
                .asString();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Browser.Page set(String dollars, String group) {
        Map<String, String> form = new HashMap<>(Map.of("deed", "plan.set", "version", "0", "name", "Pro"));
        form.putAll(Map.of("cents", dollars, "period", "month", "credits", "6000", "group", group, "reason", "a plan"));
        return operator.submit(PLAN, PLAN, form);
    }

    private void admin(String method, String path, String members) {
        PortalServer.Reply reply =
                server.send(method, "/admin" + path, "{" + members + ",\"reason\":\"a test\"}", server.adminKey());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private String page() {
        return "/console/accounts/" + account;
    }

    @Test
    void a_price_is_typed_in_dollars_and_stored_in_cents() {
        assertThat(set("$29.5", "").status()).isEqualTo(303);
        assertThat(server.text("SELECT body FROM plan_version")).contains("\"cents\":2950,");
        assertThat(operator.get(PLAN).body()).contains("name=\"cents\" value=\"29.50\"", "$29.50 a month");
    }

    @Test
    void a_plan_is_put_on_sale_and_off_by_its_box() {
        Map<String, String> form = new HashMap<>(Map.of("deed", "plan.set", "version", "0", "name", "Pro"));
        form.putAll(Map.of("cents", "0", "period", "month", "credits", "6000", "reason", "a plan", "on_sale", "on"));
        form.put("boxes", "on_sale");
        Browser.Page free = operator.submit(PLAN, PLAN, form);
        assertThat(free.status()).isEqualTo(422);
        assertThat(free.body())
                .contains("Price in US cents must be at least 50 for a plan on sale.")
                .contains("name=\"on_sale\" type=\"checkbox\" checked");
        form.put("cents", "29.50");
        assertThat(operator.submit(PLAN, PLAN, form).status()).isEqualTo(303);
        assertThat(operator.get(PLAN).body()).contains(">on sale</span>", "type=\"checkbox\" checked");
        assertThat(operator.get("/console/plans").body()).contains(">on sale</span>");
        form.remove("on_sale");
        form.put("version", "1");
        assertThat(operator.submit(PLAN, PLAN, form).status()).isEqualTo(303);
        assertThat(operator.get(PLAN).body()).contains(">2<").doesNotContain("type=\"checkbox\" checked");
        assertThat(operator.get("/console/plans").body()).doesNotContain(">on sale</span>");
    }

    @ParameterizedTest
    @CsvSource({"29.505", "0.49", "free", "-1", "1000000"})
    void an_amount_that_is_no_dollars_is_refused_by_name(String text) {
        Browser.Page page = set(text, "");
        assertThat(page.status()).isEqualTo(422);
        assertThat(page.body())
                .contains("Price of a period in dollars, without tax is", "0, or dollars from 0.50 to 999999.99")
                .contains("value=\"" + text + "\"");
    }

    @Test
    void a_plan_chooses_among_open_groups_and_keeps_its_own() {
        admin("PUT", "/groups/gold", "\"factor\":900");
        admin("PUT", "/groups/old", "\"factor\":900");
        admin("PUT", "/groups/shut", "\"factor\":900");
        assertThat(set("9", "old").status()).isEqualTo(303);
        for (String closed : new String[] {"old", "shut"}) {
            server.post("/admin/groups/" + closed + "/close", "{\"reason\":\"a test\"}", server.adminKey());
        }
        assertThat(operator.get(PLAN).body())
                .contains("<option value=\"\">", "<option value=\"gold\">gold<", "<option value=\"old\" selected>old<")
                .doesNotContain("shut");
    }

    @Test
    void the_price_and_the_last_day_are_shown_before_a_plan_is_assigned() {
        set("29", "");
        assertThat(operator.get(page() + "?plan=pro&periods=3").body())
                .contains("3 × $29.00 = $87.00, without tax", "3 × 6,000.00 = 18,000.00", "20 Feb 2027 12:00 (UTC)")
                .contains("name=\"plan\" value=\"pro\"", "name=\"periods\" value=\"3\"", "Assign plan");
        assertThat(server.number("SELECT COUNT(*) FROM subscription")).isZero();
        assertThat(operator.get(page()).body())
                .contains("Show price and last day")
                .doesNotContain("Assign plan");
        assertThat(operator.submit(
                                page() + "?plan=pro&periods=3",
                                page(),
                                Map.of("deed", "plan.assign", "plan", "pro", "periods", "3", "reason", "by transfer"))
                        .location())
                .isEqualTo(page() + "?done=plan.assign");
        assertThat(server.number("SELECT periods FROM subscription")).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"pro, 0, Periods", "pro, 367, Periods", "pro, x, Periods", "none, 1, There is no plan none."})
    void what_cannot_be_assigned_is_refused_with_what_was_typed(String plan, String periods, String named) {
        set("29", "");
        String body =
                operator.get(page() + "?plan=" + plan + "&periods=" + periods).body();
        assertThat(body)
                .contains(named, "name=\"periods\" value=\"" + periods + "\"")
                .doesNotContain("Assign plan");
    }

    private String assign(String plan, String periods, String when) {
        return operator.submit(
                        page() + "?plan=" + plan + "&periods=" + periods + "&when=" + when,
                        page(),
                        Map.of("deed", "plan.assign", "plan", plan, "periods", periods, "when", when, "reason", "paid"))
                .location();
    }

    @Test
    void a_running_plan_is_prolonged_or_begun_anew_in_its_form() {
        admin("PUT", "/plans/day", "\"name\":\"Day pass\",\"cents\":150,\"period\":\"day\",\"credits\":200");
        set("29", "");
        admin("POST", "/accounts/" + account + "/plan", "\"plan\":\"day\",\"periods\":2");
        assertThat(operator.get(page()).body())
                .contains(
                        "<option value=\"day\" selected>",
                        "<option value=\"after\" selected>after the running plan</option>",
                        "<option value=\"now\">at once</option>")
                .doesNotContain("Assign plan");
        assertThat(operator.get(page() + "?plan=day&periods=3").body())
                .contains("after the running plan, at 22 Nov 12:00", "25 Nov 2026 12:00 (UTC)", "3 × $1.50 = $4.50")
                .contains("name=\"when\" value=\"after\"", "Assign plan", "End plan");
        assertThat(assign("day", "3", "after")).isEqualTo(page() + "?done=plan.assign");
        assertThat(operator.get(page()).body()).contains("Period 1 of 5");
        assertThat(operator.get("/console/plans").body())
                .contains("?plan=day&amp;periods=3&amp;when=after#plan", "$7.50");

        assertThat(operator.get(page() + "?plan=pro&periods=1").body())
                .contains("Only the same version can follow it")
                .doesNotContain("Assign plan");
        assertThat(operator.get(page() + "?plan=pro&periods=1&when=now").body())
                .contains(
                        "The running plan ends. Its credits stay until their end, its price group does not.",
                        "The credits of 4 periods that it has left are given now, and pay from their days on.",
                        "20 Dec 2026 12:00 (UTC)");
        assertThat(assign("pro", "1", "now")).isEqualTo(page() + "?done=plan.assign");
        assertThat(operator.get(page()).body())
                .contains(
                        "Plan: Pro</h2>",
                        "Grant 5, plan Day pass: <b",
                        "From 24 Nov 2026 12:00 until 25 Nov 2026 12:00, for");
        assertThat(operator.get("/console/audit").body()).contains("after the running plan", "at once");
    }

    @Test
    void a_plan_of_this_month_is_renewed_from_its_row() {
        admin("PUT", "/plans/day", "\"name\":\"Day pass\",\"cents\":150,\"period\":\"day\",\"credits\":200");
        admin("POST", "/accounts/" + account + "/plan", "\"plan\":\"day\",\"periods\":2");
        String renewal = page() + "?plan=day&amp;periods=2#plan";
        assertThat(operator.get("/console/plans").body())
                .contains(
                        "Ends in Nov 2026",
                        renewal.replace("#", "&amp;when=after#"),
                        ">Ann<",
                        "22 Nov 2026 12:00",
                        "$3.00");
        server.setNow(NOW.plusSeconds(3 * 86_400));
        server.books().planSweep().sweep();
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        assertThat(operator.get("/console/plans").body()).contains(renewal, "ended, version 1");
        assertThat(operator.get("/console/plans/day").body()).contains(renewal, "Ended in Nov 2026");
        assertThat(operator.get(page() + "?plan=day&periods=2").body()).contains("2 × $1.50 = $3.00", "Assign plan");
    }
}
