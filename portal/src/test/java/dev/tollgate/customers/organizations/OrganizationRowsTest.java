package dev.tollgate.customers.organizations;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Languages;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rows of an organization's actions, asked by a management key without a server. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class OrganizationRowsTest {

    private static final String BUDGETS = "/budgets";
    private static final String MEMBERS = "/members";
    private static final String TEAMS = "/teams";
    private static final String ACCOUNT = "acc_1";
    private static final String KEY = "key_manager";
    private static final String OF_ACCOUNT = "key_of_account";

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CustomersFixture store;
    private OrganizationStores rows;

    @BeforeEach
    void open() {
        store = stores.open(folder, CustomersFixture::new);
        store.account(ACCOUNT, 1_000);
        store.account("acc_2", 1_000);
        store.key(
                KEY,
                ACCOUNT,
                KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(EnumSet.allOf(Scope.class)));
        store.key(OF_ACCOUNT, ACCOUNT, KeySettings.named("k"));
        store.key("key_of_another", "acc_2", KeySettings.named("k"));
        SecureRandom random = new SecureRandom();
        rows = new OrganizationStores(
                new Organizations(store.database, store.ledger, store.counted(), store::now),
                new Members(store.database, store.keys, store.writer, store.counted(), store::now, random),
                new Teams(store.database, store.keys, store.counted(), store::now, random),
                new AccountLog(store.database),
                new Labels(store.database),
                null, // links of invitations, which need mail
                () -> 100,
                null,
                Languages.ENGLISH);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** @param json null for a 204 */
    private record Reply(
            int status, @Nullable JsonNode json, @Nullable ApiError error) {}

    private Reply ask(String method, String path, @Nullable String body) {
        String[] parts = path.split("\\?", 2);
        for (Action<OrganizationStores, ?> row : OrganizationRoutes.ACTIONS) {
            Matcher asked = Pattern.compile(row.path().replaceAll("\\{([a-z]+)}", "(?<$1>[^/]+)"))
                    .matcher(parts[0]);
            if (row.method().equals(method) && asked.matches()) {
                return answer(row, asked, parts.length > 1 ? parts[1] : "", body == null ? "" : body);
            }
        }
        throw new AssertionError("no row takes " + method + " " + path);
    }

    private Reply answer(Action<OrganizationStores, ?> row, Matcher path, String query, String body) {
        Map<String, String> parameters = new HashMap<>();
        for (String each : query.isEmpty() ? new String[0] : query.split("&")) {
            String[] named = each.split("=", 2);
            assertThat(row.query()).contains(named[0]);
            parameters.put(named[0], named[1]);
        }
        try {
            ActionRequest request = new ActionRequest(
                    new Acting(ACCOUNT, KEY, "127.0.0.1", null),
                    EnumSet.allOf(Scope.class),
                    path::group,
                    parameters::get,
                    Body.read(body.getBytes(StandardCharsets.UTF_8), Lease.FREE, row.fields()),
                    null);
            ObjectNode answer = new OrganizationRoutes(rows).answer(row, request);
            byte[] sent = answer == null ? null : ApiJson.MAPPER.writeValueAsBytes(answer);
            return new Reply(row.status(), sent == null ? null : ApiJson.MAPPER.readTree(sent), null);
        } catch (ApiException e) {
            return new Reply(e.error().status(), null, e.error());
        }
    }

    private JsonNode done(String method, String path, @Nullable String body) {
        Reply reply = ask(method, path, body);
        assertThat(reply.error()).isNull();
        return Objects.requireNonNull(reply.json());
    }

    private JsonNode get(String path) {
        return done("GET", path, null);
    }

    private static void assertRefused(Reply reply, int status, @Nullable String param, String... messages) {
        assertThat(reply.error()).isNotNull();
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.error().param()).isEqualTo(param);
        assertThat(reply.error().message()).contains(messages);
    }

    /** Returns all entries of a list, asked for two at a time. */
    private List<JsonNode> all(String path) {
        List<JsonNode> entries = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = get(path + "?limit=2" + after);
            page.get("data").forEach(entries::add);
            assertThat(page.get("data").size()).isBetween(0, 2);
            after = page.get("next").isNull()
                    ? null
                    : "&after=" + page.get("next").asString();
        } while (after != null);
        return entries;
    }

    /** Returns the changes, the newest first. */
    private List<JsonNode> changes() {
        return all("/audit-log").stream()
                .filter(line -> !line.get("action").asString().startsWith("key."))
                .toList();
    }

    private List<String> actions() {
        return changes().reversed().stream()
                .map(line -> line.get("action").asString())
                .toList();
    }

    /** Puts a person into the account with a role. */
    private String member(String name, String role) {
        store.execute(
                "INSERT INTO person (id, account_id, login, name, role, password_hash, created_at)"
                        + " VALUES (?, ?, ?, ?, 'user', '', 1)",
                "per_" + name,
                ACCOUNT,
                name + "@example.org",
                name);
        store.execute(
                "INSERT INTO member (id, account_id, person_id, role, created_at) VALUES (?, ?, ?, ?, 1)",
                "mem_" + name,
                ACCOUNT,
                "per_" + name,
                role);
        return "mem_" + name;
    }

    @Test
    void an_organization_gets_another_name_and_time_zone() {
        JsonNode made = get("");
        assertThat(made.get("id").asString()).isEqualTo(ACCOUNT);
        assertThat(made.get("time_zone").asString()).isEqualTo("UTC");

        JsonNode changed = done("PATCH", "", "{\"name\":\"Example Ltd\",\"time_zone\":\"Europe/Berlin\"}");

        assertThat(changed.get("name").asString()).isEqualTo("Example Ltd");
        assertThat(changed.get("time_zone").asString()).isEqualTo("Europe/Berlin");
        assertThat(get("")).isEqualTo(changed);
        assertRefused(ask("PATCH", "", "{\"time_zone\":\"Asia/Tokyo\",\"name\":\"X\"}"), 409, null, "once a day");
        assertThat(get("")).isEqualTo(changed);
        assertRefused(ask("PATCH", "", "{\"time_zone\":\"Mars\"}"), 400, "time_zone", "Europe/Berlin");
        assertRefused(ask("PATCH", "", "{\"name\":\"\"}"), 400, "name", "1 to 200 characters");
        assertRefused(ask("PATCH", "", "{\"name\":7}"), 400, "name", "string");
        assertRefused(ask("PATCH", "", "{\"tags\":[]}"), 400, "tags", "known are name, time_zone");
        assertRefused(ask("PATCH", "", "{}"), 400, null, "at least one");
        assertThat(actions()).containsExactly("organization.time_zone", "organization.name");
    }

    @Test
    void the_audit_log_says_who_changed_what_and_how() {
        String before = get("").get("name").asString();
        done("PATCH", "", "{\"name\":\"Example Ltd\"}");
        done("PATCH", "", "{\"name\":\"Example Ltd\"}"); // changes nothing

        List<JsonNode> changes = changes();

        assertThat(changes).hasSize(1);
        JsonNode line = changes.getFirst();
        assertThat(line.get("number").asLong()).isEqualTo(all("/audit-log").size());
        assertThat(line.get("created_at").asLong()).isEqualTo(store.now().getEpochSecond());
        assertThat(line.get("actor").asString()).isEqualTo(KEY);
        assertThat(line.get("address").asString()).isEqualTo("127.0.0.1");
        assertThat(line.get("subject").asString()).isEqualTo(ACCOUNT);
        assertThat(line.at("/before/name").asString()).isEqualTo(before);
        assertThat(line.at("/after/name").asString()).isEqualTo("Example Ltd");
        assertRefused(ask("GET", "/audit-log?after=x", null), 400, "after", "next");
        assertRefused(ask("GET", "/audit-log?limit=201", null), 400, "limit", "1 to 200");
    }

    @Test
    void budgets_come_in_pages() {
        done("PUT", BUDGETS + "/account", "{\"month\":30,\"day\":2,\"total\":100}");
        done("PUT", BUDGETS + "/each_member", "{\"week\":5}");
        done("PUT", BUDGETS + "/" + OF_ACCOUNT, "{\"month\":4,\"week\":1}");
        assertThat(all(BUDGETS))
                .extracting(budget -> budget.get("owner").asString() + " "
                        + budget.get("window").asString())
                .containsExactly(
                        "account day",
                        "account month",
                        "account total",
                        "each_member week",
                        OF_ACCOUNT + " month",
                        OF_ACCOUNT + " week");
        assertThat(get(BUDGETS).get("time_zone").asString()).isEqualTo("UTC");
    }

    @Test
    void a_wrong_budget_is_refused_with_its_window() {
        for (String wrong : List.of("-1", "0.0000001", "\"unlimited\"", "true", "1000000001")) {
            assertRefused(
                    ask("PUT", BUDGETS + "/account", "{\"month\":" + wrong + "}"),
                    400,
                    "month",
                    "from 0 to 1000000000");
        }
        assertRefused(ask("PUT", BUDGETS + "/account", "{}"), 400, null, "hour, day, week, month, total");
        assertRefused(ask("PUT", BUDGETS + "/account", "{\"year\":1}"), 400, "year", "hour, day, week, month, total");
        assertRefused(ask("PUT", BUDGETS + "/" + OF_ACCOUNT, "{\"day\":1}"), 400, "day", "'spend.day' of the key");
        for (String none : List.of("team_none", "mem_none", "key_of_another")) {
            assertRefused(ask("PUT", BUDGETS + "/" + none, "{\"month\":1}"), 404, null, "no such owner");
        }
        assertThat(get(BUDGETS).get("data")).isEmpty();
        assertThat(changes()).isEmpty();
    }

    @Test
    void members_come_in_pages_and_one_with_its_keys() {
        member("Ann", "owner");
        String bob = member("Bob", "member");
        member("Cara", "viewer");
        store.ownedKey("key_bob", ACCOUNT, bob, "");
        assertThat(all(MEMBERS))
                .extracting(each ->
                        each.get("name").asString() + " " + each.get("role").asString())
                .containsExactlyInAnyOrder("Ann owner", "Bob member", "Cara viewer");
        JsonNode one = get(MEMBERS + "/" + bob);
        assertThat(one.get("email").asString()).endsWith("@example.org");
        assertThat(one.at("/keys/0/id").asString()).isEqualTo("key_bob");
        assertRefused(ask("GET", MEMBERS + "/mem_none", null), 404, null, "does not exist");
    }

    @Test
    void a_key_changes_roles_but_none_of_owners_and_admins() {
        String owner = member("Ann", "owner");
        String admin = member("Abe", "admin");
        String bob = member("Bob", "member");
        assertThat(done("PATCH", MEMBERS + "/" + bob, "{\"role\":\"viewer\"}")
                        .get("role")
                        .asString())
                .isEqualTo("viewer");
        for (String role : List.of("owner", "admin")) {
            assertRefused(ask("PATCH", MEMBERS + "/" + bob, "{\"role\":\"" + role + "\"}"), 403, null, "cannot make");
        }
        for (String member : List.of(owner, admin)) {
            assertRefused(ask("PATCH", MEMBERS + "/" + member, "{\"role\":\"viewer\"}"), 403, null, "Sign in");
            assertRefused(ask("DELETE", MEMBERS + "/" + member, null), 403, null, "Sign in");
        }
        assertRefused(
                ask("PATCH", MEMBERS + "/" + bob, "{\"role\":\"king\"}"), 400, "role", "billing, member or viewer");
        List<JsonNode> changes = changes();
        assertThat(changes).hasSize(1);
        assertThat(changes.getFirst().get("action").asString()).isEqualTo("member.role");
        assertThat(changes.getFirst().get("subject").asString()).isEqualTo(bob);
        assertThat(changes.getFirst().get("after").toString()).isEqualTo("{\"role\":\"viewer\"}");
    }

    @Test
    void a_removed_members_key_moves_to_a_team_and_the_others_end() {
        member("Ann", "owner");
        String bob = member("Bob", "member");
        String stays = "key_stays";
        store.ownedKey(stays, ACCOUNT, bob, "");
        String ends = "key_ends";
        store.ownedKey(ends, ACCOUNT, bob, "");
        String team = done("POST", TEAMS, "{\"name\":\"Search\"}").get("id").asString();
        String path = MEMBERS + "/" + bob;
        assertRefused(ask("DELETE", path, "{\"keys\":{\"key_none\":\"delete\"}}"), 400, "keys.key_none", "no key");
        String keys = "{\"keys\":{\"" + stays + "\":\"%s\",\"" + ends + "\":\"delete\"}}";
        assertRefused(ask("DELETE", path, keys.formatted("mem_x")), 400, "keys." + stays, "the id of a team");
        assertRefused(ask("DELETE", path, keys.formatted("team_none")), 409, null, "Nothing was changed");
        assertThat(get(path).get("keys")).hasSize(2);

        Reply removed = ask("DELETE", path, keys.formatted(team));

        assertThat(removed.status()).isEqualTo(204);
        assertThat(ask("GET", path, null).status()).isEqualTo(404);
        assertThat(store.number(
                        "SELECT COUNT(*) FROM api_key WHERE name = 'key_stays' AND deleted_at IS NULL AND team_id = '"
                                + team + "'"))
                .isEqualTo(1);
        assertThat(store.number("SELECT COUNT(*) FROM api_key WHERE deleted_at IS NULL AND member_id = '" + bob + "'"))
                .isZero();
        assertThat(actions()).endsWith("member.remove");
        JsonNode line = get("/audit-log").get("data").get(0);
        assertThat(line.get("after").get(stays).asString()).isEqualTo(team);
        assertThat(line.get("after").get(ends).asString()).isEqualTo("delete");
    }

    @Test
    void the_same_value_writes_nothing() {
        String put = "{\"month\":5,\"total\":7}";
        String patch =
                "{\"name\":\"Same\",\"tag_names\":[\"feature\"],\"end_users\":true,\"time_zone\":\"Asia/Tokyo\"}";
        done("PUT", BUDGETS + "/account", put);
        done("PATCH", "", patch);
        String state =
                "SELECT budgets_version + (SELECT COALESCE(SUM(used), 0) FROM allowance) FROM account WHERE id = '"
                        + ACCOUNT + "'";
        long before = store.number(state);
        int lines = changes().size();
        done("PUT", BUDGETS + "/account", put);
        done("PATCH", "", patch);
        assertThat(store.number(state)).isEqualTo(before);
        assertThat(changes()).hasSize(lines);
    }

    @Test
    void a_team_is_made_renamed_filled_and_archived() {
        String bob = member("Bob", "member");
        JsonNode made = done("POST", TEAMS, "{\"name\":\"Search\"}");
        String path = TEAMS + "/" + made.get("id").asString();
        done("POST", TEAMS, "{\"name\":\"Ads\"}");
        assertThat(all(TEAMS))
                .extracting(team -> team.get("name").asString())
                .containsExactlyInAnyOrder("Ads", "Search");
        assertRefused(ask("POST", TEAMS, "{\"name\":\"Search\"}"), 400, "name", "another team");
        assertRefused(ask("PATCH", path, "{\"name\":\" x\"}"), 400, "name", "1 to 100");
        assertThat(done("PATCH", path, "{\"name\":\"Find\"}").get("name").asString())
                .isEqualTo("Find");

        JsonNode filled = done("PUT", path + "/members/" + bob, "{\"role\":\"admin\"}");

        assertThat(filled.at("/members/0/id").asString()).isEqualTo(bob);
        assertThat(filled.at("/members/0/role").asString()).isEqualTo("admin");
        assertThat(get(path)).isEqualTo(filled);
        assertRefused(ask("PUT", path + "/members/" + bob, "{\"role\":\"owner\"}"), 400, "role", "member or admin");
        assertRefused(ask("PUT", path + "/members/mem_none", "{\"role\":\"member\"}"), 404, null, "member");
        assertThat(ask("DELETE", path + "/members/" + bob, null).status()).isEqualTo(204);
        assertRefused(ask("DELETE", path + "/members/" + bob, null), 404, null, "not in the team");
        assertThat(ask("DELETE", path, null).status()).isEqualTo(204);
        assertRefused(ask("GET", path, null), 404, null, "archived");
        assertThat(actions())
                .containsExactly(
                        "team.create", "team.create", "team.rename", "team.member", "team.leave", "team.archive");
    }

    @Test
    void a_name_and_a_pause_are_one_commit() {
        done("POST", TEAMS, "{\"name\":\"Taken\"}");
        String path = TEAMS + "/"
                + done("POST", TEAMS, "{\"name\":\"Shop\"}").get("id").asString();
        assertRefused(ask("PATCH", path, "{\"name\":\"Taken\",\"paused\":true}"), 400, "name", "is taken");
        assertThat(get(path).get("paused").asBoolean()).isFalse();
        store.execute("UPDATE allowance SET used = 999 WHERE name LIKE 'organization.changes %'");
        JsonNode both = done("PATCH", path, "{\"name\":\"Store\",\"paused\":true}");
        assertThat(both.get("name").asString() + both.get("paused")).isEqualTo("Storetrue");
        assertRefused(ask("PATCH", path, "{\"paused\":false}"), 429, null, "1000 changes");
    }

    @Test
    void a_key_that_is_gone_by_then_changes_nothing() {
        String bob = member("Bob", "member");
        store.execute("UPDATE api_key SET deleted_at = 1 WHERE id = ?", KEY);
        for (String[] change : new String[][] {
            {"PATCH", "", "{\"name\":\"Other\"}"},
            {"PUT", BUDGETS + "/account", "{\"month\":1}"},
            {"PATCH", MEMBERS + "/" + bob, "{\"role\":\"viewer\"}"},
            {"POST", TEAMS, "{\"name\":\"Search\"}"}
        }) {
            assertRefused(ask(change[0], change[1], change[2]), 401, null, "deleted or disabled");
        }
        assertThat(changes()).isEmpty();
        assertThat(get(BUDGETS).get("data")).isEmpty();
        assertThat(get(TEAMS).get("data")).isEmpty();
        assertThat(get(MEMBERS + "/" + bob).get("role").asString()).isEqualTo("member");
    }
}
