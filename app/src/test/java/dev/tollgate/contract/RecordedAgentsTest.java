package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Requests of coding agents of November 2026, recorded while the sandbox made them list, read and edit a file: their structure and names as they
 * came, long texts shortened or replaced, paths and ids made up. Thought signatures are not among them: the gateway has to do without.
 */
@Timeout(240)
class RecordedAgentsTest {

    private static final String LINE = "This line is the sandbox's.";

    private static Gateway gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "models/gemini-all.yaml");
        customer = gateway.customer("1000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** @param functions how many of its tools reach the upstream */
    @ParameterizedTest
    @CsvSource({
        "claude-code-2.1.332-edits-a-file, 11, Edit",
        "codex-cli-0.169-edits-a-file, 12, exec_command",
        "codex-cli-0.171-edits-a-file-in-zstd, 16, exec_command",
        "opencode-1.18.33-edits-a-file, 10, edit",
        "opencode-1.18.33-messages-edits-a-file, 10, edit",
        "opencode-1.18.33-responses-edits-a-file, 10, edit",
        "cline-3.0.65-edits-a-file, 25, editor",
        "cline-3.0.65-responses-edits-a-file, 25, apply_patch",
        "continue-1.5.47-edits-a-file, 11, MultiEdit",
        "copilot-cli-1.0.102-edits-a-file, 17, edit",
        "copilot-cli-1.0.102-responses-edits-a-file, 17, edit"
    })
    void an_agent_that_has_read_its_file_gets_a_call_to_edit_it(String name, int functions, String edits) {
        Reply reply = Recorded.of(name, customer.key()).send(gateway);

        assertThat(reply.text()).contains(LINE).contains("\"name\":\"" + edits + "\"");
        JsonNode asked = gateway.lastAsked();
        List<JsonNode> turns = List.copyOf(asked.get("contents").values());
        assertThat(calls(turns)).hasSize(2);
        assertThat(turns.getLast().at("/parts/0/functionResponse/response").toString())
                .contains("The sky is green.");
        assertThat(asked.at("/tools/0/functionDeclarations").size()).isEqualTo(functions);
        assertThat(asked.at("/systemInstruction/parts").isEmpty()).isFalse();
    }

    @Test
    void codex_lists_models_by_its_version() {
        JsonNode models = Recorded.of("codex-cli-0.171-models", customer.key())
                .send(gateway)
                .json();

        assertThat(models.get("models").isArray()).isTrue();
        assertThat(models.get("data").isEmpty()).isFalse();
    }

    @Test
    void codex_is_sent_from_its_websocket_to_http() {
        try (RawCall call =
                Recorded.of("codex-cli-0.171-websocket", customer.key()).sendHead(gateway)) {
            assertThat(call.readUntil("}}")).startsWith("HTTP/1.1 426 ");
        }
    }

    @Test
    void codex_goes_on_from_the_summary_that_it_asked_for() {
        Reply compacted =
                Recorded.of("codex-cli-0.171-compacts", customer.key()).send(gateway);
        List<JsonNode> items = compacted.chunks().stream()
                .filter(event -> event.get("type").asString().equals("response.output_item.done"))
                .map(event -> event.get("item"))
                .toList();
        assertThat(items).hasSize(1);

        Reply next = Recorded.of("codex-cli-0.171-goes-on", customer.key())
                .with("{item}", items.getFirst().get("encrypted_content").asString())
                .send(gateway);

        assertThat(gateway.lastAsked().get("contents").toString()).contains("Summary of the conversation so far:");
        assertThat(next.text()).contains("\"name\":\"exec_command\"");
    }

    private static List<JsonNode> calls(List<JsonNode> turns) {
        return turns.stream()
                .flatMap(turn -> turn.get("parts").valueStream())
                .filter(part -> part.has("functionCall"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"claude-code-2.1.332, /v1/messages?beta=true", "codex-cli-0.169.0, /v1/responses"})
    void a_session_of_thirty_turns_is_answered_to_its_end(String name, String path) throws IOException {
        List<String> bodies = bodies(name);

        for (int turn = 0; turn < bodies.size(); turn++) {
            Reply reply = gateway.post(path, bodies.get(turn), customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(calls(List.copyOf(gateway.lastAsked().get("contents").values())))
                    .hasSize(turn);
        }
        assertThat(bodies).hasSize(30);
    }

    /** The requests of a session, of which the recording has the last: a line for each message, an empty one where a request ended. */
    private static List<String> bodies(String name) throws IOException {
        List<String> lines;
        String resource = "/foreign/sessions/" + name + ".txt.gz";
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(
                        Objects.requireNonNull(RecordedAgentsTest.class.getResourceAsStream(resource), resource)),
                StandardCharsets.UTF_8))) {
            lines = in.lines().toList();
        }
        List<String> bodies = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        for (String line : lines.subList(1, lines.size() - 1)) {
            if (line.isEmpty()) {
                bodies.add(lines.getFirst() + String.join(",", messages) + lines.getLast());
            } else {
                messages.add(line);
            }
        }
        return bodies;
    }
}
