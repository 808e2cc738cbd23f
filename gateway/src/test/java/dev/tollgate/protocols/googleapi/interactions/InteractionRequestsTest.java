package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.protocols.googleapi.interactions.Interactions.ask;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.json;
import static dev.tollgate.protocols.googleapi.interactions.Interactions.made;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a request becomes in Gemini's own form, row by row (Y42), and what is refused with the caller's names. Bodies are written with single quotes. */
@Timeout(240)
class InteractionRequestsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private static final String LOOK =
            "{'type':'function','name':'look','description':'Looks','parameters':{'type':'object','properties':{'at':{'type':'string'}}}}";
    private static final String CALLED = "{'type':'user_input','content':'Look'},"
            + "{'type':'thought','signature':'c2lnbmVk'},{'type':'function_call','id':'c1','name':'look','arguments':{'at':'a'}},";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @BeforeEach
    void customer() {
        customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers()
                .text("Yes.")
                .finish("STOP", new Tokens(100, 20, 0))
                .times(9));
    }

    /** @param members of the request @param place in what the upstream is asked @param sent there, as JSON */
    record Row(String members, String place, String sent) {

        @Override
        public String toString() {
            return members.substring(0, Math.min(90, members.length()));
        }
    }

    static List<Row> rows() {
        String tools = "'input':'Hi','tools':[" + LOOK + "],'generation_config':";
        String medium = "'input':[{'type':'text','text':'What?'},{'type':'%s',%s}]";
        String inline = "'mime_type':'image/png','data':'" + PIXEL + "'";
        String settings = "'input':'Hi','generation_config':";
        String images = "'model':'gemini-3-pro-image','input':'A house','response_format':";
        return List.of(
                // input
                new Row("'input':'Hi'", "/contents", "[{'role':'user','parts':[{'text':'Hi'}]}]"),
                new Row(
                        "'input':{'type':'text','text':'Hi'}",
                        "/contents",
                        "[{'role':'user','parts':[{'text':'Hi'}]}]"),
                new Row(
                        "'input':[{'type':'text','text':'Hi'},{'type':'text','text':'you'}]",
                        "/contents",
                        "[{'role':'user','parts':[{'text':'Hi'},{'text':'you'}]}]"),
                new Row(
                        "'input':[{'type':'user_input','content':'Hi'},{'type':'user_input','content':[{'type':'text','text':'you'}]},"
                                + "{'type':'model_output','content':[{'type':'text','text':'Yes?','annotations':[]}]},{'type':'text','text':'Go'}]",
                        "/contents",
                        "[{'role':'user','parts':[{'text':'Hi'},{'text':'you'}]},{'role':'model','parts':[{'text':'Yes?'}]},"
                                + "{'role':'user','parts':[{'text':'Go'}]}]"),
                new Row(
                        medium.formatted("image", inline),
                        "/contents/0/parts/1",
                        "{'inlineData':{'mimeType':'image/png','data':'" + PIXEL + "'}}"),
                new Row(
                        medium.formatted("image", inline + ",'resolution':'low'"),
                        "/contents/0/parts/1/mediaResolution",
                        "{'level':'MEDIA_RESOLUTION_LOW'}"),
                new Row(
                        medium.formatted("audio", "'mime_type':'audio/wav','data':'UklGRiQAAABXQVZF'"),
                        "/contents/0/parts/1/inlineData/mimeType",
                        "'audio/wav'"),
                new Row(
                        medium.formatted("document", "'mime_type':'application/pdf','data':'JVBERi0xLjQK'"),
                        "/contents/0/parts/1/inlineData/mimeType",
                        "'application/pdf'"),
                new Row(
                        medium.formatted("video", "'uri':'https://www.youtube.com/watch?v=abcdefghijk'"),
                        "/contents/0/parts/1/fileData/fileUri",
                        "'https://www.youtube.com/watch?v=abcdefghijk'"),
                // steps of calls
                new Row(
                        "'input':[" + CALLED + "{'type':'function_result','call_id':'c1','result':'seen'}],'tools':["
                                + LOOK + "]",
                        "/contents/1/parts/0",
                        "{'functionCall':{'id':'c1','name':'look','args':{'at':'a'}},'thoughtSignature':'c2lnbmVk'}"),
                new Row(
                        "'input':[" + CALLED + "{'type':'function_result','call_id':'c1','result':'seen'}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts/0",
                        "{'functionResponse':{'id':'c1','name':'look','response':{'result':'seen'}}}"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','name':'look','result':{'seen':1},'is_error':false}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts/0/functionResponse/response",
                        "{'seen':1}"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','result':'no','is_error':true}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts/0/functionResponse/response",
                        "{'error':'no'}"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','result':[{'type':'text','text':'seen'},{'type':'image',"
                                + inline + "}]}],'tools':[" + LOOK + "]",
                        "/contents/2/parts/0/functionResponse/parts/0/inlineData/mimeType",
                        "'image/png'"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'user_input','content':[{'type':'function_result','call_id':'c1','result':'seen'},{'type':'text','text':'So'}]}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts",
                        "[{'functionResponse':{'id':'c1','name':'look','response':{'result':'seen'}}},{'text':'So'}]"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'user_input','content':{'type':'function_result','call_id':'c1','name':'look','result':'no','is_error':true}}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts",
                        "[{'functionResponse':{'id':'c1','name':'look','response':{'error':'no'}}}]"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','result':{'id':1234567890123456789}}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts/0/functionResponse/response/result",
                        "'{\\u0022id\\u0022:1234567890123456789}'"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','result':{'a':[{'$ref':'#/$defs/A'}]}}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts/0/functionResponse/response",
                        "{'result':'{\\u0022a\\u0022:[{\\u0022$ref\\u0022:\\u0022#/$defs/A\\u0022}]}'}"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','result':{'$ref':'x'},'is_error':true}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts/0/functionResponse/response",
                        "{'error':'{\\u0022$ref\\u0022:\\u0022x\\u0022}'}"),
                new Row(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','result':{'a':'$ref','$refs':1}}],'tools':["
                                + LOOK + "]",
                        "/contents/2/parts/0/functionResponse/response",
                        "{'a':'$ref','$refs':1}"),
                new Row(
                        "'input':[" + CALLED.replace("{'at':'a'}", "{'at':['a',1234567890123456789]}")
                                + "{'type':'function_result','call_id':'c1','result':12345678901234567.89}],'tools':["
                                + LOOK + "]",
                        "/contents/1/parts/0/functionCall/args",
                        "{'at':['a','1234567890123456789']}"),
                new Row(
                        "'input':[{'type':'user_input','content':'Hi'},{'type':'google_search_call','id':'s','arguments':{}},"
                                + "{'type':'google_search_result','call_id':'s','result':[]},{'type':'thought','summary':[{'type':'text','text':'Hm'}]},"
                                + "{'type':'model_output','content':'Yes'},{'type':'thought','signature':'c2ln'},{'type':'user_input','content':'So'}]",
                        "/contents/1",
                        "{'role':'model','parts':[{'text':'Yes'},{'text':'','thoughtSignature':'c2ln'}]}"),
                // instruction and tools
                new Row(
                        "'input':'Hi','system_instruction':'Be brief.'",
                        "/systemInstruction",
                        "{'parts':[{'text':'Be brief.'}]}"),
                new Row(
                        "'input':'Hi','tools':[" + LOOK + ",{'type':'function','name':'go'}]",
                        "/tools",
                        "[{'functionDeclarations':[{'name':'look','description':'Looks','parametersJsonSchema':{'type':'object','properties':"
                                + "{'at':{'type':'string'}}}},{'name':'go'}]}]"),
                new Row("'input':'Hi','tools':[{'type':'google_search'}]", "/tools", "[{'googleSearch':{}}]"),
                new Row(tools + "{'tool_choice':'any'}", "/toolConfig/functionCallingConfig", "{'mode':'ANY'}"),
                new Row(tools + "{'tool_choice':'none'}", "/toolConfig/functionCallingConfig", "{'mode':'NONE'}"),
                new Row(
                        tools + "{'tool_choice':{'allowed_tools':{'mode':'any','tools':['look']}}}",
                        "/toolConfig/functionCallingConfig",
                        "{'mode':'ANY','allowedFunctionNames':['look']}"),
                // settings
                new Row(settings + "{'max_output_tokens':300}", "/generationConfig/maxOutputTokens", "300"),
                new Row(settings + "{'temperature':0.5,'top_p':0.9,'seed':7}", "/generationConfig/seed", "7"),
                new Row(settings + "{'stop_sequences':['END']}", "/generationConfig/stopSequences", "['END']"),
                new Row(
                        settings + "{'thinking_level':'low'}",
                        "/generationConfig/thinkingConfig",
                        "{'thinkingLevel':'LOW'}"),
                new Row(
                        settings + "{'thinking_summaries':'auto'}",
                        "/generationConfig/thinkingConfig",
                        "{'includeThoughts':true}"),
                new Row(settings + "{'thinking_summaries':'none'}", "/generationConfig/thinkingConfig", "null"),
                // what comes
                new Row(
                        "'input':'Hi','response_format':{'type':'text','mime_type':'application/json','schema':{'type':'object'}}",
                        "/generationConfig/responseJsonSchema",
                        "{'type':'object'}"),
                new Row(
                        "'input':'Hi','response_format':[{'type':'text','schema':{'type':'object'}}]",
                        "/generationConfig/responseMimeType",
                        "'application/json'"),
                new Row(
                        "'input':'Hi','response_format':{'type':'object'},'response_mime_type':'application/json'",
                        "/generationConfig/responseJsonSchema",
                        "{'type':'object'}"),
                new Row(
                        images + "{'type':'image','aspect_ratio':'16:9','image_size':'2K'}",
                        "/generationConfig/imageConfig",
                        "{'aspectRatio':'16:9','imageSize':'2K'}"),
                new Row(
                        images + "{'type':'image','delivery':'inline'}",
                        "/generationConfig/responseModalities",
                        "['IMAGE']"),
                new Row(
                        images + "[{'type':'text'},{'type':'image'}]",
                        "/generationConfig/responseModalities",
                        "['TEXT','IMAGE']"),
                new Row(
                        "'model':'gemini-3-pro-image','input':'A house','response_modalities':['image']",
                        "/generationConfig/responseModalities",
                        "['IMAGE']"),
                new Row(
                        "'model':'gemini-3-pro-image','input':'A house','generation_config':{'image_config':{'aspect_ratio':'1:1'}}",
                        "/generationConfig/imageConfig/aspectRatio",
                        "'1:1'"),
                // the rest
                new Row("'input':'Hi','service_tier':'flex'", "/serviceTier", "'flex'"),
                new Row(
                        "'input':'Hi','safety_settings':[{'type':'hate_speech','threshold':'block_none'}]",
                        "/safetySettings",
                        "[{'category':'HARM_CATEGORY_HATE_SPEECH','threshold':'BLOCK_NONE'}]"),
                new Row(
                        "'model':'models/gemini-3.8-flash','input':'Hi','background':false,'agent':null",
                        "/contents/0/role",
                        "'user'"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void a_request_is_sent_in_geminis_own_form(Row row) {
        made(gateway, customer, row.members());

        JsonNode sent = gateway.lastAsked().at(row.place());
        JsonNode expected = JSON.readTree(json(row.sent()));
        assertThat(sent.isMissingNode() ? JSON.nullNode() : sent)
                .as(gateway.lastAsked().toString())
                .isEqualTo(expected);
    }

    /** @param field that the error names */
    record Refused(String members, String field) {

        @Override
        public String toString() {
            return field + " " + members.substring(0, Math.min(90, members.length()));
        }
    }

    static List<Refused> refusals() {
        String settings = "'input':'Hi','generation_config':";
        List<Refused> all = new ArrayList<>(List.of(
                new Refused("'input':null", "input"),
                new Refused("'input':[]", "input"),
                new Refused("'input':7", "input"),
                new Refused("'input':['Hi']", "input[0]"),
                new Refused("'input':[{'role':'user','parts':[]}]", "input[0].type"),
                new Refused("'input':[{'type':'mcp_server_tool_call'}]", "input[0].type"),
                new Refused(
                        "'input':[{'type':'user_input','content':[{'type':'thought'}]}]", "input[0].content[0].type"),
                new Refused("'input':[{'type':'user_input','content':7}]", "input[0].content"),
                new Refused("'input':[{'type':'text'}]", "input[0].text"),
                new Refused("'input':[{'type':'text','text':7}]", "input[0].text"),
                new Refused("'input':[{'type':'image','mime_type':'image/png'}]", "input[0]"),
                new Refused(
                        "'input':[{'type':'text','text':'a'},{'type':'image','mime_type':'image/png','data':'!!'}]",
                        "input[1].data"),
                new Refused(
                        "'input':[{'type':'image','data':'" + PIXEL + "','resolution':'huge'}]", "input[0].resolution"),
                new Refused("'input':[{'type':'image','uri':'file:///etc/passwd'}]", "input[0].uri"),
                new Refused(
                        "'input':[{'type':'text','text':'a'},{'type':'image','uri':'http://127.0.0.1/a.png'}]",
                        "input[1].uri"),
                new Refused(
                        "'input':[{'type':'user_input','content':'Hi'},{'type':'function_call','id':'a'}]",
                        "input[1].name"),
                new Refused(
                        "'input':[{'type':'user_input','content':'Hi'},{'type':'function_call','id':'a','name':'f','arguments':'no'}]",
                        "input[1].arguments"),
                new Refused("'input':[{'type':'function_result','call_id':'x','result':'a'}]", "input[0].name"),
                new Refused("'input':[{'type':'function_result','name':'f','result':'a'}]", "input[0].call_id"),
                new Refused(
                        "'input':[{'type':'user_input','content':[{'type':'text','text':'a'},{'type':'function_result','call_id':'x','result':'a'}]}]",
                        "input[0].content[1].name"),
                new Refused(
                        "'input':[{'type':'model_output','content':[{'type':'function_result','call_id':'x','name':'f','result':'a'}]}]",
                        "input[0].content[0].type"),
                new Refused("'input':[" + CALLED + "{'type':'function_result','call_id':'c1'}]", "input[3].result"),
                new Refused("'input':[" + CALLED + "{'type':'user_input','content':'Hi'}]", "input[2]"),
                new Refused("'input':[{'type':'function_result','call_id':'x','name':'f','result':'a'}]", "input[0]"),
                new Refused("'input':'Hi','model':null", "model"),
                new Refused("'input':'Hi','stream':'yes'", "stream"),
                new Refused("'input':'Hi','store':1", "store"),
                new Refused("'input':'Hi','background':1", "background"),
                new Refused("'input':'Hi','agent':'deep-research'", "agent"),
                new Refused("'input':'Hi','agent_config':{'type':'dynamic'}", "agent_config"),
                new Refused("'input':'Hi','environment':'local'", "environment"),
                new Refused("'input':'Hi','webhook_config':{'uri':'https://x'}", "webhook_config"),
                new Refused("'input':'Hi','service_tier':'deferred'", "service_tier"),
                new Refused("'input':'Hi','cached_content':'cachedContents/a'", "cached_content"),
                new Refused("'input':'Hi','system_instruction':{'parts':[]}", "system_instruction"),
                new Refused("'input':'Hi','labels':{'a':{}}", "labels[0].value"),
                new Refused(
                        "'input':'Hi','safety_settings':[{'type':'image_hate','threshold':'off'}]",
                        "safety_settings[0].type"),
                new Refused("'input':'Hi','safety_settings':[7]", "safety_settings[0]"),
                new Refused("'input':'Hi','tools':[{'name':'f'}]", "tools[0].type"),
                new Refused("'input':'Hi','tools':['google_search']", "tools[0]"),
                new Refused(
                        "'input':'Hi','tools':[{'type':'function','name':'a'},{'type':'function','name':'a b'}]",
                        "tools[1].name"),
                new Refused(
                        "'input':'Hi','tools':[{'type':'function','name':'f','parameters':{'type':'string'}}]",
                        "tools[0].parameters"),
                new Refused("'input':'Hi','tools':[" + LOOK + ",{'type':'google_search'}]", "tools"),
                new Refused("'input':'Hi','tools':[{'type':'google_maps'}]", "tools"),
                new Refused(
                        "'input':'Hi','tools':[{'type':'function','name':'f','parameters':'x'}]",
                        "tools[0].parameters"),
                new Refused(settings + "7", "generation_config"),
                new Refused(settings + "{'temperature':3}", "generation_config.temperature"),
                new Refused(settings + "{'temperature':'warm'}", "generation_config.temperature"),
                new Refused(
                        settings + "{'stop_sequences':['1','2','3','4','5','6']}", "generation_config.stop_sequences"),
                new Refused(settings + "{'thinking_level':'most'}", "generation_config.thinking_level"),
                new Refused(settings + "{'thinking_summaries':'long'}", "generation_config.thinking_summaries"),
                new Refused(settings + "{'tool_choice':'any'}", "generation_config.tool_choice"),
                new Refused(settings + "{'tool_choice':{}}", "generation_config.tool_choice.allowed_tools"),
                new Refused(settings + "{'image_config':7}", "generation_config.image_config"),
                new Refused("'input':'Hi','response_format':'json'", "response_format"),
                new Refused("'input':'Hi','response_format':[{'type':'video'}]", "response_format[0].type"),
                new Refused(
                        "'input':'Hi','response_format':{'type':'text','mime_type':'text/html'}",
                        "response_format.mime_type"),
                new Refused("'input':'Hi','response_format':{'type':'text','schema':'x'}", "response_format.schema"),
                new Refused("'input':'Hi','response_format':{'type':'image'}", "response_format"),
                new Refused("'input':'Hi','response_modalities':['image']", "response_modalities"),
                new Refused(
                        "'model':'gemini-3-pro-image','input':'A','response_format':{'type':'image','delivery':'url'}",
                        "response_format.delivery"),
                new Refused(
                        "'model':'gemini-3-pro-image','input':'A','response_format':[{'type':'image','aspect_ratio':'5:7'}]",
                        "response_format[0].aspect_ratio"),
                new Refused(
                        "'input':'Hi','response_format':{'type':'audio','delivery':'uri'}", "response_format.delivery"),
                new Refused("'input':'Hi','previous_interaction_id':'v1_0'", "previous_interaction_id"),
                new Refused("'input':'Hi','previous_interaction_id':''", "previous_interaction_id"),
                new Refused("'input':'Hi','previous_interaction_id':7", "previous_interaction_id"),
                new Refused("'input':'Hi','model':7", "model"),
                new Refused(settings + "{'speech_config':{'voice':7}}", "generation_config.speech_config.voice"),
                new Refused(
                        settings + "{'speech_config':[{'speaker':'a','voice':7}]}",
                        "generation_config.speech_config[0].voice"),
                new Refused(
                        settings + "{'speech_config':{'speakers':[{'language':7}]}}",
                        "generation_config.speech_config.speakers[0].language"),
                new Refused(
                        "'input':[" + CALLED
                                + "{'type':'function_result','call_id':'c1','result':'a','is_error':'no'}]",
                        "input[3].is_error")));
        for (String tool : List.of("file_search", "computer_use", "mcp_server", "retrieval", "browser")) {
            all.add(new Refused("'input':'Hi','tools':[{'type':'" + tool + "'}]", "tools[0].type"));
        }
        all.add(new Refused(
                "'input':'Hi','tools':[" + "{'type':'function','name':'f'},".repeat(512) + LOOK + "]", "tools"));
        all.add(new Refused("'input':'Hi','safety_settings':[" + "{},".repeat(100) + "{}]", "safety_settings"));
        String format = "{'type':'text'}";
        all.add(new Refused(
                "'input':'Hi','response_format':[" + (format + ",").repeat(100) + format + "]", "response_format"));
        all.add(new Refused(
                settings + "{'speech_config':[" + "{},".repeat(100) + "{}]}", "generation_config.speech_config"));
        all.add(new Refused(
                "'input':[" + "{'type':'text','text':''},".repeat(20_000) + "{'type':'text','text':''}]", "input[0]"));
        return all;
    }

    /** They may look like a field of Gemini's own. */
    @ParameterizedTest
    @ValueSource(strings = {"contents.lookup", "generation_config.response_mime_type", "tools"})
    void a_refusal_leaves_the_callers_own_words_as_they_are(String name) {
        String tool = "{'type':'function','name':'" + name + "'}";
        Reply reply = ask(gateway, customer, "'input':'Hi','tools':[" + tool + "," + tool + "]");
        assertThat(reply.error().get("message").asString()).isEqualTo("Duplicate function declaration found: " + name);
        Reply choice = ask(
                gateway,
                customer,
                "'input':'Hi','tools':[" + tool
                        + "],'generation_config':{'tool_choice':{'allowed_tools':{'mode':'any','tools':['b']}}}");
        assertThat(choice.error().get("message").asString())
                .startsWith("generation_config.tool_choice.allowed_tools.tools: 'b' is not among");
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void a_refusal_names_the_callers_field(Refused refused) {
        int asked = gateway.asked().size();

        Reply reply = ask(gateway, customer, refused.members());

        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("code").asInt()).isEqualTo(400);
        assertThat(reply.error().get("status").asString()).isEqualTo("INVALID_ARGUMENT");
        assertThat(reply.error().at("/details/1/fieldViolations/0/field").asString())
                .as(reply.text())
                .isEqualTo(refused.field());
        assertThat(reply.error().get("message").asString())
                .doesNotContain("contents[", "GenerateContent", "inline_data", "_json_schema");
        assertThat(gateway.asked()).hasSize(asked);
        assertThat(customer.consumed()).isEqualByComparingTo("0");
    }

    @Test
    void members_without_effect_are_named_as_the_caller_wrote_them() {
        Reply reply = ask(
                gateway,
                customer,
                "'input':'Hi','novel':1,'labels':{'team':'a'},'tools':[{'type':'google_search','search_types':['web_search']}],"
                        + "'generation_config':{'top_k':3,'speech_config':[{'voice':'Kore'}],'image_config':{'image_size':'1K'}},"
                        + "'safety_settings':[{'type':'harassment'}],'response_format':{'type':'text','strict':true}");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(List.of(reply.header("x-tollgate-ignored").split(", ?")))
                .containsExactlyInAnyOrder(
                        "novel",
                        "labels",
                        "tools[0].search_types",
                        "generation_config.top_k",
                        "generation_config.speech_config",
                        "generation_config.image_config.image_size",
                        "safety_settings[0]",
                        "response_format.strict");
    }

    @Test
    void unknown_members_of_steps_and_contents_are_named_and_those_of_googles_own_answers_are_not() {
        Reply reply = ask(
                gateway,
                customer,
                "'input':[{'type':'user_input','novel':1,'content':[{'type':'text','text':'Hi','novel':1},"
                        + "{'type':'image','mime_type':'image/png','data':'" + PIXEL + "','novel':1}]},"
                        + "{'type':'thought','signature':'','summary':[]},{'type':'google_search_call','id':'s','arguments':{}},"
                        + "{'type':'model_output','content':[{'type':'text','text':'Yes?','annotations':[]}]},"
                        + "{'type':'text','text':'Go','novel':null,'older':1}],"
                        + "'tools':[" + LOOK
                        + "],'generation_config':{'tool_choice':{'novel':1,'allowed_tools':{'novel':1}}}");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(List.of(reply.header("x-tollgate-ignored").split(", ?")))
                .containsExactlyInAnyOrder(
                        "input[0].novel",
                        "input[0].content[0].novel",
                        "input[0].content[1].novel",
                        "input[4].older",
                        "generation_config.tool_choice.novel",
                        "generation_config.tool_choice.allowed_tools.novel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"edited", "edite", "!", "=", ""})
    void a_signature_that_cannot_be_one_is_not_sent(String signature) {
        made(
                gateway,
                customer,
                "'input':[{'type':'text','text':'Hi'},{'type':'thought','signature':'" + signature
                        + "'},{'type':'model_output','content':'Yes?'},{'type':'text','text':'Go'}]");

        assertThat(gateway.lastAsked().at("/contents/1/parts/0").has("thoughtSignature"))
                .isEqualTo(signature.equals("edited"));
    }

    @Test
    void interactions_and_cached_contents_have_the_name_of_the_model_that_the_caller_wrote() {
        Reply cached = gateway.post(
                "/v1beta/cachedContents",
                json("{'model':'models/gemini-3-pro','contents':[{'role':'user','parts':[{'text':'Hi'}]}]}"),
                customer.key());
        assertThat(cached.json().get("model").asString()).as(cached.text()).isEqualTo("models/gemini-3-pro");
        assertThat(made(gateway, customer, "'model':'models/gemini-3-pro','input':'Hi'")
                        .get("model")
                        .asString())
                .isEqualTo("gemini-3-pro");
    }

    @Test
    void a_maximum_above_the_models_is_cut_and_named() {
        Reply reply = ask(gateway, customer, "'input':'Hi','generation_config':{'max_output_tokens':9999999}");

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("generation_config.max_output_tokens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"agents", "environments/a", "triggers", "webhooks", "voices", "credentials/a/b"})
    void what_googles_own_runtime_has_is_a_404_that_says_what_is_served(String resource) {
        for (String base : List.of("/v1beta/", "/v1/", "/v1/gemini/v1beta/", "/v1/gemini/v1/")) {
            Reply reply = gateway.get(base + resource, customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(404);
            assertThat(reply.error().get("message").asString())
                    .endsWith(
                            "POST /v1beta/interactions and GET and DELETE of /v1beta/interactions/{id} are served here.");
        }
        assertThat(gateway.get("/v1beta/others", customer.key())
                        .error()
                        .get("message")
                        .asString())
                .doesNotContain("interactions");
    }

    @Test
    void an_unknown_model_and_a_missing_key_are_googles_errors() {
        assertThat(ask(gateway, customer, "'model':'nano','input':'Hi'")
                        .error()
                        .get("status")
                        .asString())
                .isEqualTo("NOT_FOUND");
        Reply strange = gateway.post(Interactions.PATH, json("{'model':'x','input':'Hi'}"), "sk-none");
        assertThat(strange.error().get("status").asString()).isEqualTo("UNAUTHENTICATED");
    }
}
