package dev.tollgate.protocols.messages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Counts of tokens: agents ask for dozens at a time, compact by them, and must never be charged, be refused or get 0 (E44). */
@Timeout(240)
class MessageCountTest {

    private static final String HI =
            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":%s}]%s}";

    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("messages.models", "claude-*=gemini-2.5-pro");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Reply count(Customer customer, String content, String more) {
        return gateway.post("/v1/messages/count_tokens?beta=true", HI.formatted(content, more), customer.key());
    }

    private static long tokens(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("input_tokens").asLong();
    }

    @Test
    void a_count_has_system_and_tools_needs_no_maximum_and_costs_nothing() {
        Customer customer = gateway.customer("10");
        String system = ",\"system\":\"You are a careful assistant of few words.\"";
        String tools =
                ",\"tools\":[{\"name\":\"look\",\"description\":\"Looks at a thing.\",\"input_schema\":{\"type\":\"object\"}}]";

        long bare = tokens(count(customer, "\"Hi\"", ""));
        long instructed = tokens(count(customer, "\"Hi\"", system));
        Reply equipped = count(customer, "\"Hi\"", system + tools);

        assertThat(bare).isPositive();
        assertThat(instructed).isGreaterThan(bare);
        assertThat(tokens(equipped)).isGreaterThan(instructed);
        assertThat(equipped.header("x-tollgate-estimated")).isEmpty();
        assertThat(equipped.header("request-id")).isEqualTo(equipped.header("x-request-id"));
        assertThat(customer.balance()).isEqualByComparingTo("10");
        assertThat(customer.tasks()).isZero();
        assertThat(count(gateway.customer("0"), "\"Hi\"", "").status()).isEqualTo(402);
    }

    @Test
    void media_by_url_count_by_their_kind_and_are_not_downloaded() {
        Customer customer = gateway.customer("10");
        Reply reply = count(
                customer,
                "[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://pictures.invalid/p.png\"}},"
                        + "{\"type\":\"text\",\"text\":\"12345678\"}]",
                "");
        assertThat(tokens(reply)).isEqualTo(1_120 + 2);
        assertThat(reply.header("x-tollgate-estimated")).isEqualTo("true");
    }

    @Test
    void an_estimate_has_the_tokens_per_byte_of_the_accounts_last_counted_prompt() {
        String text = "12345678".repeat(1_000);
        String withPicture =
                "[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://pictures.invalid/p.png\"}},"
                        + "{\"type\":\"text\",\"text\":\"" + text + "\"}]";
        Customer customer = gateway.customer("10");
        for (String settled : List.of(text, "12345678")) {
            gateway.script(UpstreamScript.says("Yes.", 1_600, 1));
            Reply reply = gateway.post(
                    "/v1/messages", HI.formatted("\"" + settled + "\"", ",\"max_tokens\":99"), customer.key());
            assertThat(reply.status()).isEqualTo(200);
        }
        assertThat(tokens(count(customer, withPicture, "")))
                .as("the large plain prompt")
                .isEqualTo(1_120 + 1_600);
        assertThat(tokens(count(gateway.customer("10"), withPicture, "")))
                .as("another account's is a quarter")
                .isEqualTo(1_120 + 2_000);
    }

    @Test
    void a_name_that_the_operator_has_mapped_is_counted() {
        Reply reply = gateway.post(
                "/v1/messages/count_tokens",
                HI.formatted("\"Hi\"", "").replace("gemini-2.5-pro", "claude-sonnet-5"),
                gateway.customer("1").key());
        assertThat(tokens(reply)).isPositive();
    }

    @Test
    void counts_beyond_four_at_once_are_estimates_and_beyond_600_a_minute_a_429() {
        try (HeldUpstream upstream = new HeldUpstream("Hi", 2);
                CallServer behind = CallServer.start(upstream.environment())) {
            Customer customer = behind.customer("10", CallServer.KeyOptions.perMinute(1));
            upstream.answer();
            List<CompletableFuture<Reply>> counts = IntStream.range(0, 50)
                    .mapToObj(i -> behind.sendAside(request(behind, customer)))
                    .toList();
            List<Reply> replies = counts.stream().map(CompletableFuture::join).toList();

            assertThat(replies).allSatisfy(reply -> assertThat(tokens(reply)).isPositive());
            Reply refused = replies.getFirst();
            int sent = 50;
            for (; refused.status() == 200 && sent < 5_000; sent++) {
                refused = behind.send(request(behind, customer));
            }
            assertThat(refused.status()).isEqualTo(429);
            assertThat(sent).isGreaterThan(600);
            assertThat(refused.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
            assertThat(refused.header("retry-after")).isNotEmpty();
        }
    }

    @Test
    void a_count_while_running_calls_hold_all_credits_is_worth_another_try() {
        try (HeldUpstream upstream = new HeldUpstream("Hi", 2);
                CallServer behind = CallServer.start(upstream.environment())) {
            Customer customer = behind.customer("0.5");
            CompletableFuture<Reply> running = customer.chatAside(
                    "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":65536,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
            customer.awaitHold();

            Reply refused = behind.send(request(behind, customer));

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(refused.json().at("/error/details/error_code").asString())
                    .isEqualTo("insufficient_credits");
            upstream.answer();
            assertThat(running.join().status()).isEqualTo(200);
            assertThat(behind.send(request(behind, customer)).status()).isEqualTo(200);
        }
    }

    private static HttpRequest.Builder request(CallServer behind, Customer customer) {
        return HttpRequest.newBuilder(URI.create(behind.url() + "/v1/messages/count_tokens"))
                .header("x-api-key", customer.key())
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(HI.formatted("\"Hi\"", "")));
    }
}
