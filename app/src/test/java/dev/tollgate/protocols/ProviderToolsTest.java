package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The tools that the provider runs apart from a search, at each API: pages, code and Google Maps; and what they cost. */
@BesideOthers
@Timeout(240)
@ParameterizedClass
@MethodSource(Stores.USUAL)
class ProviderToolsTest {

    /** A model with Google Maps and a step that is near, whose tools add at most 5,000 tokens. */
    private static final String ROW = """
              - id: placed
                aliases: []
                active: true
                upstream: gemini-3.1-pro-preview
                answers_as: requested
                price:
                  version: placed@1
                  input: 1000
                  output: 2000
                  search_per_1000: 1000
                  maps_per_1000: 2800
                  above: {prompt_tokens: 1000, input: 2000, output: 3000, search_per_1000: 1000, maps_per_1000: 2800}
                  reasoning: free
                  rounding: {rule: floor-total, step: 0.000001, minimum: 0.000001}
                usage: tokens
                defaults: {stream: false, include_thoughts: false, reasoning_effort: model, max_tokens: 600}
                tools: {functions: true, search: true, together: true, url_context: true, code_execution: true, tool_tokens_max: 5000}
                response_format: {json: true, with_functions: true, with_search: true}

            """;

    /** The same with Google's own most of 131,072 tokens. */
    private static final String READING = ROW.replace("placed", "reading").replace(", tool_tokens_max: 5000", "");

    private static final String PAGE = "https://example.com/page";
    private static final String FUNCTION =
            "{'type':'function','function':{'name':'f','parameters':{'type':'object','properties':{}}}}";

    @Parameter
    Stores stores;

    @TempDir
    private static Path folder;

    private static Gateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) throws IOException {
        Path file = folder.resolve(stores + ".yaml");
        CatalogueLoader.copyBuiltIn(file);
        Files.writeString(file, Files.readString(file).replaceFirst("\n  - id: ", "\n" + ROW + READING + "  - id: "));
        gateway = Gateway.startOn(stores, "models.file", file.toString());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Reply ask(Customer customer, String door, boolean streams, String model, String text, String tools) {
        String members = door.equals("gemini")
                ? "{'contents':[{'role':'user','parts':[{'text':'%s'}]}],'tools':[%s]}".formatted(text, tools)
                : "{'model':'%s','stream':%s,%s,'tools':[%s]}"
                        .formatted(
                                model,
                                streams,
                                switch (door) {
                                    case "responses", "interactions" -> "'input':'" + text + "'";
                                    case "messages" ->
                                        "'max_tokens':2000,'messages':[{'role':'user','content':'" + text + "'}]";
                                    default -> "'messages':[{'role':'user','content':'" + text + "'}]";
                                },
                                tools);
        String path =
                switch (door) {
                    case "gemini" ->
                        "/v1beta/models/" + model + (streams ? ":streamGenerateContent?alt=sse" : ":generateContent");
                    case "chat" -> "/v1/chat/completions";
                    default -> "/v1/" + door;
                };
        return gateway.post(path, members.replace('\'', '"'), customer.key());
    }

    private static Reply answered(Customer customer, String door, boolean streams, String text, String tools) {
        Reply reply = ask(customer, door, streams, "placed", text, tools);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    private static long counted(Customer customer, String count) {
        return gateway.number("SELECT " + count + " FROM call WHERE id = '"
                + customer.lastTask().get("id").asString() + "'");
    }

    // ---- the tools at each API, whole and streamed ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "chat|{'type':'url_context'}|'url':'https://example.com/page'",
                "responses|{'type':'url_context'}|'type':'url_citation','start_index':0,'end_index':",
                "interactions|{'type':'url_context'}|'type':'url_citation','url':'https://example.com/page'",
                "gemini|{'urlContext':{}}|'urlContextMetadata':{'urlMetadata':[{'retrievedUrl':'https://example.com/page'"
                        + ",'urlRetrievalStatus':'URL_RETRIEVAL_STATUS_SUCCESS'}]}",
            })
    void pages_are_read_cited_and_paid_as_input(String door, String tool, String shown) {
        Customer customer = gateway.customer("100");
        for (boolean streams : new boolean[] {false, true}) {
            Reply reply = answered(customer, door, streams, "Sum up " + PAGE, tool);
            assertThat(reply.text().replace('"', '\'')).contains(shown, PAGE);
            assertThat(counted(customer, "tool_tokens")).isEqualTo(512);
            assertThat(counted(customer, "searches")).as("a page is no search").isLessThanOrEqualTo(1);
        }
    }

    @Test
    void an_answer_from_pages_pays_for_no_search() {
        Customer customer = gateway.customer("100");
        answered(customer, "chat", false, "Sum up " + PAGE, "{'type':'url_context'}");
        assertThat(counted(customer, "searches")).isZero();
        assertThat(customer.lastTask().get("usage_flags").toString()).doesNotContain("clamped", "estimated");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void code_is_text_at_chat_and_parts_in_googles_form(boolean streams) {
        Customer customer = gateway.customer("100");
        String text = answered(customer, "chat", streams, "Add up", "{'type':'code_execution'}")
                .text();
        assertThat(text).contains("```python\\nprint(sum(range(1, 17)))\\n```", "```output\\n136\\n```");
        assertThat(counted(customer, "tool_tokens")).isPositive();
        assertThat(answered(customer, "gemini", streams, "Add up", "{'codeExecution':{}}")
                        .text())
                .contains(
                        "\"executableCode\":{\"language\":\"PYTHON\"",
                        "\"outcome\":\"OUTCOME_OK\",\"output\":\"136\\n\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"code_interpreter", "code_execution"})
    void code_is_an_item_at_responses(String type) {
        Customer customer = gateway.customer("100");
        String tool = "{'type':'" + type + "','container':{'type':'auto'}}";
        Reply whole = answered(customer, "responses", false, "Add up", tool);
        JsonNode item = whole.json().at("/output/0");
        assertThat(item.get("type").asString()).isEqualTo("code_interpreter_call");
        assertThat(item.get("id").asString()).startsWith("ci_");
        assertThat(item.get("status").asString()).isEqualTo("completed");
        assertThat(item.get("code").asString()).isEqualTo("print(sum(range(1, 17)))\n");
        assertThat(item.get("outputs").toString()).isEqualTo("[{\"type\":\"logs\",\"logs\":\"136\\n\"}]");
        assertThat(whole.json().at("/output/1/content/0/text").asString()).doesNotContain("print(sum");
        assertThat(whole.header("x-tollgate-ignored")).contains("tools.0.container");

        List<String> events = answered(customer, "responses", true, "Add up", tool).chunks().stream()
                .map(event -> event.get("type").asString())
                .filter(event -> event.contains("code_interpreter"))
                .toList();
        assertThat(events)
                .containsExactly(
                        "response.code_interpreter_call.in_progress",
                        "response.code_interpreter_call_code.delta",
                        "response.code_interpreter_call_code.done",
                        "response.code_interpreter_call.interpreting",
                        "response.code_interpreter_call.completed");
    }

    @Test
    void code_is_a_step_of_an_interaction_and_comes_back_to_the_model() {
        Customer customer = gateway.customer("100");
        JsonNode whole = answered(customer, "interactions", false, "Add up", "{'type':'code_execution'}")
                .json();
        JsonNode call = whole.at("/steps/0");
        assertThat(call.get("type").asString()).isEqualTo("code_execution_call");
        assertThat(call.at("/arguments/code").asString()).isEqualTo("print(sum(range(1, 17)))\n");
        assertThat(whole.at("/steps/1/call_id")).isEqualTo(call.get("id"));
        assertThat(whole.at("/steps/1/result").asString()).isEqualTo("136\n");
        assertThat(whole.at("/steps/2/content/0/text").asString()).doesNotContain("print(sum");
        assertThat(answered(customer, "interactions", true, "Add up", "{'type':'code_execution'}")
                        .text())
                .contains("\"step\":" + call + "}", "\"step\":" + whole.at("/steps/1") + "}");

        Reply next = gateway.post(
                "/v1/interactions",
                "{\"model\":\"placed\",\"input\":\"And now?\",\"previous_interaction_id\":" + whole.get("id") + "}",
                customer.key());
        assertThat(next.status()).as(next.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents/1/parts/0/executableCode/code"))
                .isEqualTo(call.at("/arguments/code"));
        assertThat(gateway.lastAsked().at("/contents/1/parts/1/codeExecutionResult/output"))
                .isEqualTo(whole.at("/steps/1/result"));
    }

    @Test
    void code_that_comes_back_in_the_input_is_understood() {
        Customer customer = gateway.customer("100");
        JsonNode item = answered(customer, "responses", false, "Add up", "{'type':'code_interpreter'}")
                .json()
                .at("/output/0");
        String body = "{\"model\":\"placed\",\"input\":[{\"role\":\"user\",\"content\":\"Add up\"}," + item
                + ",{\"role\":\"user\",\"content\":\"And now?\"}]}";
        Reply reply = gateway.post("/v1/responses", body, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"chat,false", "chat,true", "gemini,false", "gemini,true", "interactions,false", "interactions,true"})
    void places_are_cited_and_cost_their_rate_once(String door, boolean streams) {
        Customer customer = gateway.customer("100");
        String tool =
                switch (door) {
                    case "gemini" -> "{'googleMaps':{'enableWidget':true}}";
                    case "interactions" -> "{'type':'google_maps','latitude':59.9,'longitude':10.7}";
                    default -> "{'type':'google_maps'}";
                };
        Reply reply = answered(customer, door, streams, "Where is coffee?", tool);
        assertThat(reply.text()).contains("https://maps.google.com/?cid=");
        if (door.equals("interactions")) {
            assertThat(reply.text()).contains("{\"type\":\"google_maps\",\"count\":1}");
            assertThat(gateway.lastAsked()
                            .at("/toolConfig/retrievalConfig/latLng/latitude")
                            .asDouble())
                    .isEqualTo(59.9);
        } else {
            assertThat(reply.text()).contains("placeId");
        }
        assertThat(counted(customer, "maps")).isEqualTo(1);
        assertThat(counted(customer, "searches")).isZero();
        JsonNode detail = customer.lastTask().get("pricing_detail");
        assertThat(detail.get("maps").asInt()).isEqualTo(1);
        assertThat(detail.get("maps_per_1000").asInt()).isEqualTo(2_800);
        assertThat(customer.lastTask().get("usage_flags").toString()).doesNotContain("clamped");
        JsonNode receipt = gateway.get(
                        "/v1/receipts/" + customer.lastTask().get("id").asString(), customer.key())
                .json();
        assertThat(receipt.at("/counts/maps").asInt()).isEqualTo(1);
        assertThat(gateway.get("/v1/usage", customer.key())
                        .json()
                        .at("/totals/maps")
                        .asInt())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messages_leaves_its_own_tools_out_and_names_them(boolean streams) {
        Customer customer = gateway.customer("100");
        Reply reply = answered(
                customer,
                "messages",
                streams,
                "Add up " + PAGE,
                "{'type':'code_execution_20250825','name':'code_execution'},{'type':'web_fetch_20250910','name':'web_fetch'}");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("tools.0,tools.1");
        assertThat(reply.text()).doesNotContain("print(sum");
        assertThat(counted(customer, "tool_tokens")).isZero();
    }

    @Test
    void responses_leaves_tools_out_that_the_provider_does_not_run_for_it() {
        Customer customer = gateway.customer("100");
        Reply reply = answered(
                customer,
                "responses",
                false,
                "Add up",
                "{'type':'google_maps'},{'type':'file_search','vector_store_ids':['v']},{'type':'mcp','server_label':'m'}");
        assertThat(reply.header("x-tollgate-ignored")).contains("tools.0", "tools.1", "tools.2");
        assertThat(counted(customer, "maps")).isZero();
    }

    @Test
    void responses_leaves_tools_out_that_the_model_cannot_use_with_functions() {
        Customer customer = gateway.customer("100");
        String both = "{'type':'code_interpreter'},{'type':'function','name':'f','parameters':{'type':'object'}}";
        Reply reply = ask(customer, "responses", false, "gemini-2.5-pro", "Hi", both);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("tools.0");
        assertThat(reply.text()).doesNotContain("code_interpreter_call");

        String demanding = "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"tools\":[" + both.replace('\'', '"')
                + "],\"tool_choice\":{\"type\":\"code_interpreter\"}}";
        Reply refused = gateway.post("/v1/responses", demanding, customer.key());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("demands 'code_execution', which model 'gemini-2.5-pro' does not use");
    }

    @Test
    void a_choice_at_responses_leaves_tools_out() {
        Customer customer = gateway.customer("100");
        for (String choice : List.of(
                "\"none\"", "{\"type\":\"allowed_tools\",\"mode\":\"auto\",\"tools\":[{\"type\":\"url_context\"}]}")) {
            Reply reply = gateway.post(
                    "/v1/responses",
                    "{\"model\":\"placed\",\"input\":\"Add up\",\"tools\":[{\"type\":\"code_interpreter\"},{\"type\":\"url_context\"}],"
                            + "\"tool_choice\":" + choice + "}",
                    customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.text()).doesNotContain("code_interpreter_call\"");
        }
    }

    // ---- names at chat ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'function','function':{'name':'codeExecution'}}",
                "{'type':'function','function':{'name':'codeExecution','description':'runs code','parameters':null}}",
                "{'type':'code_execution'}",
                "{'codeExecution':{}}",
                "{'code_execution':{}}",
                "{'type':'code_execution','code_execution':{}}",
                "{'codeExecution':{}},{'googleMaps':{}}",
            })
    void each_spelling_of_a_tool_is_the_providers(String tools) {
        Customer customer = gateway.customer("100");
        assertThat(answered(customer, "chat", false, "Add up", tools)
                        .json()
                        .at("/choices/0/message/content")
                        .asString())
                .contains("print(sum(range(1, 17)))");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'function','function':{'name':'codeExecution','parameters':{'type':'object','properties':{'code':{'type':'string'}}}}}",
                "{'type':'function','function':{'name':'code_execution'}}",
            })
    void a_function_of_the_callers_stays_one(String tools) {
        Customer customer = gateway.customer("100");
        assertThat(answered(customer, "chat", false, "Add up", tools).text()).doesNotContain("print(sum");
        assertThat(gateway.lastAsked()
                        .at("/tools/0/functionDeclarations/0/name")
                        .asString())
                .isIn("codeExecution", "code_execution");
    }

    // ---- refusals ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "chat|gemini-3.8-flash|{'type':'google_maps'}|tools|model 'gemini-3.8-flash' does not support google_maps",
                "gemini|gemini-3.8-flash|{'googleMaps':{}}|tools|does not support google_maps",
                "chat|gemini-nano-banana-2.1|{'type':'url_context'}|tools|does not support url_context",
                "chat|gemini-nano-banana-2.1|{'type':'code_execution'}|tools|does not support code_execution",
                "gemini|gemini-nano-banana-2.1|{'codeExecution':{}}|tools|does not support code_execution",
                "chat|gemini-2.5-pro|{'type':'url_context'},FUNCTION|tools|url_context and functions cannot be used in one call",
                "gemini|gemini-2.5-pro|{'urlContext':{}},{'functionDeclarations':[{'name':'f'}]}|tools|leave out url_context or the function",
                "chat|placed|{'type':'file_search'}|tools.0.type|Send the files with the request",
                "chat|placed|{'fileSearch':{}}|tools.0.fileSearch|Send the files with the request",
                "gemini|placed|{'fileSearch':{}}|tools[0].file_search|Send the files with the request",
                "chat|placed|{'type':'computer_use'}|tools.0.type|must be one of function, custom, google_search, url_context",
                "chat|placed|{'type':'mcp'}|tools.0.type|must be one of",
                "chat|placed|{'type':'retrieval'}|tools.0.type|must be one of",
                "chat|placed|{'type':'enterprise_web_search'}|tools.0.type|must be one of",
                "gemini|placed|{'computerUse':{}}|tools[0].computer_use|not available",
                "gemini|placed|{'mcpServers':[]}|tools[0].mcp_servers|not available",
                "gemini|placed|{'retrieval':{}}|tools[0].retrieval|not available",
                "gemini|placed|{'enterpriseWebSearch':{}}|tools[0].enterprise_web_search|not available",
                "gemini|placed|{'googleMaps':{'authConfig':{}}}|tools[0].google_maps|Unknown name",
                "gemini|placed|{'urlContext':{'depth':3}}|tools[0].url_context|Unknown name",
                "gemini|placed|{'codeExecution':1}|tools[0].code_execution|a message",
                "chat|placed|{'codeExecution':{},'urlContext':{}}|tools.0.urlContext|names a second tool",
                "chat|placed|{'type':'url_context','codeExecution':{}}|tools.0.codeExecution|names a second tool",
                "chat|placed|{'type':'function','function':{'name':'f'},'codeExecution':{}}|tools.0|names a second tool",
                "chat|placed|{'codeExecution':{}},{'type':'code_execution'}|tools.1.name|is there twice",
            })
    void what_cannot_run_is_refused_before_the_provider_is_asked(
            String door, String model, String tools, String field, String message) {
        Customer customer = gateway.customer("100");
        int before = gateway.asked().size();
        Reply reply = ask(customer, door, false, model, "Hi", tools.replace("FUNCTION", FUNCTION));
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text().replace("\\\"", "'")).contains(message);
        if (door.equals("chat")) {
            assertThat(reply.error().get("param").asString()).isEqualTo(field);
        }
        assertThat(gateway.asked()).hasSize(before);
        assertThat(customer.consumed()).isZero();
    }

    @Test
    void json_is_refused_together_with_tools_on_models_that_cannot_do_both() {
        Customer customer = gateway.customer("100");
        Reply chat = gateway.post(
                "/v1/chat/completions",
                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                        + "\"response_format\":{\"type\":\"json_object\"},\"tools\":[{\"type\":\"url_context\"}]}",
                customer.key());
        assertThat(chat.status()).isEqualTo(400);
        assertThat(chat.text()).contains("and url_context cannot be used in one call");
    }

    // ---- what they cost at most ----

    private static String bounded(String tool, int tokens) {
        return "{\"model\":\"placed\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Sum up " + PAGE
                + " [[sandbox: tool_tokens=" + tokens + "]]\"}],\"tools\":[" + tool + "]}";
    }

    @Test
    void tokens_of_tools_are_charged_up_to_their_most_and_lift_no_prompt_over_its_step() {
        Customer customer = gateway.customer("100");
        String tool = "{\"type\":\"url_context\"}";
        BigDecimal most = gateway.post("/v1/estimate", bounded(tool, 90_000), customer.key())
                .json()
                .at("/data/max_credits")
                .decimalValue();
        assertThat(customer.chat(bounded(tool, 90_000)).status()).isEqualTo(200);
        assertThat(counted(customer, "tool_tokens")).isEqualTo(5_000);
        JsonNode task = customer.lastTask();
        assertThat(task.get("usage_flags").toString()).contains("clamped");
        assertThat(task.at("/pricing_detail/step").isMissingNode()).isTrue();
        long prompt = counted(customer, "prompt_tokens");
        long output = counted(customer, "completion_tokens");
        BigDecimal due =
                BigDecimal.valueOf((prompt + 5_000) * 1_000 + output * 2_000).movePointLeft(6);
        assertThat(customer.consumed()).isEqualByComparingTo(due).isLessThanOrEqualTo(most);
        assertThat(most).as("at the rates of short prompts").isLessThan(new BigDecimal("6"));

        customer.chat(bounded(tool, 5_000));
        assertThat(counted(customer, "tool_tokens")).isEqualTo(5_000);
        assertThat(customer.lastTask().get("usage_flags").toString()).doesNotContain("clamped");
    }

    @Test
    void the_most_of_an_estimate_has_places_and_the_tools_of_the_row() {
        Customer customer = gateway.customer("100");
        String none = bounded("", 0).replace(",\"tools\":[]", "");
        BigDecimal plain = most(customer, none);
        assertThat(most(customer, bounded("{\"type\":\"url_context\"}", 0)).subtract(plain))
                .isBetween(new BigDecimal("5.0"), new BigDecimal("5.1"));
        assertThat(most(customer, bounded("{\"type\":\"google_maps\"}", 0)).subtract(plain))
                .isBetween(new BigDecimal("7.8"), new BigDecimal("7.9"));
    }

    private static BigDecimal most(Customer customer, String body) {
        Reply reply = gateway.post("/v1/estimate", body, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().at("/data/max_credits").decimalValue();
    }

    @Test
    void more_tokens_than_were_held_are_taken_from_the_balance_and_never_below_it() {
        String body = bounded("{\"type\":\"url_context\"}", 131_000).replace("placed", "gemini-3.8-flash");
        Customer rich = gateway.customer("100");
        assertThat(rich.chat(body).status()).isEqualTo(200);
        assertThat(counted(rich, "tool_tokens")).isEqualTo(131_000);
        long held = counted(rich, "held_micros");
        assertThat(rich.consumed()).isGreaterThan(new BigDecimal("19"));
        assertThat(held).as("grown to the charge at the end").isGreaterThanOrEqualTo(counted(rich, "charged_micros"));

        Customer poor = gateway.customer("4");
        assertThat(poor.chat(body).status())
                .as("a hold on less has 16,384 tokens")
                .isEqualTo(200);
        assertThat(poor.consumed()).isEqualByComparingTo("4");
        assertThat(gateway.customer("1").chat(body).status()).isEqualTo(402);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "chat|{'type':'url_context'}|0",
                "chat|{'type':'code_execution'},{'type':'google_search'}|20",
                "responses|{'type':'code_interpreter'}|0",
                "responses|{'type':'url_context'}|20",
                "interactions|{'type':'code_execution'}|0",
                "interactions|{'type':'url_context'}|20",
                "gemini|{'codeExecution':{}}|0",
                "gemini|{'urlContext':{}},{'googleSearch':{}}|20",
            })
    void many_calls_with_tools_cost_the_operator_three_a_day(String door, String tools, int limit) throws Exception {
        Customer customer = limit == 0
                ? gateway.customer("470")
                : gateway.customer("1000", Gateway.KeyOptions.spend(null, null, "470"));
        int served = 0;
        for (int wave = 0; wave < 2; wave++) {
            List<Future<Reply>> all = new ArrayList<>();
            try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 12; i++) {
                    String text = "Sum up " + PAGE + " [[sandbox: tool_tokens=" + (120_000 + 1_000 * i) + "]]";
                    boolean streams = i % 2 == 0;
                    all.add(callers.submit(() -> ask(customer, door, streams, "reading", text, tools)));
                }
            }
            for (Future<Reply> one : all) {
                assertThat(one.get().status()).as(one.get().text()).isIn(200, 402, 429);
                served += one.get().status() == 200 ? 1 : 0;
            }
            gateway.commands().grant(customer.account(), 470_000_000, "the next wave");
        }
        assertThat(served).isGreaterThan(3);
        assertThat(Calls.count(
                        gateway::number, "due_micros > charged_micros AND account_id = '" + customer.account() + "'"))
                .isLessThanOrEqualTo(3);
    }

    @Test
    void a_sum_without_places_is_a_difference() {
        Customer customer = gateway.customer("100");
        answered(customer, "chat", false, "Where is coffee?", "{'type':'google_maps'}");
        gateway.writeWhatRides();
        String sums = " maps = maps %s 1 WHERE account_id = '" + customer.account() + "'";
        gateway.execute("UPDATE usage_quarter SET" + sums.formatted("-"));
        assertThat(gateway.differences()).anyMatch(it -> it.contains("1 maps too few"));
        gateway.execute("UPDATE usage_quarter SET" + sums.formatted("+"));
    }
}
