package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** {@code /v1/organization}: what a management key does with its organization, and what that does to calls. */
@ParameterizedClass
@MethodSource(Stores.USUAL)
class OrganizationApiTest {

    private static final String ORGANIZATION = "/v1/organization";
    private static final String BUDGETS = ORGANIZATION + "/budgets";
    private static final String MEMBERS = ORGANIZATION + "/members";
    private static final String INVITATIONS = ORGANIZATION + "/invitations";
    private static final String TEAMS = ORGANIZATION + "/teams";
    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false}";

    @Parameter
    Stores stores;

    private static Gateway gateway;
    private static Instant now = Instant.parse("2026-11-20T12:00:00Z");

    private Customer customer;
    private KeyResult.Made manager;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = Gateway.startOn(stores);
    }

    @BeforeEach
    void begin() {
        now = now.plus(Duration.ofMinutes(10));
        gateway.setNow(now);
        customer = gateway.customer("100");
        manager = manager(customer.account(), EnumSet.allOf(Scope.class));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.close();
    }

    private static KeyResult.Made manager(String account, Set<Scope> scopes) {
        return gateway.commands()
                .createKey(
                        account,
                        KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(scopes));
    }

    private Reply ask(String method, String path, String body) {
        return ask(manager.secret(), method, path, body);
    }

    private static Reply ask(String key, String method, String path, String body) {
        return gateway.send(method, path, body, key);
    }

    private JsonNode done(String method, String path, String body) {
        Reply reply = ask(method, path, body);
        assertThat(reply.status()).as(reply.text()).isIn(200, 201);
        return reply.json();
    }

    private JsonNode get(String path) {
        return done("GET", path, null);
    }

    private void assertRefused(Reply reply, int status, String param, String... messages) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        JsonNode error = reply.error();
        assertThat(error.get("param").isNull() ? null : error.get("param").asString())
                .isEqualTo(param);
        assertThat(error.get("message").asString()).contains(messages);
    }

    /** Returns all entries of a list, asked for two at a time. */
    private List<JsonNode> all(String path) {
        List<JsonNode> entries = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = get(path + "?limit=2" + after);
            page.get("data").forEach(entries::add);
            assertThat(page.get("data").size()).isBetween(1, 2);
            after = page.get("next").isNull()
                    ? null
                    : "&after=" + page.get("next").asString();
        } while (after != null);
        return entries;
    }

    /** Returns the changes that are not of keys, the newest first. */
    private List<JsonNode> changes() {
        return all(ORGANIZATION + "/audit-log").stream()
                .filter(line -> !line.get("action").asString().startsWith("key."))
                .toList();
    }

    private List<String> actions() {
        return changes().reversed().stream()
                .map(line -> line.get("action").asString())
                .toList();
    }

    // ---- rights ----

    @ParameterizedTest
    @CsvSource({"name, members:write", "time_zone, budgets:write"})
    void each_field_of_an_organization_needs_its_scope(String field, String scope) {
        Set<Scope> others = EnumSet.complementOf(EnumSet.copyOf(Scope.parse(List.of(scope))));
        String without = manager(customer.account(), others).secret();
        assertRefused(ask(without, "PATCH", ORGANIZATION, "{\"" + field + "\":\"UTC\"}"), 403, null, scope);
        String with = manager(customer.account(), Scope.parse(List.of(scope, "members:read")))
                .secret();
        assertThat(ask(with, "PATCH", ORGANIZATION, "{\"" + field + "\":\"UTC\"}")
                        .status())
                .isEqualTo(200);
    }

    // ---- budgets ----

    @Test
    void a_budget_is_set_refuses_a_call_and_is_removed() {
        JsonNode set = done("PUT", BUDGETS + "/account", "{\"month\":0,\"day\":2.5}");
        assertThat(set.get("data")).hasSize(2);
        Reply refused = customer.chat(CALL);
        assertThat(refused.status()).isEqualTo(402);
        assertThat(refused.error().at("/budget/owner").asString()).isEqualTo("account");
        assertThat(refused.error().at("/budget/window").asString()).isEqualTo("month");

        JsonNode left = done("PUT", BUDGETS + "/account", "{\"month\":null}");

        assertThat(left.get("data")).hasSize(1);
        assertThat(left.at("/data/0/window").asString()).isEqualTo("day");
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        JsonNode used = get(BUDGETS).at("/data/0");
        assertThat(used.get("used").decimalValue()).isPositive();
        assertThat(used.get("used").decimalValue().add(used.get("left").decimalValue()))
                .isEqualByComparingTo("2.5");
        assertThat(used.get("resets_at").asLong())
                .isEqualTo(Instant.parse("2026-11-21T00:00:00Z").getEpochSecond());
        JsonNode line = changes().get(1);
        assertThat(line.get("action").asString()).isEqualTo("budget.set");
        assertThat(line.get("subject").asString()).isEqualTo("account");
        assertThat(line.get("before")).isEmpty();
        assertThat(line.get("after").toString()).isEqualTo("{\"day\":2.5,\"month\":0}");
    }

    // ---- members ----

    @Test
    void a_lowered_budget_is_noticed_without_another_call() {
        String noticed = "SELECT COUNT(*) FROM told WHERE kind = 'budget' AND owner = '" + customer.account()
                + "' AND fact LIKE '%s'";
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        now = now.plus(Duration.ofMinutes(30));
        gateway.setNow(now);
        for (int micros : List.of(2, 1)) {
            String fact = noticed.formatted("% " + micros + " 100");
            done("PUT", BUDGETS + "/account", "{\"month\":0.00000" + micros + "}");
            assertThat(gateway.number(fact)).isZero();
            gateway.app().people().mail().budgetNotices().sweep();
            assertThat(gateway.number(fact)).isEqualTo(1);
        }
    }

    // ---- the allowance ----

    private static void useUp(String kind, int most) {
        gateway.execute("UPDATE allowance SET used = " + most + " WHERE name LIKE '" + kind + " %'");
    }

    @Test
    void every_change_counts_towards_one_allowance() {
        String bob = customer.member("Bob", "member");
        customer.member("Ann", "owner");
        String team = done("POST", TEAMS, "{\"name\":\"Search\"}").get("id").asString();
        done("PUT", TEAMS + "/" + team + "/members/" + bob, "{\"role\":\"member\"}");
        done("PUT", BUDGETS + "/" + team, "{\"month\":5}");
        useUp("organization.changes", 1_000);
        for (String[] change : new String[][] {
            {"PATCH", ORGANIZATION, "{\"name\":\"Other\"}"},
            {"PATCH", ORGANIZATION, "{\"tag_names\":[\"feature\"]}"},
            {"PATCH", ORGANIZATION, "{\"time_zone\":\"Asia/Tokyo\"}"},
            {"PUT", BUDGETS + "/" + team, "{\"month\":6}"},
            {"PATCH", MEMBERS + "/" + bob, "{\"role\":\"viewer\"}"},
            {"POST", TEAMS, "{\"name\":\"Ads\"}"},
            {"PATCH", TEAMS + "/" + team, "{\"name\":\"Find\"}"},
            {"PUT", TEAMS + "/" + team + "/members/" + bob, "{\"role\":\"admin\"}"},
            {"DELETE", TEAMS + "/" + team, null}
        }) {
            Reply refused = ask(change[0], change[1], change[2]);
            assertRefused(refused, 429, null, "1000 changes within a day", "disable and delete keys");
            assertThat(refused.header("retry-after")).isNotBlank();
        }
        assertThat(ask("DELETE", TEAMS + "/" + team + "/members/" + bob, null).status())
                .isEqualTo(204);
        assertThat(ask("DELETE", MEMBERS + "/" + bob, null).status()).isEqualTo(204);
        done("POST", INVITATIONS, "{\"email\":\"dan@example.org\",\"role\":\"member\"}");
        assertThat(get(ORGANIZATION).get("name").asString()).isNotEqualTo("Other");
    }

    @Test
    void a_key_can_be_disabled_and_deleted_at_any_time() {
        String path = "/v1/keys/"
                + done("POST", "/v1/keys", "{\"name\":\"robot\"}").get("id").asString();
        done("PATCH", path, "{\"name\":\"robot 2\"}");
        useUp("keys.changed", 1_000);
        assertThat(ask("PATCH", path, "{\"name\":\"robot 3\"}").status()).isEqualTo(429);
        long lines = gateway.number("SELECT COUNT(*) FROM account_log");
        for (int i = 0; i < 3; i++) {
            assertThat(done("PATCH", path, "{\"disabled\":true}")
                            .get("disabled")
                            .asBoolean())
                    .isTrue();
        }
        assertThat(gateway.number("SELECT COUNT(*) FROM account_log")).isEqualTo(lines + 1);
        assertThat(ask("DELETE", path, null).status()).isEqualTo(204);
    }

    // ---- invitations ----

    @ParameterizedTest
    @CsvSource({"POST, /v1/keys", "PATCH, /v1/organization", "POST, /v1/organization/teams"})
    void a_compressed_or_large_body_is_refused_in_words(String method, String path) {
        HttpRequest.Builder packed = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + manager.secret())
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "zstd, gzip")
                .method(method, BodyPublishers.ofString("{}"));

        assertRefused(gateway.send(packed), 415, null, "A compressed body is not taken here");
        assertRefused(ask(method, path, " ".repeat(65_537)), 413, null, "at most 65536 bytes are allowed");
    }

    @Test
    void an_invitation_shows_its_link_once_and_is_sent_again_and_revoked() {
        customer.member("Ann", "owner");
        String team = done("POST", TEAMS, "{\"name\":\"Search\"}").get("id").asString();
        String dan = "{\"email\":\"dan@example.org\",\"role\":\"member\",\"teams\":[\"%s\"]}";
        JsonNode made = done("POST", INVITATIONS, dan.formatted(team));
        assertThat(made.at("/teams/0").asString()).isEqualTo(team);
        assertRefused(ask("POST", INVITATIONS, dan.formatted("team_none")), 400, "teams", "team_none");
        assertThat(made.get("link").asString()).startsWith(gateway.url() + "/invite/");
        assertThat(made.get("mailed").asBoolean()).isFalse();
        JsonNode listed = get(INVITATIONS).get("data");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).has("link")).isFalse();
        assertThat(listed.get(0).get("id")).isEqualTo(made.get("id"));

        String path = INVITATIONS + "/" + made.get("id").asString();
        JsonNode again = done("POST", path + "/resend", null);

        assertThat(again.get("link")).isNotEqualTo(made.get("link"));
        assertRefused(ask("POST", path + "/resend", null), 404, null, "does not exist");
        assertThat(ask("DELETE", INVITATIONS + "/" + again.get("id").asString(), null)
                        .status())
                .isEqualTo(204);
        assertThat(get(INVITATIONS).get("data")).isEmpty();
        assertThat(actions())
                .containsExactly("team.create", "invitation.create", "invitation.create", "invitation.revoke");
        assertRefused(
                ask("POST", INVITATIONS, "{\"email\":\"dan\",\"role\":\"member\"}"), 400, "email", "name@example.org");
        assertRefused(ask("POST", INVITATIONS, "{\"email\":\"dan@example.org\"}"), 400, "role", "required");
        assertRefused(
                ask("POST", INVITATIONS, "{\"email\":\"dan@example.org\",\"role\":\"admin\"}"),
                403,
                null,
                "owners and admins");
    }

    // ---- teams ----

    @Test
    void a_paused_team_is_shown_so_and_its_keys_work_again() {
        String path = TEAMS + "/"
                + done("POST", TEAMS, "{\"name\":\"Shop\"}").get("id").asString();
        String team = path.substring(TEAMS.length() + 1);
        JsonNode made = done("POST", "/v1/keys", "{\"name\":\"bot\",\"team\":\"" + team + "\"}");
        String secret = made.get("key").asString();
        assertThat(gateway.post("/v1/chat/completions", CALL, secret).status()).isEqualTo(200);

        assertThat(done("PATCH", path, "{\"paused\":true}").get("paused").asBoolean())
                .isTrue();

        assertThat(gateway.post("/v1/chat/completions", CALL, secret)
                        .error()
                        .get("message")
                        .asString())
                .isEqualTo("The team 'Shop' is paused.");
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        assertThat(get("/v1/keys/" + made.get("id").asString()).get("paused").asBoolean())
                .isTrue();
        assertThat(all(TEAMS))
                .extracting(each -> each.get("paused").asBoolean())
                .containsExactly(true);
        done("PATCH", path, "{\"paused\":true,\"name\":\"Store\"}");
        assertThat(gateway.post("/v1/chat/completions", CALL, secret)
                        .error()
                        .get("message")
                        .asString())
                .isEqualTo("The team 'Store' is paused.");
        done("PATCH", path, "{\"paused\":false}");
        assertThat(gateway.post("/v1/chat/completions", CALL, secret).status()).isEqualTo(200);
        assertThat(actions()).containsExactly("team.create", "team.pause", "team.rename", "team.resume");
        assertRefused(ask("PATCH", path, "{}"), 400, null, "name, paused");
        assertRefused(ask("PATCH", path, "{\"paused\":\"yes\"}"), 400, "paused", "true or false");
    }

    @Test
    void a_key_comes_into_a_paused_team_and_leaves_it() {
        String team = done("POST", TEAMS, "{\"name\":\"Shop\"}").get("id").asString();
        done("PATCH", TEAMS + "/" + team, "{\"paused\":true}");
        String in = "{\"team\":\"" + team + "\"}";
        assertThat(done("POST", "/v1/keys", "{\"name\":\"new\",\"team\":\"" + team + "\"}")
                        .get("paused")
                        .asBoolean())
                .isTrue();
        JsonNode made = done("POST", "/v1/keys", "{\"name\":\"bot\"}");
        String secret = made.get("key").asString();

        JsonNode moved = done("POST", "/v1/keys/" + made.get("id").asString() + "/move", in);
        assertThat(moved.get("paused").asBoolean()).isTrue();
        assertThat(gateway.post("/v1/chat/completions", CALL, secret).status()).isEqualTo(403);
        JsonNode out = done("POST", "/v1/keys/" + moved.get("id").asString() + "/move", "{\"team\":null}");

        assertThat(out.has("paused")).isFalse();
        assertThat(gateway.post("/v1/chat/completions", CALL, secret).status()).isEqualTo(200);
        gateway.assertBooksAreClosed();
    }

    @Test
    void a_teams_budget_refuses_its_service_key_by_name() {
        String team = done("POST", TEAMS, "{\"name\":\"Search\"}").get("id").asString();
        String key = done("POST", "/v1/keys", "{\"name\":\"bot\",\"team\":\"" + team + "\"}")
                .get("key")
                .asString();
        done("PUT", BUDGETS + "/" + team, "{\"month\":0.005}");

        Reply refused = gateway.post("/v1/chat/completions", CALL, key);

        assertThat(refused.status()).as(refused.text()).isEqualTo(402);
        assertThat(refused.error().get("message").asString())
                .startsWith("The call is too large for the monthly budget of team Search");
        assertThat(refused.error().at("/budget/id").asString()).isEqualTo(team);
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        assertThat(all(ORGANIZATION + "/audit-log"))
                .filteredOn(line ->
                        line.get("actor").asString().equals(manager.key().id()))
                .extracting(line -> line.get("action").asString())
                .containsExactly("budget.set", "key.create", "team.create");
        String other = manager(gateway.customer("1").account(), EnumSet.allOf(Scope.class))
                .secret();
        assertRefused(ask(other, "GET", TEAMS + "/" + team, null), 404, null, "does not exist");
        assertRefused(ask(other, "PUT", BUDGETS + "/" + team, "{\"month\":1}"), 404, null, "no such owner");
        assertThat(ask(other, "DELETE", TEAMS + "/" + team, null).status()).isEqualTo(404);
    }
}
