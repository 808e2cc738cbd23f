package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import com.openai.core.http.Headers;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import com.openai.models.webhooks.BatchCompletedWebhookEvent;
import com.openai.models.webhooks.ResponseCompletedWebhookEvent;
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

    /** Returns a customer whose webhook receives all events. */
    private static Customer customer() {
        Customer customer = gateway.customer("1000");
        Webhooks webhooks = gateway.people().mail().webhooks();
        secret = Objects.requireNonNull(webhooks.create(
                new Acting(customer.account(), "per_1", null, null),
                "http://127.0.0.1:" + server.getAddress().getPort() + "/",
                Webhooks.Form.STANDARD,
                WebhookEvent.CHOSEN));
        return customer;
    }

    private static Received received(String event) throws InterruptedException {
        Gateway.await(
                event,
                () -> gateway.number("SELECT COUNT(*) FROM webhook_delivery WHERE event = '" + event + "'") == 1);
        gateway.setNow(Instant.now()); // clients refuse what was not sent just now
        gateway.people().mail().deliveries().sweep();
        return Objects.requireNonNull(RECEIVED.poll(60, TimeUnit.SECONDS), "a delivery");
    }

    private static UnwrapWebhookEvent byJava(OpenAiJava openai, Received received) {
        Headers.Builder headers = Headers.builder();
        received.headers().forEach(headers::put);
        return openai.client()
                .webhooks()
                .unwrap(WebhookVerificationParams.builder()
                        .payload(received.body())
                        .headers(headers.build())
                        .secret(received.secret())
                        .build());
    }

    private JsonNode byJavaScript(Received received) throws IOException {
        Path file = Files.writeString(folder.resolve("delivery.json"), JSON.writeValueAsString(received));
        JsonNode came = JSON.readTree(NodePackages.said("unwrap.mjs", file));
        assertThat(came.path("other").asString()).as("an altered body").isEqualTo("InvalidWebhookSignatureError");
        return came.path("event");
    }

    @Test
    void openais_clients_unwrap_the_end_of_a_response() throws Exception {
        Customer customer = customer();
        String body = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Say: hi\",\"background\":true}";
        String id = gateway.post("/v1/responses", body, customer.key())
                .json()
                .path("id")
                .asString();
        Received received = received("response.completed");
        try (OpenAiJava openai = OpenAiJava.of(gateway, customer.key())) {
            ResponseCompletedWebhookEvent event = byJava(openai, received).asResponseCompleted();
            assertThat(event.validate().data().id()).isEqualTo(id);
            assertThat(event.id()).isEqualTo(received.headers().get("Webhook-id"));
        }
        JsonNode event = byJavaScript(received);
        assertThat(event.path("type").asString()).isEqualTo("response.completed");
        assertThat(event.path("data").path("id").asString()).isEqualTo(id);
        assertThat(event.path("created_at").isIntegralNumber()).isTrue();
    }

    @Test
    void openais_clients_unwrap_the_end_of_a_batch() throws Exception {
        Customer customer = customer();
        try (OpenAiJava openai = OpenAiJava.of(gateway, customer.key())) {
            Path lines = Files.writeString(folder.resolve("input.jsonl"), """
                    {"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gemini-2.5-pro",\
                    "messages":[{"role":"user","content":"Say: hi"}],"max_tokens":100}}
                    """);
            String input = openai.client()
                    .files()
                    .create(FileCreateParams.builder()
                            .file(lines)
                            .purpose(FilePurpose.BATCH)
                            .build())
                    .id();
            String id = openai.client()
                    .batches()
                    .create(BatchCreateParams.builder()
                            .inputFileId(input)
                            .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                            .completionWindow(BatchCreateParams.CompletionWindow._24H)
                            .build())
                    .id();
            Received received = received("batch.completed");
            BatchCompletedWebhookEvent event = byJava(openai, received).asBatchCompleted();
            assertThat(event.validate().data().id()).isEqualTo(id);
            assertThat(byJavaScript(received).path("data").path("id").asString())
                    .isEqualTo(id);
            assertThat(openai.client().batches().retrieve(id).status()).isEqualTo(Batch.Status.COMPLETED);
        }
    }
}
