package dev.tollgate.verification;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Somebody alters one row of an organization: its keys, its log, its labels or its kept responses. */
@BesideOthers
class AlteredOrganizationTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"%s"}],
             "tools":[{"type":"function","function":{"name":"googleSearch"}}]}""";
    private static final String SEARCHED = """
            {"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP",
              "groundingMetadata":{"webSearchQueries":["one","two"]}}],
             "usageMetadata":{"promptTokenCount":700,"cachedContentTokenCount":400,"candidatesTokenCount":300,
              "thoughtsTokenCount":20,"totalTokenCount":1020}}""";
    private static final Pattern TABLE = Pattern.compile("^(?:UPDATE|DELETE FROM) (\\w+)");

    static final List<String> OF_KEYS = List.of(
            "UPDATE api_key SET member_id = 'mem_ann' WHERE name = 'of the account'",
            "UPDATE api_key SET team_id = '{ads}' WHERE name = 'of the account'",
            "UPDATE api_key SET team_id = '{ads}' WHERE name = 'of a team'",
            "UPDATE api_key SET team_id = '' WHERE name = 'of a team'",
            "UPDATE api_key SET member_id = 'mem_ann' WHERE name = 'of a team'",
            "UPDATE api_key SET member_id = 'mem_bob' WHERE name = 'of Ann'",
            "UPDATE api_key SET member_id = '' WHERE name = 'of Ann'",
            "UPDATE api_key SET team_id = '{ads}' WHERE name = 'moved' AND moved_to = ''",
            "UPDATE api_key SET team_id = '' WHERE name = 'moved' AND moved_to = ''",
            "UPDATE api_key SET team_id = '' WHERE name = 'moved' AND moved_to <> ''",
            "UPDATE api_key SET member_id = 'mem_ann' WHERE name = 'moved' AND moved_to = ''",
            "UPDATE api_key SET moved_to = '' WHERE name = 'moved' AND moved_to <> ''",
            "UPDATE api_key SET team_id = '' WHERE name = 'of Ann in a team' AND moved_to = ''",
            "UPDATE api_key SET team_id = '{ads}' WHERE name = 'of Ann in a team' AND moved_to = ''",
            "UPDATE api_key SET team_id = '{ads}' WHERE name = 'of Bob' AND moved_to = ''",
            "UPDATE api_key SET team_id = '' WHERE name = 'of Bob' AND moved_to = ''",
            "UPDATE api_key SET member_id = 'mem_ann' WHERE name = 'of Bob' AND moved_to = ''",
            "UPDATE api_key SET member_id = 'mem_bob' WHERE hidden = 1",
            "UPDATE api_key SET team_id = '{ads}' WHERE hidden = 1",
            "UPDATE api_key SET origin_id = 'key_other' WHERE hidden = 1",
            "UPDATE api_key SET origin_id = 'key_other' WHERE name = 'of Ann'",
            "UPDATE api_key SET origin_id = 'key_other' WHERE name = 'of Bob' AND moved_to = ''");

    static final List<String> OF_THE_LOG = List.of(
            "DELETE FROM account_log WHERE number = 2 AND account_id = '{account}'",
            "DELETE FROM account_log WHERE account_id = '{account}' AND number = (SELECT MAX(number) FROM account_log WHERE account_id = '{account}')",
            "DELETE FROM account_log WHERE account_id = '{other}'",
            "UPDATE account SET log_number = log_number + 1 WHERE id = '{account}'",
            "UPDATE account_log SET number = 100 WHERE number = 2 AND account_id = '{account}'",
            "UPDATE account_log SET account_id = '{other}' WHERE number = 2 AND account_id = '{account}'");

    static final List<String> OF_LABELS = List.of(
            "UPDATE usage_label SET calls = calls + 1 WHERE number = 1",
            "UPDATE usage_label SET failed = failed - 1 WHERE failed > 0",
            "UPDATE usage_label SET cancelled = cancelled + 1 WHERE number = 1",
            "UPDATE usage_label SET prompt_tokens = prompt_tokens + 1 WHERE number = 1",
            "UPDATE usage_label SET cached_tokens = cached_tokens - 1 WHERE number = 1",
            "UPDATE usage_label SET completion_tokens = completion_tokens + 1 WHERE number = 1",
            "UPDATE usage_label SET thoughts_tokens = thoughts_tokens + 1 WHERE number = 1",
            "UPDATE usage_label SET searches = searches - 1 WHERE number = 1",
            "UPDATE usage_label SET charged_micros = charged_micros + 1 WHERE number = 1",
            "UPDATE usage_label SET refunded_micros = refunded_micros - 1 WHERE refunded_micros > 0",
            "UPDATE usage_label SET model = 'another' WHERE number = 1",
            "UPDATE usage_label SET day = day + 86400000 WHERE number = 1",
            "UPDATE usage_label SET number = 7 WHERE number = 1",
            "DELETE FROM usage_label WHERE number = 1",
            "UPDATE label SET name = 'env' WHERE value = 'search'",
            "UPDATE label SET value = 'mail' WHERE value = 'search'",
            "UPDATE label SET value = 'dave' WHERE value = 'carol'",
            "UPDATE label SET value = '' WHERE value = 'carol'",
            "UPDATE label SET proof = proof + 1 WHERE value = 'search'",
            "UPDATE label SET number = 9 WHERE value = 'search'",
            "UPDATE label SET account_id = '{other}' WHERE value = 'search'",
            "UPDATE label SET created_day = created_day + 86400000 WHERE value = 'search'",
            "UPDATE label SET used_day = used_day - 86400000 WHERE value = 'search'",
            "DELETE FROM label WHERE value = 'search'",
            "UPDATE label SET value = '', proof = 0 WHERE value = 'search'",
            "UPDATE call SET labels = NULL WHERE labels = '1 2 3'",
            "UPDATE call SET labels = '1 2 4' WHERE labels = '1 2 3'",
            "UPDATE call SET labels = 'none' WHERE labels = '1 2 3'");

    static final List<String> OF_RESPONSES = List.of(
            "UPDATE kept_response SET owner = 'mem_ann' WHERE owner = ''",
            "UPDATE kept_response SET owner = '{ads}' WHERE owner = '{search}'",
            "UPDATE kept_response SET owner = '' WHERE owner = 'mem_bob'",
            "UPDATE kept_response SET origin_id = 'key_other' WHERE owner = ''",
            "UPDATE kept_response SET origin_id = '' WHERE owner = '{search}'",
            "UPDATE kept_response SET account_id = '{other}' WHERE owner = ''");

    private static final Map<Stores, Gateway> GATEWAYS = new EnumMap<>(Stores.class);
    private static final Map<Stores, Map<String, String>> NAMES = new EnumMap<>(Stores.class);

    @BeforeAll
    static void make() {
        for (Stores stores : Stores.values()) {
            Gateway gateway = Gateway.startOn(stores);
            GATEWAYS.put(stores, gateway);
            NAMES.put(stores, organization(gateway));
        }
    }

    @AfterAll
    static void stop() {
        GATEWAYS.values().forEach(Gateway::close);
    }

    /** Makes the organization. Returns the names in alterations with what they stand for. */
    private static Map<String, String> organization(Gateway gateway) {
        gateway.script(UpstreamScript.answers()
                .whenAsked("fail")
                .status(500)
                .next()
                .whenAsked("")
                .event(SEARCHED));
        String other = gateway.customer("1").account();
        Customer customer = gateway.customer("100");
        String account = customer.account();
        String manager = gateway.commands()
                .createKey(
                        account,
                        KeySettings.named("manager")
                                .withKind(KeyKind.MANAGEMENT)
                                .withScopes(EnumSet.allOf(Scope.class)))
                .secret();
        member(gateway, account, "ann", "owner");
        member(gateway, account, "bob", "member");
        String search = made(gateway, manager, "/v1/organization/teams", "{\"name\":\"Search\"}");
        String ads = made(gateway, manager, "/v1/organization/teams", "{\"name\":\"Ads\"}");
        made(gateway, manager, "/v1/keys", "{\"name\":\"of the account\"}");
        made(gateway, manager, "/v1/keys", "{\"name\":\"of a team\",\"team\":\"" + search + "\"}");
        gateway.own(made(gateway, manager, "/v1/keys", "{\"name\":\"of Ann\"}"), "mem_ann", "");
        String moved = made(gateway, manager, "/v1/keys", "{\"name\":\"moved\",\"team\":\"" + ads + "\"}");
        made(gateway, manager, "/v1/keys/" + moved + "/move", "{\"team\":\"" + search + "\"}");
        String inTeam = made(gateway, manager, "/v1/keys", "{\"name\":\"of Ann in a team\"}");
        gateway.own(inTeam, "mem_ann", search);
        made(gateway, manager, "/v1/keys/" + inTeam + "/move", "{\"team\":\"" + search + "\"}");
        JsonNode bobs = make(gateway, manager, "/v1/keys", "{\"name\":\"of Bob\"}");
        String left = bobs.get("id").asString();
        String secret = bobs.get("key").asString();
        gateway.own(left, "mem_bob", "");
        keep(gateway, customer.key());
        keep(gateway, secret);
        assertThat(gateway.send(
                                "DELETE",
                                "/v1/organization/members/mem_bob",
                                "{\"keys\":{\"" + left + "\":\"" + search + "\"}}",
                                manager)
                        .status())
                .isEqualTo(204);
        keep(gateway, secret);
        String now = gateway.text("SELECT moved_to FROM api_key WHERE id = '" + left + "'");
        secret = make(gateway, manager, "/v1/keys/" + now + "/rotate", "{}")
                .get("key")
                .asString();
        keep(gateway, secret);
        labelled(gateway, customer, manager);
        gateway.app().people().keys().playground(account, "mem_ann");
        gateway.assertBooksAreClosed();
        return Map.of("{account}", account, "{other}", other, "{search}", search, "{ads}", ads);
    }

    private static void labelled(Gateway gateway, Customer customer, String manager) {
        String rules = "{\"tag_names\":[\"feature\",\"env\"],\"end_users\":true}";
        assertThat(gateway.send("PATCH", "/v1/organization", rules, manager).status())
                .isEqualTo(200);
        for (String[] call :
                new String[][] {{"one", "feature=search, env=prod"}, {"two", "feature=ads"}, {"fail", "env=prod"}}) {
            gateway.send(customer.request(CALL.formatted(call[0]))
                    .header("x-tollgate-tags", call[1])
                    .header("x-tollgate-end-user", "carol"));
        }
        gateway.app()
                .administration()
                .deeds()
                .refund(
                        By.of(Actor.COMMAND, "a test"),
                        gateway.text("SELECT MIN(id) FROM call WHERE charged_micros > 0 AND labels IS NOT NULL"),
                        1_000);
    }

    private static void member(Gateway gateway, String account, String name, String role) {
        gateway.execute(
                "INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_" + name
                        + "', '" + account + "', '" + name + "@example.org', '" + name + "', 'user', '', 1)");
        gateway.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + name + "', '"
                + account + "', 'per_" + name + "', '" + role + "', 1)");
    }

    private static void keep(Gateway gateway, String secret) {
        Gateway.Reply reply =
                gateway.post("/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"keep\"}", secret);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    /** Returns the id of what is made. */
    private static String made(Gateway gateway, String manager, String path, String body) {
        return make(gateway, manager, path, body).get("id").asString();
    }

    private static JsonNode make(Gateway gateway, String manager, String path, String body) {
        Gateway.Reply reply = gateway.post(path, body, manager);
        assertThat(reply.status()).as(reply.text()).isLessThan(300);
        return reply.json();
    }

    @ParameterizedTest
    @EnumSource
    void an_organization_adds_up(Stores stores) {
        assertThat(GATEWAYS.get(stores).differences()).isEmpty();
    }

    static Stream<Arguments> all() {
        return Stream.of(Stores.values())
                .flatMap(stores -> checks(stores).flatMap(List::stream).map(it -> Arguments.of(stores, it)));
    }

    /** Only the check of labels has SQL of its own for PostgreSQL. */
    private static Stream<List<String>> checks(Stores stores) {
        return stores == Stores.SQLITE || Effort.isLong()
                ? Stream.of(OF_KEYS, OF_THE_LOG, OF_LABELS, OF_RESPONSES)
                : Stream.of(OF_LABELS);
    }

    @ParameterizedTest
    @MethodSource("all")
    void one_altered_row_of_an_organization_is_found(Stores stores, String alteration) {
        assertThat(found(stores, alteration)).isNotEmpty();
    }

    private static List<String> found(Stores stores, String alteration) {
        Gateway gateway = GATEWAYS.get(stores);
        String named = alteration;
        for (Map.Entry<String, String> each : NAMES.get(stores).entrySet()) {
            named = named.replace(each.getKey(), each.getValue());
        }
        Matcher table = TABLE.matcher(named);
        assertThat(table.find()).isTrue();
        String name = table.group(1);
        gateway.execute("CREATE TABLE unaltered AS SELECT * FROM " + name);
        try {
            gateway.execute(named);
            assertThat(gateway.number(
                            "SELECT COUNT(*) FROM (SELECT * FROM unaltered EXCEPT SELECT * FROM " + name + ") AS gone"))
                    .isPositive();
            return gateway.differences();
        } finally {
            String[] mending = {
                "SET session_replication_role = replica",
                "DELETE FROM " + name,
                "INSERT INTO " + name + " SELECT * FROM unaltered",
                "DROP TABLE unaltered"
            };
            if (stores == Stores.POSTGRESQL) {
                gateway.execute(String.join("; ", mending));
            } else {
                Stream.of(mending).skip(1).forEach(gateway::execute);
            }
        }
    }
}
