package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The models that a key may call, at the door itself. */
class KeysModelsTest {

    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":false}";

    private static Gateway gateway;
    private static Customer customer;
    private static String manager;
    private static String managerId;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        customer = gateway.customer("100");
        KeyResult.Made made = management(customer.account());
        manager = made.secret();
        managerId = made.key().id();
    }

    private static KeyResult.Made management(String account) {
        return gateway.commands().createKey(account, KeySettings.named("m").withKind(KeyKind.MANAGEMENT));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Reply ask(String method, String path, String body, String... headers) {
        return as(manager, method, path, body, headers);
    }

    private static Reply as(String key, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = gateway.request(method, path, body, key);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return gateway.send(request);
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
        return gateway.post("/v1/chat/completions", CALL, key);
    }

    private static void assertRefused(Reply reply, int status, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    @Test
    void a_key_sees_and_calls_the_models_that_it_may_use_and_no_others() {
        String secret = made("{\"name\":\"a\",\"models\":[\"gemini-2.5-pro\"]}")
                .get("key")
                .asString();
        assertThat(chat(secret).status()).isEqualTo(200);
        String other = CALL.replace("gemini-2.5-pro", "gemini-3-pro");
        assertRefused(gateway.post("/v1/chat/completions", other, secret), 404, "'gemini-3-pro' does not exist");
        JsonNode models = gateway.get("/v1/models", secret).json().get("data");
        assertThat(models).extracting(model -> model.get("id").asString()).containsExactly("gemini-2.5-pro");
        assertThat(gateway.get("/v1/models/gemini-2.5-pro", secret).status()).isEqualTo(200);
        assertRefused(gateway.get("/v1/models/gemini-3-pro", secret), 404, "does not exist");
        JsonNode googles = gateway.get("/v1beta/models", secret).json().get("models");
        assertThat(googles).extracting(model -> model.get("name").asString()).containsExactly("models/gemini-2.5-pro");
        assertThat(gateway.get("/v1beta/models/gemini-3-pro", secret).status()).isEqualTo(404);
        assertThat(gateway.get("/v1/models", manager).json().get("data").size()).isGreaterThan(1);
    }
}
