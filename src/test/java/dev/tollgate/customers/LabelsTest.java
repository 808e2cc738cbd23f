package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.operator.admin.ActionRefused;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.Reply;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.EnumSet;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tags and end users of calls, from the request to usage. */
@ParameterizedClass
@EnumSource(Stores.class)
class LabelsTest {

    private static final String ORGANIZATION = "/v1/organization";
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    private static final String PLAIN = "{\"model\":\"gemini-2.5-pro\",\"stream\":false," + MESSAGES + "}";

    @Parameter
    Stores stores;

    private Gateway gateway;
    private Customer customer;
    private String manager;

    @BeforeEach
    void start() throws ActionRefused {
        gateway = stores == Stores.SQLITE
                ? Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY))
                : Gateway.startOn(Postgres.migrated(), Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
        customer = gateway.customer("100");
        manager = gateway.commands()
                .createKey(
                        customer.account(),
                        KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(EnumSet.allOf(Scope.class)))
                .secret();
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private Reply ask(String method, String path, @Nullable String body) {
        return send(manager, method, path, body, Map.of());
    }

    private Reply call(String path, String body, Map<String, String> headers) {
        return send(customer.key(), "POST", path, body, headers);
    }

    private Reply send(String key, String method, String path, @Nullable String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + key)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        return gateway.send(request);
    }

    private void declare(String body) {
        Reply set = ask("PATCH", ORGANIZATION, body);
        assertThat(set.status()).as(set.text()).isEqualTo(200);
    }

    private static Reply done(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    private JsonNode usage(String by) {
        return done(ask("GET", "/v1/usage?group_by=" + by, null)).json();
    }

    /** The charges by the values of a label; "null" for the rest. */
    private Map<String, String> charged(String by) {
        JsonNode table = usage(by);
        assertThat(table.get("groups")
                        .valueStream()
                        .map(group -> group.get("charged").decimalValue())
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(table.get("totals").get("charged").decimalValue());
        return table.get("groups")
                .valueStream()
                .collect(Collectors.toMap(
                        group -> String.valueOf(group.get(by).stringValue(null)),
                        group -> group.get("requests").get("total").asString()));
    }

    private JsonNode task(Reply reply) {
        return done(ask("GET", "/v1/tasks/" + reply.json().get("id").asString(), null))
                .json();
    }

    @Test
    void usage_by_tag_adds_up_to_all_usage() {
        declare("{\"tag_names\":[\"feature\",\"env\"]}");
        done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=search, env=prod")));
        done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=search")));
        done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=ads")));
        done(call(CHAT, PLAIN, Map.of()));

        assertThat(charged("tag:feature")).isEqualTo(Map.of("search", "2", "ads", "1", "null", "1"));
        assertThat(charged("tag:env")).isEqualTo(Map.of("prod", "1", "null", "3"));
        assertThat(usage("day,model,tag:feature").get("groups")).hasSize(3);
        assertThat(ask("GET", ORGANIZATION + "/tags/feature", null)
                        .json()
                        .get("data")
                        .findValuesAsString("value"))
                .containsExactly("ads", "search");
    }

    @Test
    void all_lines_of_the_header_count() {
        declare("{\"tag_names\":[\"feature\",\"env\"]}");
        Reply reply = done(gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + CHAT))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .header("x-tollgate-tags", "feature=search")
                .header("x-tollgate-tags", "env=prod, other=x")
                .POST(BodyPublishers.ofString(PLAIN))));
        assertThat(task(reply).get("tags").toString()).isEqualTo("{\"env\":\"prod\",\"feature\":\"search\"}");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("x-tollgate-tags.other");
    }

    @Test
    void a_keys_tags_count_whatever_a_call_names() {
        declare("{\"tag_names\":[\"feature\",\"env\"]}");
        JsonNode made = ask("POST", "/v1/keys", "{\"name\":\"k\",\"tags\":{\"feature\":\"search\",\"other\":\"x\"}}")
                .json();
        assertThat(made.get("tags").toString()).isEqualTo("{\"feature\":\"search\",\"other\":\"x\"}");
        String key = made.get("key").asString();
        Map<String, String> header = Map.of("x-tollgate-tags", "feature=ads, env=prod");
        String metadata =
                "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"metadata\":{\"feature\":\"mail\"}," + MESSAGES + "}";

        Reply call = done(send(key, "POST", CHAT, metadata, header));

        assertThat(call.header("x-tollgate-ignored")).contains("key.tags.other", "x-tollgate-tags.feature");
        assertThat(charged("tag:feature")).containsOnlyKeys("search");
        assertThat(charged("tag:env")).containsOnlyKeys("prod");
        done(ask("PATCH", "/v1/keys/" + made.get("id").asString(), "{\"tags\":{\"env\":\"test\"}}"));
        done(send(key, "POST", CHAT, PLAIN, header));
        assertThat(charged("tag:feature")).containsOnlyKeys("search", "ads");
        assertThat(charged("tag:env")).containsOnlyKeys("prod", "test");
        done(ask("PATCH", "/v1/keys/" + made.get("id").asString(), "{\"tags\":null}"));
        assertThat(ask("GET", "/v1/keys/" + made.get("id").asString(), null)
                        .json()
                        .get("tags"))
                .isEmpty();
    }

    @Test
    void a_keys_tags_go_with_it_to_a_team() {
        declare("{\"tag_names\":[\"feature\"]}");
        JsonNode made = ask("POST", "/v1/keys", "{\"name\":\"k\",\"tags\":{\"feature\":\"search\"}}")
                .json();
        String team = ask("POST", ORGANIZATION + "/teams", "{\"name\":\"Search\"}")
                .json()
                .get("id")
                .asString();
        JsonNode moved = done(ask(
                        "POST", "/v1/keys/" + made.get("id").asString() + "/move", "{\"team\":\"" + team + "\"}"))
                .json();
        assertThat(moved.get("tags").toString()).isEqualTo("{\"feature\":\"search\"}");
        done(send(made.get("key").asString(), "POST", CHAT, PLAIN, Map.of()));
        assertThat(charged("tag:feature")).containsOnlyKeys("search");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|tags",
                "{\"A\":\"x\"}|tags.A",
                "{\"a\":1}|tags.a",
                "{\"a\":\"x y\"}|tags.a",
                "{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\",\"e\":\"1\",\"f\":\"1\"}|tags"
            })
    void wrong_tags_of_a_key_are_refused_by_their_field(String tags, String field) {
        Reply refused = ask("POST", "/v1/keys", "{\"name\":\"k\",\"tags\":" + tags + "}");
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.error().get("param").asString()).isEqualTo(field);
    }

    @Test
    void a_task_shows_its_tags_and_end_user() {
        declare("{\"tag_names\":[\"feature\"],\"end_users\":true}");
        Reply reply = done(
                call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=search", "x-tollgate-end-user", "customer 7")));
        assertThat(task(reply).get("tags").toString()).isEqualTo("{\"feature\":\"search\"}");
        assertThat(task(reply).get("end_user").asString()).isEqualTo("customer 7");
        assertThat(done(ask("GET", "/v1/tasks", null))
                        .json()
                        .at("/data/0/end_user")
                        .asString())
                .isEqualTo("customer 7");
        assertThat(charged("end_user")).isEqualTo(Map.of("customer 7", "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"feature", "Feature=x", "feature=", "feature=a b", "feature=a,feature=b", "=x", "a=1,,b=2"})
    void a_malformed_header_is_refused_before_money_moves(String header) {
        Reply refused = call(CHAT, PLAIN, Map.of("x-tollgate-tags", header));
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.text()).contains("x-tollgate-tags", "pairs like feature=search");
        assertThat(gateway.number("SELECT COUNT(*) FROM task")).isZero();
    }

    @Test
    void undeclared_names_and_bad_values_are_listed_as_ignored() {
        assertThat(done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=x")))
                        .header("x-tollgate-ignored"))
                .isEqualTo("x-tollgate-tags.feature");
        declare("{\"tag_names\":[\"feature\"]}");
        String body = PLAIN.replace("\"stream\"", "\"metadata\":{\"feature\":\"search\",\"trace\":\"1\"},\"stream\"");
        Reply reply = done(call(CHAT, body, Map.of()));
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("metadata.trace");
        assertThat(task(reply).get("tags").toString()).isEqualTo("{\"feature\":\"search\"}");
        Reply bad = done(call(CHAT, body.replace("\"search\"", "\"a b\""), Map.of()));
        assertThat(bad.header("x-tollgate-ignored")).isEqualTo("metadata.feature,metadata.trace");
        assertThat(task(bad).get("tags").toString()).isEqualTo("{}");
    }

    @Test
    void two_end_users_are_refused_before_money_moves() {
        Reply refused = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + CHAT))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .header("x-tollgate-end-user", "ann")
                .header("x-tollgate-end-user", "bob")
                .POST(BodyPublishers.ofString(PLAIN)));
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.error().get("param").asString()).isEqualTo("x-tollgate-end-user");
        assertThat(gateway.number("SELECT COUNT(*) FROM task")).isZero();
    }

    @Test
    void an_end_user_that_is_not_counted_is_listed_as_ignored() {
        Map<String, String> headers = Map.of("x-tollgate-end-user", "customer 7");
        assertThat(done(call(CHAT, PLAIN, headers)).header("x-tollgate-ignored"))
                .isEqualTo("x-tollgate-end-user");
        declare("{\"end_users\":true}");
        assertThat(done(call(CHAT, PLAIN, headers)).header("x-tollgate-ignored"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/responses | {\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"metadata\":{\"feature\":\"a\"},\"user\":\"u\"}",
                "/v1/messages | {\"model\":\"gemini-2.5-pro\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                        + "\"metadata\":{\"user_id\":\"u\"}}",
                "/v1beta/models/gemini-2.5-pro:generateContent | {\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}],"
                        + "\"labels\":{\"feature\":\"a\"}}",
                "/v1/embeddings | {\"model\":\"gemini-embedding-001\",\"input\":\"Hi\",\"metadata\":{\"feature\":\"a\"},\"user\":\"u\"}"
            })
    void each_door_takes_labels_from_its_body(String path, String body) {
        declare("{\"tag_names\":[\"feature\"],\"end_users\":true}");
        Map<String, String> headers = path.endsWith("messages")
                ? Map.of("x-tollgate-tags", "feature=a")
                : path.startsWith("/v1beta") ? Map.of("x-tollgate-end-user", "u") : Map.of();
        done(call(path, body, headers));
        assertThat(charged("tag:feature")).isEqualTo(Map.of("a", "1"));
        assertThat(charged("end_user")).isEqualTo(Map.of("u", "1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "user_12ab_account_0f_session_99-aa | user_12ab_account_0f",
                "{\\\"device_id\\\":\\\"12ab\\\",\\\"account_uuid\\\":\\\"0f\\\",\\\"session_id\\\":\\\"99\\\"} | 12ab 0f",
                "{\\\"device_id\\\":\\\"12ab\\\",\\\"account_uuid\\\":\\\"\\\",\\\"session_id\\\":\\\"99\\\"} | 12ab",
                "0123456789012345678901234567890123456789012345678901234567890123456789 | #57445fa40b08c60c"
            })
    void claude_codes_user_counts_without_the_session_and_a_long_one_by_its_hash(String user, String counted) {
        declare("{\"end_users\":true}");
        String body = "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":50," + MESSAGES + ",\"metadata\":{\"user_id\":\""
                + user + "\"}}";
        done(call("/v1/messages", body, Map.of()));
        assertThat(charged("end_user")).isEqualTo(Map.of(counted, "1"));
    }

    @Test
    void an_erased_end_user_is_named_nowhere_and_the_sums_stay() {
        declare("{\"end_users\":true}");
        Map<String, String> headers = Map.of("x-tollgate-end-user", "carol-17");
        Reply reply = done(call(CHAT, PLAIN, headers));
        assertThat(ask("POST", ORGANIZATION + "/end-users/erase", "{\"end_user\":\"carol-17\"}")
                        .status())
                .isEqualTo(204);
        assertThat(task(reply).get("end_user").isNull()).isTrue();
        assertThat(charged("end_user")).isEqualTo(Map.of("null", "1"));
        assertThat(done(ask("GET", ORGANIZATION + "/audit-log", null)).text())
                .contains("end_user.erase")
                .doesNotContain("carol");
        assertThat(gateway.number("SELECT COUNT(*) FROM label WHERE value = 'carol-17'"))
                .isZero();
        assertThat(ask("POST", ORGANIZATION + "/end-users/erase", "{\"end_user\":\"carol-17\"}")
                        .status())
                .isEqualTo(404);
        done(call(CHAT, PLAIN, headers));
        assertThat(charged("end_user")).isEqualTo(Map.of("carol-17", "1", "null", "1"));
    }

    @Test
    void a_refund_counts_for_the_tags_of_its_call() throws ActionRefused {
        declare("{\"tag_names\":[\"feature\"]}");
        Reply reply = done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=search")));
        gateway.execute("UPDATE label SET used_day = 0");
        gateway.app()
                .administration()
                .deeds()
                .refund(
                        By.of(Actor.COMMAND, "it was slow"),
                        reply.json().get("id").asString(),
                        10_000);
        JsonNode group = usage("tag:feature").at("/groups/0");
        assertThat(group.get("tag:feature").asString()).isEqualTo("search");
        assertThat(group.get("refunded").decimalValue()).isPositive();
        assertThat(gateway.number("SELECT used_day FROM label"))
                .as("the label is used again")
                .isPositive();
    }

    @Test
    void an_api_key_does_not_see_usage_by_label() {
        declare("{\"tag_names\":[\"feature\"]}");
        for (String by : new String[] {"tag:feature", "end_user"}) {
            Reply refused = send(customer.key(), "GET", "/v1/usage?group_by=" + by, null, Map.of());
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text()).contains("management key");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tag:feature,key | group_by",
                "tag:a,tag:b | group_by",
                "tag:A | group_by",
                "tag:a&team=team_1 | team",
                "tag:a&tz=Europe/Berlin | tz",
                "end_user&after=x | after"
            })
    void a_question_about_labels_that_has_no_answer_is_refused_by_its_field(String question, String field) {
        Reply refused = ask("GET", "/v1/usage?group_by=" + question, null);
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.json().at("/error/param").asString()).isEqualTo(field);
    }

    @Test
    void names_of_tags_are_checked_and_logged() {
        for (String wrong : new String[] {"[\"A\"]", "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]", "\"a\"", "[1]"}) {
            Reply refused = ask("PATCH", ORGANIZATION, "{\"tag_names\":" + wrong + "}");
            assertThat(refused.status()).as(wrong).isEqualTo(400);
            assertThat(refused.json().at("/error/param").asString()).isEqualTo("tag_names");
        }
        declare("{\"tag_names\":[\"env\",\"feature\"],\"end_users\":true}");
        JsonNode shown = done(ask("GET", ORGANIZATION, null)).json();
        assertThat(shown.get("tag_names").toString()).isEqualTo("[\"env\",\"feature\"]");
        assertThat(shown.get("end_users").asBoolean()).isTrue();
        assertThat(done(ask("GET", ORGANIZATION + "/audit-log", null)).text())
                .contains("organization.labels", "env feature");
    }

    @Test
    void values_beyond_the_limits_count_as_other() {
        declare("{\"tag_names\":[\"feature\"]}");
        done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=first")));
        gateway.execute("INSERT INTO label (account_id, number, name, value, created_day, used_day)"
                + " WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
                + " SELECT account_id, i, name, 'v' || i, created_day, used_day FROM label, n WHERE number = 1");
        for (String value : new String[] {"last", "too-many", "many-more", "first"}) {
            done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=" + value)));
        }
        assertThat(charged("tag:feature")).isEqualTo(Map.of("first", "2", "last", "1", "other", "2"));
        assertThat(gateway.get("/metrics", ADMIN_KEY).text())
                .contains("tollgate_label_overflow_total{kind=\"tag\"} 2.0");
    }

    @Test
    void a_refused_call_leaves_no_value() {
        declare("{\"tag_names\":[\"feature\"],\"end_users\":true}");
        String body = PLAIN.replace("gemini-2.5-pro", "no-such-model");
        Map<String, String> headers = Map.of("x-tollgate-tags", "feature=x", "x-tollgate-end-user", "u");
        assertThat(call(CHAT, body, headers).status()).isEqualTo(404);
        assertThat(gateway.number("SELECT COUNT(*) FROM label")).isZero();
    }

    @Test
    void verification_finds_usage_of_labels_that_no_call_has() {
        declare("{\"tag_names\":[\"feature\"]}");
        done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=search")));
        assertThat(gateway.differences()).isEmpty();
        for (String alteration : new String[] {
            "UPDATE usage_label SET charged_micros = charged_micros + 1",
            "UPDATE usage_label SET calls = calls + 1",
            "UPDATE usage_label SET refunded_micros = 1",
            "UPDATE usage_label SET model = 'another'",
            "UPDATE usage_label SET day = day + 86400000",
            "UPDATE usage_label SET number = 7",
            "UPDATE task SET labels = ''",
            "UPDATE task SET labels = '1 2'"
        }) {
            gateway.execute("CREATE TABLE kept AS SELECT * FROM usage_label");
            gateway.execute(alteration);
            assertThat(gateway.differences()).as(alteration).anyMatch(it -> it.contains("usage of label"));
            gateway.execute("DELETE FROM usage_label");
            gateway.execute("INSERT INTO usage_label SELECT * FROM kept");
            gateway.execute("DROP TABLE kept");
            gateway.execute("UPDATE task SET labels = '1'");
            assertThat(gateway.differences()).isEmpty();
        }
    }

    @Test
    void an_owner_declares_tags_and_erases_an_end_user_on_the_page() {
        Browser owner = new Browser(gateway.url()).signUp("owner@example.org", "a long password");
        assertThat(owner.get("/dashboard/members").body()).contains("href=\"/dashboard/tags\"");
        String page = "/dashboard/tags";
        assertThat(owner.submit(page, page, Map.of("deed", "save", "names", "Feature", "end-users", "on"))
                        .body())
                .contains("of which the first is a letter", "value=\"Feature\"");
        assertThat(owner.submit(page, page, Map.of("deed", "save", "names", "feature, env", "end-users", "on"))
                        .location())
                .isEqualTo(page + "?done=saved");
        assertThat(owner.get(page).body()).contains("value=\"env, feature\"", "No calls this month.", "checked");
        assertThat(owner.submit(page, page, Map.of("deed", "erase", "end-user", "nobody-9"))
                        .body())
                .contains("No call names this end user.");
    }

    @Test
    void pages_and_the_file_of_requests_show_labels() throws ActionRefused {
        Browser owner = new Browser(gateway.url()).signUp("owner@example.org", "a long password");
        String page = "/dashboard/tags";
        owner.submit(page, page, Map.of("deed", "save", "names", "feature", "end-users", "on"));
        String account = gateway.text("SELECT account_id FROM person WHERE login = 'owner@example.org'");
        gateway.commands().grant(account, 100_000_000, "for a test");
        String key =
                gateway.commands().createKey(account, KeySettings.named("k")).secret();
        Map<String, String> labels = Map.of("x-tollgate-tags", "feature=search", "x-tollgate-end-user", "u-17");
        String id =
                done(send(key, "POST", CHAT, PLAIN, labels)).json().get("id").asString();
        done(send(key, "POST", CHAT, PLAIN, Map.of()));

        String usage = owner.get(page).body();

        assertThat(usage).contains("feature, this month", ">search<", "End users, this month", ">u-17<");
        assertThat(usage.split(">none<", -1)).as("the calls without a label").hasSize(3);
        assertThat(owner.get("/dashboard/requests/" + id).body()).contains("feature=search", "u-17");
        String file = owner.get("/dashboard/requests.csv").body();
        assertThat(file.lines().findFirst().orElseThrow()).endsWith("team,member,tags,end_user");
        assertThat(file).contains(",feature=search,u-17\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u0000b", "a\\nb", "\\u202egnp"})
    void an_end_user_that_cannot_be_written_is_ignored(String user) {
        declare("{\"end_users\":true}");
        String body = PLAIN.replace("\"stream\"", "\"user\":\"" + user + "\",\"stream\"");
        Reply reply = done(call(CHAT, body, Map.of()));
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("user");
        assertThat(task(reply).get("end_user").isNull()).isTrue();
    }
}
