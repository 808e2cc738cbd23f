package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.events;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** An OpenAI-compatible server counts thoughts within its completion, whether it says how many or not (D37). */
@Timeout(240)
class CountedThoughtsTest {

    private static final String MODEL = "gemini-3-flash-preview";
    private static final FarServer FAR = new FarServer(request -> events());
    private static CallChannels channels;
    private static Customer customer;

    @BeforeAll
    static void start() {
        channels = CallChannels.of("channels: [{id: far, kind: openai, base_url: \"%s/v1\", models: {%s: m}}]"
                .formatted(FAR.url(), MODEL));
        customer = channels.customer();
    }

    @AfterAll
    static void stop() {
        channels.gateway().assertBooksAreClosed();
        channels.close();
        FAR.close();
    }

    /** @param usage the last members of the server's usage; null if it reports none */
    private static void thinks(String field, String usage) {
        String choice = "{\"choices\":[{\"index\":0,\"delta\":{%s},\"finish_reason\":%s}]}";
        FAR.script(events(
                choice.formatted("\"%s\":\"%s\"".formatted(field, "I think about it. ".repeat(100)), "null"),
                choice.formatted("\"content\":\"" + "Hello world ".repeat(10) + "\"", "\"stop\""),
                usage == null ? "{}" : "{\"choices\":[],\"usage\":{\"prompt_tokens\":50," + usage + "}}",
                "[DONE]"));
    }

    private static CallServer.Reply ask(String door, boolean stream) {
        String turn = "[{\"role\":\"user\",\"content\":\"Hello\"}]";
        String body =
                switch (door) {
                    case "chat/completions" -> "\"include_thoughts\":true,\"messages\":" + turn;
                    case "messages" -> "\"max_tokens\":5000,\"thinking\":{\"type\":\"adaptive\"},\"messages\":" + turn;
                    case "responses" -> "\"reasoning\":{\"summary\":\"auto\"},\"input\":" + turn;
                    default -> "\"prompt\":\"Hello\"";
                };
        CallServer.Reply reply = channels.gateway()
                .post(
                        "/v1/" + door,
                        "{\"model\":\"%s\",\"stream\":%b,%s}".formatted(MODEL, stream, body),
                        customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    private static void assertCounted(long completion, long thoughts, String... flags) {
        JsonNode task = customer.lastTask();
        JsonNode receipt = channels.gateway()
                .get("/v1/receipts/" + task.get("id").asString(), customer.key())
                .json();
        for (JsonNode counts : List.of(task.get("pricing_detail"), receipt.get("counts"))) {
            assertThat(counts.get("completion_tokens").asLong()).as(task + "").isEqualTo(completion);
            assertThat(counts.get("reasoning_tokens").asLong()).isEqualTo(thoughts);
        }
        assertThat(task.get("usage_flags").valueStream().map(JsonNode::asString))
                .containsExactly(flags);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat/completions", "messages", "responses", "completions"})
    void shown_thoughts_cost_what_the_completion_counts(String door) {
        for (String field : List.of("reasoning_content", "reasoning")) {
            for (boolean stream : new boolean[] {false, true}) {
                thinks(field, "\"completion_tokens\":600,\"total_tokens\":650");
                CallServer.Reply reply = ask(door, stream);
                assertThat(reply.text()).as(door).contains("Hello world");
                assertThat(reply.text().contains("I think about it.")).as(door).isEqualTo(!door.equals("completions"));
                assertCounted(600, 0);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\"completion_tokens\":600,\"completion_tokens_details\":{}', 600, 0,",
        "'\"completion_tokens\":600,\"completion_tokens_details\":{\"reasoning_tokens\":null}', 600, 0,",
        "'\"completion_tokens\":600,\"completion_tokens_details\":{\"reasoning_tokens\":0}', 600, 0,",
        "'\"completion_tokens\":600,\"completion_tokens_details\":{\"reasoning_tokens\":450}', 150, 450,",
        "'\"completion_tokens\":600,\"completion_tokens_details\":{\"reasoning_tokens\":600}', 30, 570, estimated",
        "'\"completion_tokens\":600,\"completion_tokens_details\":{\"reasoning_tokens\":450},\"total_tokens\":1100', 150, 450, total_mismatch",
        "'\"completion_tokens\":600,\"total_tokens\":1100', 600, 0, total_mismatch",
        "'\"completion_tokens\":0', 30, 450, estimated",
        "'\"completion_tokens\":null', 30, 450, estimated",
        ", 30, 450, estimated",
    })
    void only_output_that_the_server_counts_nowhere_is_estimated(
            String usage, long completion, long thoughts, String flag) {
        thinks("reasoning_content", usage);
        JsonNode printed = ask("responses", false).json().get("usage");
        assertThat(printed.get("output_tokens").asLong()).isEqualTo(completion + thoughts);
        assertCounted(completion, thoughts, flag == null ? new String[0] : new String[] {flag});
    }

    @Test
    void an_early_report_without_thoughts_is_no_second_count() {
        String usage = "\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":";
        FAR.script(events(
                "{\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm.\"}}]," + usage + "500}}",
                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[]," + usage + "600,\"completion_tokens_details\":{\"reasoning_tokens\":450}}}",
                "[DONE]"));
        ask("chat/completions", true);
        assertCounted(150, 450);
    }
}
