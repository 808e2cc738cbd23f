package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.base.money.Credits;
import dev.tollgate.pages.frame.Display;
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
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What may happen to servers between the requests of a long response, and how the pages show these requests. */
@Timeout(240)
class LongResponseLifeTest {

    private static final String[] SETTINGS = {"models.file", "models/gemini-all.yaml"};
    private static final String PROMPT = "Write 900 words about rivers [[sandbox: hop=320 hop_cached=90]]";
    private static final String GENERATE = "/v1beta/models/gemini-4-argon:generateContent";
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "a long enough password";
    private static final long TOKENS_A_MINUTE = 1_000_000;
    private static final String ESTIMATED =
            "{\"model\":\"gemini-4-argon\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final JsonMapper JSON = new JsonMapper();

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
        try (Gateway gateway = withMember()) {
            String key = membersKey(gateway, "");
            String token = token(gateway.post(GENERATE, body(""), key));
            token(gateway.post(GENERATE, body(token), key));
            List<String> calls = calls(gateway);
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

    /** The counts and the charge of a hop, at the tier flex: half of 400, 20 and 2,000 credits a million tokens. */
    private record Hop(long prompt, long cached, long output, String granted) {

        static final List<Hop> ALL = List.of(
                new Hop(10_000, 0, 65_536, "flex"),
                new Hop(75_536, 73_728, 65_536, "flex"),
                new Hop(141_072, 131_072, 20_000, "standard"));

        long micros() {
            return ((prompt - cached) * 400 + cached * 20 + output * 2_000) / 2;
        }

        /** What the provider says; the last hop ends the response. */
        String said(int number) {
            String end = number == ALL.size() ? "STOP" : "CONTINUATION, continuationToken: QUJ" + number;
            return """
                    - match: {}
                      times: 1
                      respond: [{event: {candidates: [{content: {parts: [{text: So}]}, finishReason: %s}], usageMetadata: {promptTokenCount: %d,
                        cachedContentTokenCount: %d, candidatesTokenCount: %d, serviceTier: %s}}}]
                    """.formatted(end, prompt, cached, output, granted);
        }
    }

    private static long sum(ToLongFunction<Hop> part) {
        return Hop.ALL.stream().mapToLong(part).sum();
    }

    @Test
    void the_requests_of_a_response_add_up_in_all_books() {
        try (Gateway gateway = withMember()) {
            String key = membersKey(gateway, ",\"rates\":{\"tokens\":" + TOKENS_A_MINUTE + "}");
            gateway.script(IntStream.rangeClosed(1, 3)
                    .mapToObj(number -> Hop.ALL.get(number - 1).said(number))
                    .collect(Collectors.joining()));
            long begun = System.nanoTime();
            String token = "";
            for (Hop hop : Hop.ALL) {
                Reply reply = gateway.post(GENERATE, atFlex(token), key);
                token = token(reply);
                JsonNode usage = reply.json().path("usageMetadata");
                assertThat(usage.path("promptTokenCount").asLong()).isEqualTo(hop.prompt());
                assertThat(usage.path("cachedContentTokenCount").asLong(0)).isEqualTo(hop.cached());
                assertThat(usage.path("candidatesTokenCount").asLong()).isEqualTo(hop.output());
                assertThat(usage.path("serviceTier").asString()).isEqualTo(hop.granted());
                assertThat(reply.json().path("credits_consumed").decimalValue())
                        .isEqualByComparingTo(Credits.text(hop.micros()));
            }
            assertThat(token).isEmpty();
            String left = gateway.post("/v1/estimate", ESTIMATED, key).header("x-ratelimit-remaining-tokens");
            long passed = (System.nanoTime() - begun) * TOKENS_A_MINUTE / 60_000_000_000L;
            long used = sum(Hop::prompt) + sum(Hop::output);
            assertThat(Long.parseLong(left)).isBetween(TOKENS_A_MINUTE - used, TOKENS_A_MINUTE - used + passed + 1);

            gateway.writeWhatRides();
            List<String> calls = calls(gateway);
            assertThat(calls).hasSize(3);
            assertReceipts(gateway, key);
            assertUsage(gateway.get("/v1/usage", key).json().path("totals"));
            assertPages(gateway, calls);
            gateway.script("[]");
            String one = body("").replace("262144", "60000").replace("hop=320 ", "");
            assertThat(gateway.post(GENERATE, one, key).text()).doesNotContain("continuationToken");
            gateway.writeWhatRides();
            Browser member = new Browser(gateway.url());
            member.signIn("operator", PASSWORD);
            assertThat(member.get("/dashboard/requests/" + calls(gateway).getLast())
                            .body())
                    .doesNotContain("of a response that may come", "of a long response");
        }
    }

    private static void assertReceipts(Gateway gateway, String key) {
        List<JsonNode> receipts = gateway.get("/v1/receipts", key)
                .text()
                .lines()
                .map(JSON::readTree)
                .toList();
        assertThat(receipts).hasSize(3);
        for (int number = 0; number < 3; number++) {
            Hop hop = Hop.ALL.get(number);
            JsonNode receipt = receipts.get(number);
            assertThat(receipt.path("due_micros").asLong())
                    .as(receipt.toString())
                    .isEqualTo(hop.micros());
            assertThat(receipt.at("/counts/prompt_tokens").asLong()).isEqualTo(hop.prompt());
            assertThat(receipt.at("/counts/cached_tokens").asLong()).isEqualTo(hop.cached());
            assertThat(receipt.at("/counts/completion_tokens").asLong()).isEqualTo(hop.output());
            assertThat(receipt.path("tier").asString()).isEqualTo("flex");
        }
    }

    private static void assertUsage(JsonNode totals) {
        assertThat(totals.at("/requests/total").asLong()).isEqualTo(3);
        assertThat(totals.at("/tokens/input").asLong()).isEqualTo(sum(Hop::prompt));
        assertThat(totals.at("/tokens/cached").asLong()).isEqualTo(sum(Hop::cached));
        assertThat(totals.at("/tokens/output").asLong()).isEqualTo(sum(Hop::output));
        assertThat(totals.path("charged").decimalValue()).isEqualByComparingTo(Credits.text(sum(Hop::micros)));
    }

    private static void assertPages(Gateway gateway, List<String> calls) {
        Browser member = new Browser(gateway.url());
        member.signIn("operator", PASSWORD);
        List<String> rows = member.get("/dashboard/requests.csv").body().lines().toList();
        List<String> head = List.of(rows.getFirst().split(","));
        assertThat(rows).hasSize(4);
        for (int number = 0; number < 3; number++) {
            Hop hop = Hop.ALL.get(number);
            String id = calls.get(number);
            String[] row = rows.stream()
                    .filter(line -> line.startsWith(id))
                    .findFirst()
                    .orElseThrow()
                    .split(",");
            assertThat(List.of("prompt_tokens", "cached_tokens", "completion_tokens", "tier").stream()
                            .map(column -> row[head.indexOf(column)]))
                    .containsExactly("" + hop.prompt(), "" + hop.cached(), "" + hop.output(), "flex");
            assertThat(new BigDecimal(row[head.indexOf("credits")])).isEqualByComparingTo(Credits.text(hop.micros()));
            assertThat(member.get("/dashboard/requests/" + id).body())
                    .contains("Request " + (number + 1) + " of a", Display.charge(hop.micros()));
            assertThat(member.get("/dashboard/requests/" + id).body())
                    .contains(
                            number == 0 ? "" : "The provider read %,d tokens from its cache.".formatted(hop.cached()));
        }
    }

    private static Gateway withMember() {
        return Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "models.file",
                "models/gemini-all.yaml",
                "operator.password",
                PASSWORD);
    }

    /** Makes a key of the operator's own account, which has credits then. @param more of the key */
    private static String membersKey(Gateway gateway, String more) {
        String account = "/admin/accounts/" + gateway.text("SELECT account_id FROM person");
        gateway.send("POST", account + "/grants", "{\"credits\":1000,\"reason\":\"a test\"}", ADMIN_KEY);
        String key = "{\"name\":\"a key\",\"reason\":\"a test\"" + more + "}";
        return gateway.send("POST", account + "/keys", key, ADMIN_KEY)
                .json()
                .get("key")
                .asString();
    }

    private static List<String> calls(Gateway gateway) {
        return IntStream.range(0, (int) gateway.number("SELECT COUNT(*) FROM call"))
                .mapToObj(number -> gateway.text("SELECT id FROM call ORDER BY number LIMIT 1 OFFSET " + number))
                .toList();
    }

    /** Asks at the tier flex, with a prompt of 10,000 bytes and more. */
    private static String atFlex(String token) {
        return body(token)
                .replace(PROMPT, "word ".repeat(2_000))
                .replace("{\"contents", "{\"serviceTier\":\"flex\",\"contents");
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
