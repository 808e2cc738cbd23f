package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The agents themselves, set up as docs/clients.md says, in a home of their own without credentials: the sandbox makes them list, read and edit a
 * file in twenty steps.
 */
@Timeout(900)
class CodingAgentsTest {

    private static final Instant DAY_OF_2_5 = Instant.parse("2026-12-01T00:00:00Z");
    private static final String PROMPT = "Look around, then change note.txt. [[sandbox: edit=note.txt steps=20]]";
    private static final String NOTE = "The sky is green.\nThe grass is blue.\n";
    private static final int PATIENCE_SECONDS = 180;

    private static Gateway gateway;

    @TempDir
    private Path folder;

    private enum Agent {
        CLAUDE_CODE("node_modules/@anthropic-ai/claude-code-linux-x64/claude"),
        CODEX_CLI("node_modules/.bin/codex");

        private final String program;

        Agent(String program) {
            this.program = program;
        }

        List<String> arguments() {
            return switch (this) {
                case CLAUDE_CODE -> List.of("-p", PROMPT, "--permission-mode", "acceptEdits");
                case CODEX_CLI -> List.of("exec", "--skip-git-repo-check", "--sandbox", "danger-full-access", PROMPT);
            };
        }

        List<String> variables(String model) {
            String key = Gateway.DEMO_KEY;
            return switch (this) {
                case CLAUDE_CODE ->
                    List.of(
                            "ANTHROPIC_BASE_URL=" + gateway.url(),
                            "ANTHROPIC_AUTH_TOKEN=" + key,
                            "ANTHROPIC_MODEL=anthropic/" + model + "[1m]",
                            "ANTHROPIC_DEFAULT_HAIKU_MODEL=anthropic/gemini-2.5-flash[1m]",
                            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
                            "CLAUDE_CODE_ATTRIBUTION_HEADER=0");
                case CODEX_CLI -> List.of("TOLLGATE_KEY=" + key);
            };
        }

        void configure(Path home, String model) throws IOException {
            if (this == CODEX_CLI) {
                Files.createDirectories(home.resolve(".codex"));
                Files.writeString(home.resolve(".codex/config.toml"), """
                        model = "%s"
                        model_provider = "tollgate"
                        model_context_window = 1048576
                        model_auto_compact_token_limit = 900000
                        web_search = "disabled"

                        [analytics]
                        enabled = false

                        [model_providers.tollgate]
                        name = "Tollgate"
                        base_url = "%s/v1"
                        env_key = "TOLLGATE_KEY"
                        wire_api = "responses"
                        """.formatted(model, gateway.url()));
            }
        }
    }

    @BeforeAll
    static void start() {
        assumeTrue(Effort.isLong(), "the coding agents are installed in the long tests alone");
        gateway = Gateway.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.assertBooksAreClosed();
            gateway.close();
        }
    }

    @BeforeEach
    void before() {
        gateway.setNow(DAY_OF_2_5.minusSeconds(86_400));
    }

    @ParameterizedTest
    @EnumSource
    void an_agent_changes_a_file_on_2_5(Agent agent) throws Exception {
        assertChanges(agent, "gemini-2.5-pro");
    }

    @ParameterizedTest
    @EnumSource
    void an_agent_changes_a_file_on_3(Agent agent) throws Exception {
        assertChanges(agent, "gemini-3-pro-preview");
    }

    @ParameterizedTest
    @EnumSource
    void an_agent_changes_a_file_on_what_answers_for_2_5_from_december(Agent agent) throws Exception {
        gateway.setNow(DAY_OF_2_5);

        assertChanges(agent, "gemini-2.5-pro");

        assertThat(gateway.asked().getLast().path()).contains("gemini-3.8-flash");
    }

    private void assertChanges(Agent agent, String model) throws Exception {
        Path program = NodePackages.agents().resolve(agent.program);
        assumeTrue(Files.exists(program), agent + " has no program for this system");
        Path work = Files.createDirectory(folder.resolve("work"));
        Path note = Files.writeString(work.resolve("note.txt"), NOTE);
        Path home = Files.createDirectory(folder.resolve("home"));
        agent.configure(home, model);
        Path log = folder.resolve("log.txt");
        List<String> command = new ArrayList<>(List.of("env", "-i", "HOME=" + home, "PATH=" + path(), "TERM=dumb"));
        command.addAll(agent.variables(model));
        command.add(program.toString());
        command.addAll(agent.arguments());
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(ended).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(Files.readString(note)).as(said).isEqualTo(NOTE + "This line is the sandbox's.\n");
        assertThat(said).contains("Done: note.txt has one more line.");
    }

    /** With the Node.js that the agents are started by. */
    private static String path() {
        Path bin = Path.of(NodePackages.node()).getParent();
        return (bin == null ? "" : bin + ":") + System.getenv("PATH");
    }
}
