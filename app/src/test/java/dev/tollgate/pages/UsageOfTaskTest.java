package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.UpstreamScript;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The names of a call in its task and in the lists. */
class UsageOfTaskTest {

    private static final String ADMIN_KEY = "a".repeat(32);

    private static final String CHAT =
            "{\"model\":\"%s\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"" + Prompts.LONG
                    + "\"}]}";

    private static Gateway gateway;
    private Customer customer;
    private Customer second;
    private Customer manager;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void accounts() {
        gateway.script(UpstreamScript.says("Hello", 1_000, 200));
        customer = gateway.customer("1000");
        second = key(KeyKind.API);
        manager = key(KeyKind.MANAGEMENT);
    }

    private Customer key(KeyKind kind) {
        KeyResult.Made made = gateway.commands()
                .createKey(customer.account(), KeySettings.named("other").withKind(kind));
        return new Customer(gateway, customer.account(), made.key().id(), made.secret());
    }

    @Test
    void a_task_has_the_model_name_of_the_lists_and_its_key() {
        String id = chat(customer, "gemini-3.1-pro");

        JsonNode task = gateway.get("/v1/tasks/" + id, customer.key()).json();

        assertThat(task.get("model").asString()).isEqualTo("as-scripted");
        assertThat(task.get("model_id").asString()).isEqualTo("gemini-3.1-pro");
        assertThat(ids(customer, "?model=" + task.get("model_id").asString())).containsExactly(id);
        assertThat(task.get("key").asString()).isEqualTo(customer.keyId());
    }

    private static String chat(Customer by, String model) {
        Gateway.Reply answer = by.chat(CHAT.formatted(model));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().get("id").asString();
    }

    private static List<String> ids(Customer by, String query) {
        return gateway.get("/v1/tasks" + query, by.key())
                .json()
                .get("data")
                .valueStream()
                .map(task -> task.get("id").asString())
                .toList();
    }

    private static JsonNode usage(Customer by, String query) {
        Gateway.Reply reply = gateway.get("/v1/usage" + query, by.key());
        assertThat(reply.status()).isEqualTo(200);
        return reply.json();
    }
}
