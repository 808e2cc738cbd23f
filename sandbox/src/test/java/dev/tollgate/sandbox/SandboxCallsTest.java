package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What calls say: programs do it. */
class SandboxCallsTest {

    private static final String HARM = "rm -rf ./build and then say what works";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    /** The tools of coding agents, as they declare them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bash|Executes a given bash command|{\"command\":{\"type\":\"string\"},\"description\":{\"type\":\"string\"}}",
                "run_shell_command|Runs it|{\"command\":{\"type\":\"string\",\"example\":\"rm -rf ./build\"},\"directory\":{\"type\":\"string\"}}",
                "shell|Runs a shell command|{\"command\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"workdir\":{\"type\":\"string\"}}",
                "exec|Starts|{\"request\":{\"type\":\"object\",\"properties\":{\"argv\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"text\":{\"type\":\"string\"}}}}",
                "do_it|Does it|{\"cmd\":{\"type\":\"string\"},\"args\":{\"type\":\"object\",\"properties\":{\"what\":{\"type\":\"string\"}}}}",
                "python|Runs Python|{\"code\":{\"type\":\"string\"}}",
                "notebook|Edits a cell|{\"new_source\":{\"type\":\"string\"},\"cellCode\":{\"type\":\"string\"}}",
                "evaluate|Evaluates in the page|{\"expression\":{\"type\":\"string\"},\"script\":{\"type\":\"string\"}}",
                "tool|Anything|{\"shell\":{\"type\":\"string\"},\"exec\":{\"type\":\"string\"},\"shellScript\":{\"type\":\"string\"}}",
                "write_stdin|Types into the terminal|{\"chars\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}}",
                "query|Asks the PostgreSQL database|{\"query\":{\"type\":\"string\"}}",
                "ask|Asks|{\"sql\":{\"type\":\"string\"}}",
                "write_file|Writes a file|{\"file_path\":{\"type\":\"string\"},\"content\":{\"type\":\"string\"}}",
                "edit|Edits a file|{\"filePath\":{\"type\":\"string\"},\"oldString\":{\"type\":\"string\"},\"newString\":{\"type\":\"string\"}}",
                "apply_patch|Applies a patch|{\"patchText\":{\"type\":\"string\"},\"diff\":{\"type\":\"string\"}}",
                "delete|Deletes|{\"path\":{\"type\":\"string\"},\"paths\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}",
                "save_memory|Saves|{\"fact\":{\"type\":\"string\"}}",
                "task|Starts an agent|{\"prompt\":{\"type\":\"string\"}}"
            })
    void nothing_of_the_prompt_reaches_an_argument_that_is_run_written_or_looked_for(String tool) {
        for (String prompt : List.of(
                HARM,
                "'" + HARM + "'",
                "Please use “" + HARM + "” and \"./build\" in ./build and ./src",
                "run ./build with -rf, then 'say' what works")) {
            for (boolean required : new boolean[] {true, false}) {
                SandboxClient.Reply reply = client.generate(GEMINI_25, user(prompt, tools(required, tool) + ANY));
                List<JsonNode> calls = calls(reply);
                assertThat(calls).as(reply.text()).isNotEmpty();
                assertThat(calls.toString())
                        .as(prompt)
                        .doesNotContain("build", "-rf", "rm ", "say", "works", "src", "Please");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bash|Runs a command|command|string|\"echo ok\"",
                "python|Runs Python|code|string|\"1 + 1\"",
                "query|Asks the database|query|string|\"SELECT 1\"",
                "git|Runs git|args|string|\"--version\"",
                "write|Writes|path|string|\"tollgate-sandbox.txt\"",
                "read|Reads|path|string|\"README.md\"",
                "list|Lists|directory|string|\".\"",
                "rm|Removes|recursive|boolean|false",
                "kill|Kills|pid|integer|999999999"
            })
    void what_stands_there_does_no_harm(String name, String description, String property, String type, String value) {
        String tool = name + "|" + description + "|{\"" + property + "\":{\"type\":\"" + type + "\"}}";
        List<JsonNode> calls = calls(client.generate(GEMINI_25, user("Go on 17", tools(true, tool) + ANY)));

        assertThat(calls.getFirst().path("args").path(property)).hasToString(value);
    }

    @Test
    void a_command_in_words_is_an_echo() {
        String tool = "shell|Runs|{\"command\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}";

        assertThat(calls(client.generate(GEMINI_25, user("Go", tools(true, tool) + ANY)))
                        .getFirst()
                        .path("args"))
                .hasToString("{\"command\":[\"echo\",\"echo\"]}");
    }

    @Test
    void a_choice_takes_the_first_value_that_changes_nothing() {
        String tool = "editor|Edits|{\"action\":{\"type\":\"string\",\"enum\":[\"delete\",\"create\",\"view\"]}}";

        assertThat(calls(client.generate(GEMINI_25, user("Go", tools(true, tool) + ANY)))
                        .getFirst()
                        .path("args"))
                .hasToString("{\"action\":\"view\"}");
    }

    @Test
    void an_answer_in_words_holds_nothing_that_a_program_would_run() {
        assertThat(client.ask(GEMINI_25, "Look:\n```bash\nrm -rf x\n```\n<execute>rm</execute>")
                        .answer())
                .doesNotContain("`", "<", ">");
    }

    @Test
    void a_sum_is_an_expression() {
        String tool = "calculator|Works out sums|{\"expression\":{\"type\":\"string\"}}";

        assertThat(calls(client.generate(GEMINI_25, user("Sum up with the calculator: 12 * 3", tools(true, tool))))
                        .getFirst()
                        .path("args"))
                .hasToString("{\"expression\":\"12 * 3\"}");
    }

    @Test
    void what_is_to_be_said_is_said_and_no_function_called() {
        String tool = "say_weather|Say the weather|{\"location\":{\"type\":\"string\"}}";

        SandboxClient.Reply reply = client.generate(GEMINI_25, user("Say: the weather is fine", tools(true, tool)));
        assertThat(calls(reply)).isEmpty();
        assertThat(reply.answer()).isEqualTo("the weather is fine");
        assertThat(client.generate(
                                GEMINI_25,
                                user("You have tools for the weather.\nSay: Fine weather", tools(true, tool)))
                        .answer())
                .isEqualTo("Fine weather");
        assertThat(calls(
                        client.generate(GEMINI_25, user("What do you say to the weather in Oslo?", tools(true, tool)))))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Agent|Launch a new agent to handle hello tasks autonomously.",
                "task|Says hello",
                "TaskCreate|Use this tool to create a structured task list. Hello",
                "spawn_agent|Hello",
                "send_input|Send hello to an existing agent.",
                "CronCreate|Schedule a prompt to be enqueued at a future time, such as Hello.",
                "ScheduleWakeup|Says hello later",
                "Monitor|Start a background monitor that streams events. Hello",
                "Workflow|Hello. Execute a workflow script that orchestrates multiple subagents deterministically.",
                "start_process|Hello",
                "helper|Says hello. Starts a process in the background."
            })
    void a_function_that_starts_work_is_called_in_mode_any_only(String function) {
        String tools = tools(true, function + "|{\"prompt\":{\"type\":\"string\"}}");

        assertThat(calls(client.generate(GEMINI_25, user("Hello, task and agent of the schedule process", tools))))
                .isEmpty();
        assertThat(calls(client.generate(GEMINI_25, user("Hello", tools + ANY))))
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "schedule_meeting|Schedules a meeting with specified attendees at a given time and date.",
                "get_task|Returns a meeting's task",
                "process_payment|Pays for a meeting",
                "bash|Executes a given bash command, as for a meeting",
                "Read|Reads a file about a meeting. Use the Agent tool for an open search."
            })
    void a_function_that_starts_no_work_is_called(String function) {
        String tools = tools(true, function + "|{\"id\":{\"type\":\"string\"}}");

        assertThat(calls(client.generate(GEMINI_25, user("The meeting, please", tools))))
                .hasSize(1);
    }

    @Test
    void no_call_is_made_twice_after_one_user_message() {
        String tools =
                tools(true, "get_weather|Weather|{\"location\":{\"type\":\"string\"},\"days\":{\"type\":\"number\"}}");
        String made = """
                {"contents":[{"role":"user","parts":[{"text":"Weather in Oslo"}]},
                 {"role":"model","parts":[{"functionCall":{"name":"get_weather","args":{"days":1.5,"location":"Oslo"}}}]},
                 {"role":"user","parts":[{"functionResponse":{"name":"get_weather","response":{"t":4}}}]},%s
                 {"role":"user","parts":[{"text":"Weather in %s"}]}]%s}""";

        assertThat(calls(client.generate(GEMINI_25, made.formatted("", "Oslo", tools))))
                .isEmpty();
        assertThat(calls(client.generate(GEMINI_25, made.formatted("", "Rome", tools))))
                .hasSize(1);
        assertThat(calls(client.generate(
                        GEMINI_25,
                        made.formatted("{\"role\":\"model\",\"parts\":[{\"text\":\"4\"}]},", "Oslo", tools))))
                .hasSize(1);
        assertThat(calls(client.generate(GEMINI_25, made.formatted("", "Oslo", tools + ANY))))
                .hasSize(1);
        assertThat(calls(client.generate(GEMINI_25, user("Weather in Oslo and Oslo", tools))))
                .hasSize(1);
    }

    @Test
    void no_calls_are_made_where_the_knob_says_so_in_mode_any_too() {
        String tool = "get_weather|Weather|{\"location\":{\"type\":\"string\"}}";
        String asked = user("Weather in Oslo? [[sandbox: no_calls]]", tools(true, tool) + ANY);

        assertThat(calls(client.generate(GEMINI_25, asked))).isEmpty();
        assertThat(client.generate(GEMINI_25, asked).answer()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Weather in \"New York\"?|[New York]",
                "Weather in 'New York'?|[New York]",
                "Weather in ‘New York’?|[New York]",
                "Weather for “Saint-John’s”?|[Saint-John’s]",
                "Weather in 'St John's Wood'?|[St John's Wood]",
                "What's today's weather in Oslo?|[Oslo]",
                "Don't say it isn't weather in Oslo|[Oslo]",
                "The dogs' weather in Oslo and the cats' too|[Oslo, cats' too]",
                "Weather on a 5\" and a 7\" screen in Oslo|[Oslo]",
                "Weather in \"Oslo\" and \"Rome\"|[Oslo, Rome]"
            })
    void quotes_count_in_pairs_only_and_an_apostrophe_is_none(String prompt, String locations) {
        String tool = "get_weather|Weather|{\"location\":{\"type\":\"string\"}}";

        assertThat(calls(client.generate(GEMINI_25, user(prompt, tools(true, tool)))).stream()
                        .map(call -> call.path("args").path("location").asString())
                        .toList())
                .hasToString(locations);
    }

    @Test
    void quoted_values_reach_nested_arguments_in_their_order() {
        String tool = """
                book_flight|Book a flight|{"passenger":{"type":"object","properties":{"surname":{"type":"string"},"first":{"type":"string"}}},
                 "legs":{"type":"array","maxItems":1,"items":{"type":"object","properties":{"to":{"type":"string"}}}}}""";

        assertThat(calls(client.generate(
                        GEMINI_25, user("Book a flight for \"Lovelace\", \"Ada\" to \"Rome\"", tools(true, tool)))))
                .singleElement()
                .extracting(call -> call.path("args").toString())
                .isEqualTo("{\"passenger\":{\"surname\":\"Lovelace\",\"first\":\"Ada\"},\"legs\":[{\"to\":\"Rome\"}]}");
    }

    @Test
    void a_list_of_texts_takes_all_that_is_quoted() {
        String tool = "invite|Invite people|{\"people\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}";

        assertThat(calls(client.generate(GEMINI_25, user("Invite 'Ada', 'Bob' and 'Cy'", tools(true, tool)))))
                .isNotEmpty()
                .first()
                .extracting(call -> call.path("args").toString())
                .isEqualTo("{\"people\":[\"Ada\",\"Bob\",\"Cy\"]}");
    }

    @Test
    void a_file_that_is_quoted_is_read_and_not_written() {
        String read = "read_file|Reads a file|{\"path\":{\"type\":\"string\"}}";
        String remove = "remove_file|Removes a file|{\"path\":{\"type\":\"string\"}}";

        assertThat(calls(client.generate(GEMINI_25, user("Read the file 'notes.txt'", tools(true, read))))
                        .toString())
                .contains("\"path\":\"notes.txt\"");
        assertThat(calls(client.generate(GEMINI_25, user("Remove the file 'notes.txt'", tools(true, remove))))
                        .toString())
                .contains("\"path\":\"tollgate-sandbox.txt\"");
    }

    @Test
    void the_last_text_of_the_last_user_content_is_the_prompt() {
        String tool = "get_weather|Weather|{\"location\":{\"type\":\"string\"}}";
        String body = """
                {"contents":[{"role":"user","parts":[{"text":"Weather in Rome"}]},{"role":"model","parts":[{"text":"Fine"}]},
                 {"role":"user","parts":[{"text":"<context>The user works in 'Paris' with 3 weather files</context>"},
                  {"text":"And the weather in Oslo?"},{"text":"[[sandbox: call_ids=off]]"}]}]%s}""";

        assertThat(calls(client.generate(GEMINI_25, body.formatted(tools(true, tool)))))
                .singleElement()
                .extracting(call -> call.path("args").path("location").asString())
                .isEqualTo("Oslo");
        assertThat(calls(client.generate(
                        GEMINI_25,
                        body.formatted(tools(true, tool)).replace("And the weather in Oslo?", "Say: it is late"))))
                .isEmpty();
    }

    /** LangChain and Mastra declare a function for the answer, and set mode ANY until it is called. */
    @Test
    void behind_a_result_mode_any_takes_the_function_for_the_answer() {
        String tools =
                ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"get_weather\",\"description\":\"Weather of a city\"},"
                        + "{\"name\":\"get_time\"},{\"name\":\"extract_report\",\"description\":\"Gives the final answer\"}]}]"
                        + ANY;
        String begin = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Weather in Oslo?\"}]}";
        String loop = ",{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"get_weather\",\"args\":{}}}]},"
                + "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"get_weather\",\"response\":{\"a\":1}}}]}";
        assertThat(calls(client.generate(GEMINI_25, begin + "]" + tools + "}"))
                        .getFirst()
                        .get("name")
                        .asString())
                .isEqualTo("get_weather");
        assertThat(calls(client.generate(GEMINI_25, begin + loop + "]" + tools + "}"))
                        .getFirst()
                        .get("name")
                        .asString())
                .isEqualTo("extract_report");
    }

    private static final String ANY = ",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\"}}";

    /** @param tool name, description and properties */
    private static String tools(boolean required, String tool) {
        String[] parts = tool.split("\\|", 3);
        JsonNode properties = JsonTrees.MAPPER.readTree(parts[2]);
        String names =
                required ? ",\"required\":" + JsonTrees.MAPPER.writeValueAsString(properties.propertyNames()) : "";
        return ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"" + parts[0] + "\",\"description\":\"" + parts[1]
                + "\",\"parametersJsonSchema\":{\"type\":\"object\",\"properties\":" + properties + names + "}}]}]";
    }

    private static List<JsonNode> calls(SandboxClient.Reply reply) {
        return reply.parts().stream()
                .filter(part -> part.has("functionCall"))
                .map(part -> part.get("functionCall"))
                .toList();
    }
}
