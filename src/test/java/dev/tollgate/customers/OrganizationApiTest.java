package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.keys.KeyResult;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.operator.admin.ActionRefused;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.Reply;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** {@code /v1/organization}: what a management key does with its organization. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class OrganizationApiTest {

    private static final String ORGANIZATION = "/v1/organization";
    private static final String BUDGETS = ORGANIZATION + "/budgets";
    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false}";

    @Parameter
    Stores stores;

    private static Gateway gateway;
    private static Stores kind;
    private static Instant now = Instant.parse("2026-11-20T12:00:00Z");

    private Customer customer;
    private KeyResult.Made manager;

    @BeforeEach
    void start() throws ActionRefused {
        if (kind != stores) {
            stop();
            gateway = Gateway.startOn(stores);
            kind = stores;
        }
        now = now.plus(Duration.ofMinutes(10));
        gateway.setNow(now);
        customer = gateway.customer("100");
        manager = manager(customer.account(), EnumSet.allOf(Scope.class));
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
            gateway = null;
            kind = null;
        }
    }

    private static KeyResult.Made manager(String account, Set<Scope> scopes) throws ActionRefused {
        return gateway.commands()
                .createKey(
                        account,
                        KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(scopes));
    }

    private Reply ask(String method, String path, String body) {
        return ask(manager.secret(), method, path, body);
    }

    private static Reply ask(String key, String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + key)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return gateway.send(request);
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

    private List<String> actions() {
        return all(ORGANIZATION + "/audit-log").reversed().stream()
                .map(line -> line.get("action").asString())
                .toList();
    }

    // ---- rights ----

    @ParameterizedTest
    @CsvSource({"name, members:write", "time_zone, budgets:write"})
    void each_field_of_an_organization_needs_its_scope(String field, String scope) throws ActionRefused {
        Set<Scope> others = EnumSet.complementOf(EnumSet.copyOf(Scope.parse(List.of(scope))));
        String without = manager(customer.account(), others).secret();
        assertRefused(ask(without, "PATCH", ORGANIZATION, "{\"" + field + "\":\"UTC\"}"), 403, null, scope);
        String with = manager(customer.account(), Scope.parse(List.of(scope, "members:read")))
                .secret();
        assertThat(ask(with, "PATCH", ORGANIZATION, "{\"" + field + "\":\"UTC\"}")
                        .status())
                .isEqualTo(200);
    }

    // ---- name, time zone and log ----

    @Test
    void an_organization_gets_another_name_and_time_zone() {
        JsonNode made = get(ORGANIZATION);
        assertThat(made.get("id").asString()).isEqualTo(customer.account());
        assertThat(made.get("time_zone").asString()).isEqualTo("UTC");

        JsonNode changed = done("PATCH", ORGANIZATION, "{\"name\":\"Example Ltd\",\"time_zone\":\"Europe/Berlin\"}");

        assertThat(changed.get("name").asString()).isEqualTo("Example Ltd");
        assertThat(changed.get("time_zone").asString()).isEqualTo("Europe/Berlin");
        assertThat(get(ORGANIZATION)).isEqualTo(changed);
        assertRefused(
                ask("PATCH", ORGANIZATION, "{\"time_zone\":\"Asia/Tokyo\",\"name\":\"X\"}"), 409, null, "once a day");
        assertThat(get(ORGANIZATION)).isEqualTo(changed);
        assertRefused(ask("PATCH", ORGANIZATION, "{\"time_zone\":\"Mars\"}"), 400, "time_zone", "Europe/Berlin");
        assertRefused(ask("PATCH", ORGANIZATION, "{\"name\":\"\"}"), 400, "name", "1 to 200 characters");
        assertRefused(ask("PATCH", ORGANIZATION, "{\"name\":7}"), 400, "name", "string");
        assertRefused(ask("PATCH", ORGANIZATION, "{\"tags\":[]}"), 400, "tags", "known are name, time_zone");
        assertRefused(ask("PATCH", ORGANIZATION, "{}"), 400, null, "at least one");
        assertThat(actions()).containsExactly("organization.time_zone", "organization.name");
    }

    @Test
    void the_audit_log_says_who_changed_what_and_how() {
        String before = get(ORGANIZATION).get("name").asString();
        done("PATCH", ORGANIZATION, "{\"name\":\"Example Ltd\"}");
        done("PATCH", ORGANIZATION, "{\"name\":\"Example Ltd\"}"); // changes nothing

        JsonNode page = get(ORGANIZATION + "/audit-log");

        assertThat(page.get("data")).hasSize(1);
        assertThat(page.get("next").isNull()).isTrue();
        JsonNode line = page.get("data").get(0);
        assertThat(line.get("number").asLong()).isEqualTo(1);
        assertThat(line.get("created_at").asLong()).isEqualTo(now.getEpochSecond());
        assertThat(line.get("actor").asString()).isEqualTo(manager.key().id());
        assertThat(line.get("address").asString()).isEqualTo("127.0.0.1");
        assertThat(line.get("subject").asString()).isEqualTo(customer.account());
        assertThat(line.at("/before/name").asString()).isEqualTo(before);
        assertThat(line.at("/after/name").asString()).isEqualTo("Example Ltd");
        assertRefused(ask("GET", ORGANIZATION + "/audit-log?after=x", null), 400, "after", "next");
        assertRefused(ask("GET", ORGANIZATION + "/audit-log?limit=201", null), 400, "limit", "1 to 200");
    }

    // ---- budgets ----

    @Test
    void a_budget_is_set_refuses_a_call_and_is_removed() {
        JsonNode set = done("PUT", BUDGETS + "/account", "{\"month\":0,\"day\":2.5}");
        assertThat(set.get("data")).hasSize(2);
        Reply refused = customer.chat(CALL);
        assertThat(refused.status()).isEqualTo(429);
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
        JsonNode line = get(ORGANIZATION + "/audit-log").at("/data/1");
        assertThat(line.get("action").asString()).isEqualTo("budget.set");
        assertThat(line.get("subject").asString()).isEqualTo("account");
        assertThat(line.get("before")).isEmpty();
        assertThat(line.get("after").toString()).isEqualTo("{\"day\":2.5,\"month\":0}");
    }

    @Test
    void budgets_come_in_pages() {
        done("PUT", BUDGETS + "/account", "{\"month\":30,\"day\":2,\"total\":100}");
        done("PUT", BUDGETS + "/each_member", "{\"week\":5}");
        done("PUT", BUDGETS + "/" + customer.keyId(), "{\"month\":4,\"week\":1}");
        assertThat(all(BUDGETS))
                .extracting(budget -> budget.get("owner").asString() + " "
                        + budget.get("window").asString())
                .containsExactly(
                        "account day",
                        "account month",
                        "account total",
                        "each_member week",
                        customer.keyId() + " month",
                        customer.keyId() + " week");
        assertThat(get(BUDGETS).get("time_zone").asString()).isEqualTo("UTC");
    }

    @Test
    void a_wrong_budget_is_refused_with_its_window() throws ActionRefused {
        for (String wrong : List.of("-1", "0.0000001", "\"unlimited\"", "true", "1000000001")) {
            assertRefused(
                    ask("PUT", BUDGETS + "/account", "{\"month\":" + wrong + "}"),
                    400,
                    "month",
                    "from 0 to 1000000000");
        }
        assertRefused(ask("PUT", BUDGETS + "/account", "{}"), 400, null, "hour, day, week, month, total");
        assertRefused(ask("PUT", BUDGETS + "/account", "{\"year\":1}"), 400, "year", "hour, day, week, month, total");
        assertRefused(
                ask("PUT", BUDGETS + "/" + customer.keyId(), "{\"day\":1}"), 400, "day", "'spend.day' of the key");
        for (String none :
                List.of("team_none", "mem_none", gateway.customer("1").keyId())) {
            assertRefused(ask("PUT", BUDGETS + "/" + none, "{\"month\":1}"), 404, null, "no such owner");
        }
        assertThat(get(BUDGETS).get("data")).isEmpty();
        assertThat(get(ORGANIZATION + "/audit-log").get("data")).isEmpty();
    }
}
