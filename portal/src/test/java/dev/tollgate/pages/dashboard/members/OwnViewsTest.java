package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.AccountsServer;
import dev.tollgate.testing.Browser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls that each member of an organization sees: all, the own ones, or also a team's. */
@Order(19)
@Timeout(120)
class OwnViewsTest {

    private static final String HELLO =
            "{\"model\":\"gemini-2.5-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    private static final List<String> KEYS = List.of("ann-key", "bob-key", "team-key", "account-key");
    private static final Map<String, Browser> PEOPLE = new HashMap<>();
    private static final Map<String, String> CALLS = new HashMap<>();

    private static Company company;
    private static String team;

    @BeforeAll
    static void start() {
        company = new Company("sign-up.credits", "50");
        PEOPLE.put("olga", company.owner);
        PEOPLE.put("ann", company.member("ann", "member"));
        PEOPLE.put("bob", company.member("bob", "member"));
        PEOPLE.put("tess", company.member("tess", "member"));
        PEOPLE.put("vera", company.member("vera", "viewer"));
        team = company.team("Search");
        company.put(company.owner, team, "bob", "member");
        company.put(company.owner, team, "tess", "admin");
        call("ann-key", company.key("ann-key", "ann", ""));
        call("bob-key", company.key("bob-key", "bob", team));
        call("team-key", company.key("team-key", "", team));
        call("account-key", company.key("account-key", "", ""));
    }

    @AfterAll
    static void stop() {
        PEOPLE.clear();
        CALLS.clear();
        company.close();
    }

    private static void call(String name, String secret) {
        assertThat(company.server.post("/v1/chat/completions", HELLO, secret).status())
                .isEqualTo(200);
        assertThat(company.server
                        .post("/v1/chat/completions", "{\"model\":\"none-" + name + "\"}", secret)
                        .status())
                .isGreaterThanOrEqualTo(400);
        company.server.writeWhatRides();
        CALLS.put(name, company.server.text("SELECT id FROM call WHERE key_id = '" + keyId(name) + "'"));
    }

    private static String keyId(String name) {
        return company.server.text("SELECT id FROM api_key WHERE name = '" + name + "'");
    }

    private static String page(String who, String path) {
        Browser.Page page = PEOPLE.get(who).get(path);
        assertThat(page.status()).as(who + " " + path).isEqualTo(200);
        return page.body();
    }

    @ParameterizedTest
    @CsvSource({"olga, true", "vera, true", "tess, true", "bob, false"})
    void the_chart_of_a_team_is_seen_by_those_who_see_its_calls(String person, boolean isSeen) {
        String page = PEOPLE.get(person).get(team).body();
        assertThat(page).contains("<h1 class=\"wide\">Search</h1>");
        assertThat(page.contains("Spend by day and model, 30 days")).isEqualTo(isSeen);
    }

    @ParameterizedTest
    @CsvSource({
        "olga, ann-key bob-key team-key account-key",
        "vera, ann-key bob-key team-key account-key",
        "ann, ann-key",
        "bob, bob-key",
        "tess, bob-key team-key"
    })
    void each_page_has_the_calls_of_the_keys_that_a_member_sees(String who, String seen) {
        for (String key : KEYS) {
            boolean isSeen = List.of(seen.split(" ")).contains(key);
            String call = CALLS.get(key);
            String overview = who.equals("tess") ? "/dashboard?team=" + team.replaceFirst(".*/", "") : "/dashboard";
            for (String path : List.of(overview, "/dashboard/requests", "/dashboard/requests.csv")) {
                assertThat(page(who, path).contains(call)).as(path + " " + key).isEqualTo(isSeen);
            }
            for (String path : List.of("/dashboard/usage", "/dashboard/requests/refused")) {
                assertThat(page(who, path).contains(key)).as(path + " " + key).isEqualTo(isSeen);
            }
            assertThat(page(who, "/dashboard/usage.csv?by=key").contains(keyId(key)))
                    .as(key)
                    .isEqualTo(isSeen);
            assertThat(PEOPLE.get(who).get("/dashboard/requests/" + call).status())
                    .as(key)
                    .isEqualTo(isSeen ? 200 : 404);
            assertThat(PEOPLE.get(who).get("/dashboard/find?q=" + call).status())
                    .as(key)
                    .isEqualTo(isSeen ? 303 : 200);
        }
    }

    @ParameterizedTest
    @CsvSource({"ann, bob", "bob, ann", "tess, ann"})
    void no_member_reads_anothers_call_on_any_page(String who, String other) throws IOException {
        String key = other + "-key";
        String query = "?range=30&key=" + keyId(key) + "&member=" + company.id(other) + "&team="
                + team.replaceFirst(".*/", "") + "&by=key";
        for (String page : pages()) {
            for (String id : List.of(CALLS.get(key), keyId(key), company.id(other))) {
                String path = page.replaceAll("\\{[^}]*}", id);
                String body = PEOPLE.get(who)
                        .get(path + query)
                        .body()
                        .replace(path, "")
                        .replace(query, "");
                assertThat(body.contains(CALLS.get(key)) || body.contains(key))
                        .as(path)
                        .isFalse();
            }
        }
    }

    /** Returns the paths of all pages and files of an account; a stream has no end. */
    private static List<String> pages() throws IOException {
        List<String> paths = new ArrayList<>();
        for (String route : Files.readAllLines(Path.of("app/src/test/resources/golden/app/routes.txt"))) {
            Matcher page = Pattern.compile("GET (/dashboard[^ ]*|/playground) [|] page (?!that listens).*")
                    .matcher(route);
            if (page.matches()) {
                paths.add(page.group(1));
            }
        }
        assertThat(paths).hasSizeGreaterThan(20);
        return paths;
    }

    @Test
    void filters_by_what_a_member_does_not_see_find_nothing() {
        for (String filter : List.of("key=" + keyId("bob-key"), "member=" + company.id("bob"), "team=" + team)) {
            assertThat(page("ann", "/dashboard/requests.csv?" + filter).lines()).hasSize(1);
            assertThat(page("ann", "/dashboard/usage.csv?by=key&" + filter).lines())
                    .hasSize(1);
        }
        assertThat(page("olga", "/dashboard/requests.csv?member=" + company.id("bob"))
                        .lines())
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "tess"})
    void who_may_not_see_the_balance_reads_it_nowhere(String who) {
        for (String path : List.of(
                "/dashboard",
                "/dashboard/usage",
                "/dashboard/requests/" + CALLS.get(who.equals("ann") ? "ann-key" : "bob-key"))) {
            assertThat(page(who, path))
                    .doesNotContain("data-figure=\"balance\"", "account-balance", "Balance", "Top up");
        }
        assertThat(page("vera", "/dashboard"))
                .contains("data-figure=\"balance\"")
                .doesNotContain("Top up");
    }

    @Test
    void usage_is_grouped_and_filtered_by_team_and_member() {
        String search = team.replaceFirst(".*/", "");
        String teams = page("olga", "/dashboard/usage?by=team");
        assertThat(teams).contains("<h2>By team</h2>", "Search", "No team", "by=member", "group_by=team");
        assertThat(page("olga", "/dashboard/usage?by=member")).contains("<h2>By member</h2>", "ann@example.org");
        assertThat(page("olga", "/dashboard/usage?by=team&team=" + search))
                .contains("<h2>By key</h2>", "bob-key", "team-key", "the team <b class=\"wide\">Search</b>")
                .doesNotContain("ann-key");
        assertThat(page("olga", "/dashboard/usage?model=gemini-2.5-flash&by=member"))
                .contains("<h2>By member</h2>");
        assertThat(page("olga", "/dashboard/usage.csv?by=team").lines()).hasSize(3);
        assertThat(page("olga", "/dashboard/requests")).contains("name=\"team\"", "name=\"member\"");
        assertThat(page("ann", "/dashboard/requests")).doesNotContain("name=\"team\"", "name=\"member\"");
        assertThat(page("ann", "/dashboard/usage")).doesNotContain("by=team", "by=member", "bob@example.org");
    }

    @Test
    void a_statement_has_the_charges_by_team_and_by_member() {
        String path = "/dashboard/billing/statements/2026-11";
        assertThat(page("olga", path))
                .contains("Calls by key", "Calls by team", "Search", "No team", "Calls by member", "bob@example.org");
        assertThat(page("olga", path + "/statement.csv"))
                .contains("invoice,team,team_name,member,member_name")
                .contains("," + team.replaceFirst(".*/", "") + ",Search," + company.id("bob") + ",bob@example.org\r\n");
        assertThat(page("olga", path)).contains(path + "/by-team.csv", path + "/by-key.csv", path + "/by-member.csv");
        assertThat(page("olga", path + "/by-team.csv"))
                .startsWith("\ufeffteam,team_name,calls,")
                .contains("charged,charged_usd,refunded,refunded_usd,net,net_usd")
                .contains("\r\n,No team,", team.replaceFirst(".*/", "") + ",Search,");
        assertThat(page("olga", path + "/by-member.csv")).contains(company.id("bob") + ",bob@example.org,");
        assertThat(PEOPLE.get("olga").get(path + "/by-key.csv").header("content-disposition"))
                .matches("attachment; filename=\"[a-z0-9-]+-2026-11-by-key.csv\"");
        assertThat(PEOPLE.get("ann").get(path).status()).isEqualTo(403);
    }

    @Test
    void a_members_overview_has_what_is_left_of_the_budget() {
        AccountsServer server = company.server;
        assertThat(page("ann", "/dashboard")).doesNotContain("Left for you");
        server.execute("INSERT INTO budget (account_id, owner, kind, limit_micros, since) VALUES ('" + company.account
                + "', 'each_member', 'month', 50000000, 0)");
        server.execute(
                "UPDATE account SET budgets_version = budgets_version + 1, time_zone = 'Europe/Berlin' WHERE id = '"
                        + company.account + "'");
        assertThat(page("ann", "/dashboard"))
                .contains("Left for you", "$0.25 of $0.25", "this month, resets 1 December 00:00 (Berlin)");
        assertThat(page("olga", "/dashboard")).doesNotContain("Left for you");
    }

    @Test
    void live_figures_count_the_keys_that_a_member_sees() throws IOException, InterruptedException {
        assertThat(event("ann")).contains("\"calls\":\"1\"").doesNotContain("balance");
        assertThat(event("tess")).contains("\"calls\":\"2\"").doesNotContain("balance");
        assertThat(event("olga")).contains("\"calls\":\"4\"").contains("balance");
    }

    /** Returns the first event of a page. */
    private static String event(String who) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(company.server.url() + "/dashboard/live?since=chatcmpl-0"))
                .header("cookie", PEOPLE.get(who).cookies())
                .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String line;
            do {
                line = lines.readLine();
            } while (line != null && !line.startsWith("data: "));
            return String.valueOf(line);
        }
    }

    @Test
    void the_list_of_members_names_the_teams_that_a_member_administers() {
        assertThat(page("olga", "/dashboard/members")).containsOnlyOnce("in Search (admin)</span>");
    }

    @Test
    void an_admin_of_a_team_chooses_between_mine_and_the_team() {
        String id = team.replaceFirst(".*/", "");
        assertThat(page("tess", "/dashboard"))
                .contains("You: November", ">Mine</a>")
                .doesNotContain("team-key");
        assertThat(page("tess", "/dashboard?team=" + id))
                .contains("Team Search: November", "team-key", "bob-key", "You are in olga@example.org, as member.")
                .doesNotContain("account-key");
        assertThat(page("tess", "/dashboard/usage")).contains("You and team Search");
        assertThat(page("bob", "/dashboard/usage")).doesNotContain("You and team");
        assertThat(page("bob", "/dashboard?team=" + id)).as("no admin").doesNotContain("Team Search", "team-key");
    }
}
