package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Message.Assistant;
import dev.tollgate.base.conversation.Message.Instruction;
import dev.tollgate.base.conversation.Message.ToolResult;
import dev.tollgate.base.conversation.Message.User;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ToolNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesReaderTest {

    private static final String PNG = "data:image/png;base64,iVBORw0KGgo=";

    /** @param json with single quotes */
    private static ResponsesRequest read(String json) {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return ResponsesReader.read(body, ReadLimits.DEFAULT, Lease.FREE, true, false)
                .whole();
    }

    private static ResponsesRequest with(String members) {
        return read("{'model':'m','input':'Hi'," + members + "}");
    }

    private static ResponsesRequest input(String items) {
        return read("{'model':'m','input':[" + items + "]}");
    }

    private static ApiError refused(String json) {
        ApiException refusal = catchThrowableOfType(ApiException.class, () -> read(json));
        assertThat(refusal).as(json).isNotNull();
        assertThat(refusal.error().status()).isEqualTo(400);
        return refusal.error();
    }

    @Test
    void what_a_response_shows_again_is_one_line() {
        ResponsesRequest request =
                with("'instructions':'a\u2028b\u0085c\u2029d\u20ace\\nf','metadata':{\n'k':\r\n'v'}");
        assertThat(new String(request.echo().instructions().utf8(), StandardCharsets.UTF_8))
                .isEqualTo("\"a\\u2028b\\u0085c\\u2029d\u20ace\\nf\"");
        assertThat(new String(request.echo().metadata().utf8(), StandardCharsets.UTF_8))
                .isEqualTo("{ \"k\":  \"v\"}");
    }

    private static String text(Message message) {
        return switch (message) {
            case Instruction it -> it.text().toString();
            case User it -> text(it.parts());
            case Assistant it -> String.valueOf(it.text());
            case ToolResult it -> text(it.parts());
        };
    }

    private static String text(List<ContentPart> parts) {
        return String.join(
                "|",
                parts.stream()
                        .map(it -> it instanceof ContentPart.Text text
                                ? text.text().toString()
                                : "medium")
                        .toList());
    }

    private static List<String> shape(ResponsesRequest request) {
        return request.conversation().messages().stream()
                .map(it -> it.getClass().getSimpleName() + ":" + text(it))
                .toList();
    }

    /** Members in the order of the reader; each shows that the rest of its item stays. */
    @Test
    void nothing_that_is_passed_over_is_kept() {
        ResponsesRequest request =
                input("{'type':'x','a':[1,2]}, {'role':'user','name':'n','status':null,'id':[1],'content':["
                        + "{'type':'input_text','text':'u','refusal':7,'detail':'d','annotations':[1]},{'type':'y','text':'t'},"
                        + "{'type':'input_image','text':'t','image_url':'" + PNG + "','detail':'odd'}]},"
                        + "{'type':'reasoning','summary':[]},{'type':'message','role':'assistant','id':'msg_1','content':'a'},"
                        + "{'type':'additional_tools','tools':[{'type':'z'},{'type':'function','name':'f','more':1,'parameters':{'a':null}}]},"
                        + "{'type':'function_call','call_id':'c','name':'f','arguments':'{}','caller':{'a':1}},"
                        + "{'type':'function_call_output','call_id':'c','output':'o','more':[]}");

        assertThat(new String(request.keeping().plain(), StandardCharsets.UTF_8).replace('"', '\''))
                .isEqualTo("[{'role':'user','content':[{'type':'input_text','text':'u'},"
                        + "{'type':'input_image','image_url':'" + PNG + "'}]},"
                        + "{'type':'message','role':'assistant','id':'msg_1','content':'a'},"
                        + "{'type':'additional_tools','tools':[{'type':'function','name':'f','parameters':{'a':null}}]},"
                        + "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'},"
                        + "{'type':'function_call_output','call_id':'c','output':'o'}]");
    }

    // ---- input ----

    @Test
    void a_string_is_what_the_user_says() {
        assertThat(shape(with("'instructions':'Be brief.'"))).containsExactly("Instruction:Be brief.", "User:Hi");
    }

    @Test
    void the_type_of_an_item_may_be_missing_or_stand_anywhere() {
        assertThat(shape(input("{'role':'user','content':'a'},{'content':'b','role':'user'},"
                        + "{'id':'msg_1','content':[{'text':'c','annotations':[],'type':'output_text','logprobs':[]}],"
                        + "'role':'assistant','status':'completed','type':'message'},"
                        + "{'arguments':'{}','call_id':'c1','name':'f','type':'function_call','id':'fc_1','status':'completed'},"
                        + "{'output':'done','call_id':'c1','type':'function_call_output'}")))
                .containsExactly("User:a", "User:b", "Assistant:c", "ToolResult:done");
    }

    @Test
    void system_messages_before_the_first_other_item_are_instructions_and_later_ones_stay() {
        assertThat(
                        shape(
                                read(
                                        "{'model':'m','instructions':'i','input':[{'type':'additional_tools','tools':[]},"
                                                + "{'role':'developer','content':[{'type':'input_text','text':'a'},{'type':'input_text','text':'b'}]},"
                                                + "{'role':'system','content':'c'},{'role':'user','content':'u'},{'role':'system','content':'d'}]}")))
                .containsExactly(
                        "Instruction:i", "Instruction:a", "Instruction:b", "Instruction:c", "User:u", "User:d");
    }

    @Test
    void the_billing_line_goes_out_of_every_system_text_alone() {
        String line = "x-anthropic-billing-header: cc_version=2; cch=1f;";
        ResponsesRequest request = read("{'model':'m','instructions':'" + line + "\\nYou are.','input':["
                + "{'role':'developer','content':[{'type':'input_text','text':'" + line
                + "'},{'type':'input_text','text':'"
                + line + " First.'}]},{'role':'user','content':'" + line + "'},{'role':'system','content':'" + line
                + "\\r\\nLater.'}]}");
        assertThat(shape(request))
                .containsExactly("Instruction:You are.", "Instruction:First.", "User:" + line, "User:Later.");
        assertThat(request.ignored())
                .containsExactly("instructions", "input.0.content.0", "input.0.content.1", "input.2.content");
    }

    @Test
    void neighbouring_texts_and_calls_of_the_assistant_are_one_message() {
        ResponsesRequest request = input("{'role':'user','content':'u'},{'type':'reasoning','id':'rs_1','summary':[]},"
                + "{'role':'assistant','content':'a'},{'role':'assistant','content':[{'type':'refusal','refusal':'b'}]},"
                + "{'type':'function_call','call_id':'c1','name':'f','arguments':''},"
                + "{'type':'function_call','call_id':'c2','name':'g','arguments':'{\\u0022x\\u0022:1}'},"
                + "{'role':'developer','content':'wait'},"
                + "{'type':'function_call_output','call_id':'c2','output':'two'},"
                + "{'type':'function_call_output','call_id':'c1'}");
        assertThat(shape(request))
                .containsExactly("User:u", "Assistant:a\nb", "ToolResult:two", "ToolResult:", "User:wait");
        Assistant assistant = (Assistant) request.conversation().messages().get(1);
        assertThat(assistant.toolCalls()).extracting(Message.ToolCall::name).containsExactly("f", "g");
        assertThat(assistant.toolCalls())
                .extracting(Message.ToolCall::arguments)
                .containsExactly("{}", "{\"x\":1}");
        assertThat(request.ignored()).isEmpty();
    }

    @Test
    void calls_one_after_the_other_are_turns_of_their_own() {
        assertThat(
                        shape(
                                input(
                                        "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                                                + "{'type':'function_call_output','call_id':'c1','output':'1'},"
                                                + "{'type':'custom_tool_call','call_id':'c2','name':'g','input':'say \\u0022x\\u0022'},"
                                                + "{'type':'custom_tool_call_output','call_id':'c2','output':[{'type':'input_text','text':'2'}]}")))
                .containsExactly("Assistant:null", "ToolResult:1", "Assistant:null", "ToolResult:2");
    }

    /** A result is shown behind its call, a text by its message. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'local_shell_call','call_id':'c','status':'completed','action':{'type':'exec','command':['cat']}},"
                        + "{'type':'local_shell_call_output','call_id':'c','output':'FACT'}"
                        + " | local_shell{'action':{'type':'exec','command':['cat']}} FACT",
                "{'type':'local_shell_call','call_id':'c','action':{}},{'type':'local_shell_call_output','id':'c','output':'FACT'}"
                        + " | local_shell{'action':{}} FACT",
                "{'type':'local_shell_call','call_id':'c','action':{}},{'type':'function_call_output','call_id':'c','output':'FACT'}"
                        + " | local_shell{'action':{}} FACT",
                "{'type':'shell_call','call_id':'c','action':{'commands':['ls']}},"
                        + "{'type':'shell_call_output','call_id':'c','output':[{'stdout':'FACT','outcome':{'type':'exit','exit_code':0}}]}"
                        + " | shell{'action':{'commands':['ls']}} [{'stdout':'FACT','outcome':{'type':'exit','exit_code':0}}]",
                "{'type':'apply_patch_call','call_id':'c','operation':{'path':'a'}},"
                        + "{'type':'apply_patch_call_output','call_id':'c','status':'failed'} | apply_patch{'operation':{'path':'a'}} failed",
                "{'type':'computer_call','call_id':'c','action':{'type':'screenshot'}},{'type':'computer_call_output','call_id':'c',"
                        + "'output':{'type':'computer_screenshot','image_url':'data:image/png;base64,iVBORw0KGgo='}}"
                        + " | computer{'action':{'type':'screenshot'}} medium",
                "{'type':'mcp_call','id':'m','name':'n','server_label':'s','arguments':'{\\u0022a\\u0022:1}','output':'FACT','error':null}"
                        + " | s__n{'a':1} FACT",
                "{'type':'mcp_call','name':'n','arguments':'cut','error':{'message':'FACT'}} | n{'arguments':'cut'} {'message':'FACT'}",
                "{'type':'file_search_call','id':'f','queries':['n'],'results':[{'text':'FACT'}]}"
                        + " | file_search{'queries':['n']} [{'text':'FACT'}]",
                "{'type':'code_interpreter_call','id':'i','code':'x','outputs':[{'type':'logs','logs':'FACT'}]}"
                        + " | code_interpreter{'code':'x'} [{'type':'logs','logs':'FACT'}]",
                "{'type':'mcp_call','id':'m','name':'','output':'FACT'} | mcp{} FACT",
                "{'type':'new_call','call_id':'c','x':1},{'type':'new_call_output','call_id':'c','output':{'y':2}} | new{'x':1} {'y':2}",
                "{'type':'mcp_approval_request','name':'n','arguments':'{}'},{'type':'mcp_approval_response','approve':true}"
                        + " | {'type':'mcp_approval_request','name':'n','arguments':'{}'} {'type':'mcp_approval_response','approve':true}",
                "{'type':'agent_message','author':'lead/a','recipient':'lead','content':[{'type':'input_text','text':'FACT'}]}"
                        + " | Message from lead/a to lead:;FACT",
                "{'type':'function_call_output','output':'FACT'} | FACT"
            })
    void items_of_the_history_reach_the_model_where_they_were(String items, String shown) {
        ResponsesRequest request =
                input("{'role':'user','content':'u'}," + items + ",{'role':'user','content':'Which number?'}");
        List<Message> messages = request.conversation().messages();
        String between = String.join(
                " ",
                messages.subList(1, messages.size() - 1).stream()
                        .map(it -> it instanceof Assistant assistant && assistant.text() == null
                                ? assistant.toolCalls().getFirst().name()
                                        + assistant.toolCalls().getFirst().arguments()
                                : text(it).replace('|', ';'))
                        .toList());
        assertThat(between.replace('"', '\'')).isEqualTo(shown);
        assertThat(request.ignored()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'agent_message','author':'a','content':[{'type':'encrypted_content','encrypted_content':'x'}]}"
                        + " | input.0.content.0.encrypted_content",
                "{'type':'function_call_output','output':[{'type':'encrypted_content','encrypted_content':'x'}]}"
                        + " | input.0.output.0.encrypted_content",
                "{'type':'computer_call_output','call_id':'c','output':{'type':'computer_screenshot','file_id':'f'}}"
                        + " | input.0.output.file_id"
            })
    void history_that_another_server_sealed_is_refused_by_name(String item, String param) {
        assertThat(refused("{'model':'m','input':[" + item + ",{'role':'user','content':'u'}]}")
                        .param())
                .isEqualTo(param);
    }

    @Test
    void tools_that_a_search_has_found_are_declared() {
        String found = "'tools':[{'type':'function','name':'f','parameters':{}},"
                + "{'type':'namespace','name':'n','tools':[{'type':'function','name':'g'}]}]";
        ResponsesRequest request = input("{'role':'user','content':'u'},"
                + "{'type':'tool_search_call','call_id':'c','execution':'client','arguments':{'query':'q'}},"
                + "{'type':'tool_search_output','call_id':'c','execution':'client','status':'completed'," + found + "},"
                + "{'type':'tool_search_call','call_id':null,'execution':'server','arguments':{'query':'q'}},"
                + "{'type':'tool_search_output','call_id':null,'execution':'server'," + found + "}");
        assertThat(request.conversation().tools()).extracting(Tool::name).containsExactly("f", "n__g");
        assertThat(shape(request))
                .containsExactly("User:u", "Assistant:null", "ToolResult:The tools that were found can be called.");
        assertThat(request.ignored()).containsExactly("input.3");
    }

    @Test
    void items_of_unknown_types_are_passed_over_and_named() {
        ResponsesRequest request = input("{'type':'web_search_call','id':'ws_1','status':'completed'},"
                + "{'type':'reasoning','id':'rs_x','encrypted_content':'foreign','summary':[{'type':'summary_text','text':'t'}],"
                + "'content':[{'type':'reasoning_text','text':'t'}]},"
                + "{'type':'new_thing','content':5},{'role':'user','content':[{'type':'input_text','text':'u'},"
                + "{'type':'input_hologram','data':'x'}]}");
        assertThat(shape(request)).containsExactly("User:u");
        assertThat(request.ignored())
                .containsExactly("input.0", "input.2", "input.3.content.1.data", "input.3.content.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'compaction','encrypted_content':'gAAAA'}",
                "{'type':'compaction'}",
                "{'type':'compaction_summary','id':'cmp_1','encrypted_content':'gAAAA'}",
                "{'type':'context_compaction','encrypted_content':'gAAAA'}"
            })
    void a_compaction_is_refused_by_its_place(String item) {
        ApiError refused = refused("{'model':'m','input':[{'role':'user','content':'u'}," + item + "]}");
        assertThat(refused.param()).isEqualTo("input.1");
        assertThat(refused.message()).contains("input.1");
    }

    @Test
    void a_compaction_without_content_is_passed_over_and_named() {
        ResponsesRequest request =
                input("{'type':'context_compaction','encrypted_content':null},{'role':'user','content':'u'}");
        assertThat(shape(request)).containsExactly("User:u");
        assertThat(request.ignored()).containsExactly("input.0");
    }

    @Test
    void media_stand_in_messages_and_results() {
        ResponsesRequest request = input("{'role':'user','content':[{'type':'input_image','image_url':'" + PNG
                + "','detail':'original'},{'type':'input_file','filename':'a.pdf','file_data':'JVBERi0='},"
                + "{'type':'input_file','file_url':'https://example.org/a.pdf'},"
                + "{'type':'input_audio','input_audio':{'data':'UklGRg==','format':'wav'}}]},"
                + "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                + "{'type':'function_call_output','call_id':'c1','output':[{'type':'input_image','image_url':'" + PNG
                + "'}]}");
        assertThat(shape(request))
                .containsExactly("User:medium|medium|medium|medium", "Assistant:null", "ToolResult:medium");
        ContentPart.Media image = (ContentPart.Media)
                ((User) request.conversation().messages().getFirst()).parts().getFirst();
        assertThat(image.detail()).isEqualTo("high");
        assertThat(image.place().path()).isEqualTo("input.0.content.0.image_url");
        assertThat(request.ignored()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'model':'m'};input",
                "{'input':'x'};model",
                "{'model':'m','input':''};input",
                "{'model':'m','input':[]};input",
                "{'model':'m','input':[{'type':'reasoning'}]};input",
                "{'model':'m','input':[{'content':'x'}]};input.0.role",
                "{'model':'m','input':[{'role':'user'}]};input.0.content",
                "{'model':'m','input':[{'type':'item_reference'}]};input.0.id",
                "{'model':'m','input':[{'role':'user','content':[{'type':'input_file','file_id':'f'}]}]};input.0.content.0.file_id",
                "{'model':'m','input':[{'role':'assistant','content':[{'type':'input_image','image_url':'https://e.org/a'}]}]};input.0.content.0",
                "{'model':'m','input':[{'type':'function_call','call_id':'c','name':'f','arguments':'{}'}]};input.0.call_id",
                "{'model':'m','input':[{'type':'function_call_output','call_id':'c','output':''}]};input.0.call_id",
                "{'model':'m','input':[{'type':'function_call','call_id':'c','name':'f','arguments':'{'}]};input.0.arguments",
                "{'model':'m','input':'x','top_logprobs':21};top_logprobs",
                "{'model':'m','input':'x','max_output_tokens':0};max_output_tokens",
                "{'model':'m','input':'x','reasoning':{'effort':'huge'}};reasoning.effort",
                "{'model':'m','input':'x','text':{'format':{'type':'json_schema','name':'n'}}};text.format.schema",
                "{'model':'m','input':'x','text':{'format':{'type':'json_schema','schema':{}}}};text.format.name",
                "{'model':'m','input':'x','tools':[{'type':'computer_use_preview'}]};tools.0.type",
                "{'model':'m','input':'x','tools':[{'type':'shell'}]};tools.0.type",
                "{'model':'m','input':'x','tools':[{'type':'function','name':'f','async':true}]};tools.0.async",
                "{'model':'m','input':'x','tools':[{'type':'function','name':'f'},{'type':'function','name':'f'}]};tools.1.name",
                "{'model':'m','input':'x','tools':[{'type':'mcp'}],'tool_choice':{'type':'mcp'}};tool_choice",
                "{'model':'m','input':'x','tool_choice':'required'};tool_choice",
                "{'model':'m','input':'x','tool_choice':{'type':'function','name':'f'}};tool_choice",
                "{'model':'m','input':'x','metadata':{'a':5}};metadata.a"
            })
    void a_fault_is_a_refusal_that_names_the_field(String json, String param) {
        assertThat(refused(json).param()).isEqualTo(param);
    }

    @Test
    void an_id_may_come_again_in_a_later_turn() {
        String items = "";
        for (String turn : List.of("1", "2")) {
            items += "{'type':'function_call','call_id':'c0','name':'f','arguments':'{}'},"
                    + "{'type':'function_call','call_id':'c1','name':'g','arguments':'{}'},"
                    + "{'type':'function_call_output','call_id':'c0','output':'a" + turn + "'},"
                    + "{'type':'function_call_output','call_id':'c1','output':'b" + turn + "'},";
        }
        assertThat(shape(input(items + "{'role':'user','content':'u'}")))
                .containsExactly(
                        "Assistant:null",
                        "ToolResult:a1",
                        "ToolResult:b1",
                        "Assistant:null",
                        "ToolResult:a2",
                        "ToolResult:b2",
                        "User:u");
    }

    @Test
    void an_id_that_a_turn_has_twice_is_refused() {
        String call = "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'}";
        String result = "{'type':'function_call_output','call_id':'c','output':''}";
        assertThat(refused("{'model':'m','input':[" + call + "," + call + "]}").param())
                .isEqualTo("input.1.call_id");
        assertThat(refused("{'model':'m','input':[" + call + "," + result + "," + result + "]}")
                        .message())
                .contains("answered already");
    }

    // ---- tools ----

    private static final String TOOLS = "'tools':[{'type':'function','name':'read','strict':null,'parameters':null},"
            + "{'type':'namespace','name':'mcp__files','tools':[{'type':'function','name':'read'},{'type':'custom','name':'write'}]},"
            + "{'type':'namespace','name':'functions','tools':[{'type':'function','name':'exec'}]},"
            + "{'type':'web_search','search_context_size':'low'},{'type':'image_generation','size':'x'}]";

    @Test
    void tools_are_flattened_and_what_a_provider_runs_is_left_out_and_named() {
        ResponsesRequest request = with(TOOLS);
        assertThat(request.conversation().tools())
                .extracting(Tool::name)
                .containsExactly("read", "mcp__files__read", "mcp__files__write", "exec");
        assertThat(request.conversation().webSearch()).isTrue();
        assertThat(request.search()).isEqualTo("tools.3");
        assertThat(request.ignored()).containsExactly("tools.3.search_context_size");
        assertThat(request.imageTool().path())
                .as("which a model of text leaves out")
                .isEqualTo("tools.4");
        assertThat(request.names().declared("mcp__files__write"))
                .isEqualTo(new ToolNames.Declared(new ToolNames.Own("mcp__files", "write"), true));
        assertThat(request.names().declared("exec").own().namespace()).isEqualTo("functions");
    }

    @Test
    void a_flat_name_that_is_too_long_or_taken_is_cut_and_marked() {
        String space = "n".repeat(40);
        String name = "t".repeat(40);
        ResponsesRequest request = with("'tools':[{'type':'namespace','name':'" + space
                + "','tools':[{'type':'function','name':'" + name + "'},{'type':'function','name':'" + name + "2'}]},"
                + "{'type':'namespace','name':'a','tools':[{'type':'function','name':'b'}]},"
                + "{'type':'function','name':'a__b'},"
                + "{'type':'namespace','name':'a.c','tools':[{'type':'function','name':'b'}]}]");
        List<String> names =
                request.conversation().tools().stream().map(Tool::name).toList();
        assertThat(names).doesNotHaveDuplicates().allMatch(it -> it.matches("[A-Za-z_][A-Za-z0-9_-]{0,63}"));
        assertThat(names.get(3)).isEqualTo("a__b");
        assertThat(names.get(0)).hasSize(64).startsWith(space + "__ttt").matches(".*_[0-9a-f]{6}");
        for (String flat : names) {
            ToolNames.Own own = request.names().declared(flat).own();
            assertThat(request.names().flat(own)).isEqualTo(flat);
        }
    }

    @Test
    void history_is_flattened_by_the_same_rule_whether_declared_or_not() {
        ResponsesRequest request =
                read("{'model':'m','input':[{'type':'function_call','call_id':'c','namespace':'mcp__files',"
                        + "'name':'read','arguments':'{}'},{'type':'function_call_output','call_id':'c','output':''},"
                        + "{'type':'custom_tool_call','call_id':'d','namespace':'gone','name':'x','input':'t'},"
                        + "{'type':'custom_tool_call_output','call_id':'d','output':''}]," + TOOLS + "}");
        assertThat(request.conversation().messages().stream()
                        .filter(Assistant.class::isInstance)
                        .flatMap(it -> ((Assistant) it).toolCalls().stream())
                        .map(it -> it.name() + it.arguments()))
                .containsExactly("mcp__files__read{}", "gone__x{\"input\":\"t\"}");
    }

    @Test
    void additional_tools_are_declared_like_others_and_may_come_again() {
        String item =
                "{'type':'additional_tools','role':'developer','tools':[{'type':'function','name':'f','defer_loading':true}]}";
        ResponsesRequest request = read("{'model':'m','input':[" + item + "," + item
                + ",{'role':'user','content':'u'}],'tools':[{'type':'function','name':'f','description':'d'}]}");
        assertThat(request.conversation().tools()).extracting(Tool::description).containsExactly("d");
    }

    @Test
    void a_custom_tool_has_one_text_and_its_grammar_in_words() {
        Tool tool = with("'tools':[{'type':'custom','name':'apply','description':'Edits.',"
                        + "'format':{'type':'grammar','syntax':'lark','definition':'start: x'}}]")
                .conversation()
                .tools()
                .getFirst();
        assertThat(tool.description()).startsWith("Edits.").contains("start: x");
        assertThat(String.valueOf(tool.parameters())).contains("\"required\":[\"input\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "'none';None",
                "'required';Required",
                "{'type':'function','name':'read'};Named",
                "{'type':'custom','name':'write'};Named",
                "{'type':'web_search'};Auto",
                "{'type':'allowed_tools','mode':'required','tools':[{'type':'function','name':'read'}]};Allowed"
            })
    void a_choice_is_fitted_to_the_tools(String choice, String expected) {
        ToolChoice fitted =
                with(TOOLS + ",'tool_choice':" + choice).conversation().toolChoice();
        assertThat(fitted.getClass().getSimpleName()).isEqualTo(expected);
    }

    @Test
    void a_choice_that_forbids_tools_forbids_the_search() {
        assertThat(with(TOOLS + ",'tool_choice':'none'").conversation().webSearch())
                .isFalse();
        assertThat(with(TOOLS
                                + ",'tool_choice':{'type':'allowed_tools','mode':'auto','tools':[{'type':'function','name':'read'}]}")
                        .conversation()
                        .webSearch())
                .isFalse();
    }

    // ---- settings ----

    @Test
    void settings_are_read_and_shown_again_as_they_came() {
        ResponsesRequest request = with(
                "'reasoning':{'effort':'high','generate_summary':'auto','context':'x'},"
                        + "'text':{'verbosity':'low','format':{'type':'json_schema','name':'n','strict':true,'schema':{'type':'object'}}},"
                        + "'include':['reasoning.encrypted_content','web_search_call.action.sources','message.input_image.image_url'],"
                        + "'max_output_tokens':16,'store':true,'truncation':'auto','parallel_tool_calls':false,'max_tool_calls':2,'stream':true,"
                        + "'tools':[ {'type':'function', 'name':'f'} ],'tool_choice':'auto','service_tier':'flex','n':2,'client_metadata':{}");
        assertThat(request.conversation().reasoningEffort()).isEqualTo(Effort.HIGH);
        assertThat(request.conversation().oneCall()).isTrue();
        assertThat(request.conversation().responseFormat()).isInstanceOf(ResponseFormat.JsonSchema.class);
        assertThat(request.maxTokens()).isEqualTo(16);
        assertThat(request.stream()).isTrue();
        Echo echo = request.echo();
        assertThat(new String(echo.tools().utf8(), StandardCharsets.UTF_8))
                .isEqualTo("[ {\"type\":\"function\", \"name\":\"f\"} ]");
        assertThat(new String(echo.toolChoice().utf8(), StandardCharsets.UTF_8)).isEqualTo("\"auto\"");
        assertThat(new String(request.keeping().plain(), StandardCharsets.UTF_8))
                .isEqualTo("\"Hi\"");
        assertThat(echo.encrypted()).isTrue();
        assertThat(echo.sources()).isTrue();
        assertThat(echo.summary()).isEqualTo("auto");
        assertThat(request.ignored())
                .containsExactly(
                        "reasoning.context",
                        "text.verbosity",
                        "include.2",
                        "truncation",
                        "max_tool_calls",
                        "service_tier",
                        "n",
                        "client_metadata");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'stream':null", "'tools':null,'instructions':null", "'store':false", "'metadata':{}"})
    void what_is_null_or_happens_anyway_is_not_named(String members) {
        assertThat(with(members).ignored()).isEmpty();
    }

    @Test
    void the_request_carries_the_user_the_session_and_tags() {
        CallerNames names = with("'user':'u','safety_identifier':'s','prompt_cache_key':'k','metadata':{'team':'blue'}")
                .callerNames();
        assertThat(names.user()).isEqualTo("s");
        assertThat(names.session()).isEqualTo("k");
        assertThat(names.tags()).isEqualTo(Map.of("team", "blue"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"'k'|", "{'a':1}|prompt_cache_key", "'a b'|prompt_cache_key"})
    void a_cache_key_is_listed_only_if_it_names_no_session(String key, String listed) {
        assertThat(with("'prompt_cache_key':" + key).ignored()).isEqualTo(listed == null ? List.of() : List.of(listed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'a':1}", "7", "'\\ud800'"})
    void a_user_that_is_no_name_is_listed_as_before(String user) {
        assertThat(with("'user':" + user).ignored()).containsExactly("user");
    }
}
