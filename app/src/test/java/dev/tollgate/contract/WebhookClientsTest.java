package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import com.openai.core.http.Headers;
import com.openai.models.webhooks.UnwrapWebhookEvent;
import com.openai.models.webhooks.WebhookVerificationParams;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.webhooks.WebhookEvent;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.NodePackages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Events of jobs, as OpenAI's clients read them. */
@Timeout(300)
class WebhookClientsTest {

    private static final JsonMapper JSON = new JsonMapper();

    /** A delivery as the server has received it. */
    private record Received(String secret, Map<String, String> headers, String body) {}

    private static final BlockingQueue<Received> RECEIVED = new LinkedBlockingQueue<>();
    private static HttpServer server;
    private static Gateway gateway;
    private static String secret = "";

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            RECEIVED.add(new Received(secret, headers, body));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        gateway =
                Gateway.start("media.allow", "127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        server.stop(0);
    }

    /** Lets a response in the background end. @return its id */
    private static String ended() {
        Customer customer = gateway.customer("1000");
        Webhooks webhooks = gateway.people().mail().webhooks();
        secret = Objects.requireNonNull(webhooks.create(
                new Acting(customer.account(), "per_1", null, null),
                "http://127.0.0.1:" + server.getAddress().getPort() + "/",
                Webhooks.Form.STANDARD,
                WebhookEvent.Group.BACKGROUND.events()));
        String body = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Say: hi\",\"background\":true}";
        String id = gateway.post("/v1/responses", body, customer.key())
                .json()
                .path("id")
                .asString();
        Gateway.await("its event", () -> gateway.number("SELECT COUNT(*) FROM webhook_delivery") > 0);
        gateway.setNow(Instant.now()); // clients refuse what was not sent just now
        gateway.people().mail().deliveries().sweep();
        return id;
    }

    @Test
    void openais_clients_unwrap_the_end_of_a_response() throws Exception {
        String id = ended();
        Received received = Objects.requireNonNull(RECEIVED.poll(60, TimeUnit.SECONDS), "a delivery");
        UnwrapWebhookEvent event;
        try (OpenAiJava java = OpenAiJava.of(gateway)) {
            Headers.Builder headers = Headers.builder();
            received.headers().forEach(headers::put);
            event = java.client()
                    .webhooks()
                    .unwrap(WebhookVerificationParams.builder()
                            .payload(received.body())
                            .headers(headers.build())
                            .secret(secret)
                            .build());
        }
        assertThat(event.asResponseCompleted().data().id()).isEqualTo(id);
        assertThat(event.asResponseCompleted().id())
                .isEqualTo(received.headers().get("Webhook-id"));

        Path file = Files.writeString(folder.resolve("delivery.json"), JSON.writeValueAsString(received));
        JsonNode came = JSON.readTree(NodePackages.said("unwrap.mjs", file));
        assertThat(came.path("event").path("type").asString()).isEqualTo("response.completed");
        assertThat(came.path("event").path("data").path("id").asString()).isEqualTo(id);
        assertThat(came.path("event").path("created_at").isIntegralNumber()).isTrue();
        assertThat(came.path("other").asString()).as("an altered body").isEqualTo("InvalidWebhookSignatureError");
    }
}
