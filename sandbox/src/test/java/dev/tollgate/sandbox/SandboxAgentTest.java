package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Coding agents with the functions that they have, made to change a file. */
class SandboxAgentTest {

    private static final String LINE = "This line is the sandbox's.";

    /** An agent: its functions, each with its arguments, of which those with a star are required. */
    private enum Agent {
        CLAUDE_CODE(
                "Bash(command* description) Edit(file_path* old_string* new_string*) Read(file_path*) Write(file_path* content*)",
                "1→The sky is green.\n2→\n<reminder>as it was</reminder>",
                "{\"command\":\"ls\"}",
                "{\"file_path\":\"note.txt\"}",
                "{\"file_path\":\"note.txt\",\"old_string\":\"The sky is green.\",\"new_string\":\"The sky is green.\\n"
                        + LINE + "\"}"),
        CODEX(
                "exec_command(cmd* login) write_stdin(session_id*) view_image(path*)",
                "Output:\nThe sky is green.",
                "{\"cmd\":\"ls\"}",
                "{\"cmd\":\"head -n 1001 note.txt\"}",
                "{\"cmd\":\"echo \\\"" + LINE + "\\\" >> note.txt\"}"),
        CODEX_WITH_PATCHES(
                "exec_command(cmd*) apply_patch(input*)",
                "Output:\nThe sky is green.\n",
                "{\"cmd\":\"ls\"}",
                "{\"cmd\":\"head -n 1001 note.txt\"}",
                "{\"input\":\"*** Begin Patch\\n*** Update File: note.txt\\n@@\\n The sky is green.\\n+" + LINE
                        + "\\n*** End Patch\"}"),
        GEMINI_CLI(
                "list_directory(dir_path* ignore) read_file(file_path* end_line) replace(file_path* instruction* old_string* new_string*) "
                        + "write_file(file_path* content*) run_shell_command(command*)",
                "The sky is green.\n",
                "{\"dir_path\":\".\"}",
                "{\"file_path\":\"note.txt\",\"end_line\":1001}",
                "{\"file_path\":\"note.txt\",\"instruction\":\"Sandbox\",\"old_string\":\"The sky is green.\","
                        + "\"new_string\":\"The sky is green.\\n" + LINE + "\"}"),
        OPENCODE(
                "bash(command* timeout) edit(filePath* oldString* newString*) glob(pattern* path) read(filePath*)",
                "<content>\n1: The sky is green.\n\n(End of file - total 1 lines)\n</content>",
                "{\"pattern\":\"*\",\"path\":\".\"}",
                "{\"filePath\":\"note.txt\"}",
                "{\"filePath\":\"note.txt\",\"oldString\":\"The sky is green.\",\"newString\":\"The sky is green.\\n"
                        + LINE + "\"}"),
        NANOCODER(
                "read_file(path*) write_file(path* content*) string_replace(path* old_str* new_str*) list_directory(path) execute_bash(command*)",
                "The sky is green.\n",
                "{\"path\":\".\"}",
                "{\"path\":\"note.txt\"}",
                "{\"path\":\"note.txt\",\"old_str\":\"The sky is green.\",\"new_str\":\"The sky is green.\\n" + LINE
                        + "\"}"),
        COPILOT(
                "bash(command* description*) view(path*) edit(path* old_str new_str) glob(pattern*)",
                "1. The sky is green.",
                "{\"pattern\":\"*\"}",
                "{\"path\":\"note.txt\"}",
                "{\"path\":\"note.txt\",\"old_str\":\"The sky is green.\",\"new_str\":\"The sky is green.\\n" + LINE
                        + "\"}");

        private final String functions;
        private final String shown;
        private final String listing;
        private final String reading;
        private final String editing;

        Agent(String functions, String shown, String listing, String reading, String editing) {
            this.functions = functions;
            this.shown = shown;
            this.listing = listing;
            this.reading = reading;
            this.editing = editing;
        }

        ArrayNode declarations() {
            ArrayNode declarations = JsonTrees.array();
            for (String function : functions.split("\\) ?")) {
                ObjectNode schema = declarations
                        .addObject()
                        .put("name", function.substring(0, function.indexOf('(')))
                        .putObject("parametersJsonSchema")
                        .put("type", "object");
                ObjectNode properties = schema.putObject("properties");
                ArrayNode required = schema.putArray("required");
                for (String name : function.substring(function.indexOf('(') + 1).split(" ")) {
                    properties
                            .putObject(name.replace("*", ""))
                            .put("type", name.equals("end_line") ? "integer" : "string");
                    if (name.endsWith("*")) {
                        required.add(name.replace("*", ""));
                    }
                }
            }
            return declarations;
        }
    }

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    /** A conversation of an agent that gives the same result to every call. */
    private static final class Session {

        private final String model;
        private final ObjectNode body = JsonTrees.object();
        private final ArrayNode contents = body.putArray("contents");
        private final String result;
        private final List<String> calls = new ArrayList<>();

        Session(String model, ArrayNode declarations, String result) {
            this.model = model;
            this.result = result;
            body.putArray("tools").addObject().set("functionDeclarations", declarations);
        }

        Session user(String... texts) {
            ArrayNode parts = contents.addObject().put("role", "user").putArray("parts");
            for (String text : texts) {
                parts.addObject().put("text", text);
            }
            return this;
        }

        /** Does what the model says, until it says something. */
        String run() {
            while (true) {
                SandboxClient.Reply reply = client.generate(model, body.toString());
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                JsonNode content = reply.candidate().get("content");
                contents.add(content);
                ArrayNode results = JsonTrees.array();
                for (JsonNode part : content.get("parts")) {
                    if (part.has("functionCall")) {
                        JsonNode call = part.get("functionCall");
                        calls.add(call.get("args").toString());
                        results.addObject()
                                .putObject("functionResponse")
                                .put("name", call.get("name").asString())
                                .putObject("response")
                                .put("output", result);
                    }
                }
                if (results.isEmpty()) {
                    return content.at("/parts/0/text").asString();
                }
                contents.addObject().put("role", "user").set("parts", results);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_agent_lists_reads_edits_and_answers(Agent agent) {
        Session session = new Session(GEMINI_3, agent.declarations(), agent.shown)
                .user("Surroundings: /home/ann", "Change it [[sandbox: edit=note.txt]]");

        String answer = session.run();

        assertThat(session.calls).containsExactly(agent.listing, agent.reading, agent.editing);
        assertThat(answer).startsWith("Done: note.txt has one more line.");
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI_25, GEMINI_3})
    void the_edit_is_the_last_of_as_many_steps_as_asked_for(String model) {
        Session session = new Session(model, Agent.CODEX.declarations(), "The sky is green.")
                .user("Change it [[sandbox: edit=note.txt steps=20]]");

        session.run();

        assertThat(session.calls).hasSize(20);
        assertThat(session.calls.subList(0, 19))
                .doesNotContain(Agent.CODEX.editing)
                .contains(Agent.CODEX.listing, Agent.CODEX.reading)
                .doesNotHaveDuplicates();
        assertThat(session.calls.getLast()).isEqualTo(Agent.CODEX.editing);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Summary of the conversation so far:\nThe file was read.",
                "Another language model started to solve this problem and produced a summary of its thinking process."
            })
    void a_summary_that_stands_for_the_conversation_ends_the_job(String summary) {
        Session session = new Session(GEMINI_3, Agent.CODEX.declarations(), "The sky is green.")
                .user("Change it [[sandbox: edit=note.txt]]")
                .user(summary);
        assertThat(session.run()).isNotEmpty();
        assertThat(session.calls).isEmpty();

        session.user("Change it again [[sandbox: edit=note.txt]]").run();
        assertThat(session.calls).contains(Agent.CODEX.listing, Agent.CODEX.editing);
    }

    @Test
    void what_an_agent_adds_behind_the_prompt_does_not_hide_the_knob() {
        Session session = new Session(GEMINI_3, Agent.CODEX.declarations(), "The sky is green.")
                .user("Change it [[sandbox: edit=note.txt]]")
                .user("You are in /home/ann.");

        session.run();

        assertThat(session.calls).hasSize(3);
    }

    @Test
    void a_knob_ends_with_the_answer_to_it() {
        Session session = new Session(GEMINI_3, Agent.CODEX.declarations(), "The sky is green.")
                .user("Change it [[sandbox: edit=note.txt]]");
        session.run();
        session.calls.clear();

        String answer = session.user("Say: thanks").run();

        assertThat(session.calls).isEmpty();
        assertThat(answer).isEqualTo("thanks");
    }

    /** Functions of an agent that takes absolute paths only, and says so. */
    private static final String ABSOLUTE = """
            [{"name":"list_directory","parametersJsonSchema":{"type":"object","properties":{"path":{"type":"string",
               "description":"The folder (must be absolute, not relative)"}},"required":["path"]}},
             {"name":"read_file","parametersJsonSchema":{"type":"object","properties":{"file_path":{"type":"string",
               "description":"The file. Relative paths are not supported."},"limit":{"type":["integer","null"]},
               "offset":{"anyOf":[{"type":"null"},{"type":"integer"}]}},"required":["file_path","offset"]}},
             {"name":"edit","parametersJsonSchema":{"type":"object","properties":{"file_path":{"type":"string"},
               "old_string":{"type":"string"},"new_string":{"type":"string"}},
               "required":["file_path","old_string","new_string"]}},
             {"name":"%s","parametersJsonSchema":{"type":"object","properties":{"pattern":{"type":"string"},
               "command":{"type":"string"}},"required":["%s"]}}]""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "glob|pattern|{\"pattern\":\"*\"}|Found 2 files:\\n---\\n/home/ann/sub/note.txt\\n/home/ann/note.txt",
                "run_shell_command|command|{\"command\":\"pwd; ls\"}|/home/ann\\nnote.txt\\nother.txt",
                "run_shell_command|command|{\"command\":\"pwd; ls\"}|Listed 1 item(s) in /home/ann:\\n---\\nnote.txt"
            })
    void an_agent_gets_absolute_paths_and_types_of_its_schema(
            String name, String argument, String listing, String listed) {
        ArrayNode declarations = (ArrayNode) JsonTrees.MAPPER.readTree(ABSOLUTE.formatted(name, argument));
        Session session = new Session(GEMINI_3, declarations, listed.replace("\\n", "\n"))
                .user("Change it [[sandbox: edit=note.txt]]");

        session.run();

        assertThat(session.calls.getFirst()).isEqualTo(listing);
        assertThat(session.calls.get(1))
                .isEqualTo("{\"file_path\":\"/home/ann/note.txt\",\"limit\":1001,\"offset\":1}");
        assertThat(session.calls.get(2)).startsWith("{\"file_path\":\"/home/ann/note.txt\",\"old_string\":");
    }

    @Test
    void an_edit_that_failed_is_not_called_done() {
        Session session = new Session(GEMINI_3, Agent.CODEX.declarations(), "Error: permission denied\nnote.txt")
                .user("Change it [[sandbox: edit=note.txt]]");

        assertThat(session.run()).startsWith("I could not change note.txt.");
    }

    @Test
    void a_file_without_a_line_stays_as_it_is() {
        Session session =
                new Session(GEMINI_3, Agent.GEMINI_CLI.declarations(), " ").user("Go [[sandbox: edit=note.txt]]");

        String answer = session.run();

        assertThat(session.calls).containsExactly(Agent.GEMINI_CLI.listing, Agent.GEMINI_CLI.reading);
        assertThat(answer).contains("no line");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../note.txt", "/etc/note.txt", ".note.txt", "run.sh", "note.txt;id", "-note.txt"})
    void a_name_that_is_more_than_one_is_refused(String name) {
        SandboxClient.Reply reply = client.ask(GEMINI_3, "Change it [[sandbox: edit=" + name + "]]");

        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    void without_fitting_functions_words_come() {
        SandboxClient.Reply reply = client.ask(GEMINI_3, "Say: hello [[sandbox: edit=note.txt]]");

        assertThat(reply.candidate().at("/content/parts/0/text").asString()).isEqualTo("hello");
    }
}
