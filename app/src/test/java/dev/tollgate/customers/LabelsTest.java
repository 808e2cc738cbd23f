package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Tags and end users of calls, from the request to usage. */
@ParameterizedClass
@EnumSource(Stores.class)
class LabelsTest extends LabelledCalls {

    @Parameter
    Stores stores;

    private static Gateway shared;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        shared = Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
    }

    @BeforeEach
    void begin() {
        gateway = shared;
        open();
    }

    @AfterEach
    void the_books_add_up() {
        gateway.assertBooksAreClosed();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        shared.close();
    }

    private String ofAccount() {
        return " WHERE account_id = '" + customer.account() + "'";
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
        assertThat(gateway.number("SELECT COUNT(*) FROM label" + ofAccount() + " AND value = 'carol-17'"))
                .isZero();
        assertThat(ask("POST", ORGANIZATION + "/end-users/erase", "{\"end_user\":\"carol-17\"}")
                        .status())
                .isEqualTo(404);
        done(call(CHAT, PLAIN, headers));
        assertThat(charged("end_user")).isEqualTo(Map.of("carol-17", "1", "null", "1"));
    }

    @Test
    void a_refund_counts_for_the_tags_of_its_call() {
        declare("{\"tag_names\":[\"feature\"]}");
        Reply reply = done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=search")));
        gateway.execute("UPDATE label SET used_day = 0" + ofAccount());
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
        assertThat(gateway.number("SELECT used_day FROM label" + ofAccount()))
                .as("the label is used again")
                .isPositive();
    }

    @Test
    void values_beyond_the_limits_count_as_other() {
        declare("{\"tag_names\":[\"feature\"]}");
        done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=first")));
        gateway.execute("INSERT INTO label (account_id, number, name, value, proof, created_day, used_day)"
                + " WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
                + " SELECT account_id, i, name, 'v' || i, 0, created_day, used_day FROM label, n" + ofAccount()
                + " AND number = 1");
        for (String value : new String[] {"last", "too-many", "many-more", "first"}) {
            done(call(CHAT, PLAIN, Map.of("x-tollgate-tags", "feature=" + value)));
        }
        assertThat(charged("tag:feature")).isEqualTo(Map.of("first", "2", "last", "1", "other", "2"));
        assertThat(gateway.get("/metrics", ADMIN_KEY).text())
                .contains("tollgate_label_overflow_total{kind=\"tag\"} 2.0");
        gateway.execute("DELETE FROM label WHERE proof = 0");
    }

    @Test
    void a_refused_call_leaves_no_value() {
        declare("{\"tag_names\":[\"feature\"],\"end_users\":true}");
        String body = PLAIN.replace("gemini-2.5-pro", "no-such-model");
        Map<String, String> headers = Map.of("x-tollgate-tags", "feature=x", "x-tollgate-end-user", "u");
        assertThat(call(CHAT, body, headers).status()).isEqualTo(404);
        assertThat(gateway.number("SELECT COUNT(*) FROM label" + ofAccount())).isZero();
    }

    @Test
    void an_owner_declares_tags_and_erases_an_end_user_on_the_page() {
        Browser owner = new Browser(gateway.url()).signUp("owner@example.org", "a long password");
        assertThat(owner.get("/dashboard/members").body()).contains("href=\"/dashboard/tags\"");
        String page = "/dashboard/tags";
        assertThat(owner.submit(
                                page,
                                page,
                                Map.of("deed", "organization.set", "tag_names", "Feature", "end_users", "on"))
                        .body())
                .contains("of which the first is a letter", "value=\"Feature\"");
        assertThat(owner.submit(
                                page,
                                page,
                                Map.of("deed", "organization.set", "tag_names", "feature, env", "end_users", "on"))
                        .location())
                .isEqualTo(page + "?done=saved");
        assertThat(owner.get(page).body()).contains("value=\"env, feature\"", "No calls this month.", "checked");
        assertThat(owner.submit(page, page, Map.of("deed", "end_user.erase", "end_user", "nobody-9"))
                        .body())
                .contains("No call names this end user.");
    }

    @Test
    void pages_and_the_file_of_requests_show_labels() {
        Browser owner = new Browser(gateway.url()).signUp("reader@example.org", "a long password");
        String page = "/dashboard/tags";
        owner.submit(page, page, Map.of("deed", "organization.set", "tag_names", "feature", "end_users", "on"));
        String account = gateway.text("SELECT account_id FROM person WHERE login = 'reader@example.org'");
        gateway.commands().grant(account, 100_000_000, "for a test");
        String key =
                gateway.commands().createKey(account, KeySettings.named("k")).secret();
        Map<String, String> labels = Map.of("x-tollgate-tags", "feature=search", "x-tollgate-end-user", "u-17");
        String id =
                done(send(key, "POST", CHAT, PLAIN, labels)).json().get("id").asString();
        String other =
                done(send(key, "POST", CHAT, PLAIN, Map.of())).json().get("id").asString();

        String usage = owner.get(page).body();

        assertThat(usage).contains("feature, this month", ">search<", "End users, this month", ">u-17<");
        assertThat(usage.split(">none<", -1)).as("the calls without a label").hasSize(3);
        for (String filter : List.of("tag=feature%3Dsearch", "end_user=u-17")) {
            String list = "/dashboard/requests?range=month&amp;utc=1&amp;" + filter;
            assertThat(usage).contains("href=\"" + list + "\"");
            assertThat(owner.get(list.replace("&amp;", "&")).body())
                    .as(filter)
                    .contains(id)
                    .doesNotContain(other);
            assertThat(owner.get("/dashboard/requests?" + filter.replaceAll(".$", "x"))
                            .body())
                    .contains("No calls match these filters.");
        }
        for (String begin : List.of("sear", "feature%3Ds", "u-1")) {
            assertThat(owner.get("/dashboard/find?q=" + begin).location())
                    .isEqualTo(
                            "/dashboard/requests?" + (begin.equals("u-1") ? "end_user=u-17" : "tag=feature%3Dsearch"));
        }
        assertThat(owner.get("/dashboard/find?q=x-1").body()).contains("Nothing in this account starts with “x-1”");
        assertThat(owner.get("/dashboard/requests").body()).contains(" title=\"feature=search\">feature=search</span>");
        assertThat(owner.get("/dashboard/requests/" + id).body()).contains("feature=search", "u-17");
        String file = owner.get("/dashboard/requests.csv").body();
        assertThat(file.lines().findFirst().orElseThrow())
                .endsWith("team,team_name,member,member_name,tags,end_user,output_image_tokens,maps");
        assertThat(file).contains(",feature=search,u-17,0,0\r\n");
    }
}
