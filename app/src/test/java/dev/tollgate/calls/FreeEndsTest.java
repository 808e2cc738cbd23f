package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.calls.metering.FreeEnds;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Calls that end free although their provider has reported usage (E72). */
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
    @MethodSource(Stores.USUAL)
    void after_twenty_free_ends_summaries_and_texts_wait_for_tomorrow(Stores stores) {
        try (Gateway gateway = scripted(Gateway.startOn(stores))) {
            gateway.setNow(EVENING);
            Customer customer = gateway.customer("100");
            JsonNode before = customer.credits();
            for (int i = 0; i < FreeAnswers.DAY; i += 2) {
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
                        .contains("rate_limit_exceeded", "20 answers", "2026-11-29T00:00:00Z", "Other calls go on");
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
            for (int i = 0; i < FreeAnswers.DAY; i += 2) {
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
                for (int i = 0; i <= FreeAnswers.DAY; i++) {
                    assertThat(gateway.post("/v1/completions", CALL.replace("CALL", "CALL " + i), customer.key())
                                    .status())
                            .isIn(400, 503);
                }
            }
            gateway.script(UpstreamScript.answers().finish("SAFETY"));
            for (int i = 0; i <= FreeAnswers.DAY; i++) {
                assertThat(customer.chat("{\"model\":\"gemini-2.5-pro\"," + HI.replace("Hi", "Hi " + i))
                                .status())
                        .isEqualTo(503);
            }
            scripted(gateway);
            assertThat(complete(gateway, customer).status()).isEqualTo(400);
        }
    }

    /** The doors that refuse nothing, each whole and streamed. */
    private static Reply asks(Gateway gateway, String door, boolean streams, String text, String key) {
        String chat = "{\"model\":\"gemini-2.5-pro\",\"stream\":" + streams + ",\"max_tokens\":3000,";
        String said = "\"content\":\"" + text + "\"}]}";
        return switch (door) {
            case "chat" -> gateway.post("/v1/chat/completions", chat + "\"messages\":[{\"role\":\"user\"," + said, key);
            case "messages" -> gateway.post("/v1/messages", chat + "\"messages\":[{\"role\":\"user\"," + said, key);
            case "responses" ->
                gateway.post(
                        "/v1/responses",
                        chat.replace("max_tokens", "max_output_tokens") + "\"input\":\"" + text + "\"}",
                        key);
            case "interactions" ->
                gateway.post(
                        "/v1beta/interactions",
                        "{\"model\":\"gemini-2.5-pro\",\"stream\":" + streams + ",\"input\":\"" + text + "\"}",
                        key);
            default ->
                gateway.post(
                        "/v1beta/models/gemini-2.5-pro:"
                                + (streams ? "streamGenerateContent?alt=sse" : "generateContent"),
                        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + text + "\"}]}]}",
                        key);
        };
    }

    private static final List<String> DOORS = List.of("chat", "responses", "messages", "generate", "interactions");

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void blocks_beyond_the_day_are_charged_what_was_reported(Stores stores) {
        try (Gateway gateway = Gateway.startOn(stores)) {
            Tokens reported = new Tokens(40, 300, 0);
            String prompt = "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":"
                    + "{\"promptTokenCount\":40,\"totalTokenCount\":40}}";
            UpstreamScript blocked = UpstreamScript.answers()
                    .event(prompt)
                    .whenAsked("PROMPT")
                    .next()
                    .text("Shown?")
                    .finish("STOP")
                    .event(prompt)
                    .whenAsked("LATE")
                    .next()
                    .text("Shown?")
                    .event(prompt.replace("\"totalTokenCount\"", "\"candidatesTokenCount\":70000,\"totalTokenCount\""))
                    .whenAsked("TOO MUCH")
                    .next()
                    .finish("SAFETY", reported);
            gateway.script(blocked);
            for (String paidAt : DOORS) {
                Customer customer = gateway.customer("100"); // its charged calls stay below ten
                int asked = gateway.asked().size();
                for (int i = 0; i < FreeAnswers.DAY; i++) {
                    String door = DOORS.get(i % DOORS.size());
                    Reply free = asks(gateway, door, i % 2 == 0, (i % 3 == 0 ? "PROMPT" : "A") + i, customer.key());
                    assertThat(free.status()).as(door + free.text()).isIn(400, 503);
                }
                assertThat(customer.consumed()).isZero();
                for (String text : List.of("PROMPT", "B", "PROMPT streamed", "B streamed")) {
                    BigDecimal before = customer.consumed();
                    Reply paid = asks(gateway, paidAt, text.contains("streamed"), text, customer.key());
                    assertThat(paid.status()).as(paidAt + paid.text()).isEqualTo(200);
                    assertThat(paid.text())
                            .containsAnyOf("content_filter", "refusal", "SAFETY", "PROHIBITED_CONTENT", "incomplete")
                            .doesNotContain("upstream_error");
                    assertThat(customer.consumed()).as(paidAt).isGreaterThan(before);
                    JsonNode task = customer.lastTask();
                    assertThat(task.at("/usage/prompt_tokens").asLong())
                            .as(task.toString())
                            .isEqualTo(40);
                    assertThat(task.at("/usage/completion_tokens").asLong()).isEqualTo(text.startsWith("B") ? 300 : 0);
                }
                for (String text : List.of("LATE", "TOO MUCH")) {
                    BigDecimal before = customer.consumed();
                    Reply paid = asks(gateway, paidAt, false, text, customer.key());
                    assertThat(paid.status()).as(paidAt + paid.text()).isEqualTo(200);
                    assertThat(paid.text())
                            .as(text)
                            .containsAnyOf("content_filter", "refusal", "PROHIBITED_CONTENT", "incomplete")
                            .doesNotContain("Shown?");
                    assertThat(customer.consumed()).as(paidAt).isGreaterThan(before);
                }
                assertThat(gateway.asked()).hasSize(asked + FreeAnswers.DAY + 6);
            }
            gateway.assertBooksAreClosed();
        }
    }

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_random_history_ends_as_a_second_calculation_says(Stores stores) {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        try (Gateway gateway = Gateway.startOn(stores)) {
            gateway.script(UpstreamScript.answers()
                    .call("f", "{}")
                    .finish("STOP", MANY)
                    .whenAsked("CALL")
                    .next()
                    .finish("SAFETY", MANY)
                    .whenAsked("BLOCK")
                    .next()
                    .finish("SAFETY")
                    .whenAsked("SILENT")
                    .next()
                    .text("Fine.", MANY)
                    .finish("STOP", MANY));
            Instant now = EVENING;
            gateway.setNow(now);
            Customer customer = gateway.customer("1000000");
            long free = 0;
            long day = 0;
            List<Instant> charged = new ArrayList<>();
            for (int i = 0; i < 160; i++) {
                now = now.plus(Duration.ofMinutes(random.nextInt(20)));
                gateway.setNow(now);
                Instant today = now.truncatedTo(ChronoUnit.DAYS);
                free = today.getEpochSecond() == day ? free : 0;
                day = today.getEpochSecond();
                Instant from = today.minus(1, ChronoUnit.DAYS);
                long most =
                        20 + charged.stream().filter(at -> !at.isBefore(from)).count() / 10;
                boolean isText = random.nextInt(4) == 0;
                String what =
                        List.of("BLOCK", "BLOCK", "CALL", "FINE", "SILENT").get(random.nextInt(5));
                String door = isText ? "completions" : DOORS.get(random.nextInt(DOORS.size()));
                Reply reply = isText
                        ? gateway.post("/v1/completions", CALL.replace("CALL", what + i), customer.key())
                        : asks(gateway, door, random.nextBoolean(), what + i, customer.key());
                boolean isRefused = isText && free >= most;
                boolean isFree = !what.equals("FINE") && (isText || !what.equals("CALL"));
                boolean counts = isFree && !what.equals("SILENT");
                boolean isPaid = !isRefused && (!isFree || (counts && free >= most));
                List<Integer> wanted = isRefused ? List.of(429) : isPaid ? List.of(200) : List.of(400, 503);
                assertThat(reply.status())
                        .as("seed %d, call %d: %s at %s, %d of %d: %s", seed, i, what, door, free, most, reply.text())
                        .isIn(wanted.toArray());
                free += counts && !isPaid && !isRefused ? 1 : 0;
                if (isPaid) {
                    charged.add(now);
                }
            }
            assertThat(gateway.number("SELECT free_ends FROM account WHERE id = '" + customer.account() + "'"))
                    .as("seed " + seed)
                    .isEqualTo(free);
            gateway.assertBooksAreClosed();
            assertThat(gateway.differences()).as("seed " + seed).isEmpty();
        }
    }

    @Test
    void racers_on_two_nodes_find_twenty_free_answers() throws Exception {
        String url = Postgres.migrated();
        try (Gateway one = scripted(Gateway.startOn(url, "timeouts.drain", "0ms"));
                Gateway other = scripted(Gateway.startOn(url, "timeouts.drain", "0ms"));
                ExecutorService threads = Executors.newFixedThreadPool(48)) {
            Customer customer = one.customer("10000");
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 96; i++) {
                Gateway node = i % 2 == 0 ? one : other;
                String prompt = CALL.replace("CALL", "CALL " + i);
                calls.add(threads.submit(() ->
                        node.post("/v1/completions", prompt, customer.key()).status()));
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> call : calls) {
                statuses.add(call.get());
            }
            assertThat(statuses).containsOnly(400, 429);
            assertThat(statuses.stream().filter(it -> it == 400).count()).isEqualTo(FreeAnswers.DAY);
            one.assertBooksAreClosed();
        }
    }

    @Test
    void a_blocked_text_completion_counts() {
        try (Gateway gateway = Gateway.start()) {
            Customer customer = gateway.customer("100");
            gateway.script(UpstreamScript.answers().finish("SAFETY", MANY));
            for (int i = 0; i < FreeAnswers.DAY; i++) {
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
            for (int i = 0; i < FreeAnswers.DAY; i++) {
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
            for (int i = 0; i < FreeAnswers.DAY; i++) {
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
            for (int i = 0; i < FreeAnswers.DAY; i++) {
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
        try (CallsFixture store = new CallsFixture(CallsFixture.tampered(folder))) {
            Queue<Instant> times = new ArrayDeque<>(
                    List.of(Instant.parse("2026-11-28T23:59:59.999999Z"), Instant.parse("2026-11-29T00:00:00Z")));
            FreeEnds ends = store.freeEnds(() -> times.size() > 1 ? times.remove() : times.element());
            assertThat(ends.look("acc_1").has(FreeAnswers.DAY)).isTrue();
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
