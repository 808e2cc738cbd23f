package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
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
    void openAccount() {
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

    /** Device and account of one person. The last names a session alone, so no end user. */
    @Test
    void claude_codes_user_is_one_person_in_every_order() {
        declare("{\"end_users\":true}");
        for (String user : new String[] {
            "{'device_id':'12ab','account_uuid':'0f','session_id':'1'}",
            "{'session_id':'2','account_uuid':'0f','device_id':'12ab'}",
            " { 'account_uuid' : '0f' ,\\n 'device_id' : ' 12ab' } "
        }) {
            assertThat(done(messages(user)).header("x-tollgate-ignored")).isEmpty();
        }
        for (String nobody :
                new String[] {"{'session_id':'3'}", "{'device_id':'','session_id':'4'}", "user__session_5"}) {
            assertThat(done(messages(nobody)).header("x-tollgate-ignored")).isEqualTo("metadata.user_id");
        }
        assertThat(charged("end_user")).isEqualTo(Map.of("12ab 0f", "3", "null", "3"));
        erased("{'account_uuid':'0f','device_id':'12ab','session_id':'9'}".replace("'", "\\\""));
    }

    private Reply messages(String user) {
        return call(
                "/v1/messages",
                "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":50," + MESSAGES + ",\"metadata\":{\"user_id\":\""
                        + user.replace("'", "\\\"") + "\"}}",
                Map.of());
    }

    /** Erases the one end user that calls have. */
    private void erased(String named) {
        Reply reply = ask("POST", ORGANIZATION + "/end-users/erase", "{\"end_user\":\"" + named + "\"}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(204);
        assertThat(charged("end_user")).containsOnlyKeys("null");
    }

    /** As curl, Python's requests and browsers send it; a text of Latin-1 is rarely valid UTF-8. */
    @ParameterizedTest
    @CsvSource({"Zoë Müller, UTF-8", "Zoë Müller, ISO-8859-1", "山田 😀, UTF-8", "ÀÿĀ, UTF-8"})
    void an_end_user_in_the_header_is_the_same_in_the_body(String user, String charset) throws IOException {
        declare("{\"end_users\":true}");
        String head = "POST " + CHAT + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + customer.key()
                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + PLAIN.length()
                + "\r\nx-tollgate-end-user: " + user + "\r\n\r\n" + PLAIN;
        try (Socket socket = new Socket("127.0.0.1", gateway.app().port())) {
            socket.getOutputStream().write(head.getBytes(Charset.forName(charset)));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("x-tollgate-ignored");
        }
        done(call(CHAT, PLAIN.replace("\"stream\"", "\"user\":\"" + user + "\",\"stream\""), Map.of()));
        assertThat(charged("end_user")).isEqualTo(Map.of(user, "2"));
        erased(user);
    }

    @Test
    void a_long_end_user_is_erased_by_its_name() {
        declare("{\"end_users\":true}");
        String user = "long".repeat(30);
        done(messages(user));
        erased(user);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/messages | 'feature':'a' | metadata.feature",
                "/v1/messages | 'user_id':'' | metadata.user_id",
                "/v1/messages | 'user_id':7 | metadata.user_id",
                "/v1/messages | 'user_id':'u','x':{'y':1} | metadata.x",
                "/v1/chat/completions | 'a23456789a23456789a23456789a23456789a23456789a23456789a23456789a23456789':'v','env':'x' | "
                        + "metadata.a23456789a23456789a23456789a23456789a23456789a23456789a23456...",
                "/v1/completions | PAIRS,'feature':'a' | metadata.feature",
                "/v1/chat/completions | PAIRS,'feature':'a' | metadata.feature",
                "/v1beta/models/gemini-2.5-pro:generateContent | PAIRS,'feature':'a' | labels.feature",
                "/v1beta/interactions | PAIRS,'feature':'a' | labels.feature",
                "/v1/responses | 'env':'other' | metadata.env",
                "/v1/embeddings | 'env':'other' | metadata.env"
            })
    void each_door_lists_labels_that_do_not_count(String path, String pairs, String listed) {
        declare("{\"tag_names\":[\"env\",\"feature\"],\"end_users\":true}");
        String many = "'env':'x'";
        for (int i = 1; i < 16; i++) {
            many += ",'env" + i + "':'x'";
        }
        boolean isNative = path.startsWith("/v1beta");
        String rest = path.contains(":generate")
                ? "'contents':[{'role':'user','parts':[{'text':'Hi'}]}]"
                : "'model':'" + (path.endsWith("embeddings") ? "gemini-embedding-001" : "gemini-2.5-pro")
                        + "','max_tokens':50,'stream':false,'input':'Hi','prompt':'Hi'," + MESSAGES;
        String body =
                "{'" + (isNative ? "labels" : "metadata") + "':{" + pairs.replace("PAIRS", many) + "}," + rest + "}";
        if (path.endsWith("responses") || path.endsWith("embeddings")) {
            body = body.replace("'max_tokens':50,'stream':false,", "").replace("'prompt':'Hi',", "");
        }
        Reply reply = done(call(path, body.replace("'", "\""), Map.of("x-tollgate-tags", "env=x")));
        assertThat(reply.header("x-tollgate-ignored").split(",")).contains(listed);
        assertThat(charged("tag:env")).isEqualTo(Map.of("x", "1"));
        assertThat(charged("tag:feature")).isEqualTo(Map.of("null", "1"));
    }

    @Test
    void usage_by_a_tag_that_is_unknown_names_the_declared_ones() {
        declare("{\"tag_names\":[\"env\",\"feature\"]}");
        done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "env=prod")));
        Reply refused = ask("GET", "/v1/usage?group_by=day,tag:typo", null);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().get("param").asString()).isEqualTo("group_by");
        assertThat(refused.error().get("message").asString()).contains("tag:typo", "declared: env, feature");
        assertThat(ask("GET", ORGANIZATION + "/tags/typo", null).status()).isEqualTo(404);
        declare("{\"tag_names\":[]}");
        assertThat(charged("tag:env")).containsOnlyKeys("prod"); // a name that is declared no longer
        assertThat(ask("GET", ORGANIZATION + "/tags/env", null).status()).isEqualTo(200);
        assertThat(ask("GET", "/v1/usage?group_by=tag:feature", null).text()).contains("none is declared");
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
                "end_user&after=x | after",
                "end_user&after=model~x | after"
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
            assertThat(refused.json().at("/error/param").asString())
                    .isEqualTo(wrong.equals("[1]") ? "tag_names.0" : "tag_names");
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
