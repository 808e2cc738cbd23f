package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What may happen to servers between the requests of a long response, and how the pages show these requests. */
@Timeout(240)
class LongResponseLifeTest {

    private static final String[] SETTINGS = {"models.file", "models/gemini-all.yaml"};
    private static final String PROMPT = "Write 900 words about rivers [[sandbox: hop=320 hop_cached=90]]";
    private static final String GENERATE = "/v1beta/models/gemini-4-argon:generateContent";
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "a long enough password";

    @Test
    void a_response_goes_on_after_a_crash_and_the_books_agree() {
        try (Gateway gateway = Gateway.start(SETTINGS)) {
            Customer customer = gateway.customer("1000");
            String token = token(ask(gateway, customer, ""));
            try (Gateway.Fault waiting = gateway.nothingIsCommitted()) {
                CompletableFuture<Reply> cutOff = gateway.sendAside(request(gateway, customer, token));
                try (Gateway after = gateway.crashed()) {
                    Customer again = new Customer(after, customer.account(), customer.keyId(), customer.key());
                    assertThat(again.tasks()).isEqualTo(1);
                    assertThat(token(ask(after, again, token))).isNotEmpty();
                    assertThat(again.tasks()).isEqualTo(2);
                    after.assertBooksAreClosed();
                }
                waiting.close();
                cutOff.join();
            }
        }
    }

    @Test
    void a_response_goes_on_at_another_server() {
        String url = Postgres.migrated();
        try (Gateway one = Gateway.startOn(url, SETTINGS);
                Gateway two = Gateway.startOn(url, SETTINGS)) {
            Customer customer = one.customer("1000");
            Customer there = new Customer(two, customer.account(), customer.keyId(), customer.key());
            String token = token(ask(one, customer, ""));
            int hops = 1;
            while (!token.isEmpty()) {
                token = hops % 2 == 0 ? token(ask(one, customer, token)) : token(ask(two, there, token));
                hops++;
            }
            assertThat(hops).isEqualTo(5);
            assertThat(customer.tasks()).isEqualTo(5);
        }
    }

    @Test
    void a_token_opens_until_its_secret_key_is_forgotten() throws IOException {
        try (Gateway gateway = Gateway.start(SETTINGS)) {
            Path file = gateway.data().resolve("secret.key");
            String old = Files.readString(file).strip();
            String fresh = command("secret", "new-key").strip();
            Customer customer = gateway.customer("1000");
            String token = token(ask(gateway, customer, ""));
            gateway.restartAfter(() -> write(file, fresh, old));
            String data = gateway.data().toString();
            assertThat(command("secret", "rotate", "--reason", "a drill", "--data", data))
                    .contains("re-encrypted");
            String next = token(ask(gateway, customer, token));
            assertThat(next).isNotEqualTo(token).isNotEmpty();
            command(
                    "secret",
                    "forget",
                    new SecretBox(old, new SecureRandom()).id(),
                    "--lose",
                    "--reason",
                    "a drill",
                    "--data",
                    data);
            gateway.restartAfter(() -> write(file, fresh));
            assertThat(ask(gateway, customer, token).status()).isEqualTo(400);
            assertThat(ask(gateway, customer, next).status()).isEqualTo(200);
        }
    }

    @Test
    void a_later_request_is_shown_with_its_prompt_and_its_cached_share() {
        try (Gateway gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "models.file",
                "models/gemini-all.yaml",
                "operator.password",
                PASSWORD)) {
            String account = "/admin/accounts/" + gateway.text("SELECT account_id FROM person");
            gateway.send("POST", account + "/grants", "{\"credits\":1000,\"reason\":\"a test\"}", ADMIN_KEY);
            String key = gateway.send(
                            "POST", account + "/keys", "{\"name\":\"a key\",\"reason\":\"a test\"}", ADMIN_KEY)
                    .json()
                    .get("key")
                    .asString();
            String token = token(gateway.post(GENERATE, body(""), key));
            token(gateway.post(GENERATE, body(token), key));
            List<String> calls = List.of(
                    gateway.text("SELECT id FROM call ORDER BY number LIMIT 1"),
                    gateway.text("SELECT id FROM call ORDER BY number LIMIT 1 OFFSET 1"));
            Browser member = new Browser(gateway.url());
            member.signIn("operator", PASSWORD);
            for (String path : List.of("/dashboard/requests/", "/console/requests/")) {
                assertThat(member.get(path + calls.getFirst()).body())
                        .contains("Request 1 of a response that may come in several.");
                assertThat(member.get(path + calls.getLast()).body())
                        .containsPattern(
                                "Request 2 of a long response\\. Its prompt of [34]\\d\\d tokens contains the text before it; 8\\d % came from the cache\\.");
            }
            Browser chinese = new Browser(gateway.url(), gateway.url(), Map.of("Accept-Language", "zh-CN,zh;q=0.9"));
            chinese.signIn("operator", PASSWORD);
            assertThat(chinese.get("/dashboard/requests/" + calls.getLast()).body())
                    .contains("长响应的第 2 个请求。", "来自缓存。");
        }
    }

    private static String command(String... words) {
        StringWriter out = new StringWriter();
        Main.run(words, Map.of(), new PrintWriter(out, true), new PrintWriter(out, true));
        return out.toString();
    }

    private static void write(Path file, String... lines) {
        try {
            Files.write(file, List.of(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String body(String token) {
        String more = token.isEmpty() ? "" : ",\"continuationToken\":\"" + token + "\"";
        return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + PROMPT
                + "\"}]}],\"generationConfig\":{\"maxOutputTokens\":262144}" + more + "}";
    }

    private static HttpRequest.Builder request(Gateway gateway, Customer customer, String token) {
        return gateway.request("POST", GENERATE, body(token), customer.key());
    }

    private static Reply ask(Gateway gateway, Customer customer, String token) {
        return gateway.post(GENERATE, body(token), customer.key());
    }

    private static String token(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().at("/candidates/0/continuationToken").asString("");
    }
}
