package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stops is said first. */
@BesideOthers
@Timeout(60)
class StoppedLimitsTest {

    private static final String HELLO =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    /** Little more than the charge of a call, and less than the hold of a second one. */
    private static final String LIMIT = "0.0101";

    private static Company company;
    private static Browser ann;
    private static Browser bob;

    @BeforeAll
    static void start() {
        Gateway gateway = Gateway.start("sign-up.credits", "5000");
        company = new Company(gateway).inCredits();
        gateway.script(UpstreamScript.answers().text("b").finish("STOP", new Tokens(10, 20, 30)));
        ann = company.member("ann", "member");
        bob = company.member("bob", "member");
    }

    @AfterAll
    static void stop() {
        company.close();
    }

    private static int call(String key) {
        return company.server.post("/v1/chat/completions", HELLO, key).status();
    }

    /** Makes a key that has spent the charge of a call. */
    private static String used(String name, String member, String team) {
        String key = company.key(name, member, team);
        assertThat(call(key)).isEqualTo(200);
        return key;
    }

    private static void limit(String key, String credits) {
        String path = "/dashboard/keys/" + company.server.text("SELECT id FROM api_key WHERE name = '" + key + "'");
        String version = found(
                "name=\"version\" value=\"([0-9]+)\"", company.owner.get(path).body());
        company.owner.submit(
                path,
                path,
                Map.of(
                        "deed",
                        "key.change",
                        "version",
                        version,
                        "name",
                        key,
                        "unit",
                        "credits",
                        "day",
                        credits,
                        "hour",
                        "",
                        "total",
                        ""));
    }

    private static void assertStopped(String key, String line, String state) {
        assertThat(call(key)).isEqualTo(402);
        company.server.writeRefusals();
        for (String path : new String[] {"/dashboard", "/dashboard/usage", "/dashboard/keys"}) {
            assertThat(company.owner.get(path).body()).as(path).contains("note bad", line, "Raise it");
        }
        assertThat(company.owner.get("/dashboard/keys").body()).contains("refused: " + state);
        String id = company.server.text("SELECT id FROM api_key WHERE prefix = '" + key.substring(0, 11) + "'");
        assertThat(company.owner.get("/dashboard/keys/" + id).body())
                .contains("note bad", line, "Raise it", "badge bad\">refused: " + state, "class=\"over\"")
                .doesNotContain("class=\"near\"");
    }

    private static void assertWorks(String key, String line) {
        assertThat(call(key)).isEqualTo(200);
        assertThat(company.owner.get("/dashboard").body()).doesNotContain(line);
    }

    @Test
    void a_spent_budget_of_a_team_is_said_until_it_is_raised() {
        String team = company.team("Research");
        String id = team.replaceFirst(".*/", "");
        company.put(company.owner, team, "ann", "member");
        String key = used("of team", "", team);
        company.budget(id, "month", LIMIT);
        String line = "Team Research has used its budget of ";
        assertStopped(key, line, "team budget");
        assertThat(company.owner.get("/dashboard").body())
                .contains("Its calls are refused until 1 December.", "/dashboard/budgets?owner=" + id);
        assertThat(company.owner.get(team).body())
                .contains(line, "Raise it", "refused: team budget", "Calls are refused until 1 December.");
        assertThat(ann.get("/dashboard").body()).contains(line).doesNotContain("Raise it");
        assertThat(bob.get("/dashboard").body()).doesNotContain(line);
        company.budget(id, "month", "0.0125");
        assertThat(company.owner.get("/dashboard").body()).contains("Team Research has used 80 % of its budget of ");
        assertThat(company.owner.get(team).body()).contains("class=\"near\"").doesNotContain("note bad");
        company.budget(id, "month", "100");
        assertWorks(key, line);
    }

    @Test
    void limits_that_are_nearly_used_are_one_line() {
        for (String name : new String[] {"near one", "near two"}) {
            used(name, "", "");
            limit(name, "0.0125");
        }
        assertThat(company.owner.get("/dashboard/keys").body())
                .containsOnlyOnce("limits are above 80 %.")
                .containsOnlyOnce("note warn")
                .contains("Key near one has used 80 % of its limit of ");
        limit("near one", "");
        limit("near two", "");
    }

    @Test
    void a_member_reads_that_the_own_budget_is_spent() {
        String key = used("of ann", "ann", "");
        company.budget(company.id("ann"), "month", LIMIT);
        assertStopped(key, "ann@example.org has used a member's budget of ", "member budget");
        assertThat(ann.get("/dashboard").body()).contains("You have used your budget of ");
        company.budget(company.id("ann"), "month", "unlimited");
        assertWorks(key, "ann@example.org has used");
    }

    @Test
    void the_budget_of_each_member_is_said_of_who_has_spent_it() {
        String key = used("of bob", "bob", "");
        company.budget("each_member", "day", LIMIT);
        assertStopped(key, "bob@example.org has used a member's budget of ", "member budget");
        company.budget("each_member", "day", "100");
        assertWorks(key, "bob@example.org has used");
    }

    @Test
    void a_spent_limit_of_a_key_is_said() {
        String key = used("limited", "", "");
        limit("limited", LIMIT);
        assertStopped(key, "Key limited has used its limit of ", "key limit");
        limit("limited", "100");
        assertWorks(key, "Key limited has used");
    }

    @Test
    void a_spent_budget_of_the_organization_is_said_to_all() {
        String key = used("of all", "", "");
        long used = company.server.number("SELECT consumed_micros FROM account WHERE id = '" + company.account + "'");
        company.budget(
                "account", "total", (used + 100) / 1_000_000 + "." + String.format("%06d", (used + 100) % 1_000_000));
        String line = "The organization has used its budget of ";
        assertStopped(key, line, "organization budget");
        assertThat(bob.get("/dashboard").body()).contains(line, "All calls are refused until the limit is raised.");
        company.budget("account", "total", "1000");
        assertWorks(key, line);
    }

    @Test
    void a_call_larger_than_its_budget_does_not_use_the_budget_up() {
        String team = company.team("Shop");
        String key = used("of shop", "", team);
        company.budget(team.replaceFirst(".*/", ""), "total", "0.05");
        assertThat(call(key)).isEqualTo(402);
        assertThat(company.owner.get("/dashboard").body()).doesNotContain("Team Shop has used");
        assertThat(company.owner.get("/dashboard/requests/refused").body()).doesNotContain("is reached");
    }
}
