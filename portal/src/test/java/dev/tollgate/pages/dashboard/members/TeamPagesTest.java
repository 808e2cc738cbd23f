package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Teams on the pages, as owners, team admins and members see them. */
@BesideOthers
@Timeout(60)
class TeamPagesTest {

    private static final String TEAMS = "/dashboard/teams";

    private static Company company;
    private static Browser adam;
    private static Browser mia;
    private static Browser vic;

    @BeforeAll
    static void start() {
        company = new Company();
        adam = company.member("adam", "member");
        mia = company.member("mia", "member");
        vic = company.member("vic", "viewer");
    }

    @AfterAll
    static void stop() {
        company.close();
    }

    @Test
    void a_team_is_created_renamed_and_archived_with_its_keys() {
        String team = company.team("Ads");
        String secret = company.key("robot", "", team);
        assertThat(company.owner.get(TEAMS).body()).contains("Ads");
        assertThat(company.owner.get(team).body()).contains("robot", "service key, never used");
        assertThat(company.owner
                        .submit(team, team, Map.of("deed", "team.change", "name", "Adverts"))
                        .location())
                .isEqualTo(team + "?saved=1");
        assertThat(company.server.get("/v1/credits", secret).status()).isEqualTo(200);
        assertThat(company.owner
                        .submit(team, team, Map.of("deed", "team.archive"))
                        .location())
                .isEqualTo(TEAMS + "?archived=1");
        assertThat(company.server.get("/v1/credits", secret).status()).isEqualTo(401);
        assertThat(company.owner.get(team).status()).isEqualTo(404);
        assertThat(company.owner.get("/dashboard/audit-log").body())
                .contains("archived the team Adverts.", "renamed the team Ads to Adverts.");
        assertThat(company.owner.get("/dashboard/audit-log?what=key").body()).doesNotContain("Adverts");
        assertThat(company.owner.get("/dashboard/audit-log.csv?what=team").body())
                .startsWith("\ufeffnumber,time,who,who_name,")
                .contains(",team.archive,", "renamed the team Ads to Adverts.")
                .doesNotContain(",key.create,");
    }

    @Test
    void a_wrong_or_taken_name_is_refused_with_the_typed_text() {
        company.team("Taken");
        for (String name : new String[] {"Taken", " ", "x".repeat(101)}) {
            Browser.Page refused = company.owner.submit(TEAMS, TEAMS, Map.of("deed", "team.create", "name", name));
            assertThat(refused.status()).as(name).isEqualTo(422);
        }
    }

    @Test
    void members_see_their_own_teams_and_the_people_in_them() {
        String own = company.team("Search");
        String other = company.team("Billing bots");
        company.put(company.owner, own, "adam", "admin");
        company.put(company.owner, own, "mia", "member");
        company.put(company.owner, other, "vic", "member");
        assertThat(mia.get(TEAMS).body()).contains("Search").doesNotContain("Billing bots", "Create team");
        assertThat(mia.get(own).body()).contains("adam@example.org").doesNotContain("Service keys", "Archive");
        assertThat(mia.get(other).status()).isEqualTo(404);
        assertThat(mia.get("/dashboard/members").body())
                .contains("adam@example.org")
                .doesNotContain("vic@example.org");
        assertThat(mia.get("/dashboard/members/" + company.id("vic")).status()).isEqualTo(404);
        assertThat(vic.get(TEAMS).body()).contains("Search", "Billing bots").doesNotContain("Create team");
    }

    @Test
    void a_search_finds_the_calls_of_teams_and_members_for_those_who_see_them() {
        String team = company.team("Zeppelin");
        assertThat(company.owner.get("/dashboard/find?q=zepp").location())
                .isEqualTo("/dashboard/requests?team=" + team.substring(TEAMS.length() + 1));
        company.team("Zebra");
        assertThat(company.owner.get("/dashboard/find?q=ZE").body()).contains("Zeppelin", "Zebra", "team: its calls");
        assertThat(company.owner.get("/dashboard/find?q=vic").location())
                .isEqualTo("/dashboard/requests?member=" + company.id("vic"));
        assertThat(mia.get("/dashboard/find?q=ze").body()).doesNotContain("Zeppelin");
    }

    @Test
    void a_member_who_has_spent_nothing_has_the_budget_of_each_member() {
        company.member("nell", "member");
        company.budget("each_member", "month", "12.5");
        assertThat(company.owner.get("/dashboard/members?sort=name").body())
                .containsPattern("(?s)nell@example.org</a>(?:(?!</tr>).)*\\$0\\.00 of \\$0\\.06, month");
    }

    @Test
    void the_form_that_invites_opens_from_the_head() {
        company.member("otto", "member");
        String closed = company.owner.get("/dashboard/members").body();
        assertThat(closed).contains("href=\"/dashboard/members?invite=1\"").doesNotContain("id=\"email\"");
        assertThat(company.owner.get("/dashboard/members?invite=1").body())
                .contains("id=\"email\"")
                .doesNotContain("class=\"button primary\" href=\"/dashboard/members?invite=1\"");
    }

    @Test
    void members_are_listed_by_spend_with_their_budget_and_second_factor() {
        Browser sue = company.member("sue", "member");
        company.put(company.owner, company.team("Spenders"), "sue", "admin");
        company.key("sues own", "sue", "");
        company.budget(company.id("sue"), "day", "0.02");
        company.server.execute("INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, charged_micros)"
                + " SELECT account_id, " + company.now().toEpochMilli() / 900_000 * 900_000
                + ", id, 'm', 1, 3000000"
                + " FROM api_key WHERE name = 'sues own'");
        company.server.execute("UPDATE person SET totp_secret = 'lost' WHERE login = 'sue@example.org'");
        String page = company.owner.get("/dashboard/members").body();
        assertThat(page.indexOf("sue@example.org</a>")).isLessThan(page.indexOf("olga@example.org</a>"));
        assertThat(page).contains("aria-sort=\"descending\"", "of $0.0001, day", "Second factor", ">on<", ">off<");
        String named = company.owner.get("/dashboard/members?sort=name").body();
        assertThat(named.indexOf("olga@example.org</a>")).isLessThan(named.indexOf("sue@example.org</a>"));
        assertThat(sue.get("/dashboard/members").body()).doesNotContain("Second factor", "This month");
        assertThat(company.owner.get("/dashboard/members/" + company.id("sue")).body())
                .contains(
                        ">Spenders</a> (admin)",
                        "Spend by day and model",
                        "/dashboard/usage?member=" + company.id("sue"));
    }

    @Test
    void the_data_page_names_people_of_own_teams_alone() {
        String data = "/dashboard/settings/data";
        String own = company.team("Data");
        Browser dora = company.member("dora", "member");
        assertThat(dora.get(data).body())
                .contains("Other people in this account:")
                .doesNotContain("adam@example.org", "mia@example.org", "vic@example.org", "owner@example.org");
        company.put(company.owner, own, "dora", "member");
        company.put(company.owner, own, "mia", "member");
        assertThat(dora.get(data).body())
                .contains("mia@example.org and ")
                .doesNotContain("adam@example.org", "vic@example.org", "owner@example.org");
        assertThat(vic.get(data).body()).contains("adam@example.org");
    }

    @Test
    void a_team_admin_changes_the_people_of_that_team_alone() {
        String own = company.team("Maps");
        String other = company.team("Traffic");
        company.put(company.owner, own, "adam", "admin");
        company.put(company.owner, other, "adam", "member");
        assertThat(adam.get(own).body()).contains("Service keys", "mia@example.org");
        assertThat(company.put(adam, own, "mia", "member").location()).isEqualTo(own + "?saved=1");
        assertThat(company.put(adam, other, "mia", "member").status()).isEqualTo(403);
        assertThat(adam.submit(own, own, Map.of("deed", "team.change", "name", "Mine"))
                        .status())
                .isEqualTo(403);
        assertThat(adam.submit(own, own, Map.of("deed", "team.archive")).status())
                .isEqualTo(403);
        assertThat(adam.submit(own, TEAMS, Map.of("deed", "team.create", "name", "Mine"))
                        .status())
                .isEqualTo(403);
        String secret = company.key("mias", "mia", own);
        assertThat(adam.get(own + "?remove=" + company.id("mia")).body())
                .contains("mias", "Remove from team")
                .doesNotContain("Move to team");
        assertThat(adam.submit(own, own, Map.of("deed", "team.remove", "member", company.id("mia")))
                        .status())
                .isEqualTo(303);
        assertThat(company.server.get("/v1/credits", secret).status()).isEqualTo(401);
        assertThat(mia.get(own).status()).isEqualTo(404);
    }

    @Test
    void a_team_of_another_organization_is_not_found() {
        String team = company.team("Closed");
        Browser stranger = new Browser(company.server.url()).signUp("stranger@example.org", Company.PASSWORD);
        assertThat(stranger.get(team).status()).isEqualTo(404);
    }
}
