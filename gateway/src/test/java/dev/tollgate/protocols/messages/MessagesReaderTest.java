package dev.tollgate.protocols.messages;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.testing.Randomly;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies with single quotes. */
class MessagesReaderTest {

    private static final String TOOL = "{'name':'%s','input_schema':{'type':'object'}%s}";
    private static final String TURN = "{'role':'user','content':'Go'},{'role':'assistant','content':["
            + "{'type':'thinking','thinking':'Hm','signature':'tg1.x'},{'type':'redacted_thinking','data':'x'},"
            + "{'type':'text','text':'I look.'},"
            + "{'type':'tool_use','id':'t1','name':'look','input':{'b':1.50,'a':[ ]}},"
            + "{'type':'tool_use','id':'t2','name':'look','input':{}}]}";

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static MessagesRequest read(String json) {
        return MessagesReader.read(bytes(json), ReadLimits.DEFAULT, Lease.FREE, false);
    }

    private static ApiError refused(String json) {
        ApiException refusal = catchThrowableOfType(ApiException.class, () -> read(json));
        assertThat(refusal).as("a refusal of " + json).isNotNull();
        assertThat(refusal.error().status()).isEqualTo(400);
        return refusal.error();
    }

    private static String with(String members) {
        return "{'model':'m','max_tokens':9" + (members.isEmpty() ? "" : "," + members)
                + ",'messages':[{'role':'user','content':'Hi'}]}";
    }

    private static String messages(String messages) {
        return "{'model':'m','max_tokens':9,'messages':[" + messages + "]}";
    }

    private static List<Message> said(String messages) {
        return read(messages(messages)).conversation().messages();
    }

    private static String shown(List<Message> messages) {
        return String.join("|", messages.stream().map(MessagesReaderTest::shown).toList());
    }

    private static String shown(Message message) {
        return switch (message) {
            case Message.Instruction it -> "system:" + it.text();
            case Message.User it -> "user:" + parts(it.parts());
            case Message.Assistant it ->
                "assistant:" + it.text()
                        + it.toolCalls().stream().map(Message.ToolCall::id).toList();
            case Message.ToolResult it -> "result " + it.toolCallId() + ":" + parts(it.parts());
        };
    }

    private static String parts(List<ContentPart> parts) {
        return String.join(
                "+",
                parts.stream()
                        .map(part -> part instanceof ContentPart.Text text
                                ? text.text().toString()
                                : ((ContentPart.Media) part).named() + " " + ((ContentPart.Media) part).mimeType())
                        .toList());
    }

    // ---- the conversation ----

    @Test
    void calls_results_and_later_texts_become_messages_in_order() {
        List<Message> messages = said(TURN + ",{'role':'system','content':'Stay calm.'},{'role':'user','content':["
                + "{'type':'text','text':'And now?'},{'type':'tool_result','tool_use_id':'t2','content':'two'},"
                + "{'type':'tool_result','tool_use_id':'t1','content':[{'type':'text','text':'one'},"
                + "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBORw0K'}}]}]}");
        assertThat(shown(messages))
                .isEqualTo("user:Go|assistant:I look.[t1, t2]|result t2:two|result t1:one+PICTURE image/png"
                        + "|user:Stay calm.|user:And now?");
        Message.Assistant assistant = (Message.Assistant) messages.get(1);
        assertThat(assistant.toolCalls().getFirst().arguments()).isEqualTo("{\"b\":1.50,\"a\":[ ]}");
    }

    @Test
    void system_messages_are_instructions_first_and_user_texts_in_place_later() {
        MessagesRequest request = read("{'model':'m','max_tokens':9,'messages':[{'role':'system','content':'First.'},"
                + "{'role':'user','content':'Hi'},{'role':'system','content':[{'type':'text','text':'Later.'}]}],"
                + "'system':[{'type':'text','text':'x-anthropic-billing-header: cc_version=2'},"
                + "{'type':'text','text':'You are.','cache_control':{'type':'ephemeral'}},{'type':'text','text':''}]}");
        assertThat(shown(request.conversation().messages()))
                .isEqualTo("system:You are.|system:First.|user:Hi|user:Later.");
        assertThat(request.ignored()).containsExactly("system.0", "cache_control");
    }

    /** Conversations as agents send them: nothing is refused, and nothing changes its place. */
    @Test
    void conversations_of_all_shapes_keep_their_order() {
        assertThat(shown(said("{'role':'system','content':'First.'},{'role':'system','content':[]},"
                        + "{'role':'system','content':'Second.'},{'role':'user','content':'Go'},{'role':'assistant','content':["
                        + "{'type':'thinking','thinking':'Hm','signature':'x'},{'type':'text','text':''},"
                        + "{'type':'tool_use','id':'t1','name':'look','input':{}}]},"
                        + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':["
                        + "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBORw0K'}},"
                        + "{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'JVBERi0='}},"
                        + "{'type':'text','text':'both'}]},{'type':'text','text':'And'},{'type':'text','text':'now?'}]},"
                        + "{'role':'system','content':[]},{'role':'system','content':'Calm.'},"
                        + "{'role':'assistant','content':''},{'role':'user','content':'Well?'}")))
                .isEqualTo("system:First.|system:Second.|user:Go|assistant:null[t1]"
                        + "|result t1:PICTURE image/png+FILE application/pdf+both|user:And+now?|user:Calm.|user:Well?");
    }

    @Test
    void the_billing_line_goes_out_of_every_system_text_alone() {
        String line = "x-anthropic-billing-header: cc_version=2; cch=1f;";
        MessagesRequest request = read("{'model':'m','max_tokens':9,'system':'" + line + "\\nYou are.','messages':["
                + "{'role':'system','content':'" + line + " First.'},{'role':'user','content':'" + line + "'},"
                + "{'role':'system','content':[{'type':'text','text':'" + line
                + "'},{'type':'text','text':'Later.'}]}]}");
        assertThat(shown(request.conversation().messages()))
                .isEqualTo("system:You are.|system:First.|user:" + line + "|user:Later.");
        assertThat(request.ignored()).containsExactly("system.0", "messages.0.content", "messages.2.content.0");
    }

    @Test
    void results_spread_over_several_user_messages_stay_together() {
        assertThat(shown(said(TURN + ",{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1'},"
                        + "{'type':'text','text':'wait'}]},{'role':'user','content':[{'type':'tool_result',"
                        + "'tool_use_id':'t2','is_error':true,'content':'no \\\"file\\\"'}]}")))
                .isEqualTo(
                        "user:Go|assistant:I look.[t1, t2]|result t1:|result t2:{\"error\":\"no \\\"file\\\"\"}|user:wait");
    }

    @Test
    void documents_and_search_results_become_files_or_texts_with_a_title() {
        assertThat(shown(said("{'role':'user','content':[{'type':'document','title':'Plan','context':'draft',"
                        + "'source':{'type':'text','media_type':'text/plain','data':'Step 1'}},"
                        + "{'type':'document','source':{'data':'JVBERi0=','media_type':'application/pdf','type':'base64'}},"
                        + "{'type':'search_result','title':'T','source':'https://a.example','content':[{'type':'text','text':'R'}]},"
                        + "{'type':'document','source':{'type':'content','content':'C'}},{'type':'text','text':''},"
                        + "{'type':'image','source':{'type':'url','url':'https://a.example/p.png'}}]}")))
                .isEqualTo(
                        "user:Title: Plan\nContext: draft+Step 1+FILE application/pdf+Title: T\nSource: https://a.example"
                                + "+R+C+PICTURE null");
    }

    @Test
    void a_search_of_this_server_is_passed_over_and_named() {
        MessagesRequest request = read(
                messages(
                        "{'role':'user','content':'Hi'},{'role':'assistant','content':["
                                + "{'type':'server_tool_use','id':'s1','name':'web_search','input':{'query':'q'}},"
                                + "{'content':[{'type':'web_search_result','url':'u','encrypted_content':''}],'tool_use_id':'s1',"
                                + "'type':'web_search_tool_result'},{'type':'text','text':'Yes.','citations':[]},"
                                + "{'type':'server_tool_use','id':'s2','name':'paused','input':{}}]},{'role':'user','content':'Go on'}"));
        assertThat(shown(request.conversation().messages())).isEqualTo("user:Hi|assistant:Yes.[]|user:Go on");
        assertThat(request.ignored())
                .containsExactly(
                        "messages.1.content.1",
                        "messages.1.content.2.citations",
                        "messages.1.content.0",
                        "messages.1.content.3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "server_tool_use ~ web_fetch_tool_result ~ {'type':'web_fetch_result','url':'u','content':{'type':'document',"
                        + "'source':{'type':'text','data':'FACT'}}} ~ {'type':'web_fetch_result','url':'u',"
                        + "'content':{'type':'document','source':{'type':'text','data':'FACT'}}}",
                "server_tool_use ~ web_fetch_tool_result ~ {'content':{'source':{'type':'base64','media_type':'application/pdf',"
                        + "'data':'JVBERi0='}}} ~ {'content':{'source':{'type':'base64','media_type':'application/pdf'}}}+FILE application/pdf",
                "server_tool_use ~ code_execution_tool_result ~ {'type':'code_execution_result','stdout':'FACT','return_code':0}"
                        + " ~ {'type':'code_execution_result','stdout':'FACT','return_code':0}",
                "server_tool_use ~ web_search_tool_result ~ [{'title':'FACT','url':'u','encrypted_content':'x'}]"
                        + " ~ [{'title':'FACT','url':'u'}]",
                "mcp_tool_use ~ mcp_tool_result ~ [{'type':'text','text':'FACT'}] ~ FACT"
            })
    void a_result_of_the_vendors_tools_reaches_the_model_as_one(
            String call, String result, String content, String shown) {
        MessagesRequest request = read(messages("{'role':'user','content':'Hi'},{'role':'assistant','content':["
                + "{'type':'text','text':'I look.'},{'type':'" + call
                + "','id':'s1','name':'look','server_name':'x','input':{}},"
                + "{'type':'" + result + "','tool_use_id':'s1','content':" + content + "},"
                + "{'type':'text','text':'Yes.'},{'type':'tool_use','id':'t1','name':'f','input':{}}]},"
                + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':'one'}]}"));
        assertThat(shown(request.conversation().messages()).replace('"', '\''))
                .isEqualTo("user:Hi|assistant:I look.[s1]|result s1:" + shown + "|assistant:Yes.[t1]|result t1:one");
        assertThat(request.ignored()).isEmpty();
    }

    @Test
    void a_callers_call_stays_with_the_vendors_calls_before_its_result() {
        assertThat(shown(said("{'role':'user','content':'Hi'},{'role':'assistant','content':["
                        + "{'type':'tool_use','id':'t1','name':'f','input':{}},{'type':'server_tool_use','id':'s1','name':'look'},"
                        + "{'type':'code_execution_tool_result','tool_use_id':'s1','content':{'stdout':'FACT'}},"
                        + "{'type':'text','text':'Yes.'}]},"
                        + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':'one'}]}")))
                .isEqualTo("user:Hi|assistant:Yes.[t1, s1]|result s1:{\"stdout\":\"FACT\"}|result t1:one");
    }

    @Test
    void the_names_around_a_results_values_cost_their_length_once() {
        String around = "{'" + "k".repeat(9_999) + "':";
        byte[] body = bytes(messages("{'role':'user','content':'Hi'},{'role':'assistant','content':["
                + "{'type':'server_tool_use','id':'s1','name':'look'},"
                + "{'type':'web_fetch_tool_result','tool_use_id':'s1','content':" + around.repeat(20) + "[1"
                + ",1".repeat(10_000) + "]" + "}".repeat(20) + "}]},{'role':'user','content':'Go'}"));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(MessagesReader.read(body, ReadLimits.DEFAULT, Lease.FREE, false))
                .isNotNull();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100L * body.length);
    }

    @Test
    void the_path_to_a_sealed_member_shows_the_start_of_its_names() {
        String around = "{'" + "\ud83d\ude00".repeat(200) + "':";
        ApiError refused = refused(messages("{'role':'assistant','content':[{'type':'web_fetch_tool_result',"
                + "'tool_use_id':'s1','content':" + around.repeat(9) + "{'encrypted_x':'y'}" + "}".repeat(9) + "}]}"));
        assertThat(refused.param())
                .startsWith("messages.0.content.0.content.???")
                .hasSizeLessThan(300);
    }

    @Test
    void tools_that_a_search_of_the_vendors_has_found_are_declared() {
        MessagesRequest request = read("{'model':'m','max_tokens':9,'tools':["
                + TOOL.formatted("b", ",'defer_loading':true") + "],'messages':[{'role':'user','content':'Hi'},"
                + "{'role':'assistant','content':[{'type':'server_tool_use','id':'s1','name':'tool_search_tool_regex'},"
                + "{'type':'tool_search_tool_result','tool_use_id':'s1','content':{'tool_references':["
                + "{'type':'tool_reference','tool_name':'b'}]}}]},{'role':'user','content':'Go'}]}");
        assertThat(request.conversation().tools()).extracting(Tool::name).containsExactly("b");
        assertThat(shown(request.conversation().messages())).contains("result s1:The tool b is available.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{'role':'user','content':[{'type':'tool_use','id':'a','name':'f','input':{}}]} ~ messages.0.content.0.type",
                "{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'f','input':{}}]} ~ messages.0.content",
                "{'role':'user','content':[{'type':'tool_result','tool_use_id':'a'}]} ~ messages.0.content.0.tool_use_id",
                "{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'f'},{'type':'tool_use','id':'a','name':'f'}]}"
                        + " ~ messages.0.content.1.id",
                "{'role':'user','content':[{'type':'image','source':{'type':'file','file_id':'f'}}]}"
                        + " ~ messages.0.content.0.source.file_id",
                "{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'*'}}]}"
                        + " ~ messages.0.content.0.source.data",
                "{'role':'user','content':[{'type':'image','source':{'type':'url','url':'file:///etc'}}]}"
                        + " ~ messages.0.content.0.source.url",
                "{'role':'user','content':[{'type':'tool_use','id':'a','name':'f','input':[]}]} ~ messages.0.content.0.input",
                "{'role':'user','content':7} ~ messages.0.content",
                "{'role':'user','content':[{'type':'container_upload','file_id':'f'}]} ~ messages.0.content.0.type",
                "{'role':'assistant','content':[{'type':'server_tool_use','id':'a','name':'f'},"
                        + "{'type':'code_execution_tool_result','tool_use_id':'a','content':{'encrypted_stdout':'x'}}]}"
                        + " ~ messages.0.content.1.content.encrypted_stdout",
                "{'role':'assistant','content':[{'type':'code_execution_tool_result','tool_use_id':'a','content':{'stdout':'x'}}]}"
                        + " ~ messages.0.content.0.tool_use_id",
                "{'role':'tool','content':'x'} ~ messages.0.role",
                "{'role':'user'} ~ messages.0.content",
                "{'role':'user','content':''} ~ messages"
            })
    void a_fault_in_a_message_is_named_by_its_path(String message, String param) {
        assertThat(refused(messages(message)).param()).isEqualTo(param);
    }

    // ---- tools ----

    @Test
    void deferred_tools_are_declared_once_the_conversation_refers_to_them() {
        String tools = "'tools':[" + TOOL.formatted("a", "") + "," + TOOL.formatted("b", ",'defer_loading':true") + ","
                + TOOL.formatted("c", ",'defer_loading':true,'strict':true") + "],";
        String turn = "'messages':[{'role':'user','content':'Hi'},{'role':'assistant','content':[{'type':'tool_use',"
                + "'id':'t','name':'ToolSearch','input':{'q':'b'}}]},{'role':'user','content':[{'type':'tool_result',"
                + "'tool_use_id':'t','content':[{'type':'tool_reference','tool_name':'b'}]}]}]}";
        MessagesRequest request = read("{'model':'m','max_tokens':9," + tools + turn);
        assertThat(request.conversation().tools()).extracting(Tool::name).containsExactly("a", "b");
        assertThat(shown(request.conversation().messages())).endsWith("result t:The tool b is available.");
        assertThat(request.ignored()).containsExactly("tools.2.strict");
    }

    @Test
    void a_reference_to_a_tool_has_the_name_that_the_model_sees() {
        MessagesRequest request = read("{'model':'m','max_tokens':9,'tools':["
                + TOOL.formatted("a.b", ",'defer_loading':true") + "," + TOOL.formatted("a_b", "")
                + "],'messages':[{'role':'user','content':[{'type':'tool_reference','tool_name':'a.b'}]}]}");
        String name = request.conversation().tools().getFirst().name();
        assertThat(name).matches("a_b_[0-9a-f]{6}");
        assertThat(request.conversation().tools().getLast().name()).isEqualTo("a_b");
        assertThat(shown(request.conversation().messages())).isEqualTo("user:The tool " + name + " is available.");
    }

    @Test
    void more_declared_functions_than_allowed_are_refused_and_deferred_ones_do_not_count() {
        String many = String.join(
                ",",
                IntStream.range(0, 512)
                        .mapToObj(i -> TOOL.formatted("f" + i, ""))
                        .toList());
        String deferred = "," + TOOL.formatted("more", ",'defer_loading':true");
        assertThat(read(with("'tools':[" + many + deferred + "]"))
                        .conversation()
                        .tools())
                .hasSize(512);
        assertThat(refused(with("'tools':[" + many + "," + TOOL.formatted("more", "") + "]"))
                        .param())
                .isEqualTo("tools");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "web_fetch_20250910",
                "code_execution_20250825",
                "tool_search_tool_regex_20251119",
                "mcp_toolset",
                "advisor_20260301",
                "unheard_of_2027"
            })
    void a_tool_that_the_provider_runs_is_left_out_and_named(String type) {
        MessagesRequest request =
                read(with("'tools':[{'type':'" + type + "','name':'x','max_uses':3}," + TOOL.formatted("f", "") + "]"));
        assertThat(request.conversation().tools()).extracting(Tool::name).containsExactly("f");
        assertThat(request.ignored()).containsExactly("tools.0");
        assertThat(refused(with("'tools':[{'type':'" + type
                                + "','name':'x'}],'tool_choice':{'type':'tool','name':'x'}"))
                        .param())
                .isEqualTo("tool_choice.name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bash_20250124",
                "text_editor_20250728",
                "computer_20250124",
                "memory_20250818",
                "browser_toolset_20260801"
            })
    void a_tool_with_a_schema_of_the_vendors_is_refused(String type) {
        assertThat(refused(with("'tools':[{'type':'" + type + "','name':'x'}]")).param())
                .isEqualTo("tools.0.type");
    }

    @Test
    void a_tool_choice_is_checked_against_the_declared_tools() {
        String tools = "'tools':[" + TOOL.formatted("f", "") + ",{'type':'web_search_20250305','name':'web_search'}],";
        assertThat(choice(tools + "'tool_choice':{'type':'any','disable_parallel_tool_use':true}"))
                .isEqualTo(new ToolChoice.Required());
        assertThat(choice(tools + "'tool_choice':{'type':'tool','name':'f'}")).isEqualTo(new ToolChoice.Named("f"));
        assertThat(choice(tools + "'tool_choice':{'type':'tool','name':'web_search'}"))
                .isEqualTo(new ToolChoice.Auto());
        assertThat(choice(tools + "'tool_choice':{'type':'none'}")).isEqualTo(new ToolChoice.None());
        assertThat(refused(with(tools + "'tool_choice':{'type':'tool','name':'g'}"))
                        .param())
                .isEqualTo("tool_choice.name");
        assertThat(refused(with("'tool_choice':{'type':'any'}")).param()).isEqualTo("tool_choice");
        assertThat(refused(with(tools + "'tool_choice':{'type':'some'}")).param())
                .isEqualTo("tool_choice.type");
        assertThat(read(with(tools + "'tool_choice':{'type':'none'}"))
                        .conversation()
                        .webSearch())
                .isFalse();
    }

    private static ToolChoice choice(String members) {
        return read(with(members)).conversation().toolChoice();
    }

    // ---- other fields ----

    @Test
    void known_fields_are_read_and_unknown_ones_named() {
        MessagesRequest request = read(with("'stream':true,'temperature':0.5,'top_p':0.9,'top_k':40,'stop_sequences':["
                + "'a','b','c','d','e'],'thinking':{'type':'enabled','budget_tokens':5000},'output_config':{'effort':'high',"
                + "'format':{'type':'json_schema','schema':{'type':'object'}}},'metadata':{'user_id':'u'},'service_tier':'auto',"
                + "'safeguards':[],'context_management':{},'thread':{'type':'create'}"));
        Conversation given = request.conversation();
        assertThat(request.stream()).isTrue();
        assertThat(request.maxTokens()).isEqualTo(9L);
        assertThat(given.sampling().stop()).hasSize(5);
        assertThat(given.sampling().topK()).isEqualTo(40);
        assertThat(given.responseFormat()).isInstanceOf(ResponseFormat.JsonSchema.class);
        assertThat(request.ignored())
                .containsExactly("metadata", "service_tier", "safeguards", "context_management", "thread");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "'stop_sequences':['a','b','c','d','e','f'] ~ stop_sequences",
                "'temperature':'hot' ~ temperature",
                "'thinking':{'type':'deep'} ~ thinking.type",
                "'output_config':{'effort':'huge'} ~ output_config.effort",
                "'output_config':{'format':{'type':'text'}} ~ output_config.format.type",
                "'stream':1 ~ stream",
                "'system':7 ~ system",
                "'tools':[{'name':'','input_schema':{}}] ~ tools.0.name",
                "'tools':[{'name':'f'}] ~ tools.0.input_schema",
                "'thread':{'type':'continue','id':'x'} ~ thread",
                "'previous_message_id':'msg_1' ~ previous_message_id"
            })
    void a_fault_in_a_field_is_named_by_its_path(String members, String param) {
        assertThat(refused(with(members)).param()).isEqualTo(param);
    }

    @Test
    void a_maximum_is_required_except_for_a_count() {
        String body = "{'model':'m','messages':[{'role':'user','content':'Hi'}]}";
        assertThat(refused(body).param()).isEqualTo("max_tokens");
        assertThat(MessagesReader.read(bytes(body), ReadLimits.DEFAULT, Lease.FREE, true)
                        .maxTokens())
                .isNull();
        assertThat(refused("{'model':'m','max_tokens':0,'messages':[{'role':'user','content':'Hi'}]}")
                        .param())
                .isEqualTo("max_tokens");
    }

    // ---- whatever a caller may send ----

    @Test
    void random_damage_gives_a_request_or_a_refusal_and_nothing_else() {
        byte[] whole = bytes(
                "{'model':'m','max_tokens':9,'system':[{'type':'text','text':'\u4f60\u597d'}],'messages':["
                        + TURN
                        + ",{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':[{'type':'text',"
                        + "'text':'x'}]},{'type':'tool_result','tool_use_id':'t2','is_error':true},{'type':'document','title':'T',"
                        + "'source':{'type':'base64','media_type':'application/pdf','data':'JVBERi0='}}]}],'tools':["
                        + TOOL.formatted("look", ",'defer_loading':true")
                        + ",{'type':'web_search_20250305','name':'w'}],"
                        + "'tool_choice':{'type':'auto'},'thinking':{'type':'enabled','budget_tokens':9},'output_config':{'effort':'low'}}");
        assertThat(MessagesReader.read(whole, ReadLimits.DEFAULT, Lease.FREE, false)
                        .conversation()
                        .messages())
                .hasSize(6);
        Randomly.run(5_000, random -> {
            byte[] body = damaged(whole, random);
            try {
                assertThat(MessagesReader.read(body, ReadLimits.DEFAULT, Lease.FREE, random.nextBoolean()))
                        .isNotNull();
            } catch (ApiException refusal) {
                assertThat(refusal.error().status()).isEqualTo(400);
                assertThat(refusal.error().message()).matches("\\P{Cntrl}{1,1000}");
                assertThat(String.valueOf(refusal.error().param())).matches("[A-Za-z0-9_.\\[\\]-]*");
            }
        });
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] body = whole.clone();
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(4)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body[at] = (byte) "{}[]\",:\\0123nulltrue".charAt(random.nextInt(20));
                case 2 -> body = Arrays.copyOf(body, at + 1);
                default -> body = moved(body, at, random.nextInt(body.length));
            }
        }
        return body;
    }

    private static byte[] moved(byte[] body, int from, int to) {
        int length = Math.min(20, Math.min(body.length - from, body.length - to));
        byte[] moved = body.clone();
        System.arraycopy(body, from, moved, to, length);
        return moved;
    }

    @Test
    void input_that_is_no_valid_text_or_number_is_refused() {
        String call = "{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'f','input':{'x':#}}]}";
        assertThat(refused(messages(call.replace("#", "1e99999999"))).param()).startsWith("messages.0.content.0.input");
        assertThat(refused(messages(call.replace("#", "'\\ud800'"))).param()).startsWith("messages.0.content.0.input");
        assertThat(refused(messages(call.replace("#", "[".repeat(100)))).message())
                .contains("nested deeper");
    }

    @Test
    void the_request_carries_the_user_of_its_metadata() {
        MessagesRequest request = read(with("'metadata':{'x':1,'user_id':'u'}"));
        assertThat(request.callerNames().user()).isEqualTo("u");
        assertThat(request.ignored()).containsExactly("metadata");
        assertThat(read(with("'metadata':7")).callerNames().user()).isNull();
    }

    @Test
    void a_compaction_block_stands_for_the_messages_before_it() {
        assertThat(shown(said("{'role':'system','content':'Be brief.'}," + TURN + ",{'role':'assistant','content':["
                        + "{'type':'text','text':'old'},{'type':'compaction','content':'We counted.'},"
                        + "{'type':'text','text':'Next.'}]},{'role':'user','content':'Go on'}")))
                .isEqualTo(
                        "system:Be brief.|user:Summary of the conversation so far:\nWe counted.|assistant:Next.[]|user:Go on");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",'content':null", ",'content':''", ",'content':[]"})
    void an_empty_compaction_block_is_refused_by_its_place(String content) {
        ApiError refused =
                refused(messages("{'role':'user','content':'a'},{'role':'assistant','content':[{'type':'compaction'"
                        + content + "}]},{'role':'user','content':'b'}"));
        assertThat(refused.param()).isEqualTo("messages.1.content.0");
    }
}
