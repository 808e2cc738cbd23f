package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.NodePackages;
import dev.tollgate.testing.Scrape;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The agents themselves, with the settings of docs/clients.md as they are written there, in a home of their own without credentials: the sandbox makes
 * them list, read and edit a file in twenty steps. Signatures keep a loop of calls on its channel, also without affinity.
 */
@Timeout(900)
class CodingAgentsTest {

    private static final Instant DAY_OF_2_5 = Instant.parse("2026-12-01T00:00:00Z");
    private static final String PROMPT = "Look around, then change note.txt. [[sandbox: edit=note.txt steps=20]]";
    private static final String NOTE = "The sky is green.\nThe grass is blue.\n";
    private static final String EDITED = NOTE + "This line is the sandbox's.\n";
    private static final int PATIENCE_SECONDS = 240;
    private static final String MODEL = "gemini-3-pro-preview";
    private static final List<String> CHANNELS = List.of("one", "two", "three");
    private static final String CODEX =
            "codex exec --skip-git-repo-check --sandbox danger-full-access \"$PROMPT\" < /dev/null";
    /** The next turn of the latest session, with a limit of its own. */
    private static final String CODEX_GOES_ON = """
            PROMPT='Change it again. [[sandbox: edit=note.txt steps=10]]'
            codex exec --skip-git-repo-check --sandbox danger-full-access -c model_auto_compact_token_limit=%d resume --last "$PROMPT" < /dev/null
            """;

    private static final Pattern TOKENS = Pattern.compile("\"last_token_usage\":\\{[^}]*\"total_tokens\":(\\d+)");
    private static final int CALLS_OF_THE_NEXT_TURN = 11;
    private static final int LIMIT_NEVER_REACHED = 200_000;
    private static final String OPENCODE = "opencode run --dangerously-skip-permissions \"$PROMPT\" < /dev/null";
    private static final String COPILOT = "copilot -p \"$PROMPT\" --allow-all-tools";
    private static final String PACKAGE = "@ai-sdk/openai-compatible";
    private static final String V1 = "8080/v1";

    /** Programs whose package starts them by another file. */
    private static final Map<String, String> PROGRAMS = Map.of(
            "claude", "@anthropic-ai/claude-code-linux-x64/claude",
            "codex", ".bin/codex",
            "opencode", "opencode-linux-x64/bin/opencode",
            "gemini", ".bin/gemini",
            "cline", "@cline/cli-linux-x64/bin/cline",
            "cn", ".bin/cn",
            "copilot", ".bin/copilot-linux-x64",
            "qwen", ".bin/qwen");

    /** They ask nobody but the gateway, as far as they can be told. */
    private static final List<String> QUIET = List.of(
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
            "CODEX_REFRESH_TOKEN_URL_OVERRIDE=http://127.0.0.1:9/token",
            "OPENCODE_DISABLE_MODELS_FETCH=true",
            "OPENCODE_DISABLE_AUTOUPDATE=true",
            "CONTINUE_TELEMETRY_ENABLED=0");

    private static Vertx vertx;
    private static Sandbox sandbox;
    private static Channels channels;
    private static volatile Instant now = DAY_OF_2_5.minusSeconds(86_400);

    @TempDir
    private Path folder;

    /** A program with one way of its settings. */
    private enum Agent {
        CLAUDE_CODE("Claude Code", "claude -p \"$PROMPT\" --permission-mode acceptEdits < /dev/null"),
        CODEX_CLI("Codex CLI", CODEX),
        CODEX_CLI_NAMED_AZURE("Codex CLI", CODEX, "name = \"Tollgate\"", "name = \"azure\""),
        CODEX_CLI_BY_BASE_URL("With `openai_base_url`", CODEX),
        CODEX_CLI_SIGNED_IN("With a ChatGPT sign-in", CODEX),
        OPENCODE_CHAT("opencode", OPENCODE),
        OPENCODE_RESPONSES("opencode", OPENCODE, PACKAGE, "@ai-sdk/openai"),
        OPENCODE_MESSAGES("opencode", OPENCODE, PACKAGE, "@ai-sdk/anthropic"),
        OPENCODE_GEMINI("opencode", OPENCODE, PACKAGE, "@ai-sdk/google", V1, V1 + "beta"),
        GEMINI_CLI("Gemini CLI", "gemini -p \"$PROMPT\" --yolo --skip-trust < /dev/null"),
        CLINE_CHAT("Cline", "cline \"$PROMPT\" < /dev/null"),
        CLINE_RESPONSES("Cline", "cline \"$PROMPT\" < /dev/null", "openai-compatible", "openai-native"),
        CONTINUE("Continue", "cn --auto -p \"$PROMPT\" < /dev/null"),
        COPILOT_CHAT("Copilot CLI", COPILOT),
        COPILOT_RESPONSES("Copilot CLI", "export COPILOT_PROVIDER_WIRE_API=responses\n" + COPILOT),
        COPILOT_MESSAGES("Copilot CLI", "export COPILOT_PROVIDER_TYPE=anthropic\n" + COPILOT, V1, "8080"),
        QWEN_CODE("Qwen Code", "qwen --yolo \"$PROMPT\" < /dev/null");

        private final String heading;
        private final String run;
        private final List<String> changes;

        /** @param changes pairs of what the page says and what stands there instead */
        Agent(String heading, String run, String... changes) {
            this.heading = heading;
            this.run = run;
            this.changes = List.of(changes);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Effort.isLong(), "the coding agents are installed in the long tests alone");
        vertx = Vertx.vertx();
        sandbox = Sandbox.start(vertx, SandboxOptions.defaults().withClock(() -> now))
                .await(20, TimeUnit.SECONDS);
        StringBuilder yaml = new StringBuilder("channels:\n");
        CHANNELS.forEach(id -> yaml.append(
                "  - {id: %s, kind: gemini, base_url: \"%s\", key: key-of-%s}%n".formatted(id, sandbox.baseUrl(), id)));
        channels = Channels.of(yaml.toString(), Map.of("TOLLGATE_MODELS_FILE", "models/gemini-all.yaml"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (channels != null) {
            channels.close();
            sandbox.close().await(20, TimeUnit.SECONDS);
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void before() {
        setNow(DAY_OF_2_5.minusSeconds(86_400));
    }

    @AfterEach
    void booksAreClosed() {
        channels.gateway().assertBooksAreClosed();
    }

    @ParameterizedTest
    @EnumSource
    void an_agent_changes_a_file_by_one_channel_of_three(Agent agent) throws Exception {
        assertChanges(agent, MODEL);
    }

    @ParameterizedTest
    @EnumSource(names = {"CLAUDE_CODE", "CODEX_CLI"})
    void an_agent_changes_a_file_on_2_5(Agent agent) throws Exception {
        assertChanges(agent, "gemini-2.5-pro");
    }

    @ParameterizedTest
    @EnumSource(names = {"CLAUDE_CODE", "CODEX_CLI"})
    void an_agent_changes_a_file_on_what_answers_for_2_5_from_december(Agent agent) throws Exception {
        setNow(DAY_OF_2_5);

        assertChanges(agent, "gemini-2.5-pro");

        assertThat(sandbox.requests().getLast().path()).contains("gemini-3.8-flash");
    }

    @Test
    void codex_compresses_its_requests_with_a_sign_in_and_is_served() throws Exception {
        signIn(channels.customer().key());
        configure(settings(Agent.CODEX_CLI_BY_BASE_URL, MODEL));
        Scrape before = Scrape.fresh(channels.gateway());

        assertEdits(run(CODEX));

        Scrape after = Scrape.fresh(channels.gateway());
        assertThat(after.since(before, "tollgate_http_requests_total", "route=\"/v1/models\"", "status=\"200\""))
                .isPositive();
        assertThat(after.since(before, "tollgate_http_requests_total", "status=\"426\""))
                .isOne();
    }

    @Test
    void codex_with_a_token_of_chatgpt_says_what_to_do() throws Exception {
        signIn(token());
        configure(settings(Agent.CODEX_CLI_BY_BASE_URL, MODEL));
        Scrape before = Scrape.fresh(channels.gateway());

        Ran ran = run(CODEX);

        assertThat(ran.exit).as(ran.said).isNotZero();
        assertThat(ran.said).contains("This is a sign-in token of ChatGPT").contains("codex login --with-api-key");
        assertThat(Scrape.fresh(channels.gateway()).since(before, "tollgate_channel_attempts_total"))
                .isZero();
    }

    /** OpenCode asks once more for a title. Over Messages it takes the status for a rate, and repeats it for a minute. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENCODE_MESSAGES")
    void an_agent_shows_at_once_which_spend_limit_is_reached(Agent agent) throws Exception {
        Customer spent = channels.gateway().customer("100", Gateway.KeyOptions.spend("0.000001", null, null));
        if (agent == Agent.CODEX_CLI_SIGNED_IN) {
            signIn(token());
        }
        String variables = configure(settings(agent, MODEL).stream()
                .map(block -> new ClientSettings(
                        block.file(), block.text().replace(channels.customer().key(), spent.key())))
                .toList());
        Scrape before = Scrape.fresh(channels.gateway());

        Ran ran = run(variables + agent.run);

        Scrape after = Scrape.fresh(channels.gateway());
        assertThat(ran.said).contains("The call is too large for the key's hourly spend limit of 0.000001 credits");
        assertThat(ran.exit).as(ran.said).isNotZero();
        assertThat(after.since(before, "tollgate_http_requests_total", "status=\"402\"")
                        + after.since(before, "tollgate_http_requests_total", "status=\"429\""))
                .isBetween(1L, 2L);
    }

    @Test
    void codex_takes_the_window_of_a_million_from_its_catalogue() throws Exception {
        List<ClientSettings> blocks = new ArrayList<>(settings(Agent.CODEX_CLI, MODEL));
        String command = here(
                ClientSettings.under("A window of a million tokens").getFirst().text(), MODEL);
        String config = ".codex/config.toml";
        String variables = configure(blocks);

        Ran ran = run(variables + command + "sed -i \"1i model_catalog_json = \\\"$HOME/.codex/tollgate.json\\\"\" ~/"
                + config + "\n" + CODEX);

        assertEdits(ran);
        assertThat(session()).contains("\"model_context_window\":996147");
    }

    /**
     * The conversation is compacted before the second turn or within it, and the third turn reads the sealed summary again.
     *
     * @param room tokens between the conversation of the first turn and the limit of the second
     */
    @ParameterizedTest
    @CsvSource({"CODEX_CLI_BY_BASE_URL, -100", "CODEX_CLI_SIGNED_IN, 300"})
    void codex_goes_on_from_one_sealed_summary(Agent agent, int room) throws Exception {
        String variables = assertChanges(agent, MODEL);
        int limit = tokens() + room;
        long tasks = channels.customer().tasks();
        long charges = charges();
        long compactions = compactions();
        Scrape before = Scrape.fresh(channels.gateway());

        assertEdits(run(variables + CODEX_GOES_ON.formatted(limit)));

        assertThat(compactions() - compactions).isOne();
        assertThat(channels.customer().tasks() - tasks > CALLS_OF_THE_NEXT_TURN + 1)
                .as("compacted within the turn")
                .isEqualTo(room > 0);
        assertThat(Scrape.fresh(channels.gateway()).since(before, "tollgate_http_requests_total", "status=\"426\""))
                .isEqualTo(agent == Agent.CODEX_CLI_BY_BASE_URL ? 1 : 0);

        assertEdits(run(variables + CODEX_GOES_ON.formatted(LIMIT_NEVER_REACHED)));

        assertThat(sandbox.requests().getLast().body().toString()).contains("Summary of the conversation so far:");
        assertThat(compactions() - compactions).isOne();
        assertThat(charges() - charges).isEqualTo(channels.customer().tasks() - tasks);
    }

    private static long compactions() {
        return Calls.flagged(
                channels.gateway()::number,
                CallFlag.COMPACTION,
                channels.customer().account());
    }

    private static long charges() {
        return Calls.count(
                channels.gateway()::number, Calls.chargedOf(channels.customer().account()));
    }

    /** Returns the tokens of the latest call, as Codex counts them. */
    private int tokens() throws IOException {
        return TOKENS.matcher(session())
                .results()
                .mapToInt(it -> Integer.parseInt(it.group(1)))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private String session() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("home/.codex/sessions"))) {
            return Files.readString(files.filter(it -> it.toString().endsWith(".jsonl"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    /** Returns the commands that come before the program's. */
    private String assertChanges(Agent agent, String model) throws Exception {
        if (agent == Agent.CODEX_CLI_SIGNED_IN) {
            signIn(token());
        }
        String variables = configure(settings(agent, model));
        Scrape before = Scrape.fresh(channels.gateway());

        assertEdits(run(variables + agent.run));

        Scrape after = Scrape.fresh(channels.gateway());
        assertThat(CHANNELS)
                .filteredOn(id -> after.since(before, "tollgate_channel_attempts_total", "channel=\"" + id + "\"") > 0)
                .hasSize(1);
        assertThat(after.since(before, "tollgate_http_requests_total", "status=\"426\""))
                .isEqualTo(agent == Agent.CODEX_CLI_BY_BASE_URL ? 1 : 0);
        return variables;
    }

    private static List<ClientSettings> settings(Agent agent, String model) throws IOException {
        List<ClientSettings> blocks = new ArrayList<>();
        for (ClientSettings block : ClientSettings.under(agent.heading)) {
            String text = block.text();
            for (int i = 0; i < agent.changes.size(); i += 2) {
                text = text.replace(agent.changes.get(i), agent.changes.get(i + 1));
            }
            blocks.add(new ClientSettings(block.file(), here(text, model)));
        }
        return blocks;
    }

    private static String here(String text, String model) {
        return text.replace("http://127.0.0.1:8080", channels.gateway().url())
                .replace("sk-…", channels.customer().key())
                .replace(MODEL, model);
    }

    /** Writes the files, and returns the commands without the last one, which starts the program. */
    private String configure(List<ClientSettings> blocks) throws IOException {
        StringBuilder commands = new StringBuilder();
        for (ClientSettings block : blocks) {
            if (block.file() == null) {
                commands.append(
                        block.text(),
                        0,
                        block.text().lastIndexOf('\n', block.text().length() - 2) + 1);
            } else {
                boolean isOfCodex = block.file().startsWith(".codex");
                write(block.file(), isOfCodex ? alone(block.text()) : block.text());
            }
        }
        return commands.toString();
    }

    /** Codex asks ChatGPT's server for more than models. */
    private static String alone(String config) {
        return "chatgpt_base_url = \"http://127.0.0.1:9\"\n" + config + "\n[analytics]\nenabled = false\n";
    }

    private void signIn(String accessToken) throws IOException {
        write(".codex/auth.json", """
                {"auth_mode":"chatgpt","OPENAI_API_KEY":null,"last_refresh":"%s",
                 "tokens":{"id_token":"%s","access_token":"%s","refresh_token":"none","account_id":"account-1"}}""".formatted(Instant.now(), token(), accessToken));
    }

    /** A token as ChatGPT's, which nobody signed. */
    private static String token() {
        return Stream.of("{\"alg\":\"none\"}", """
                        {"email":"a@example.com","exp":4102444800,"https://api.openai.com/auth":
                         {"chatgpt_plan_type":"pro","chatgpt_account_id":"account-1","chatgpt_user_id":"user-1"}}""", "unsigned")
                .map(part ->
                        Base64.getUrlEncoder().withoutPadding().encodeToString(part.getBytes(StandardCharsets.UTF_8)))
                .reduce((one, two) -> one + "." + two)
                .orElseThrow();
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve("home").resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private record Ran(int exit, String said, String note) {}

    private static void assertEdits(Ran ran) {
        assertThat(ran.exit).as(ran.said).isZero();
        assertThat(ran.note).as(ran.said).isEqualTo(EDITED);
        assertThat(ran.said).contains("Done: note.txt has one more line.");
    }

    private Ran run(String commands) throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Path work = Files.createDirectories(folder.resolve("work"));
        Path note = Files.writeString(work.resolve("note.txt"), NOTE);
        Path log = folder.resolve("log.txt");
        List<String> command = new ArrayList<>(
                List.of("env", "-i", "HOME=" + home, "PATH=" + path(), "TERM=dumb", "PROMPT=" + PROMPT));
        command.addAll(QUIET);
        command.addAll(List.of("sh", "-ec", commands));
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        String said = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(ended).as(said).isTrue();
        return new Ran(process.exitValue(), said, Files.readString(note));
    }

    /** With the agents, and the Node.js that they are started by. */
    private static String path() throws IOException {
        Path packages = NodePackages.agents().resolve("node_modules");
        Path programs = Files.createDirectories(NodePackages.agents().resolve("programs"));
        for (Map.Entry<String, String> program : PROGRAMS.entrySet()) {
            Path from = packages.resolve(program.getValue());
            assumeTrue(Files.exists(from), program.getKey() + " has no program for this system");
            Path link = programs.resolve(program.getKey());
            if (!Files.exists(link)) {
                Files.createSymbolicLink(link, from);
            }
        }
        Path node = Path.of(NodePackages.node()).getParent();
        return programs + ":" + (node == null ? "" : node + ":") + System.getenv("PATH");
    }

    private static void setNow(Instant instant) {
        now = instant;
        channels.gateway().setNow(instant);
    }
}
