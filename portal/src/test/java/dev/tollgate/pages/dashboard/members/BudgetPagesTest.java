package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Budgets on the pages of an organization. */
@BesideOthers
@Timeout(60)
class BudgetPagesTest {

    private static final String BUDGETS = "/dashboard/budgets";

    private static Company company;
    private static Browser bill;
    private static Browser mia;

    @BeforeAll
    static void start() {
        company = new Company("sign-up.credits", "5000").inCredits();
        bill = company.member("bill", "billing");
        mia = company.member("mia", "member");
    }

    @AfterAll
    static void stop() {
        company.close();
    }

    /** Sends a form in credits, unless it names another unit. */
    private static Browser.Page send(Browser browser, String... fields) {
        Map<String, String> form = new HashMap<>(Map.of("unit", "credits"));
        for (int i = 0; i < fields.length; i += 2) {
            form.put(fields[i], fields[i + 1]);
        }
        return browser.submit(BUDGETS, BUDGETS, form);
    }

    @Test
    void a_budget_is_set_shown_and_removed_with_rows_of_the_log() {
        String team = company.team("Search");
        String id = team.replaceFirst(".*/", "");
        assertThat(company.budget(id, "month", "500").location()).isEqualTo(BUDGETS + "?saved=1");
        assertThat(company.owner.get(BUDGETS).body()).containsPattern("resets: [^<]*month 1 Dec 00:00");
        assertThat(company.owner.get(team).body()).contains("Team Search", "resets 1 Dec 00:00 (");
        assertThat(company.owner.get("/dashboard/teams").body()).contains("of ");
        assertThat(send(company.owner, "deed", "budget.set", "owner", id, "window", "month")
                        .location())
                .isEqualTo(BUDGETS + "?saved=1");
        assertThat(company.server.number("SELECT COUNT(*) FROM budget WHERE owner = '" + id + "'"))
                .isZero();
        assertThat(company.server.number(
                        "SELECT COUNT(*) FROM account_log WHERE action = 'budget.set' AND subject = '" + id + "'"))
                .isEqualTo(2);
    }

    @Test
    void a_limit_is_typed_in_the_unit_that_the_page_shows() {
        Browser adam = company.member("adam", "admin");
        String id = company.team("Dollars").replaceFirst(".*/", "");
        assertThat(adam.get(BUDGETS).body()).contains("Limit in dollars", "no budget");
        send(adam, "deed", "budget.set", "owner", id, "window", "month", "limit", "$2.50", "unit", "dollars");
        assertThat(company.server.number("SELECT limit_micros FROM budget WHERE owner = '" + id + "'"))
                .isEqualTo(500_000_000);
        assertThat(adam.get(BUDGETS + "?owner=" + id + "&window=month").body()).contains("value=\"2.5");
        assertThat(company.owner.get(BUDGETS).body()).contains("Limit in credits");
        assertThat(send(adam, "deed", "budget.set", "owner", id, "window", "month", "limit", "much", "unit", "dollars")
                        .body())
                .contains("Type an amount such as 5.00.");
    }

    @Test
    void a_limit_means_the_unit_of_its_form_after_a_switch() {
        String id = company.team("Switched").replaceFirst(".*/", "");
        assertThat(company.owner.get(BUDGETS).body()).contains("Limit in credits", "name=\"unit\" value=\"credits\"");

        send(company.owner, "deed", "budget.set", "owner", id, "window", "month", "limit", "5.00", "unit", "dollars");
        Browser.Page wrong = send(
                company.owner, "deed", "budget.set", "owner", id, "window", "month", "limit", "x", "unit", "dollars");

        assertThat(company.server.number("SELECT limit_micros FROM budget WHERE owner = '" + id + "'"))
                .isEqualTo(1_000_000_000);
        assertThat(wrong.body()).contains("Limit in dollars", "name=\"unit\" value=\"dollars\"", "value=\"x\"");
    }

    @Test
    void a_limit_without_its_unit_is_refused_and_stays_typed() {
        String id = company.team("Unnamed").replaceFirst(".*/", "");
        Browser.Page refused =
                send(company.owner, "deed", "budget.set", "owner", id, "window", "month", "limit", "500", "unit", "");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("did not say whether this is in dollars or credits", "value=\"500\"", "Limit in credits");
        assertThat(company.server.number("SELECT COUNT(*) FROM budget WHERE owner = '" + id + "'"))
                .isZero();
    }

    @Test
    void an_empty_limit_removes_no_budget() {
        String id = company.team("Kept").replaceFirst(".*/", "");
        company.budget(id, "month", "500");
        Browser.Page refused = send(company.owner, "deed", "budget.set", "owner", id, "window", "month", "limit", " ");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("Enter a limit.");
        assertThat(company.server.number("SELECT COUNT(*) FROM budget WHERE owner = '" + id + "'"))
                .isOne();
    }

    @Test
    void a_page_refuses_a_change_beyond_the_allowance() {
        String team = company.team("Counted");
        company.server.execute("UPDATE allowance SET used = 1000 WHERE name LIKE 'organization.changes %'");
        for (Browser.Page refused : new Browser.Page[] {
            company.budget("account", "hour", "77"),
            company.owner.submit("/dashboard/teams", "/dashboard/teams", Map.of("deed", "team.create", "name", "Over")),
            company.put(company.owner, team, "mia", "member"),
            company.owner.submit(
                    "/dashboard/tags",
                    "/dashboard/tags",
                    Map.of("deed", "organization.set", "tag_names", "feature", "end_users", "on"))
        }) {
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.body()).contains("1000 changes within a day");
        }
        company.server.execute("DELETE FROM allowance WHERE name LIKE 'organization.changes %'");
        assertThat(company.server.number("SELECT COUNT(*) FROM budget WHERE kind = 'hour' AND owner = 'account'"))
                .isZero();
    }

    @Test
    void a_form_takes_only_the_fields_that_it_shows() {
        Browser.Page zone = send(company.owner, "deed", "organization.set", "name", "Other", "tag_names", "x");
        Browser.Page tags = company.owner.submit(
                "/dashboard/tags", "/dashboard/tags", Map.of("deed", "organization.set", "name", "Other"));
        send(company.owner, "deed", "budget.set", "owner", "account", "window", "week", "limit", "9000", "hour", "1");

        assertThat(zone.status()).isEqualTo(422);
        assertThat(tags.status()).isEqualTo(422);
        assertThat(company.server.number("SELECT COUNT(*) FROM account WHERE name = 'Other' OR tag_names <> ''"))
                .isZero();
        assertThat(company.server.number("SELECT COUNT(*) FROM budget WHERE kind = 'hour' AND owner = 'account'"))
                .isZero();
    }

    @Test
    void a_budget_of_zero_refuses_the_calls_of_its_team() {
        String team = company.team("Stopped");
        String secret = company.key("stopped robot", "", team);
        company.budget(team.replaceFirst(".*/", ""), "day", "0");
        assertThat(company.server
                        .post(
                                "/v1/chat/completions",
                                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                                secret)
                        .status())
                .isEqualTo(402);
        assertThat(company.owner.get(team).body()).contains("Calls are refused until ");
        assertThat(company.owner.get("/dashboard/teams").body())
                .containsPattern(
                        "of 0.00 credits, day</span><svg[^>]*>.*?class=\"over\".*?</svg>\\s*<span[^>]*>calls are refused until ");
    }

    @Test
    void a_keys_page_shows_every_budget_on_its_path() {
        String team = company.team("Path");
        company.put(company.owner, team, "mia", "member");
        company.key("on the path", "mia", team);
        String id = company.server.text("SELECT id FROM api_key WHERE name = 'on the path'");
        for (String owner : new String[] {id, company.id("mia"), team.replaceFirst(".*/", ""), "account"}) {
            company.budget(owner, "month", "300");
        }
        assertThat(company.owner.get("/dashboard/keys/" + id).body())
                .contains(
                        "This key</span>, month",
                        "mia@example.org</span>, month",
                        "Team Path</span>, month",
                        "Organization</span>, month")
                .doesNotContain("nlimited");
    }

    @Test
    void a_member_can_be_freed_from_the_budget_of_each_member() {
        company.budget("each_member", "week", "7");
        String member = "/dashboard/members/" + company.id("mia");
        assertThat(mia.get(member).body()).contains("mia@example.org", "week", "Budgets");
        assertThat(company.owner.get(BUDGETS).body())
                .contains("<summary>", "Set a budget: mia@example.org, week")
                .doesNotContain("Change: mia@example.org");
        company.budget(company.id("mia"), "week", "unlimited");
        assertThat(mia.get(member).body()).doesNotContain(", week");
        assertThat(send(company.owner, "deed", "budget.set", "owner", "account", "window", "week", "limit", "unlimited")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void unlimited_is_typed_in_the_language_of_the_page_or_in_english() {
        Browser lin = company.member("lin", "admin");
        company.server.execute(
                "UPDATE person SET money = 'credits', language = 'zh-Hans' WHERE login = 'lin@example.org'");
        String id = company.id("lin");

        assertThat(send(lin, "deed", "budget.set", "owner", id, "window", "month", "limit", "不限")
                        .location())
                .isEqualTo(BUDGETS + "?saved=1");
        assertThat(lin.get(BUDGETS + "?owner=" + id + "&window=month").body()).contains("value=\"不限\"");
        assertThat(send(lin, "deed", "budget.set", "owner", id, "window", "day", "limit", "unlimited")
                        .location())
                .isEqualTo(BUDGETS + "?saved=1");
        assertThat(company.server.number(
                        "SELECT COUNT(*) FROM budget WHERE limit_micros IS NULL AND owner = '" + id + "'"))
                .isEqualTo(2);
        assertThat(send(company.owner, "deed", "budget.set", "owner", id, "window", "month", "limit", "不限")
                        .status())
                .as("typed on an English page")
                .isEqualTo(422);
    }

    @Test
    void a_members_own_budget_hides_no_budget_of_each_member() {
        Browser kim = company.member("kim", "member");
        company.budget("each_member", "hour", "3");
        company.budget(company.id("kim"), "total", "900");
        String link = "/dashboard/budgets?owner=" + company.id("kim") + "&amp;window=";

        assertThat(company.owner.get(BUDGETS).body())
                .contains(link + "hour#limit\" aria-label=\"Set a budget: kim@example.org, ")
                .contains(link + "total#limit\" aria-label=\"Change: kim@example.org, ");
        assertThat(kim.get("/dashboard/members/" + company.id("kim")).body()).contains(", hour", ", in all");
    }

    @Test
    void who_pays_sets_budgets_of_the_organization_alone() {
        assertThat(send(bill, "deed", "budget.set", "owner", "account", "window", "total", "limit", "4000")
                        .status())
                .isEqualTo(303);
        assertThat(bill.get(BUDGETS).body()).doesNotContain("Each member", "mia@example.org", "Save time zone");
        for (String owner : new String[] {"each_member", company.id("mia")}) {
            assertThat(send(bill, "deed", "budget.set", "owner", owner, "window", "total", "limit", "1")
                            .status())
                    .isEqualTo(403);
        }
        assertThat(send(bill, "deed", "organization.set", "time_zone", "Asia/Tokyo")
                        .status())
                .isEqualTo(403);
        assertThat(mia.get(BUDGETS).status()).isEqualTo(403);
    }

    @Test
    void the_time_zone_changes_once_a_day() {
        assertThat(send(company.owner, "deed", "organization.set", "time_zone", "Nowhere")
                        .status())
                .isEqualTo(422);
        assertThat(send(company.owner, "deed", "organization.set", "time_zone", "Europe/Berlin")
                        .location())
                .isEqualTo(BUDGETS + "?saved=1");
        assertThat(send(company.owner, "deed", "organization.set", "time_zone", "Asia/Tokyo")
                        .body())
                .contains("can be changed once a day");
        company.pass(Duration.ofDays(1));
        assertThat(send(company.owner, "deed", "organization.set", "time_zone", "UTC")
                        .status())
                .isEqualTo(303);
    }
}
