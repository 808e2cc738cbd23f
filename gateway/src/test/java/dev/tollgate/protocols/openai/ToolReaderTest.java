package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.read;
import static dev.tollgate.protocols.openai.Bodies.refused;
import static dev.tollgate.protocols.openai.Bodies.with;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.testing.ChatBodies;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolReaderTest {

    private static final String F = "{'type':'function','function':{'name':'f'}}";
    private static final String G = "{'type':'function','function':{'name':'g'}}";
    private static final String SEARCH = "{'type':'function','function':{'name':'googleSearch'}}";

    @Test
    void a_function_keeps_the_order_and_the_digits_of_its_schema() {
        ChatRequest request =
                read(with("'tools':[{'type':'function','function':{'name':'f','description':'d','strict':true,"
                        + "'parameters':{'type':'object','properties':{'z':{'const':12345678901234567890123},"
                        + "'a':{'maximum':1.50,'enum':[true,null,'\u00e9']}}}}}]"));
        Tool tool = request.conversation().tools().getFirst();
        assertThat(tool.name()).isEqualTo("f");
        assertThat(tool.description()).isEqualTo("d");
        assertThat(tool.strict()).isTrue();
        assertThat(tool.parameters())
                .hasToString("{\"type\":\"object\",\"properties\":{\"z\":{\"const\":12345678901234567890123},"
                        + "\"a\":{\"maximum\":1.50,\"enum\":[true,null,\"\u00e9\"]}}}");
    }

    @Test
    void tools_may_be_an_empty_list_or_bare_names() {
        assertThat(read(with("'tools':[]")).conversation().tools()).isEmpty();
        assertThat(read(with("'tools':[{'type':'function','function':{'name':'f','parameters':null,'strict':null}}]"))
                        .conversation()
                        .tools())
                .containsExactly(new Tool(ChatBodies.tool(0), "f", null, null, null));
    }

    @Test
    void a_search_tool_needs_only_its_name_and_the_rest_is_listed() {
        ChatRequest request = read(with("'tools':[{'type':'function','function':"
                + "{'name':'google_search','description':'d','parameters':{},'strict':false}}]"));
        assertThat(request.conversation().searches()).isTrue();
        assertThat(request.conversation().functions()).isEmpty();
        assertThat(request.conversation().tools())
                .containsExactly(new Tool(ChatBodies.tool(0), "google_search", null, null, null));
        assertThat(request.ignored())
                .containsExactly(
                        "tools.0.function.description", "tools.0.function.parameters", "tools.0.function.strict");
    }

    @Test
    void deprecated_functions_are_tools_that_are_answered_in_the_deprecated_form() {
        ChatRequest request = read(with("'functions':[{'name':'f','parameters':{}}],'function_call':{'name':'f'}"));
        assertThat(request.legacyFunctions()).isTrue();
        assertThat(request.conversation().tools()).extracting(Tool::name).containsExactly("f");
        assertThat(request.conversation().toolChoice()).isEqualTo(new ToolChoice.Named("f"));
        assertThat(read(with("'functions':[{'name':'f'}],'function_call':'none'"))
                        .conversation()
                        .toolChoice())
                .isEqualTo(new ToolChoice.None());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'tools':{}                                     | tools                        | 'tools' must be an array, got an object.
            'tools':[{'function':{'name':'f'}}]            | tools.0.type                 | 'tools.0.type' is required.
            'tools':[{'type':'function'}]                  | tools.0.function             | 'tools.0.function' is required.
            'tools':[{'type':'mcp','custom':{'name':'c'}}] | tools.0.type                 | 'tools.0.type' must be one of function, custom, google_search, url_context, code_execution or google_maps, got "mcp".
            'tools':[{'type':'custom','function':{'name':'c'}}] | tools.0.custom          | 'tools.0.custom' is required.
            'tools':[{'type':'custom','custom':{}}]        | tools.0.custom.name          | 'tools.0.custom.name' is required.
            'tools':[{'type':'custom','custom':{'name':'f'}},{'type':'function','function':{'name':'f'}}] | tools.1.function.name | 'tools.1.function.name' must differ from the other tools' names, "f" is there twice.
            'tools':[{'type':'function','function':{}}]    | tools.0.function.name        | 'tools.0.function.name' is required.
            'tools':[{'type':'function','function':{'name':''}}] | tools.0.function.name | 'tools.0.function.name' must be a string that is not empty, got "".
            'tools':[{'type':'function','function':{'name':'f','parameters':[]}}] | tools.0.function.parameters | 'tools.0.function.parameters' must be an object, got an array.
            'tools':[{'type':'function','function':{'name':'f','parameters':{'a':{'b':'\\udc00'}}}}] | tools.0.function.parameters.a.b | 'tools.0.function.parameters.a.b' holds half of a surrogate pair, which is not a character.
            'tools':[{'type':'function','function':{'name':'f','strict':1}}] | tools.0.function.strict | 'tools.0.function.strict' must be true or false, got 1.
            'functions':[{}]                               | functions.0.name             | 'functions.0.name' is required.
            'functions':[{'name':'f'},{'name':'f'}]        | functions.1.name             | 'functions.1.name' must differ from the other tools' names, "f" is there twice.
            'tool_choice':'any'                            | tool_choice                  | 'tool_choice' must be one of none, auto, required or validated, got "any".
            'tool_choice':5                                | tool_choice                  | 'tool_choice' must be none, auto, required, validated or an object, got 5.
            'tool_choice':'required'                       | tool_choice                  | 'tool_choice' must be none or auto where no tools are given.
            'tool_choice':{'type':'function','function':{'name':'f'}} | tool_choice       | 'tool_choice' must be none or auto where no tools are given.
            'tool_choice':{'type':'custom'}                | tool_choice.custom.name      | 'tool_choice.custom.name' is required.
            'tool_choice':{'type':'custom','custom':{'name':'f'}} | tool_choice           | 'tool_choice' must be none or auto where no tools are given.
            'tool_choice':{'function':{'name':'f'}}        | tool_choice.type             | 'tool_choice.type' is required.
            'tool_choice':{'type':'function'}              | tool_choice.function.name    | 'tool_choice.function.name' is required.
            'tool_choice':{'type':'allowed_tools','allowed_tools':{'tools':[]}} | tool_choice.allowed_tools.mode | 'tool_choice.allowed_tools.mode' is required.
            'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':[]}} | tool_choice.allowed_tools.tools | 'tool_choice.allowed_tools.tools' is required.
            'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':[{}]}} | tool_choice.allowed_tools.tools.0 | 'tool_choice.allowed_tools.tools.0' must name a function that is not named yet, as function.name.
            'function_call':'required'                     | function_call                | 'function_call' must be one of none or auto, got "required".
            'function_call':'auto','tool_choice':'auto'    | function_call                | 'function_call' must not be given together with 'tool_choice'.
            """)
    void tools_and_choices_out_of_form_are_named(String members, String param, String message) {
        ApiError refusal = refused(with(members));
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isEqualTo(message);
    }

    @Test
    void a_choice_must_name_tools_that_are_there() {
        ApiError refusal =
                refused(with("'tool_choice':{'type':'function','function':{'name':'h'}},'tools':[" + F + "]"));
        assertThat(refusal.message()).isEqualTo("'tool_choice' names \"h\", which is not among the tools.");
        assertThat(refused(with("'tools':[" + F + "],'functions':[{'name':'g'}]"))
                        .message())
                .isEqualTo("'functions' must not be given together with 'tools'.");
    }

    @Test
    void every_choice_among_functions_is_read() {
        String tools = "'tools':[" + F + "," + G + "],'tool_choice':";
        assertThat(read(with(tools + "'none'")).conversation().toolChoice()).isEqualTo(new ToolChoice.None());
        assertThat(read(with(tools + "'auto'")).conversation().toolChoice()).isEqualTo(new ToolChoice.Auto());
        assertThat(read(with(tools + "'required'")).conversation().toolChoice()).isEqualTo(new ToolChoice.Required());
        assertThat(read(with(tools + G)).conversation().toolChoice()).isEqualTo(new ToolChoice.Named("g"));
        assertThat(read(with(tools + "{'type':'allowed_tools','allowed_tools':{'mode':'required','tools':[" + G
                                + "]}}"))
                        .conversation()
                        .toolChoice())
                .isEqualTo(new ToolChoice.Allowed(true, List.of("g")));
    }

    @Test
    void a_choice_can_forbid_the_search_but_not_demand_it() {
        String tools = "'tools':[" + SEARCH + "," + F + "],'tool_choice':";
        ChatRequest none = read(with(tools + "'none'"));
        assertThat(none.conversation().searches()).isFalse();
        assertThat(none.conversation().functions()).hasSize(1);

        ChatRequest named = read(with(tools + SEARCH));
        assertThat(named.conversation().searches()).isTrue();
        assertThat(named.conversation().toolChoice()).isEqualTo(new ToolChoice.Auto());
        assertThat(named.ignored()).containsExactly("tool_choice");

        assertThat(read(with("'tools':[" + SEARCH + "],'tool_choice':'required'"))
                        .ignored())
                .containsExactly("tool_choice");
    }

    @Test
    void allowed_tools_decide_on_the_search_too() {
        String tools =
                "'tools':[" + SEARCH + "," + F + "," + G + "],'tool_choice':{'type':'allowed_tools','allowed_tools':";
        ChatRequest withoutSearch = read(with(tools + "{'mode':'auto','tools':[" + F + "]}}"));
        assertThat(withoutSearch.conversation().searches()).isFalse();
        assertThat(withoutSearch.conversation().toolChoice()).isEqualTo(new ToolChoice.Allowed(false, List.of("f")));

        ChatRequest onlySearch = read(with(tools + "{'mode':'required','tools':[" + SEARCH + "]}}"));
        assertThat(onlySearch.conversation().tools()).extracting(Tool::name).containsExactly("googleSearch");
        assertThat(onlySearch.ignored()).containsExactly("tool_choice");
    }

    @Test
    void more_tools_than_allowed_are_refused() {
        StringBuilder tools = new StringBuilder("'tools':[" + F);
        for (int i = 1; i < 512; i++) {
            tools.append(",{'type':'function','function':{'name':'f").append(i).append("'}}");
        }
        assertThat(read(with(tools + "]")).conversation().tools()).hasSize(512);
        assertThat(refused(with(tools + "," + G + "]")).message()).isEqualTo("'tools' must have at most 512 elements.");
    }

    @Test
    void response_formats_are_read() {
        assertThat(read(with("'response_format':{'type':'text'}"))
                        .conversation()
                        .responseFormat())
                .isEqualTo(new ResponseFormat.Text());
        assertThat(read(with("'response_format':{'type':'json_object'}"))
                        .conversation()
                        .responseFormat())
                .isEqualTo(new ResponseFormat.JsonObject());
        assertThat(read(with("'response_format':{'type':'json_schema','json_schema':{'name':'1st','schema':null}}"))
                        .conversation()
                        .responseFormat())
                .isEqualTo(new ResponseFormat.JsonObject());
        assertThat(read(with(
                                "'response_format':{'type':'json_schema','json_schema':{'name':'n','description':'d','strict':true}}"))
                        .ignored())
                .containsExactly(
                        "response_format.json_schema.name",
                        "response_format.json_schema.description",
                        "response_format.json_schema.strict");
        ResponseFormat.JsonSchema schema = (ResponseFormat.JsonSchema)
                read(with("'response_format':{'type':'json_schema','json_schema':{'name':'n','description':'d',"
                                + "'strict':true,'schema':{'type':'object'}}}"))
                        .conversation()
                        .responseFormat();
        assertThat(schema.name()).isEqualTo("n");
        assertThat(schema.description()).isEqualTo("d");
        assertThat(schema.strict()).isTrue();
        assertThat(schema.schema()).hasToString("{\"type\":\"object\"}");
    }

    @Test
    void a_schema_next_to_json_object_is_followed() {
        ResponseFormat.JsonSchema schema = (ResponseFormat.JsonSchema)
                read(with("'response_format':{'schema':{'type':'object'},'type':'json_object'}"))
                        .conversation()
                        .responseFormat();
        assertThat(schema.schema()).hasToString("{\"type\":\"object\"}");
        assertThat(schema.name()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'json_object'                | response_format      | 'response_format' must be an object, got "json_object".
            {}                           | response_format.type | 'response_format.type' is required.
            {'type':'xml'}               | response_format.type | 'response_format.type' must be one of text, json_object or json_schema, got "xml".
            {'type':'json_schema'}       | response_format.json_schema | 'response_format.json_schema' is required.
            {'type':'json_schema','json_schema':{}} | response_format.json_schema.name | 'response_format.json_schema.name' is required.
            {'type':'json_schema','json_schema':{'name':'a b'}} | response_format.json_schema.name | 'response_format.json_schema.name' must be 1 to 64 letters, digits, underscores or hyphens, got "a b".
            {'type':'json_schema','json_schema':{'name':'n','schema':'x'}} | response_format.json_schema.schema | 'response_format.json_schema.schema' must be an object, got "x".
            """)
    void response_formats_out_of_form_are_named(String format, String param, String message) {
        ApiError refusal = refused(with("'response_format':" + format));
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isEqualTo(message);
    }
}
