package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.testing.Commands;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code /v1/keys}: what a management key does with its account's keys. */
class KeysApiTest {

    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false}";

    private static PortalServer server;
    private static Customer customer;
    private static String manager;
    private static String managerId;

    @BeforeAll
    static void start() {
        server = PortalServer.start();
        customer = server.customer("100");
        KeyResult.Made made = management(customer.account());
        manager = made.secret();
        managerId = made.key().id();
    }

    private static KeyResult.Made management(String account) {
        return server.commands().createKey(account, KeySettings.named("m").withKind(KeyKind.MANAGEMENT));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_service_key_is_created_for_a_team_and_moved() {
        server.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_1', '" + customer.account()
                + "', 'Search', 1)");
        server.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_2', '"
                + server.customer("1").account() + "', 'Search', 1)");

        Reply made = ask("POST", "/v1/keys", "{\"name\":\"bot\",\"team\":\"team_1\"}");

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json().get("team").asString()).isEqualTo("team_1");
        String id = made.json().get("id").asString();
        assertThat(ask("GET", "/v1/keys/" + id, null).json().get("team").asString())
                .isEqualTo("team_1");
        assertThat(server.text("SELECT created_by FROM api_key WHERE id = '" + id + "'"))
                .isEqualTo(managerId);
        assertThat(server.post(
                                "/v1/chat/completions",
                                CALL,
                                made.json().get("key").asString())
                        .status())
                .isEqualTo(200);
        for (String wrong : List.of("\"team_2\"", "\"team_none\"", "\"\"", "7")) {
            Reply refused = ask("POST", "/v1/keys", "{\"name\":\"bot\",\"team\":" + wrong + "}");
            assertThat(refused.status()).as(refused.text()).isEqualTo(400);
            assertThat(refused.error().get("param").asString()).isEqualTo("team");
        }
        Reply moved = ask("POST", "/v1/keys/" + id + "/move", "{\"team\":null}");
        assertThat(moved.status()).as(moved.text()).isEqualTo(200);
        assertThat(moved.json().has("team")).isFalse();
        assertThat(moved.json().get("id").asString()).isNotEqualTo(id);
        assertThat(ask("POST", "/v1/keys/" + id + "/move", "{\"team\":null}").status())
                .isEqualTo(404);
        assertThat(server.post(
                                "/v1/chat/completions",
                                CALL,
                                made.json().get("key").asString())
                        .status())
                .isEqualTo(200);
        Reply own = ask("POST", "/v1/keys", "{\"name\":\"bot\",\"team\":null}");
        assertThat(own.status()).isEqualTo(201);
        assertThat(own.json().has("team")).isFalse();
    }

    @Test
    void a_management_key_is_refused_what_its_scopes_leave_out() {
        KeySettings settings = KeySettings.named("reader")
                .withKind(KeyKind.MANAGEMENT)
                .withScopes(Set.of(Scope.KEYS_READ, Scope.AUDIT_READ));
        String reader =
                server.commands().createKey(customer.account(), settings).secret();

        assertThat(as(reader, "GET", "/v1/keys", null).status()).isEqualTo(200);
        Reply refused = as(reader, "POST", "/v1/keys", "{\"name\":\"bot\"}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.error().get("message").asString())
                .isEqualTo("This needs a management key with the scope 'keys:write'. This key has: keys:read,"
                        + " audit:read. Scopes are chosen when a key is created.");
        assertThat(as(reader, "GET", "/v1/usage", null).error().get("message").asString())
                .contains("'usage:read'");
        assertThat(as(reader, "GET", "/v1/models", null).status()).isEqualTo(200);
    }

    @Test
    void a_management_key_has_the_standard_scopes_unless_others_are_chosen() {
        assertThat(ask("GET", "/v1/keys/" + managerId, null)
                        .json()
                        .get("scopes")
                        .toString())
                .isEqualTo("[\"keys:read\",\"keys:write\",\"usage:read\"]");
        assertThat(server.text("SELECT scopes FROM api_key WHERE id = '" + managerId + "'"))
                .isEmpty();
    }

    @Test
    void a_key_of_a_team_cannot_read_receipts() {
        server.execute("INSERT INTO team (id, account_id, name, created_at) VALUES ('team_r', '" + customer.account()
                + "', 'Receipts', 1)");
        String secret = ask("POST", "/v1/keys", "{\"name\":\"bot\",\"team\":\"team_r\"}")
                .json()
                .get("key")
                .asString();

        Reply refused = as(secret, "GET", "/v1/receipts", null);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.error().get("message").asString()).contains("use an API key of the account");
        assertThat(as(customer.key(), "GET", "/v1/receipts", null).status()).isEqualTo(200);
    }

    private static Reply ask(String method, String path, String body, String... headers) {
        return as(manager, method, path, body, headers);
    }

    private static Reply as(String key, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = server.request(method, path, body, key);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return server.send(request);
    }

    private static JsonNode made(String body) {
        Reply reply = ask("POST", "/v1/keys", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json();
    }

    private static String path(JsonNode key) {
        return "/v1/keys/" + key.get("id").asString();
    }

    private static Reply chat(String key) {
        return server.post("/v1/chat/completions", CALL, key);
    }

    private static void assertRefused(Reply reply, int status, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    @Test
    void a_key_is_shown_once_with_all_that_was_chosen_and_never_again() {
        JsonNode key = made("""
                {"name":"ci","allow":["127.0.0.1","10.0.0.0/8"],"spend":{"hour":1.5,"day":0.000001,"total":20},
                 "rates":{"requests":60,"tokens":100000,"concurrency":4},"models":["gemini-2.5-pro"],"expires_at":4000000000}""");
        String secret = key.get("key").asString();
        assertThat(secret).matches("sk-[0-9a-f]{64}");
        assertThat(key.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "id",
                        "key",
                        "prefix",
                        "name",
                        "kind",
                        "disabled",
                        "allow",
                        "spend",
                        "rates",
                        "max_input_price",
                        "max_output_price",
                        "models",
                        "tags",
                        "expires_at",
                        "last_used_at",
                        "created_at");
        assertThat(key.get("prefix").asString()).isEqualTo(secret.substring(0, 11));
        assertThat(key.get("kind").asString()).isEqualTo("api");
        assertThat(key.get("rates").toString()).isEqualTo("{\"requests\":60,\"tokens\":100000,\"concurrency\":4}");
        assertThat(key.get("models").toString()).isEqualTo("[\"gemini-2.5-pro\"]");
        assertThat(key.get("expires_at").asLong()).isEqualTo(4_000_000_000L);
        assertThat(key.get("last_used_at").isNull()).isTrue();
        Reply again = ask("GET", path(key), null);
        assertThat(again.json().has("key")).isFalse();
        assertThat(again.text()).contains("\"spend\":{\"hour\":1.5,\"day\":0.000001,\"total\":20}");
        assertThat(again.text()).doesNotContain(secret.substring(11));
        assertThat(ask("GET", "/v1/keys", null).text()).doesNotContain(secret.substring(11));
        assertThat(again.header("cache-control")).isEqualTo("no-store");
    }

    @Test
    void a_new_key_calls_and_says_when_it_was_used() {
        JsonNode key = made("{\"name\":\"worker\"}");
        assertThat(chat(key.get("key").asString()).status()).isEqualTo(200);
        server.writeWhatRides();
        long used = ask("GET", path(key), null).json().get("last_used_at").asLong();
        assertThat(Instant.ofEpochSecond(used))
                .isBetween(server.now().minusSeconds(600), server.now().plusSeconds(600));
    }

    @Test
    void keys_come_in_pages() {
        Customer other = server.customer("0");
        String its = management(other.account()).secret();
        for (int i = 0; i < 4; i++) {
            server.post("/keys", "{\"name\":\"k" + i + "\"}", its);
        }
        List<String> ids = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = server.get("/keys?limit=2" + after, its).json();
            page.get("data").forEach(key -> ids.add(key.get("id").asString()));
            assertThat(page.get("data").size()).isBetween(1, 2);
            after = page.get("next").isNull()
                    ? null
                    : "&after=" + page.get("next").asString();
        } while (after != null);
        assertThat(ids).hasSize(6).doesNotHaveDuplicates().isSorted();
        assertThat(ids).doesNotContain(managerId);
    }

    @Test
    void a_change_changes_what_it_names_and_null_takes_a_limit_away() {
        JsonNode key = made("{\"name\":\"a\",\"spend\":{\"hour\":1,\"day\":2},\"rates\":{\"requests\":5}}");
        JsonNode changed = ask("PATCH", path(key), "{\"name\":\"b\",\"spend\":{\"hour\":null,\"total\":9}}")
                .json();
        assertThat(changed.get("name").asString()).isEqualTo("b");
        assertThat(changed.get("spend").toString()).isEqualTo("{\"hour\":null,\"day\":2,\"total\":9}");
        assertThat(changed.get("rates").get("requests").asLong()).isEqualTo(5);
        JsonNode without = ask("PATCH", path(key), "{\"rates\":null,\"expires_at\":5000000000}")
                .json();
        assertThat(without.get("rates").get("requests").isNull()).isTrue();
        assertThat(ask("PATCH", path(key), "{\"expires_at\":null}")
                        .json()
                        .get("expires_at")
                        .isNull())
                .isTrue();
    }

    @Test
    void a_larger_limit_of_before_stays_until_it_is_changed() {
        JsonNode key = made("{\"name\":\"a\",\"spend\":{\"hour\":1}}");
        server.execute("UPDATE api_key SET spend_day = 100000000000000000 WHERE id = '"
                + key.get("id").asString() + "'");
        String shown = "{\"hour\":2,\"day\":100000000000,\"total\":null}";

        assertThat(ask("PATCH", path(key), "{\"name\":\"b\",\"spend\":{\"hour\":2}}")
                        .json()
                        .get("spend")
                        .toString())
                .isEqualTo(shown);
        assertThat(ask("PATCH", path(key), "{\"name\":\"c\",\"spend\":" + shown + "}")
                        .json()
                        .get("spend")
                        .toString())
                .isEqualTo(shown);
        assertRefused(ask("PATCH", path(key), "{\"spend\":{\"day\":1000000001}}"), 400, "from 0 to 1000000000 with");
        assertThat(ask("PATCH", path(key), "{\"spend\":{\"day\":1000000000}}").status())
                .isEqualTo(200);
        assertRefused(ask("PATCH", path(key), "{\"spend\":" + shown + "}"), 400, "'spend.day'");
    }

    @Test
    void a_disabled_key_is_refused_from_the_next_call_on_and_works_again_when_it_is_enabled() {
        JsonNode key = made("{\"name\":\"a\"}");
        String secret = key.get("key").asString();
        assertThat(chat(secret).status()).isEqualTo(200);
        assertThat(ask("PATCH", path(key), "{\"disabled\":true}").status()).isEqualTo(200);
        assertRefused(chat(secret), 401, "disabled");
        assertThat(ask("PATCH", path(key), "{\"disabled\":false}").status()).isEqualTo(200);
        assertThat(chat(secret).status()).isEqualTo(200);
    }

    @Test
    void a_deleted_key_is_refused_from_the_next_call_on_and_is_gone() {
        JsonNode key = made("{\"name\":\"a\"}");
        String secret = key.get("key").asString();
        assertThat(chat(secret).status()).isEqualTo(200);
        Reply deleted = ask("DELETE", path(key), null);
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.text()).isEmpty();
        assertRefused(chat(secret), 401, "deleted");
        assertRefused(ask("GET", path(key), null), 404, "does not exist");
        assertRefused(ask("DELETE", path(key), null), 404, "does not exist");
    }

    @Test
    void an_expired_key_is_refused_as_expired() {
        JsonNode key = made("{\"name\":\"a\"}");
        ask("PATCH", path(key), "{\"expires_at\":1700000000}");
        assertRefused(chat(key.get("key").asString()), 401, "expired");
    }

    @Test
    void a_rotated_key_keeps_its_id_and_the_old_one_works_as_long_as_was_said() {
        JsonNode key = made("{\"name\":\"a\"}");
        String old = key.get("key").asString();
        JsonNode rotated =
                ask("POST", path(key) + "/rotate", "{\"grace_seconds\":3600}").json();
        assertThat(rotated.get("id")).isEqualTo(key.get("id"));
        String fresh = rotated.get("key").asString();
        assertThat(fresh).isNotEqualTo(old).matches("sk-[0-9a-f]{64}");
        assertThat(chat(old).status()).isEqualTo(200);
        assertThat(chat(fresh).status()).isEqualTo(200);
        JsonNode again = ask("POST", path(key) + "/rotate", "{}").json();
        assertThat(chat(old).status()).isEqualTo(401);
        assertThat(chat(fresh).status()).isEqualTo(401);
        assertThat(chat(again.get("key").asString()).status()).isEqualTo(200);
        Reply bare = ask("POST", path(key) + "/rotate", null);
        assertThat(bare.status()).as("what may be left out may all be left out").isEqualTo(200);
        assertThat(chat(again.get("key").asString()).status()).isEqualTo(401);
        assertRefused(ask("POST", path(key) + "/rotate", "{\"grace_seconds\":-1}"), 400, "'grace_seconds'");
        assertRefused(ask("POST", path(key) + "/rotate", "{\"grace\":1}"), 400, "'grace'");
    }

    @Test
    void a_change_based_on_an_older_version_is_refused() {
        JsonNode key = made("{\"name\":\"a\"}");
        Reply seen = ask("GET", path(key), null);
        String etag = seen.header("etag");
        assertThat(etag).matches("\"[0-9]+\"");
        Reply changed = ask("PATCH", path(key), "{\"name\":\"b\"}", "If-Match", etag);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("etag")).isNotEqualTo(etag);
        assertRefused(ask("PATCH", path(key), "{\"name\":\"c\"}", "If-Match", etag), 412, "changed after you read it");
        assertThat(ask("GET", path(key), null).json().get("name").asString()).isEqualTo("b");
        assertThat(ask("PATCH", path(key), "{\"name\":\"d\"}", "If-Match", "*").status())
                .isEqualTo(200);
        assertRefused(ask("PATCH", path(key), "{\"name\":\"e\"}", "If-Match", "yesterday"), 400, "If-Match");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 'name' is required",
                "{\"name\":\"\"} | 'name'",
                "{\"name\":\"a\\u0007\"} | 'name'",
                "{\"name\":7} | 'name'",
                "{\"name\":\"a\",\"nmae\":\"b\"} | 'nmae' is not known",
                "{\"name\":\"a\",\"disabled\":true} | 'disabled' is not known",
                "{\"name\":\"a\",\"kind\":\"hidden\"} | 'kind'",
                "{\"name\":\"a\",\"spend\":{\"month\":1}} | 'spend.month' is not known",
                "{\"name\":\"a\",\"spend\":{\"day\":-1}} | 'spend.day'",
                "{\"name\":\"a\",\"spend\":{\"day\":0.0000001}} | 'spend.day'",
                "{\"name\":\"a\",\"spend\":{\"day\":\"1\"}} | 'spend.day'",
                "{\"name\":\"a\",\"rates\":{\"requests\":0}} | 'rates.requests'",
                "{\"name\":\"a\",\"rates\":{\"tokens\":1.5}} | 'rates.tokens'",
                "{\"name\":\"a\",\"rates\":5} | 'rates'",
                "{\"name\":\"a\",\"allow\":[\"10.0.0.0/8\",\"everybody\"]} | 'allow.1'",
                "{\"name\":\"a\",\"models\":[\"gpt-9\"]} | 'models.0' names no model",
                "{\"name\":\"a\",\"models\":[\"gemini-2.5-pro\",\"gemini-2.5-pro\",\"gpt-9\"]} | 'models.2' names",
                "{\"name\":\"a\",\"expires_at\":\"tomorrow\"} | 'expires_at'",
                "{\"name\":\"a\",\"expires_at\":1700000000} | 'expires_at' must be in the future",
            })
    void what_cannot_be_is_refused_by_the_name_of_its_field(String body, String message) {
        assertRefused(ask("POST", "/v1/keys", body), 400, message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"kind\":\"management\"}", "{\"kind\":\"api\"}"})
    void the_kind_of_a_key_stays(String body) {
        assertRefused(ask("PATCH", path(made("{\"name\":\"a\"}")), body), 400, "'kind' cannot be changed");
    }

    @Test
    void no_key_makes_a_management_key_or_changes_one() {
        assertRefused(ask("POST", "/v1/keys", "{\"name\":\"a\",\"kind\":\"management\"}"), 403, "management key");
        assertRefused(ask("POST", "/v1/keys/" + managerId + "/rotate", "{}"), 403, "management key");
        assertRefused(ask("PATCH", "/v1/keys/" + managerId, "{\"allow\":[]}"), 403, "management key");
        assertRefused(ask("DELETE", "/v1/keys/" + managerId, null), 403, "management key");
        assertThat(ask("GET", "/v1/keys/" + managerId, null).status()).isEqualTo(200);
    }

    @Test
    void what_an_operator_chooses_for_a_key_is_kept_and_can_be_changed_and_rotated() {
        Commands operator = server.commands();
        Instant end = Instant.parse("2099-01-01T00:00:00Z");
        KeyResult.Made key = operator.createKey(
                customer.account(),
                KeySettings.named("o")
                        .withRates(new CallLimits(60L, 100_000L, 4L))
                        .withModels(List.of("gemini-2.5-pro"))
                        .withExpiresAt(end));
        JsonNode shown = ask("GET", "/v1/keys/" + key.key().id(), null).json();
        assertThat(shown.get("rates").toString()).isEqualTo("{\"requests\":60,\"tokens\":100000,\"concurrency\":4}");
        assertThat(shown.get("models").toString()).isEqualTo("[\"gemini-2.5-pro\"]");
        assertThat(shown.get("expires_at").asLong()).isEqualTo(end.getEpochSecond());
        KeySettings set = operator.setKey(key.key().id(), settings -> settings.withRates(
                                settings.rates().withTokens(null).withConcurrency(5L))
                        .withModels(List.of())
                        .withExpiresAt(null))
                .settings();
        assertThat(set.rates().requests()).isEqualTo(60);
        assertThat(set.rates().tokens()).isNull();
        assertThat(set.rates().concurrency()).isEqualTo(5);
        assertThat(set.models()).isEmpty();
        assertThat(set.expiresAt()).isNull();
        KeyResult.Made rotated = operator.rotateKey(key.key().id(), 3_600);
        assertThat(chat(key.secret()).status()).isEqualTo(200);
        assertThat(chat(rotated.secret()).status()).isEqualTo(200);
        operator.rotateKey(key.key().id(), 0);
        assertThat(chat(rotated.secret()).status()).isEqualTo(401);
    }

    @Test
    void an_api_key_is_refused_the_administration_of_keys() {
        assertRefused(server.get("/v1/keys", customer.key()), 403, "use a management key");
    }

    @Test
    void another_accounts_keys_are_not_there() {
        String id = server.customer("1").keyId();
        assertRefused(ask("GET", "/v1/keys/" + id, null), 404, "does not exist");
        assertRefused(ask("PATCH", "/v1/keys/" + id, "{\"name\":\"mine\"}"), 404, "does not exist");
        assertRefused(ask("POST", "/v1/keys/" + id + "/rotate", "{}"), 404, "does not exist");
        assertRefused(ask("DELETE", "/v1/keys/" + id, null), 404, "does not exist");
    }
}
