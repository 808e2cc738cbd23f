package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An account on a started server whose calls name tags and end users, and its management key. */
abstract class LabelledCalls {

    static final String ORGANIZATION = "/v1/organization";
    static final String ADMIN_KEY = "admin-key-of-the-tests";
    static final String CHAT = "/v1/chat/completions";
    static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    static final String PLAIN = "{\"model\":\"gemini-2.5-pro\",\"stream\":false," + MESSAGES + "}";

    Gateway gateway;
    Customer customer;
    String manager;

    /** Makes a new account. */
    void open() {
        customer = gateway.customer("100");
        manager = gateway.commands()
                .createKey(
                        customer.account(),
                        KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(EnumSet.allOf(Scope.class)))
                .secret();
    }

    Reply ask(String method, String path, @Nullable String body) {
        return send(manager, method, path, body, Map.of());
    }

    Reply call(String path, String body, Map<String, String> headers) {
        return send(customer.key(), "POST", path, body, headers);
    }

    Reply send(String key, String method, String path, @Nullable String body, Map<String, String> headers) {
        HttpRequest.Builder request = gateway.request(method, path, body, key);
        headers.forEach(request::header);
        return gateway.send(request);
    }

    void declare(String body) {
        Reply set = ask("PATCH", ORGANIZATION, body);
        assertThat(set.status()).as(set.text()).isEqualTo(200);
    }

    static Reply done(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    JsonNode usage(String by) {
        return done(ask("GET", "/v1/usage?group_by=" + by, null)).json();
    }

    /** The groups in pages of one. */
    private List<JsonNode> paged(String by) {
        List<JsonNode> groups = new ArrayList<>();
        String after = "";
        JsonNode page;
        do {
            page = usage(by + "&limit=1" + after);
            assertThat(page.get("groups").size()).isLessThanOrEqualTo(1);
            page.get("groups").forEach(groups::add);
            after = "&after=" + page.get("next").asString("");
        } while (!page.get("next").isNull());
        return groups;
    }

    /** The charges by the values of a label; "null" for the rest. */
    Map<String, String> charged(String by) {
        JsonNode table = usage(by);
        assertThat(table.get("groups")
                        .valueStream()
                        .map(group -> group.get("charged").decimalValue())
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(table.get("totals").get("charged").decimalValue());
        assertThat(paged(by)).isEqualTo(table.get("groups").valueStream().toList());
        return table.get("groups")
                .valueStream()
                .collect(Collectors.toMap(
                        group -> String.valueOf(group.get(by).stringValue(null)),
                        group -> group.get("requests").get("total").asString()));
    }

    JsonNode task(Reply reply) {
        return done(ask("GET", "/v1/tasks/" + reply.json().get("id").asString(), null))
                .json();
    }
}
