package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * No field is dropped silently (D5): whatever OpenAI publishes for a request, and whatever else is understood, changes what the upstream is
 * asked, or is named in {@code x-tollgate-ignored}, or is a 400 that names it.
 */
@Timeout(120)
@BesideOthers
@ParameterizedClass
@EnumSource(EveryFieldTest.Upstream.class)
class EveryFieldTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String ABSENT = "-";

    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private static final String WAV = "UklGRi4uLi5XQVZFZm10IC4uLi4uLi4uLi4uLi4uLi4=";
    private static final String MP3 = "SUQzAy4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uLg==";
    private static final String PDF = "JVBERi0xLjcKMSAwIG9iajw8Pj5lbmRvYmoK";
    private static final String TEXT = "SnVzdCBhIGZldyB3b3Jkcy4K";

    private static final String CALL =
            "[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":null,"
                    + "\"function_call\":{\"name\":\"%s\",\"arguments\":\"{}\"}},{\"role\":\"function\",\"name\":\"%s\",\"content\":\"one\"}]";

    /** Requests that are answered as they stand, with nothing ignored. */
    private enum Base {
        PLAIN("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}]}"""),
        STREAM("""
                {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Hi"}]}"""),
        TALK("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[
                  {"role":"system","content":"Be brief."},
                  {"role":"system","content":[{"type":"text","text":"Be kind."}]},
                  {"role":"developer","content":"Be clear."},
                  {"role":"developer","content":[{"type":"text","text":"Be true."}]},
                  {"role":"user","content":"Hi"},
                  {"role":"assistant","content":"Hello"},
                  {"role":"user","content":"And now?"},
                  {"role":"assistant","content":[{"type":"text","text":"Now this."},{"type":"refusal","refusal":"Not that."}]},
                  {"role":"user","content":"Well?"}]}"""),
        PARTS("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":[
                  {"type":"text","text":"What is it?"},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}},
                  {"type":"input_audio","input_audio":{"data":"%s","format":"wav"}},
                  {"type":"file","file":{"file_data":"data:application/pdf;base64,%s"}}]}]}""".formatted(PNG, WAV, PDF)),
        VIDEO("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":[
                  {"type":"text","text":"What is it?"},
                  {"type":"video_url","video_url":{"url":"https://www.youtube.com/watch?v=a"}}]}]}"""),
        TOOLS("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}],"tools":[
                  {"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}},
                  {"type":"function","function":{"name":"g"}}]}"""),
        NAMED("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}],
                 "tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],
                 "tool_choice":{"type":"function","function":{"name":"f"}}}"""),
        ALLOWED("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}],
                 "tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],
                 "tool_choice":{"type":"allowed_tools","allowed_tools":{
                   "mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}}}"""),
        LOOP("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[
                  {"role":"user","content":"Hi"},
                  {"role":"assistant","content":"I look.","tool_calls":[
                    {"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},
                    {"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"one"},
                  {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"}]}]}"""),
        LEGACY("""
                {"model":"gemini-2.5-pro","stream":false,"functions":[{"name":"g"},{"name":"h"}],"messages":[
                  {"role":"user","content":"Hi"},
                  {"role":"assistant","content":null,"function_call":{"name":"g","arguments":"{}"}},
                  {"role":"function","name":"g","content":"one"}]}"""),
        UNSIGNED("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[
                  {"role":"user","content":"Hi"},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"one"}]}"""),
        SIGNED("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[
                  {"role":"user","content":"Hi"},
                  {"role":"assistant","content":null,"tool_calls":[
                    {"id":"c1","type":"function","function":{"name":"f","arguments":"{}"},
                     "extra_content":{"google":{"thought_signature":"b3RoZXI="}}}]},
                  {"role":"tool","tool_call_id":"c1","content":"one"}]}"""),
        EXTRA("""
                {"model":"gemini-2.5-pro","stream":false,"extra_body":{},"messages":[{"role":"user","content":"Hi"}]}"""),
        SEARCH("""
                {"model":"gemini-2.5-pro","stream":false,"web_search_options":{},"messages":[{"role":"user","content":"Hi"}]}"""),
        FORMAT("""
                {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}],
                 "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}"""),
        GEMINI_3("""
                {"model":"gemini-3-pro","stream":false,"messages":[{"role":"user","content":[{"type":"text","text":"What is it?"},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}}]}]}""".formatted(PNG));

        private final String body;

        Base(String body) {
            this.body = body;
        }

        ObjectNode body() {
            return (ObjectNode) JSON.readTree(body);
        }
    }

    /**
     * @param name as it is published, or as it is documented here
     * @param pointer where the field stands in the request
     * @param one a value
     * @param other another, or none
     */
    private record Field(String name, Base base, String pointer, String one, String other) {

        String path() {
            return pointer.substring(1).replace('/', '.');
        }

        ObjectNode with(String value) {
            ObjectNode body = base.body();
            int slash = pointer.lastIndexOf('/');
            JsonNode parent = body.at(pointer.substring(0, slash));
            String member = pointer.substring(slash + 1);
            if (value.equals(ABSENT)) {
                ((ObjectNode) parent).remove(member);
            } else if (parent instanceof ArrayNode array) {
                array.set(Integer.parseInt(member), JSON.readTree(value));
            } else {
                ((ObjectNode) parent).set(member, JSON.readTree(value));
            }
            return body;
        }

        @Override
        public String toString() {
            return name + " at " + pointer;
        }
    }

    /** Published field, request, place, two values of it. A field that is missing here belongs to an object that is listed as a whole. */
    private static final String PUBLISHED = """
            model                                       | PLAIN  | /model                          | "gemini-2.5-pro" | "google/gemini-2.5-pro"
            frequency_penalty                           | PLAIN  | /frequency_penalty              | 0.5 | -
            presence_penalty                            | PLAIN  | /presence_penalty               | 0.5 | -
            temperature                                 | PLAIN  | /temperature                    | 0 | -
            top_p                                       | PLAIN  | /top_p                          | 0 | -
            n                                           | PLAIN  | /n                              | 2 | -
            seed                                        | PLAIN  | /seed                           | 0 | -
            stop                                        | PLAIN  | /stop                           | "end" | -
            stop                                        | PLAIN  | /stop                           | [""] | -
            max_tokens                                  | PLAIN  | /max_tokens                     | 100 | -
            max_completion_tokens                       | PLAIN  | /max_completion_tokens          | 100 | -
            logprobs                                    | PLAIN  | /logprobs                       | true | -
            top_logprobs                                | PLAIN  | /top_logprobs                   | 3 | -
            logit_bias                                  | PLAIN  | /logit_bias                     | {"1":5} | -
            reasoning_effort                            | PLAIN  | /reasoning_effort               | "low" | -
            verbosity                                   | PLAIN  | /verbosity                      | "low" | -
            store                                       | PLAIN  | /store                          | true | -
            metadata                                    | PLAIN  | /metadata                       | {"a":"b"} | -
            user                                        | PLAIN  | /user                           | "u" | -
            safety_identifier                           | PLAIN  | /safety_identifier              | "s" | -
            prompt_cache_key                            | PLAIN  | /prompt_cache_key               | "k" | -
            prompt_cache_options                        | PLAIN  | /prompt_cache_options           | {"mode":"explicit","ttl":"1h"} | -
            prompt_cache_retention                      | PLAIN  | /prompt_cache_retention         | "24h" | -
            moderation                                  | PLAIN  | /moderation                     | {"model":"m","policy":{"input":{"mode":"block"}}} | -
            service_tier                                | PLAIN  | /service_tier                   | "flex" | -
            prediction                                  | PLAIN  | /prediction                     | {"type":"content","content":"x"} | -
            modalities                                  | PLAIN  | /modalities                     | ["text","audio"] | -
            audio                                       | PLAIN  | /audio                          | {"voice":"alloy","format":"mp3"} | -
            web_search_options                          | PLAIN  | /web_search_options             | {} | -
            web_search_options.search_context_size      | SEARCH | /web_search_options/search_context_size | "low" | -
            web_search_options.user_location            | SEARCH | /web_search_options/user_location | {"type":"approximate","approximate":{"city":"Oslo"}} | -
            stream_options                              | PLAIN  | /stream_options                 | {"include_usage":true} | -
            stream_options.include_usage                | STREAM | /stream_options                 | {"include_usage":false} | -
            stream_options.include_obfuscation          | STREAM | /stream_options                 | {"include_obfuscation":true} | -
            messages                                    | PLAIN  | /messages/0/content             | "Hi" | "Ho"
            messages[].system.content                   | TALK   | /messages/0/content             | "One" | "Two"
            messages[].system.content.arrayOfContentParts[].text | TALK | /messages/1/content/0/text | "One" | "Two"
            messages[].system.content.arrayOfContentParts[].prompt_cache_breakpoint | TALK | /messages/1/content/0/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].system.name                      | TALK   | /messages/0/name                | "N" | -
            messages[].developer.content                | TALK   | /messages/2/content             | "One" | "Two"
            messages[].developer.content.arrayOfContentParts[].text | TALK | /messages/3/content/0/text | "One" | "Two"
            messages[].developer.content.arrayOfContentParts[].prompt_cache_breakpoint | TALK | /messages/3/content/0/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].developer.name                   | TALK   | /messages/2/name                | "N" | -
            messages[].user.content                     | TALK   | /messages/4/content             | "One" | "Two"
            messages[].user.name                        | TALK   | /messages/4/name                | "N" | -
            messages[].assistant.content                | TALK   | /messages/5/content             | "One" | "Two"
            messages[].assistant.content                | LOOP   | /messages/1/content             | "One" | null
            messages[].assistant.refusal                | TALK   | /messages/5/refusal             | "No." | -
            messages[].assistant.name                   | TALK   | /messages/5/name                | "N" | -
            messages[].assistant.audio                  | TALK   | /messages/5/audio               | {"id":"a"} | -
            messages[].assistant.content.arrayOfContentParts[].text.text | TALK | /messages/7/content/0/text | "One" | "Two"
            messages[].assistant.content.arrayOfContentParts[].text.prompt_cache_breakpoint | TALK | /messages/7/content/0/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].assistant.content.arrayOfContentParts[].refusal.refusal | TALK | /messages/7/content/1/refusal | "One" | "Two"
            messages[].user.content.arrayOfContentParts[].text.text | PARTS | /messages/0/content/0/text | "One" | "Two"
            messages[].user.content.arrayOfContentParts[].text.prompt_cache_breakpoint | PARTS | /messages/0/content/0/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].user.content.arrayOfContentParts[].imageUrl.image_url | PARTS | /messages/0/content/1/image_url | "data:image/png;base64,$PNG" | "data:application/pdf;base64,$PDF"
            messages[].user.content.arrayOfContentParts[].imageUrl.image_url.url | PARTS | /messages/0/content/1/image_url/url | "data:image/png;base64,$PNG" | "data:application/pdf;base64,$PDF"
            messages[].user.content.arrayOfContentParts[].imageUrl.image_url.detail | PARTS | /messages/0/content/1/image_url/detail | "high" | -
            messages[].user.content.arrayOfContentParts[].imageUrl.image_url.detail | PARTS | /messages/0/content/1/image_url/detail | "low" | -
            messages[].user.content.arrayOfContentParts[].imageUrl.image_url.detail | GEMINI_3 | /messages/0/content/1/image_url/detail | "low" | -
            messages[].user.content.arrayOfContentParts[].imageUrl.prompt_cache_breakpoint | PARTS | /messages/0/content/1/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].user.content.arrayOfContentParts[].inputAudio.input_audio | PARTS | /messages/0/content/2/input_audio | {"data":"$WAV","format":"wav"} | {"data":"$MP3","format":"mp3"}
            messages[].user.content.arrayOfContentParts[].inputAudio.input_audio.data | PARTS | /messages/0/content/2/input_audio/data | "$WAV" | "$MP3"
            messages[].user.content.arrayOfContentParts[].inputAudio.input_audio.format | PARTS | /messages/0/content/2/input_audio/format | "mp3" | "wav"
            messages[].user.content.arrayOfContentParts[].inputAudio.prompt_cache_breakpoint | PARTS | /messages/0/content/2/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].user.content.arrayOfContentParts[].file.file | PARTS | /messages/0/content/3/file | {"file_data":"data:application/pdf;base64,$PDF"} | {"file_data":"data:image/png;base64,$PNG"}
            messages[].user.content.arrayOfContentParts[].file.file.file_data | PARTS | /messages/0/content/3/file/file_data | "$PDF" | "$PNG"
            messages[].user.content.arrayOfContentParts[].file.file.file_id | PARTS | /messages/0/content/3/file/file_id | "file-1" | -
            messages[].user.content.arrayOfContentParts[].file.file.filename | PARTS | /messages/0/content/3/file/filename | "a.pdf" | -
            messages[].user.content.arrayOfContentParts[].file.file.filename | PARTS | /messages/0/content/3/file | {"file_data":"$TEXT","filename":"a.csv"} | {"file_data":"$TEXT"}
            messages[].user.content.arrayOfContentParts[].file.prompt_cache_breakpoint | PARTS | /messages/0/content/3/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].assistant.tool_calls             | LOOP   | /messages/1/tool_calls/0/function/arguments | "{\\"a\\":1}" | "{}"
            messages[].assistant.tool_calls[].function.id | LOOP | /messages/1/tool_calls/1/id     | "c1" | "c2"
            messages[].assistant.tool_calls[].function.function | LOOP | /messages/1/tool_calls/0/function | {"name":"f","arguments":"{\\"a\\":1}"} | {"name":"f","arguments":"{}"}
            messages[].assistant.tool_calls[].function.function.name | LOOP | /messages/1/tool_calls/0/function/name | "f" | "h"
            messages[].assistant.tool_calls[].function.function.arguments | LOOP | /messages/1/tool_calls/0/function/arguments | "{\\"a\\":1}" | "{}"
            messages[].assistant.tool_calls[].custom.custom | LOOP | /messages/1/tool_calls/0/custom | {"name":"f","input":"x"} | -
            messages[].assistant.tool_calls[].custom.id | LOOP   | /messages/1/tool_calls/0        | {"id":"c1","type":"custom","custom":{"name":"f","input":"x"}} | {"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}
            messages[].tool.content                     | LOOP   | /messages/2/content             | "one" | "three"
            messages[].tool.tool_call_id                | LOOP   | /messages/2/tool_call_id        | "c3" | "c1"
            messages[].tool.content.arrayOfContentParts[].text | LOOP | /messages/3/content/0/text | "two" | "three"
            messages[].tool.content.arrayOfContentParts[].prompt_cache_breakpoint | LOOP | /messages/3/content/0/prompt_cache_breakpoint | {"mode":"explicit"} | -
            messages[].assistant.function_call          | LEGACY | /messages/1/function_call       | {"name":"g","arguments":"{\\"a\\":1}"} | {"name":"g","arguments":"{}"}
            messages[].assistant.function_call.name     | LEGACY | /messages                       | $CALL_G | $CALL_H
            messages[].assistant.function_call.arguments | LEGACY | /messages/1/function_call/arguments | "{\\"a\\":1}" | "{}"
            messages[].function.name                    | LEGACY | /messages/2/name                | "h" | "g"
            messages[].function.content                 | LEGACY | /messages/2/content             | "one" | "two"
            functions                                   | LEGACY | /functions                      | [{"name":"g"}] | [{"name":"g"},{"name":"h"}]
            functions[].name                            | LEGACY | /functions/1/name               | "h" | "i"
            functions[].description                     | LEGACY | /functions/1/description        | "Does." | -
            functions[].parameters                      | LEGACY | /functions/1/parameters         | {"type":"object","properties":{"a":{"type":"string"}}} | -
            function_call                               | LEGACY | /function_call                  | "none" | -
            function_call.functionCallOption.name       | LEGACY | /function_call                  | {"name":"g"} | {"name":"h"}
            tools                                       | TOOLS  | /tools                          | [{"type":"function","function":{"name":"f"}}] | -
            tools[].function.function                   | TOOLS  | /tools/1/function               | {"name":"g","description":"Does."} | {"name":"g"}
            tools[].function.function.name              | TOOLS  | /tools/1/function/name          | "g" | "h"
            tools[].function.function.description       | TOOLS  | /tools/1/function/description   | "Does." | -
            tools[].function.function.parameters        | TOOLS  | /tools/1/function/parameters    | {"type":"object","properties":{"a":{"type":"string"}}} | -
            tools[].function.function.parameters        | TOOLS  | /tools/1/function/parameters    | {"type":"object","properties":{},"description":"Nothing."} | -
            tools[].function.function.parameters        | TOOLS  | /tools/0/function/parameters/properties/a/minLength | 3 | -
            tools[].function.function.strict            | TOOLS  | /tools/1/function/strict        | true | -
            tools[].custom.custom                       | TOOLS  | /tools/1                        | {"type":"custom","custom":{"name":"g"}} | {"type":"function","function":{"name":"g"}}
            tool_choice                                 | TOOLS  | /tool_choice                    | "none" | -
            tool_choice                                 | TOOLS  | /tool_choice                    | "required" | "auto"
            tool_choice.namedToolChoice.function        | NAMED  | /tool_choice/function           | {"name":"f"} | {"name":"g"}
            tool_choice.namedToolChoice.function.name   | NAMED  | /tool_choice/function/name      | "f" | "g"
            tool_choice.namedToolChoiceCustom.custom    | TOOLS  | /tool_choice                    | {"type":"custom","custom":{"name":"f"}} | -
            tool_choice.allowedToolChoice.allowed_tools | ALLOWED | /tool_choice/allowed_tools/tools/0/function/name | "f" | "g"
            tool_choice.allowedToolChoice.allowed_tools.mode | ALLOWED | /tool_choice/allowed_tools/mode | "required" | "auto"
            tool_choice.allowedToolChoice.allowed_tools.tools | ALLOWED | /tool_choice/allowed_tools/tools | [{"type":"function","function":{"name":"f"}}] | [{"type":"function","function":{"name":"g"}}]
            parallel_tool_calls                         | TOOLS  | /parallel_tool_calls            | false | -
            response_format                             | PLAIN  | /response_format                | {"type":"json_object"} | {"type":"text"}
            response_format.jsonSchema.json_schema      | FORMAT | /response_format/json_schema    | {"name":"n","schema":{"type":"object"}} | {"name":"n","schema":{"type":"array","items":{"type":"string"}}}
            response_format.jsonSchema.json_schema.name | FORMAT | /response_format/json_schema/name | "a" | "b"
            response_format.jsonSchema.json_schema.description | FORMAT | /response_format/json_schema/description | "What it is." | -
            response_format.jsonSchema.json_schema.description | FORMAT | /response_format/json_schema | {"name":"n","description":"What it is."} | {"name":"n"}
            response_format.jsonSchema.json_schema.description | FORMAT | /response_format/json_schema | {"name":"n","description":"What it is.","schema":{"type":"object","description":"It."}} | {"name":"n","schema":{"type":"object","description":"It."}}
            response_format.jsonSchema.json_schema.schema | FORMAT | /response_format/json_schema/schema | {"type":"object"} | -
            response_format.jsonSchema.json_schema.schema | FORMAT | /response_format/json_schema/schema/minProperties | 1 | -
            response_format.jsonSchema.json_schema.strict | FORMAT | /response_format/json_schema/strict | false | true
            response_format.jsonSchema.json_schema.strict | FORMAT | /response_format/json_schema | {"name":"n","strict":true} | {"name":"n"}
            """;

    /** What is no field of OpenAI's, and is understood all the same. */
    private static final String OTHERS = """
            top_k                                | PLAIN | /top_k                      | 5 | -
            top_k in extra_body                  | EXTRA | /extra_body/top_k           | 5 | -
            include_thoughts                     | PLAIN | /include_thoughts           | false | -
            include_thoughts in extra_body       | EXTRA | /extra_body/include_thoughts | false | -
            google.include_thoughts              | PLAIN | /google                     | {"thinking_config":{"include_thoughts":false}} | -
            google.thinking_budget               | PLAIN | /google                     | {"thinking_config":{"thinking_budget":200}} | -
            google.thinking_budget in extra_body | EXTRA | /extra_body/google          | {"thinking_config":{"thinking_budget":200}} | -
            google.thinking_level                | GEMINI_3 | /google                  | {"thinking_config":{"thinking_level":"low"}} | -
            google.thinking_level                | PLAIN | /google                     | {"thinking_config":{"thinking_level":"low"}} | -
            google.safety_settings               | PLAIN | /google                     | {"safety_settings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}]} | -
            google.cached_content                | PLAIN | /google                     | {"cached_content":"cachedContents/a"} | -
            temperature in extra_body            | EXTRA | /extra_body/temperature     | 0.5 | -
            schema beside json_object            | PLAIN | /response_format            | {"type":"json_object","schema":{"type":"object"}} | {"type":"json_object"}
            schema beside json_schema            | FORMAT | /response_format/schema    | {"type":"array"} | -
            json_schema beside text              | PLAIN | /response_format            | {"type":"text","json_schema":{"name":"n","schema":{"type":"object"}}} | -
            function beside allowed_tools        | ALLOWED | /tool_choice/function     | {"name":"g"} | -
            allowed_tools beside function        | NAMED | /tool_choice/allowed_tools  | {"mode":"auto","tools":[{"type":"function","function":{"name":"g"}}]} | -
            video_url                            | VIDEO | /messages/0/content/1/video_url | "https://youtu.be/b" | {"url":"https://youtu.be/a"}
            video_url.video_metadata             | VIDEO | /messages/0/content/1/video_url/video_metadata | {"fps":2} | -
            video_metadata                       | VIDEO | /messages/0/content/1/video_metadata | {"start_offset":"2s","end_offset":4} | -
            video_metadata of a text             | PARTS | /messages/0/content/0/video_metadata | {"fps":2} | -
            video_metadata of an image           | PARTS | /messages/0/content/1/video_metadata | {"fps":2} | -
            detail of a document                 | PARTS | /messages/0/content/1/image_url | {"url":"data:application/pdf;base64,$PDF","detail":"high"} | {"url":"data:application/pdf;base64,$PDF"}
            detail of a video                    | VIDEO | /messages/0/content/1/video_url/detail | "high" | -
            reasoning_content                    | TALK  | /messages/5/reasoning_content | "Hm." | -
            reasoning                            | TALK  | /messages/5/reasoning       | "Hm." | -
            signature of a text                  | TALK  | /messages/5/extra_content   | {"google":{"thought_signature":"c2lnbmVk"}} | -
            signature of a call                  | LOOP  | /messages/1/tool_calls/0/extra_content | {"google":{"thought_signature":"c2lnbmVk"}} | -
            signature of a text beside calls     | LOOP  | /messages/1/extra_content   | {"google":{"thought_signature":"c2lnbmVk"}} | -
            signature without text, of a call    | UNSIGNED | /messages/1/extra_content | {"google":{"thought_signature":"c2lnbmVk"}} | -
            signature without text, beside one   | SIGNED | /messages/1/extra_content  | {"google":{"thought_signature":"c2lnbmVk"}} | -
            signature without text beside calls  | LEGACY | /messages/1/extra_content  | {"google":{"thought_signature":"c2lnbmVk"}} | -
            another vendor's content             | TALK  | /messages/5/extra_content   | {"other":{"a":1}} | -
            a tool's name                        | LOOP  | /messages/2/name            | "f" | -
            calls of a user                      | TALK  | /messages/4/tool_calls      | [{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}] | -
            refusal of a user                    | TALK  | /messages/4/refusal         | "No." | -
            tool_call_id of a user               | TALK  | /messages/4/tool_call_id    | "c1" | -
            signature of a user                  | TALK  | /messages/4/extra_content   | {"google":{"thought_signature":"c2lnbmVk"}} | -
            """;

    /** Published fields that are named, or refused, with all that stands in them. */
    private static final List<String> NAMED_AS_A_WHOLE = List.of(
            "audio",
            "messages[].assistant.audio",
            "messages[].assistant.tool_calls[].custom.custom",
            "messages[].assistant.content.arrayOfContentParts[].text.prompt_cache_breakpoint",
            "messages[].developer.content.arrayOfContentParts[].prompt_cache_breakpoint",
            "messages[].system.content.arrayOfContentParts[].prompt_cache_breakpoint",
            "messages[].tool.content.arrayOfContentParts[].prompt_cache_breakpoint",
            "messages[].user.content.arrayOfContentParts[].text.prompt_cache_breakpoint",
            "messages[].user.content.arrayOfContentParts[].imageUrl.prompt_cache_breakpoint",
            "messages[].user.content.arrayOfContentParts[].inputAudio.prompt_cache_breakpoint",
            "messages[].user.content.arrayOfContentParts[].file.prompt_cache_breakpoint",
            "moderation",
            "prediction",
            "prompt_cache_options",
            "web_search_options.user_location");

    /** Published fields that have an effect with all that stands in them: {@code CustomToolsTest} tries it. */
    private static final List<String> TAKEN_AS_A_WHOLE =
            List.of("tool_choice.namedToolChoiceCustom.custom", "tools[].custom.custom");

    /** The model of each request. */
    enum Upstream {
        GEMINI,
        COMPATIBLE;

        List<String> passesOver(Base base) {
            return switch (base) {
                case FORMAT -> this == GEMINI ? List.of("response_format.json_schema.name") : List.of();
                case SIGNED -> this == GEMINI ? List.of() : List.of("messages.1.tool_calls.0.extra_content");
                default -> List.of();
            };
        }

        /** Only Gemini can search or watch YouTube: such a request is refused by the name of the field that needs it. */
        boolean takes(Base base) {
            return this == GEMINI || (base != Base.SEARCH && base != Base.VIDEO);
        }
    }

    private static Gateway gateway;
    private static FarServer server;

    @Parameter
    private Upstream upstream;

    @BeforeParameterizedClassInvocation
    static void start(Upstream upstream) throws IOException {
        server = new FarServer(request ->
                FarServer.events(choice(0), choice(request.json().path("n").asInt(1) - 1)));
        if (upstream == Upstream.GEMINI) {
            gateway = Gateway.start();
        } else {
            Path channels = Files.createTempFile("channels", ".yaml");
            Files.writeString(
                    channels,
                    "channels: [{id: far, kind: openai, base_url: \"" + server.url() + "/v1\", key: sk-far,"
                            + " models: {gemini-2.5-pro: other, gemini-3-pro: other, google/gemini-2.5-pro: other}}]");
            gateway = Gateway.start(Map.of("TOLLGATE_CHANNELS_FILE", channels.toString()));
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        server.close();
    }

    private static String choice(int index) {
        return "{\"choices\":[{\"index\":" + index + ",\"delta\":{\"content\":\"{}\"},\"finish_reason\":\"stop\"}]}";
    }

    private JsonNode lastAsked() {
        return upstream == Upstream.GEMINI
                ? gateway.lastAsked()
                : server.requests().getLast().json();
    }

    static Stream<Field> published() {
        return fields(PUBLISHED);
    }

    static Stream<Field> others() {
        return fields(OTHERS);
    }

    private static Stream<Field> fields(String table) {
        String whole = table.replace("$PNG", PNG)
                .replace("$WAV", WAV)
                .replace("$MP3", MP3)
                .replace("$PDF", PDF)
                .replace("$TEXT", TEXT)
                .replace("$CALL_G", CALL.formatted("g", "g"))
                .replace("$CALL_H", CALL.formatted("h", "h"));
        return whole.lines().map(line -> {
            String[] cells = line.split("\\|");
            assertThat(cells).as(line).hasSize(5);
            return new Field(
                    cells[0].strip(),
                    Base.valueOf(cells[1].strip()),
                    cells[2].strip(),
                    cells[3].strip(),
                    cells[4].strip());
        });
    }

    // ---- one field at a time ----

    @ParameterizedTest(name = "{0}")
    @MethodSource("published")
    void a_published_field_is_mapped_named_or_refused(Field field) {
        assertNotSilent(field);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void an_unpublished_field_is_mapped_named_or_refused(Field field) {
        assertNotSilent(field);
    }

    private void assertNotSilent(Field field) {
        if (!upstream.takes(field.base())) {
            return; // refused whatever the field says, as a_request_with_nothing_odd_is_answered shows
        }
        if (upstream == Upstream.COMPATIBLE && field.name().contains("include_thoughts")) {
            return; // such servers show them unasked, and the answer leaves them out
        }
        if (upstream == Upstream.GEMINI && field.name().equals("parallel_tool_calls")) {
            return; // shows one call of the answer, as ToolNamesFlowTest has it
        }
        if (field.name().equals("prompt_cache_key")) {
            return; // names the session, as ChannelPoolTest has it
        }
        if (field.name().equals("stream_options.include_usage")) {
            return; // leaves a chunk of the answer out, as StreamsTest has it
        }
        Outcome one = outcome(field, field.one());
        Outcome other = outcome(field, field.other());
        boolean isNamed = one.names(field, other) || other.names(field, one);
        if (!isNamed) {
            assertThat(one.asked())
                    .as("%s changes nothing and is not named", field)
                    .isNotEqualTo(other.asked());
        }
    }

    /**
     * @param asked of the upstream; null where the request was refused
     * @param named in the header or by the refusal
     */
    private record Outcome(JsonNode asked, List<String> named) {

        /** Whether the field is named here; by less than its path only if it is not where it has the other value. */
        boolean names(Field field, Outcome other) {
            return named.stream()
                    .anyMatch(name -> name.equals(field.path()) || (!other.named.contains(name) && isOf(field, name)));
        }

        /**
         * By itself, by what it stands in, by what stands in it; a keyword of a schema behind the name of what has the schema; what is
         * in {@code extra_body} with or without that.
         */
        private static boolean isOf(Field field, String name) {
            String path =
                    name.startsWith("extra_body.") ? field.path() : field.path().replaceFirst("^extra_body\\.", "");
            boolean isKeyword = path.contains("schema") || path.contains("parameters");
            String owner = isKeyword ? name.substring(0, name.lastIndexOf('.')) : name;
            return path.equals(name) || path.startsWith(owner + ".") || name.startsWith(path + ".");
        }
    }

    private Outcome outcome(Field field, String value) {
        Gateway.Reply reply = gateway.chat(field.with(value).toString());
        if (reply.status() == 400) {
            Outcome refused =
                    new Outcome(null, List.of(reply.error().get("param").asString("")));
            assertThat(refused.names(field, new Outcome(null, List.of())))
                    .as("%s: %s", field, reply.text())
                    .isTrue();
            return refused;
        }
        assertThat(reply.status()).as("%s: %s", field, reply.text()).isEqualTo(200);
        return new Outcome(lastAsked(), ignored(reply));
    }

    private static List<String> ignored(Gateway.Reply reply) {
        String header = reply.header("x-tollgate-ignored");
        return header.isEmpty() ? List.of() : List.of(header.split(", *"));
    }

    /** A field that is new to OpenAI's description, and stands in none that is named as a whole, needs a row. */
    @Test
    void no_published_field_is_missing_here() {
        SortedSet<String> missing = new TreeSet<>(PublishedFields.names());
        assertThat(missing)
                .contains("messages", "tools[].function.function.name")
                .hasSizeGreaterThan(100);
        List<String> rows = published().map(Field::name).toList();
        assertThat(PublishedFields.names()).containsAll(rows);
        rows.forEach(missing::remove);
        missing.removeIf(name -> Stream.concat(NAMED_AS_A_WHOLE.stream(), TAKEN_AS_A_WHOLE.stream())
                .anyMatch(whole -> name.startsWith(whole + ".")));
        assertThat(missing).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("wholes")
    void what_is_named_as_a_whole_is_named_by_itself(String whole) {
        Field field =
                published().filter(it -> it.name().equals(whole)).findFirst().orElseThrow();
        if (!upstream.takes(field.base())) {
            return;
        }
        Gateway.Reply reply = gateway.chat(field.with(field.one()).toString());
        if (reply.status() == 400) {
            assertThat(field.path())
                    .startsWith(reply.error().get("param").asString().replace(".type", ""));
        } else {
            assertThat(ignored(reply)).contains(field.path());
        }
    }

    static Stream<String> wholes() {
        return NAMED_AS_A_WHOLE.stream();
    }

    // ---- unknown fields ----

    @ParameterizedTest
    @EnumSource
    void an_unknown_field_is_named_wherever_it_stands(Base base) {
        List<String> objects = new ArrayList<>();
        objects(base.body(), "", objects);
        assertThat(objects).hasSizeGreaterThan(1);
        for (String pointer : upstream.takes(base) ? objects : List.<String>of()) {
            ObjectNode body = base.body();
            ((ObjectNode) body.at(pointer)).set("never_heard_of", JSON.readTree("{\"deep\":[1,{\"x\":null}]}"));
            Gateway.Reply reply = gateway.chat(body.toString());
            assertThat(reply.status()).as("%s: %s", pointer, reply.text()).isEqualTo(200);
            boolean isSent = lastAsked().toString().contains("never_heard_of"); // a schema goes as it is where it can
            assertThat(isSent || ignored(reply).stream().anyMatch(name -> name.endsWith("never_heard_of")))
                    .as("in %s", pointer)
                    .isTrue();
        }
    }

    /** Those of the request itself; the names of a schema's properties are the caller's own. */
    private static void objects(JsonNode node, String pointer, List<String> found) {
        if (node.isObject()) {
            if (!pointer.endsWith("/properties")) {
                found.add(pointer);
            }
            node.properties().forEach(it -> objects(it.getValue(), pointer + "/" + it.getKey(), found));
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            objects(node.get(i), pointer + "/" + i, found);
        }
    }

    // ---- the requests that it is all tried in ----

    @ParameterizedTest
    @EnumSource
    void a_request_with_nothing_odd_is_answered(Base base) {
        Gateway.Reply reply = gateway.chat(base.body().toString());
        if (!upstream.takes(base)) {
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(base.body()
                            .at("/" + reply.error().get("param").asString().replace('.', '/'))
                            .isMissingNode())
                    .isFalse();
            return;
        }
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(ignored(reply)).isEqualTo(upstream.passesOver(base));
    }
}
