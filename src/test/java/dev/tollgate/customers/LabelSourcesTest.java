package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.operator.admin.ActionRefused;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Where the tags and end users of calls come from, and what is refused. */
class LabelSourcesTest extends LabelledCalls {

    private static Gateway shared;

    @BeforeAll
    static void start() {
        shared = Gateway.start(Map.of());
    }

    @AfterAll
    static void stop() {
        shared.assertBooksAreClosed();
        shared.close();
    }

    @BeforeEach
    void openAccount() throws ActionRefused {
        gateway = shared;
        open();
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
        assertThat(done(ask("GET", "/v1/tasks", null)).json().get("data")).isEmpty();
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
        assertThat(done(ask("GET", "/v1/tasks", null)).json().get("data")).isEmpty();
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
