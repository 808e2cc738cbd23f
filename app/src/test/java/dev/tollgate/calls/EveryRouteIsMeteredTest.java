package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Documented;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import dev.tollgate.verification.AccountStatement;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** The meter is the only path to the upstream's models, and every movement of an account leads to a metered call (D9, D14). */
@Timeout(240)
class EveryRouteIsMeteredTest {

    private static final List<String> BODIES = List.of(
            "{\"model\":\"gemini-2.5-pro\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Tell me\"}]}"
                    .replace("Tell me", Prompts.LONG),
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Tell me\"}]}"
                    .replace("Tell me", Prompts.LONG),
            "{\"model\":\"gemini-3.1-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Tell me\"}],"
                            .replace("Tell me", Prompts.LONG)
                    + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}]}",
            "{\"model\":\"gemini-3-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Tell me\"}],"
                            .replace("Tell me", Prompts.LONG)
                    + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]}",
            "{\"model\":\"google/gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Tell me\"}],"
                            .replace("Tell me", Prompts.LONG)
                    + "\"response_format\":{\"type\":\"json_object\"}}",
            "{\"model\":\"google/gemini-2.5-pro-preview-05-06\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                    + "\"image_url\":{\"url\":\"data:image/png;base64," + Documented.PNG + "\"}}]}]}");

    private static final String GEMINIS = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]}";

    private static final String ANTHROPICS = "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":1000,\"stream\":%s,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.start();
        customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers().text("{}").finish("STOP", new Tokens(1_000, 500, 200)));
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void every_question_to_a_model_has_its_task_its_charge_and_its_receipt_on_every_path() {
        int calls = 0;
        for (String path : List.of("/v1/chat/completions", "/chat/completions")) {
            for (String body : BODIES) {
                Gateway.Reply reply = gateway.post(path, body, customer.key());
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                calls++;
            }
        }
        for (String base :
                List.of("/v1beta", "/v1alpha", "/v1", "/v1/gemini/v1beta", "/v1/gemini/v1alpha", "/v1/gemini/v1")) {
            for (String method : List.of("generateContent", "streamGenerateContent")) {
                String path = base + "/models/gemini-2.5-pro:" + method;
                Gateway.Reply reply = gateway.post(path, GEMINIS, customer.key());
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                calls++;
            }
        }
        for (String path : List.of("/v1/messages", "/messages")) {
            for (String stream : List.of("true", "false")) {
                Gateway.Reply reply = gateway.post(path, ANTHROPICS.formatted(stream), customer.key());
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                calls++;
            }
        }
        for (String path : List.of("/v1/responses/compact", "/responses/compact")) {
            Gateway.Reply reply =
                    gateway.post(path, "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hello\"}", customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            calls++;
        }
        for (String path : List.of("/v1/completions", "/completions")) {
            Gateway.Reply reply =
                    gateway.post(path, "{\"model\":\"gemini-2.5-pro\",\"prompt\":\"Hello\"}", customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            calls++;
        }
        assertThat(questions()).isEqualTo(calls);
        String mine = " WHERE account_id = '" + customer.account() + "'";
        assertThat(customer.tasks()).isEqualTo(calls);
        assertThat(Calls.count(gateway::number, Calls.chargedOf(customer.account())))
                .isEqualTo(calls);
        assertThat(gateway.number("SELECT COUNT(*) FROM call" + mine + " AND receipt_hash IS NOT NULL"))
                .isEqualTo(calls);
    }

    @Test
    void no_other_route_asks_a_model() {
        String task = customer.chat(BODIES.getFirst()).header("x-tollgate-task-id");
        long before = questions();
        for (String path : List.of(
                "/v1/models",
                "/v1/models/gemini-2.5-pro",
                "/v1/credits",
                "/v1/tasks/" + task,
                "/v1/receipts",
                "/v1/receipts/head",
                "/v1/receipts/key")) {
            assertThat(gateway.get(path, customer.key()).status()).as(path).isEqualTo(200);
        }
        for (String path : List.of("/v1/messages/batches", "/v1/models/gemini-2.5-pro:batchGenerateContent")) {
            assertThat(gateway.post(path, BODIES.getFirst(), customer.key()).status())
                    .as(path)
                    .isIn(404, 405);
        }
        assertThat(questions()).isEqualTo(before);
    }

    @Test
    void every_change_of_the_balance_leads_to_a_call_with_its_usage_price_and_rounding() {
        BODIES.forEach(customer::chat);
        gateway.script(
                UpstreamScript.answers().text("One ", new Tokens(1_000, 300, 0)).delay(600_000));
        try (RawCall left = customer.chatRaw(BODIES.getFirst())) {
            left.readUntil("One ");
        }
        customer.lastTask();
        List<String> lines = new ArrayList<>();
        try (Database reading = Database.openReading(gateway.data())) {
            new AccountStatement(reading).write(customer.account(), null, null, lines::add);
        }
        BigDecimal balance = BigDecimal.ZERO;
        int charges = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            balance = balance.add(new BigDecimal(fields[5]));
            assertThat(new BigDecimal(fields[6])).as(line).isEqualByComparingTo(balance);
            if (fields[2].equals("charge")) {
                assertExplained(fields[3], new BigDecimal(fields[5]).negate());
                charges++;
            }
        }
        assertThat(charges).isEqualTo(BODIES.size() + 1);
        assertThat(balance).isEqualByComparingTo(customer.balance());
    }

    private void assertExplained(String taskId, BigDecimal credits) {
        JsonNode task = gateway.get("/v1/tasks/" + taskId, customer.key()).json();
        assertThat(task.get("credits_consumed").decimalValue()).as(taskId).isEqualByComparingTo(credits);
        JsonNode price = task.get("pricing_detail");
        assertThat(price.get("prompt_tokens").asLong()).isEqualTo(1_000);
        assertThat(price.get("price_version").asString()).isNotEmpty();
        assertThat(price.get("exact").decimalValue()).isPositive();
        assertThat(price.get("rounding").asString()).isNotEmpty();
        assertThat(task.get("entries")
                        .valueStream()
                        .filter(entry -> entry.get("kind").asString().equals("charge"))
                        .map(entry -> entry.get("amount").decimalValue())
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(credits);
    }

    /** Counting of prompts left out: it is free at the upstream too. */
    private long questions() {
        return gateway.asked().stream()
                .filter(request -> request.path().contains("enerateContent"))
                .count();
    }
}
