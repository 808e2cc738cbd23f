package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.calls.metering.FreeEnds;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.Reply;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.StoreFixture;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Calls that end free although their provider has reported usage, on servers over both databases (E72). */
@Timeout(240)
class FreeEndsTest {

    private static final Tokens MANY = new Tokens(500_000, 2, 0);
    private static final Instant EVENING = Instant.parse("2026-11-28T22:30:00Z");
    private static final List<String> SMALL =
            List.of("gemini-3.1-pro-preview", "gemini-3.5-flash", "gemini-2.5-pro", "gemini-2.5-flash");
    private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    private static final String CALL = "{\"model\":\"gemini-2.5-pro\",\"prompt\":\"CALL\"}";
    private static final String INPUT =
            "{\"model\":\"gemini-2.5-pro\",\"input\":[{\"role\":\"user\",\"content\":\"%s\"}%s]}";
    private static final String TRIGGER = ",{\"type\":\"compaction_trigger\"}";
    private static final String PICTURE =
            "{\"candidates\":[{\"content\":{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"iVBORw0KGgoA\"}}]},"
                    + "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":4,\"candidatesTokenCount\":500,\"totalTokenCount\":504}}";

    private static Gateway scripted(Gateway gateway) {
        gateway.script(UpstreamScript.answers()
                .call("f", "{}")
                .finish("STOP", MANY)
                .whenAsked("CALL")
                .next()
                .text("   ")
                .finish("STOP", MANY)
                .whenAsked("Write a summary"));
        return gateway;
    }

    private static Reply complete(Gateway gateway, Customer customer) {
        return gateway.post("/v1/completions", CALL, customer.key());
    }

    private static Reply compact(Gateway gateway, Customer customer) {
        return gateway.post("/v1/responses/compact", INPUT.formatted("BLANK", ""), customer.key());
    }

    private static Reply message(Gateway gateway, Customer customer, String model, long tokens) {
        return gateway.post(
                "/v1/messages", "{\"model\":\"" + model + "\",\"max_tokens\":" + tokens + "," + HI, customer.key());
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void after_twenty_free_ends_summaries_and_texts_wait_for_tomorrow(Stores stores) {
        try (Gateway gateway = scripted(Gateway.startOn(stores))) {
            gateway.setNow(EVENING);
            Customer customer = gateway.customer("100");
            JsonNode before = customer.credits();
            for (int i = 0; i < FreeEnds.DAY; i += 2) {
                Reply text = complete(gateway, customer);
                assertThat(text.status()).as(text.text()).isEqualTo(400);
                assertThat(text.header("x-should-retry")).isEqualTo("false");
                Reply summary = compact(gateway, customer);
                assertThat(summary.status()).as(summary.text()).isEqualTo(400);
                assertThat(summary.header("x-should-retry")).isEqualTo("false");
            }
            int asked = gateway.asked().size();
            long tasks = customer.tasks();

            for (Reply refused : List.of(
                    complete(gateway, customer),
                    compact(gateway, customer),
                    gateway.post("/v1/responses", INPUT.formatted("BLANK", TRIGGER), customer.key()))) {
                assertThat(refused.status()).as(refused.text()).isEqualTo(429);
                assertThat(refused.text())
                        .contains("rate_limit_exceeded", "20 calls", "2026-11-29T00:00:00Z", "Other calls go on");
                assertThat(refused.header("x-should-retry")).isEqualTo("false");
                assertThat(refused.header("retry-after")).isEqualTo("5400");
            }
            assertThat(gateway.asked().size()).isEqualTo(asked);
            assertThat(customer.tasks()).isEqualTo(tasks);
            assertThat(customer.credits()).isEqualTo(before);
            assertThat(customer.chat("{\"model\":\"gemini-2.5-pro\"," + HI).status())
                    .isEqualTo(200);
            assertThat(gateway.post("/v1/responses", INPUT.formatted("Hi", ""), customer.key())
                            .status())
                    .isEqualTo(200);
            assertThat(message(gateway, customer, "gemini-2.5-pro", 500).status())
                    .isEqualTo(200);
            assertThat(complete(gateway, gateway.customer("100")).status()).isEqualTo(400);

            gateway.setNow(Instant.parse("2026-11-29T00:00:00Z"));
            assertThat(complete(gateway, customer).status()).isEqualTo(400);
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void free_ends_count_over_all_nodes() {
        String url = Postgres.migrated();
        try (Gateway one = scripted(Gateway.startOn(url, "timeouts.drain", "0ms"));
                Gateway other = scripted(Gateway.startOn(url, "timeouts.drain", "0ms"))) {
            Customer customer = one.customer("100");
            for (int i = 0; i < FreeEnds.DAY; i += 2) {
                assertThat(complete(one, customer).status()).isEqualTo(400);
                assertThat(compact(other, customer).status()).isEqualTo(400);
            }
            assertThat(compact(one, customer).status()).isEqualTo(429);
            assertThat(complete(other, customer).status()).isEqualTo(429);
        }
    }

    @Test
    void only_ends_with_reported_usage_count() {
        try (Gateway gateway = Gateway.start()) {
            Customer customer = gateway.customer("100");
            for (UpstreamScript script : List.of(
                    UpstreamScript.answers().call("f", "{}").finish("STOP"),
                    UpstreamScript.answers().status(500),
                    UpstreamScript.answers().text("So", MANY).fault("reset"))) {
                gateway.script(script);
                for (int i = 0; i <= FreeEnds.DAY; i++) {
                    assertThat(gateway.post("/v1/completions", CALL.replace("CALL", "CALL " + i), customer.key())
                                    .status())
                            .isIn(400, 503);
                }
            }
            gateway.script(UpstreamScript.answers().finish("SAFETY", MANY));
            for (int i = 0; i <= FreeEnds.DAY; i++) {
                assertThat(customer.chat("{\"model\":\"gemini-2.5-pro\"," + HI.replace("Hi", "Hi " + i))
                                .status())
                        .isEqualTo(503);
            }
            scripted(gateway);
            assertThat(complete(gateway, customer).status()).isEqualTo(400);
        }
    }

    @Test
    void a_blocked_text_completion_counts() {
        try (Gateway gateway = Gateway.start()) {
            Customer customer = gateway.customer("100");
            gateway.script(UpstreamScript.answers().finish("SAFETY", MANY));
            for (int i = 0; i < FreeEnds.DAY; i++) {
                assertThat(gateway.post("/v1/completions", CALL.replace("CALL", "B" + i), customer.key())
                                .status())
                        .isEqualTo(503);
            }
            assertThat(complete(gateway, customer).status()).isEqualTo(429);
        }
    }

    @Test
    void files_that_messages_cannot_show_have_the_same_bound() {
        try (Gateway gateway = Gateway.start()) {
            Customer customer = gateway.customer("100");
            gateway.script(UpstreamScript.answers().event(PICTURE));
            for (int i = 0; i < FreeEnds.DAY; i++) {
                assertThat(message(gateway, customer, "gemini-2.5-pro", i % 2 == 0 ? 5_000 : 600)
                                .status())
                        .isEqualTo(400);
            }
            Reply refused = message(gateway, customer, "gemini-2.5-pro", 16);
            assertThat(refused.status()).as(refused.text()).isEqualTo(429);
            assertThat(refused.text()).contains("models whose files this API cannot show are refused");
            assertThat(message(gateway, customer, "gemini-3-pro", 5_000).status())
                    .isEqualTo(400);
            assertThat(customer.chat("{\"model\":\"gemini-2.5-pro\"," + HI).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void an_answer_that_is_known_is_repeated_after_the_limit() {
        try (Gateway gateway = scripted(Gateway.start())) {
            Customer customer = gateway.customer("100");
            String fine = "{\"model\":\"gemini-2.5-pro\",\"prompt\":\"Hi\"}";
            Reply first = gateway.send(customer.request(fine)
                    .uri(java.net.URI.create(gateway.url() + "/v1/completions"))
                    .header("Idempotency-Key", "one"));
            assertThat(first.status()).as(first.text()).isEqualTo(200);
            for (int i = 0; i < FreeEnds.DAY; i++) {
                complete(gateway, customer);
            }
            assertThat(complete(gateway, customer).status()).isEqualTo(429);
            Reply again = gateway.send(customer.request(fine)
                    .uri(java.net.URI.create(gateway.url() + "/v1/completions"))
                    .header("Idempotency-Key", "one"));
            assertThat(again.text()).isEqualTo(first.text());
        }
    }

    @Test
    void a_small_maximum_lost_to_thoughts_is_free_twenty_times() {
        try (Gateway gateway = Gateway.start("models.file", "models/gemini-all.yaml")) {
            Customer customer = gateway.customer("100");
            gateway.script(UpstreamScript.answers()
                    .thought("Hm.", new Tokens(10, 0, 1_040))
                    .finish("MAX_TOKENS", new Tokens(10, 0, 1_040)));
            JsonNode before = customer.credits();
            for (int i = 0; i < FreeEnds.DAY; i++) {
                String model = SMALL.get(i % SMALL.size());
                Reply free = message(gateway, customer, model, 16);
                assertThat(free.status()).as(free.text()).isEqualTo(400);
                assertThat(free.text()).contains("'max_tokens' of 16", "tokens above it", "The call is free");
                assertThat(free.header("x-should-retry")).isEqualTo("false");
            }
            assertThat(customer.credits()).isEqualTo(before);

            Reply paid = message(gateway, customer, "gemini-3.1-pro-preview", 16);
            assertThat(paid.status()).as(paid.text()).isEqualTo(200);
            assertThat(paid.json().get("stop_reason").asString()).isEqualTo("max_tokens");
            assertThat(paid.json().get("credits_consumed").decimalValue()).isPositive();
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_small_maximum_that_credits_cut_is_charged() {
        try (Gateway gateway = Gateway.start("models.file", "models/gemini-all.yaml")) {
            Customer customer = gateway.customer("2.8");
            gateway.script(UpstreamScript.answers()
                    .thought("Hm.", new Tokens(10, 0, 1_060))
                    .finish("MAX_TOKENS", new Tokens(10, 0, 1_060)));
            Reply cut = message(gateway, customer, "gemini-3.1-pro-preview", 1_500);
            assertThat(cut.status()).as(cut.text()).isEqualTo(200);
            assertThat(cut.header("x-tollgate-max-tokens")).isNotEmpty();
            assertThat(cut.json().get("credits_consumed").decimalValue()).isPositive();
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_clock_that_passes_midnight_breaks_no_call(@TempDir Path folder) {
        try (StoreFixture store = new StoreFixture(StoreFixture.tampered(folder))) {
            Queue<Instant> times = new ArrayDeque<>(
                    List.of(Instant.parse("2026-11-28T23:59:59.999999Z"), Instant.parse("2026-11-29T00:00:00Z")));
            FreeEnds ends = store.freeEnds(() -> times.size() > 1 ? times.remove() : times.element());
            assertThat(ends.refusal("acc_1", false) == null).isTrue();
        }
    }

    @Test
    void a_maximum_of_sixteen_brings_text_within_the_estimate() {
        try (Gateway gateway = Gateway.start("models.file", "models/gemini-all.yaml")) {
            Customer customer = gateway.customer("100");
            for (JsonNode model :
                    gateway.get("/v1/models", customer.key()).json().get("data")) {
                String id = model.get("id").asString();
                if (id.contains("embedding") || id.endsWith("-tts") || model.has("images")) {
                    continue;
                }
                Reply reply = message(gateway, customer, id, 16);
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                assertThat(reply.json().at("/content/0/text").asString()).as(id).isNotEmpty();
                JsonNode told = gateway.post(
                                "/v1/estimate", "{\"model\":\"" + id + "\",\"max_tokens\":16," + HI, customer.key())
                        .json()
                        .get("data");
                JsonNode most =
                        told.has("messages_max_credits") ? told.get("messages_max_credits") : told.get("max_credits");
                assertThat(most.decimalValue())
                        .as(id)
                        .isGreaterThanOrEqualTo(told.get("max_credits").decimalValue())
                        .isGreaterThanOrEqualTo(
                                reply.json().get("credits_consumed").decimalValue());
                gateway.script(UpstreamScript.answers()
                        .text("Hi", new Tokens(900_000, 2, 900_000))
                        .finish("STOP", new Tokens(900_000, 900_000, 900_000)));
                Reply absurd = message(gateway, customer, id, 16);
                assertThat(absurd.json().get("credits_consumed").decimalValue())
                        .as(absurd.text())
                        .isLessThanOrEqualTo(most.decimalValue());
                gateway.script("");
            }
            gateway.assertBooksAreClosed();
        }
    }
}
