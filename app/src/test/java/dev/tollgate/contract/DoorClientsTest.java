package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.NodePackages;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Official clients in JavaScript at the doors of Responses, Messages and interactions, with what their helpers do: {@code app/src/test/npm/doors.mjs}. */
@Timeout(600)
class DoorClientsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String TWO_CITIES =
            "Here is what I found: get_weather says sunny in Oslo; get_weather says sunny in Bergen.";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static JsonNode tried(String client, String model) throws IOException {
        return tried(client, Gateway.DEMO_KEY, model);
    }

    private static JsonNode tried(String client, String key, String model) throws IOException {
        NodePackages.Run run = NodePackages.run(
                NodePackages.installed(),
                NodePackages.node(),
                NodePackages.node(),
                "doors.mjs",
                client,
                gateway.url(),
                key,
                model);
        assertThat(run.exit()).as(run.output()).isZero();
        return JSON.readTree(run.output().lines().toList().getLast());
    }

    private static void onlyInLong() {
        Assumptions.assumeTrue(Effort.isLong(), "the long tests alone drive more than one client in JavaScript a door");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro-preview"})
    void openais_sdk_creates_streams_parses_calls_and_embeds(String model) throws IOException {
        JsonNode came = tried("openai", model);

        assertThat(came.get("total").asInt()).isPositive();
        assertThat(came).isEqualTo(JSON.readTree("""
                {"created":"héllo 世界","status":"completed","total":%s,"streamed":60,"deltasAreTheText":true,"parsed":"name,age",\
                "calls":["get_weather","get_weather"],"answered":"%s",\
                "reasoning":"reasoning","summarized":true,"carried":true,"refused":404,"code":"model_not_found",\
                "vectors":[256,256],"near":true}""".formatted(came.get("total"), TWO_CITIES)));
    }

    @Test
    void openais_sdk_polls_cancels_and_deletes_responses_in_the_background() throws IOException {
        assertThat(tried("background", "gemini-2.5-pro")).isEqualTo(JSON.readTree("""
                {"begun":["queued",true,"",null],"whole":["completed","héllo 世界","b",true,null],"created":true,\
                "items":["Say: héllo 世界","Say: héllo 世界"],"again":"completed","goesOn":"thanks","gone":404,\
                "cancelled":["cancelled","cancelled",null,0],"failed":["failed","server_error",true,null],\
                "cut":["incomplete","max_output_tokens"],"refused":"background","brief":["completed",false]}"""));
    }

    @Test
    void googles_sdk_polls_cancels_and_deletes_interactions_in_the_background() throws IOException {
        assertThat(tried("background-interactions", "gemini-2.5-pro")).isEqualTo(JSON.readTree("""
                {"begun":["in_progress","v1_",0],"whole":["completed","héllo 世界",true,true],"again":"completed",\
                "goesOn":["thanks",true],"gone":404,"called":["requires_action","completed",true],"early":[400,true],\
                "cancelled":["cancelled",0],"failed":["failed",1,true],"cut":"incomplete",\
                "refused":[[400,"background"],[400,"store"],[400,"webhook_config"]]}"""));
    }

    @Test
    void openais_sdk_uploads_lists_reads_and_deletes_files_of_batches() throws IOException {
        assertThat(tried("batch-files", "gemini-2.5-pro")).isEqualTo(JSON.readTree("""
                {"large":[760000,"in ä.jsonl","batch","processed",3600],"read":[true,true],"listed":[2,true,true],"ready":"processed",\
                "deleted":[true,"file",404],"refused":[400,"purpose"]}"""));
    }

    @Test
    void openais_sdk_creates_reads_lists_and_cancels_batches() throws IOException {
        assertThat(tried("batches", "gemini-2.5-pro")).isEqualTo(JSON.readTree("""
                {"created":["batch","validating","1",true],"ended":["completed",2,1],"answers":[["a",200,"chat.completion"],["b",200,"chat.completion"]],\
                "error":404,"cancelled":[true,true],"listed":[2,true,true],"refused":[400,"endpoint"],"deleted":[true,404],"unknown":404}"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "anthropic/gemini-3-pro-preview[1m]"})
    void anthropics_sdk_creates_streams_parses_runs_tools_and_counts(String model) throws IOException {
        JsonNode came = tried("anthropic", model);

        assertThat(came.get("output").asInt()).isPositive();
        assertThat(came).isEqualTo(JSON.readTree("""
                {"created":"héllo 世界","stopped":"end_turn","output":%s,"thought":"thinking","signed":true,"streamed":60,\
                "deltasAreTheText":true,"parsed":"name,age","asked":["Oslo","Bergen"],"answered":"%s",\
                "counted":true,"listed":true,"refused":400,"kind":"invalid_request_error"}""".formatted(came.get("output"), TWO_CITIES)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-pro-preview"})
    void googles_sdk_makes_continues_and_streams_interactions(String model) throws IOException {
        assertThat(tried("interactions", model)).isEqualTo(JSON.readTree("""
                {"said":"héllo 世界","status":"completed","created":true,"tokens":true,"goesOn":true,"found":["user_input",true],\
                "events":["interaction.created","step.start","step.delta","step.stop","interaction.completed"],"streamed":"héllo 世界",\
                "thought":true,"completed":["completed",true],"called":[["get_weather","Oslo"],["get_weather","Bergen"]],\
                "waits":"requires_action","answered":"%s","calledInStream":["sunny in Oslo","sunny in Bergen"],"stateless":true,\
                "parsed":"name","image":["image/png",true],"edited":["image/png"],"gone":404,"refused":[400,true]}""".formatted(TWO_CITIES)));
    }

    @Test
    void openrouters_sdk_chats_streams_calls_and_reads_the_balance() throws IOException {
        assertThat(tried("openrouter-chat", "gemini-2.5-pro")).isEqualTo(JSON.readTree("""
                {"said":["héllo 世界",true,[],"stop",true,null],"called":[null,true,["get_weather"],"tool_calls",true,null],\
                "streamed":["héllo 世界",true,[],"stop",true],"calledInStream":["",true,["get_weather"],"tool_calls",true],\
                "balance":true}"""));
    }

    @Test
    void vercels_providers_call_tools_and_fill_schemas_at_both_doors() throws IOException {
        onlyInLong();
        JsonNode came = tried("ai", "gemini-3-pro-preview");

        for (JsonNode door : came) {
            assertThat(door.get("total").asInt()).isPositive();
            assertThat(door).isEqualTo(JSON.readTree("""
                    {"steps":2,"answered":"%s","reasoned":true,"object":"name,age","said":"héllo 世界","total":%s}""".formatted(TWO_CITIES, door.get("total"))));
        }
        assertThat(came.propertyNames()).containsExactly("responses", "messages");
    }

    @Test
    void langchains_classes_call_tools_and_stream_at_both_doors() throws IOException {
        onlyInLong();
        JsonNode came = tried("langchain", "gemini-3-pro-preview");

        for (JsonNode door : came) {
            assertThat(door.get("total").asInt()).isPositive();
            assertThat(door).isEqualTo(JSON.readTree("""
                    {"calls":["get_weather","get_weather"],"answered":"%s","streamed":"héllo 世界","total":%s}""".formatted(TWO_CITIES, door.get("total"))));
        }
        assertThat(came.propertyNames()).containsExactly("responses", "messages");
    }

    @Test
    void no_client_repeats_a_call_above_a_spent_limit() throws Exception {
        JsonNode came = tried("spent", new Callers(gateway).thrifty(), "gemini-3-pro-preview");

        assertThat(came).hasSize(Effort.isLong() ? 14 : 10).allSatisfy(said -> assertThat(said.asString())
                .isEqualTo("1, in words"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"150", "10000"})
    void googles_clients_read_a_long_response_as_one_and_end(String credits) throws IOException {
        JsonNode came = tried("long", gateway.customer(credits).key(), "gemini-4-argon");

        for (String client : Effort.isLong()
                ? List.of("genai whole", "genai stream", "genai chat", "ai whole", "ai stream")
                : List.of("genai whole", "genai stream", "genai chat")) {
            JsonNode said = came.get(client);
            assertThat(said.get("hop=320").toString()).as(client).isEqualTo("[\"all\",\"STOP\",5]");
            assertThat(said.get("hop=320 hop_same=3").toString()).as(client).isEqualTo("[\"a part\",\"MAX_TOKENS\",3]");
            assertThat(said.get("hop=0").get(2).asInt()).as(client).isEqualTo(1);
            assertThat(said.get("hop=320 hop_error=2:503").get(2).asInt())
                    .as(client)
                    .isLessThan(8);
        }
    }

    @Test
    void openais_agents_sdk_runs_its_tools_and_goes_on() throws IOException {
        onlyInLong();

        assertThat(tried("agents", "gemini-3-pro-preview")).isEqualTo(JSON.readTree("""
                {"asked":["Oslo","Bergen","Rome"],"answered":"%s",\
                "streamed":"Here is what I found: get_weather says sunny in Rome.","goesOn":"thanks"}""".formatted(TWO_CITIES)));
    }
}
