package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.messages;
import static dev.tollgate.protocols.openai.Bodies.read;
import static dev.tollgate.protocols.openai.Bodies.refused;
import static dev.tollgate.protocols.openai.Bodies.with;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.testing.ChatBodies;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRequestReaderTest {

    @Test
    void the_smallest_request_leaves_everything_else_unsaid() {
        ChatRequest request = read(with(""));
        assertThat(request.model()).isEqualTo("m");
        assertThat(request.conversation().messages())
                .containsExactly(new Message.User(ChatBodies.message(0), List.of(new ContentPart.Text("hi"))));
        assertThat(request.conversation().sampling().candidates()).isEqualTo(1);
        assertThat(request.stream()).isNull();
        assertThat(request.maxTokens()).isNull();
        assertThat(request.maxTokensField()).isNull();
        assertThat(request.conversation().sampling().temperature()).isNull();
        assertThat(request.conversation().toolChoice()).isEqualTo(new ToolChoice.Auto());
        assertThat(request.conversation().responseFormat()).isEqualTo(new ResponseFormat.Text());
        assertThat(request.conversation().webSearch()).isFalse();
        assertThat(request.legacyFunctions()).isFalse();
        assertThat(request.ignored()).isEmpty();
    }

    @Test
    void all_sampling_fields_are_read() {
        ChatRequest request = read(with("'n':2,'stop':['a','','b'],'temperature':0,'top_p':0.5,'top_k':40,"
                + "'presence_penalty':-2,'frequency_penalty':1.5,'logprobs':true,'top_logprobs':3,"
                + "'seed':-9223372036854775808,'stream':true,'reasoning_effort':'xhigh','include_thoughts':false,"
                + "'max_completion_tokens':7,'web_search_options':{}"));
        assertThat(request.conversation().sampling().candidates()).isEqualTo(2);
        assertThat(request.conversation().sampling().stop()).containsExactly("a", "b");
        assertThat(request.conversation().sampling().temperature()).isEqualTo(0.0);
        assertThat(request.conversation().sampling().topP()).isEqualTo(0.5);
        assertThat(request.conversation().sampling().topK()).isEqualTo(40);
        assertThat(request.conversation().sampling().presencePenalty()).isEqualTo(-2.0);
        assertThat(request.conversation().sampling().frequencyPenalty()).isEqualTo(1.5);
        assertThat(request.conversation().sampling().logprobs()).isTrue();
        assertThat(request.conversation().sampling().topLogprobs()).isEqualTo(3);
        assertThat(request.conversation().sampling().seed()).isEqualTo(Long.MIN_VALUE);
        assertThat(request.stream()).isTrue();
        assertThat(request.conversation().reasoningEffort()).isEqualTo(Effort.XHIGH);
        assertThat(request.conversation().includeThoughts()).isFalse();
        assertThat(request.maxTokens()).isEqualTo(7);
        assertThat(request.maxTokensField()).isEqualTo("max_completion_tokens");
        assertThat(request.conversation().webSearch()).isTrue();
        assertThat(request.conversation().searches()).isTrue();
        assertThat(request.ignored()).containsExactly("stop.1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            {'effort':'high'}                                | HIGH | true
            {'effort':'high','exclude':true}                 | HIGH | false
            {'effort':'none'}                                | NONE | false
            {'max_tokens':1}                                 | -    | true
            {'max_tokens':0}                                 | -    | false
            {'enabled':true}                                 | -    | true
            {'enabled':false}                                | NONE | false
            {'effort':'none','enabled':false,'exclude':false} | NONE | true
            {'exclude':null}                                 | -    | true
            {}                                               | -    | true
            """)
    void reasoning_says_effort_and_thoughts_in_openrouters_words(String object, Effort effort, Boolean thoughts) {
        Conversation read = read(with("'reasoning':" + object)).conversation();
        assertThat(read.reasoningEffort()).isEqualTo(effort);
        assertThat(read.includeThoughts()).isEqualTo(thoughts);
        Conversation merged =
                read(with("'extra_body':{'reasoning':" + object + "}")).conversation();
        assertThat(merged.reasoningEffort()).isEqualTo(effort);
        assertThat(merged.includeThoughts()).isEqualTo(thoughts);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
            'include_reasoning':true                                                        | true
            'include_reasoning':false                                                       | false
            'include_reasoning':true,'reasoning':{'effort':'none'}                          | false
            'include_reasoning':false,'reasoning':{'effort':'high'}                         | false
            'include_reasoning':null                                                        | -
            'include_thoughts':false,'reasoning':{'effort':'high'}                          | false
            'include_thoughts':true,'reasoning':{'enabled':false}                           | true
            'google':{'thinking_config':{'include_thoughts':false}},'reasoning':{}          | -
            """)
    void what_says_of_thoughts_goes_before_what_implies_them(String fields, Boolean thoughts) {
        assertThat(read(with(fields)).conversation().includeThoughts()).isEqualTo(thoughts);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            gemini-2.5-pro |     5000 | -      | 5000
            gemini-2.5-pro | 99999999 | -      | 32768
            gemini-3-pro   |     4095 | LOW    | -
            gemini-3-pro   |     5000 | MEDIUM | -
            gemini-3-pro   |    16384 | HIGH   | -
            """)
    void a_number_of_reasoning_tokens_is_what_the_model_takes(
            String model, long tokens, Effort effort, Integer budget) {
        Conversation read = read(with("'google':{'safety_settings':[]},'reasoning':{'max_tokens':" + tokens + "}"))
                .conversation(Objects.requireNonNull(CatalogueLoader.builtIn().find(model)));
        assertThat(read.reasoningEffort()).isEqualTo(effort);
        assertThat(read.google()).isEqualTo(new GoogleOptions(null, budget, null, List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'reasoning':{'effort':'low'},'reasoning_effort':'high'        | reasoning.effort     | 'reasoning.effort' contradicts 'reasoning_effort'.
            'reasoning_effort':'high','reasoning':{'max_tokens':9}        | reasoning.max_tokens | 'reasoning.max_tokens' contradicts 'reasoning_effort'.
            'reasoning':{'effort':'low','max_tokens':9}                   | reasoning.effort     | 'reasoning.effort' must not be given together with 'reasoning.max_tokens'.
            'reasoning':{'effort':'low','enabled':false}                  | reasoning.enabled    | 'reasoning.enabled' contradicts 'reasoning.effort'.
            'reasoning':{'enabled':false},'reasoning_effort':'low'        | reasoning.enabled    | 'reasoning.enabled' contradicts 'reasoning_effort'.
            'reasoning':{'exclude':true},'include_reasoning':true         | include_reasoning    | 'include_reasoning' contradicts 'reasoning.exclude'.
            'include_thoughts':true,'include_reasoning':false             | include_reasoning    | 'include_reasoning' contradicts 'include_thoughts'.
            'include_reasoning':1                                         | include_reasoning    | 'include_reasoning' must be true or false, got 1.
            'reasoning':{'max_tokens':-1}                                 | reasoning.max_tokens | 'reasoning.max_tokens' must be an integer of at least 0, got -1.
            'reasoning':{'effort':'loud'}                                 | reasoning.effort     | 'reasoning.effort' must be one of none, minimal, low, medium, high, xhigh or max, got "loud".
            'reasoning':'high'                                            | reasoning            | 'reasoning' must be an object, got "high".
            'include_thoughts':true,'reasoning':{'exclude':true}          | reasoning.exclude    | 'reasoning.exclude' contradicts 'include_thoughts'.
            'google':{'thinking_config':{'thinking_budget':1}},'reasoning':{'effort':'low'} | reasoning.effort | 'reasoning.effort' must not be given together with 'google.thinking_config'.
            """)
    void words_about_reasoning_that_differ_are_refused(String fields, String param, String message) {
        ApiError refusal = refused(with(fields));
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isEqualTo(message);
    }

    @Test
    void null_is_absent_wherever_a_field_is_optional() {
        ChatRequest request = read(with("'n':null,'stop':null,'temperature':null,'tools':null,'tool_choice':null,"
                + "'response_format':null,'max_tokens':null,'stream':null,'stream_options':null,'logit_bias':null,"
                + "'unheard_of':null,'functions':null,'seed':null,'reasoning_effort':null,'web_search_options':null"));
        assertThat(request).isEqualTo(read(with("")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                              | model                | 'model' is required.
            {'model':null,'messages':[]}                    | messages             | 'messages' must have at least 1 message.
            {'model':null,'messages':null}                  | model                | 'model' is required.
            {'model':'m'}                                   | messages             | 'messages' is required.
            {'model':'m','messages':null}                   | messages             | 'messages' is required.
            {'model':'','messages':[]}                      | model                | 'model' must be a string that is not empty, got "".
            {'model':5,'messages':[]}                       | model                | 'model' must be a string, got 5.
            {'model':'m','messages':{}}                     | messages             | 'messages' must be an array, got an object.
            {'model':'m','messages':[7]}                    | messages.0           | 'messages.0' must be an object, got 7.
            {'model':'m','messages':[null]}                 | messages.0           | 'messages.0' must be an object, got null.
            {'model':'m','messages':[{}]}                   | messages.0.role      | 'messages.0.role' is required.
            {'model':'m','messages':[{'role':'bot'}]}       | messages.0.role      | 'messages.0.role' must be one of system, developer, user, assistant, tool or function, got "bot".
            {'model':'m','messages':[{'role':'user'}]}      | messages.0.content   | 'messages.0.content' is required.
            """)
    void what_is_required_is_named(String body, String param, String message) {
        ApiError refusal = refused(body);
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'temperature':3          | temperature        | 'temperature' must be a number between 0 and 2, got 3.
            'temperature':-0.1       | temperature        | 'temperature' must be a number between 0 and 2, got -0.1.
            'temperature':1e999      | temperature        | 'temperature' must be a number between 0 and 2, got 1e999.
            'temperature':'1'        | temperature        | 'temperature' must be a number between 0 and 2, got "1".
            'top_p':1.01             | top_p              | 'top_p' must be a number between 0 and 1, got 1.01.
            'top_k':0                | top_k              | 'top_k' must be an integer of at least 1, got 0.
            'n':0                    | n                  | 'n' must be an integer between 1 and 128, got 0.
            'n':129                  | n                  | 'n' must be an integer between 1 and 128, got 129.
            'n':1.0                  | n                  | 'n' must be an integer between 1 and 128, got 1.0.
            'n':'2'                  | n                  | 'n' must be an integer between 1 and 128, got "2".
            'max_tokens':0           | max_tokens         | 'max_tokens' must be an integer of at least 1, got 0.
            'max_completion_tokens':true | max_completion_tokens | 'max_completion_tokens' must be an integer of at least 1, got true.
            'max_tokens':9223372036854775808 | max_tokens | 'max_tokens' must be an integer between 1 and 9223372036854775807, got 9223372036854775808.
            'max_tokens':1e20        | max_tokens         | 'max_tokens' must be an integer between 1 and 9223372036854775807, got 1e20.
            'top_k':2147483648       | top_k              | 'top_k' must be an integer between 1 and 2147483647, got 2147483648.
            'seed':9223372036854775808 | seed             | 'seed' must be an integer between -9223372036854775808 and 9223372036854775807, got 9223372036854775808.
            'seed':1.5               | seed               | 'seed' must be an integer of 64 bits, got 1.5.
            'presence_penalty':2.5   | presence_penalty   | 'presence_penalty' must be a number between -2 and 2, got 2.5.
            'stream':'true'          | stream             | 'stream' must be true or false, got "true".
            'stop':5                 | stop               | 'stop' must be a string or an array of at most 4 strings, got 5.
            'stop':['a','b','c','d','e'] | stop           | 'stop' must have at most 4 elements.
            'stop':['a',null]        | stop.1             | 'stop.1' must be a string, got null.
            'logprobs':1             | logprobs           | 'logprobs' must be true or false, got 1.
            'top_logprobs':21        | top_logprobs       | 'top_logprobs' must be an integer between 0 and 20, got 21.
            'top_logprobs':2         | top_logprobs       | 'top_logprobs' needs 'logprobs' to be true.
            'reasoning_effort':'huge' | reasoning_effort  | 'reasoning_effort' must be one of none, minimal, low, medium, high, xhigh or max, got "huge".
            'include_thoughts':'no'  | include_thoughts   | 'include_thoughts' must be true or false, got "no".
            'stream_options':[]      | stream_options     | 'stream_options' must be an object, got an array.
            'stream_options':{'include_usage':1} | stream_options.include_usage | 'stream_options.include_usage' must be true or false, got 1.
            'web_search_options':{'search_context_size':'big'} | web_search_options.search_context_size | 'web_search_options.search_context_size' must be one of low, medium or high, got "big".
            'modalities':['text','audio'] | modalities.1  | 'modalities.1' must be text or image, the models do not answer in audio.
            'logit_bias':{'5':101}   | logit_bias.5       | 'logit_bias.5' must be a number between -100 and 100, got 101.
            'metadata':{'a':1}       | metadata.a         | 'metadata.a' must be a string, got 1.
            'store':'yes'            | store              | 'store' must be true or false, got "yes".
            'user':7                 | user               | 'user' must be a string, got 7.
            'verbosity':'max'        | verbosity          | 'verbosity' must be one of low, medium or high, got "max".
            'prediction':'x'         | prediction         | 'prediction' must be an object, got "x".
            'parallel_tool_calls':0  | parallel_tool_calls | 'parallel_tool_calls' must be true or false, got 0.
            'google':{'cached_content':'c'} | google.cached_content | 'google.cached_content' is not supported.
            'extra_body':{'google':{'cached_content':'c'}} | extra_body.google.cached_content | 'extra_body.google.cached_content' is not supported.
            'google':{'thinking_config':{'thinking_budget':-2}} | google.thinking_config.thinking_budget | 'google.thinking_config.thinking_budget' must be an integer of at least -1, got -2.
            'google':{'thinking_config':{'thinking_budget':1,'thinking_level':'low'}} | google.thinking_config | 'google.thinking_config' must have thinking_budget or thinking_level, not both.
            'google':{'thinking_config':{'thinking_level':'low'}},'reasoning_effort':'low' | reasoning_effort | 'reasoning_effort' must not be given together with 'google.thinking_config'.
            'google':{'safety_settings':[{'category':'X'}]} | google.safety_settings.0.category | 'google.safety_settings.0.category' must be one of HARM_CATEGORY_HARASSMENT, HARM_CATEGORY_HATE_SPEECH, HARM_CATEGORY_SEXUALLY_EXPLICIT, HARM_CATEGORY_DANGEROUS_CONTENT, HARM_CATEGORY_CIVIC_INTEGRITY or HARM_CATEGORY_JAILBREAK, got "X".
            'google':{'safety_settings':[{'category':'HARM_CATEGORY_JAILBREAK'}]} | google.safety_settings.0.threshold | 'google.safety_settings.0.threshold' is required.
            'top_k':3,'extra_body':{'top_k':4} | extra_body.top_k | 'extra_body.top_k' is given twice, in 'extra_body' and outside it.
            'include_thoughts':true,'google':{'thinking_config':{'include_thoughts':false}} | include_thoughts | 'include_thoughts' contradicts 'google.thinking_config.include_thoughts'.
            'n':1,'n':1              | n                  | 'n' is given twice.
            'unheard_of':{'a':1,'a':2} | unheard_of.a     | 'unheard_of.a' is given twice.
            """)
    void a_value_out_of_place_is_named_with_what_came_and_what_is_allowed(
            String members, String param, String message) {
        ApiError refusal = refused(with(members));
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isEqualTo(message);
    }

    @Test
    void the_newer_maximum_wins_and_the_older_is_named() {
        ChatRequest request = read(with("'max_tokens':5,'max_completion_tokens':7"));
        assertThat(request.maxTokens()).isEqualTo(7);
        assertThat(request.maxTokensField()).isEqualTo("max_completion_tokens");
        assertThat(request.ignored()).containsExactly("max_tokens");
        assertThat(read(with("'max_tokens':5")).maxTokensField()).isEqualTo("max_tokens");
    }

    @Test
    void a_stop_may_be_a_bare_string() {
        assertThat(read(with("'stop':'END'")).conversation().sampling().stop()).containsExactly("END");
        assertThat(read(with("'stop':''")).conversation().sampling().stop()).isEmpty();
        assertThat(read(with("'stop':[]")).conversation().sampling().stop()).isEmpty();
    }

    @Test
    void fields_without_effect_are_listed_by_dotted_path_in_the_order_of_the_body() {
        ChatRequest request = read("{'zeta':{'deep':[{'x':1}]},'model':'m','user':'u1','logit_bias':{'50256':-100},"
                + "'prediction':{'type':'content','content':'x'},'verbosity':'low','store':true,'metadata':{'a':'b'},"
                + "'service_tier':'auto','safety_identifier':'s','prompt_cache_key':'k','moderation':{},"
                + "'audio':{'voice':'alloy'},'modalities':['text'],"
                + "'stream_options':{'include_usage':true,'include_obfuscation':true,'other':1},"
                + "'web_search_options':{'search_context_size':'low','user_location':{'type':'approximate'}},"
                + "'extra_body':{'foo':1,'google':{'bar':2}},"
                + "'messages':[{'role':'user','name':'bob','content':'hi','cache_control':{}}]}");
        assertThat(request.ignored())
                .containsExactly(
                        "zeta",
                        "user",
                        "logit_bias",
                        "prediction",
                        "verbosity",
                        "store",
                        "metadata",
                        "service_tier",
                        "safety_identifier",
                        "moderation",
                        "audio",
                        "stream_options.include_obfuscation",
                        "stream_options.other",
                        "web_search_options.search_context_size",
                        "web_search_options.user_location",
                        "extra_body.foo",
                        "extra_body.google.bar",
                        "messages.0.cache_control",
                        "messages.0.name");
    }

    @Test
    void what_says_only_what_happens_anyway_is_not_listed() {
        assertThat(read(with(
                                "'store':false,'parallel_tool_calls':false,'logit_bias':{},'metadata':{},"
                                        + "'modalities':['text'],'stream_options':{'include_usage':true,'include_obfuscation':false}"))
                        .ignored())
                .isEmpty();
    }

    @Test
    void stream_options_of_a_call_that_does_not_stream_are_listed() {
        assertThat(read(with("'stream':false,'stream_options':{'include_usage':true}"))
                        .ignored())
                .containsExactly("stream_options");
    }

    @Test
    void names_of_unknown_fields_come_out_harmless_and_bounded() {
        ChatRequest request = read(with("'x-y\\r\\nset-cookie: \u00e9':1,'" + "a".repeat(5_000) + "':2,'ok.[0]_-Z':3"));
        assertThat(request.ignored()).containsExactly("x-y__set-cookie___", "a".repeat(64), "ok.[0]_-Z");
        StringBuilder many = new StringBuilder("'f0':1");
        for (int i = 1; i < 1_000; i++) {
            many.append(",'f").append(i).append("':1");
        }
        assertThat(read(with(many.toString())).ignored()).hasSize(64).contains("f0", "f63");
    }

    @Test
    void googles_options_are_read_from_the_body_and_from_extra_body() {
        String google = "'google':{'thinking_config':{'include_thoughts':true,'thinking_budget':1024},"
                + "'safety_settings':[{'category':'HARM_CATEGORY_HARASSMENT','threshold':'OFF'}]}";
        GoogleOptions expected = new GoogleOptions(
                true, 1024, null, List.of(new GoogleOptions.SafetySetting("HARM_CATEGORY_HARASSMENT", "OFF")));
        assertThat(read(with(google)).conversation().google()).isEqualTo(expected);
        assertThat(read(with("'extra_body':{" + google + ",'top_k':9}"))
                        .conversation()
                        .google())
                .isEqualTo(expected);
        assertThat(read(with("'extra_body':{'top_k':9}"))
                        .conversation()
                        .sampling()
                        .topK())
                .isEqualTo(9);
        assertThat(read(with("'google':{'thinking_config':{'thinking_level':'HIGH'}}"))
                        .conversation()
                        .google())
                .isEqualTo(new GoogleOptions(null, null, "high", java.util.List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "[]", "'x'", "null", "true"})
    void a_body_that_is_not_an_object_is_refused(String body) {
        ApiError refusal = refused(body);
        assertThat(refusal.param()).isNull();
        assertThat(refusal.message()).startsWith("The body must be a JSON object, got ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n "})
    void an_empty_body_is_refused(String body) {
        assertThat(refused(body).message()).isEqualTo("The body is empty, a JSON object is required.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'model':'m'                        | The body is not valid JSON: it ends too early.
            {'model':'m                         | The body is not valid JSON: it ends too early.
            {'model':'m',}                      | The body is not valid JSON (line 1, column 14).
            {'model':secret}                    | The body is not valid JSON (line 1, column 10).
            {'model':NaN}                       | The body is not valid JSON (line 1, column 13).
            {'model':'m'} {}                    | The body must be one JSON object, more came after its end.
            {'model':'m'}x                      | The body is not valid JSON (line 1, column 14).
            /* x */ {'model':'m'}               | The body is not valid JSON (line 1, column 1).
            """)
    void malformed_json_is_reported_by_position_without_an_excerpt(String body, String message) {
        assertThat(refused(body).message()).isEqualTo(message);
    }

    @Test
    void a_caller_gets_back_little_of_a_long_value_and_no_control_characters() {
        String message = refused(with("'reasoning_effort':'\\u0007\\u202e\\ud800" + "x".repeat(10_000) + "'"))
                .message();
        assertThat(message).endsWith("got \"???" + "x".repeat(57) + "...\".");
        assertThat(refused(with("'n':" + "9".repeat(900))).message()).hasSizeLessThan(130);
    }

    @Test
    void a_number_or_a_name_of_absurd_length_is_refused() {
        assertThat(refused(with("'n':" + "9".repeat(2_000))).message())
                .startsWith("The body has a name or a number that is too long");
        assertThat(refused(with("'" + "n".repeat(20_000) + "':1")).message())
                .startsWith("The body has a name or a number that is too long");
    }

    @Test
    void more_messages_than_allowed_are_refused() {
        String one = "{'role':'user','content':'x'}";
        assertThat(read(messages(one + ("," + one).repeat(9_999)))
                        .conversation()
                        .messages())
                .hasSize(10_000);
        ApiError refusal = refused(messages(one + ("," + one).repeat(10_000)));
        assertThat(refusal.param()).isEqualTo("messages");
        assertThat(refusal.message()).isEqualTo("'messages' must have at most 10000 elements.");
    }

    @Test
    void the_request_carries_the_user_the_session_and_tags() {
        CallerNames names = read(with("'safety_identifier':'s','user':'u','prompt_cache_key':'k',"
                        + "'metadata':{'team':'blue','" + "n".repeat(65) + "':'v'}"))
                .callerNames();
        assertThat(names.user()).isEqualTo("s");
        assertThat(names.session()).isEqualTo("k");
        assertThat(names.tags()).isEqualTo(Map.of("team", "blue"));
        assertThat(read(with("'user':'u'")).callerNames().user()).isEqualTo("u");
    }
}
