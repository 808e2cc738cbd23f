package dev.tollgate.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.channel.Json;
import dev.tollgate.conversation.Effort;
import dev.tollgate.error.ApiException;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.ChatBodies;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** The table of requests (protocol 4.1 and 4.2), row by row: the body that comes in, the whole body that goes out. */
class WireTableTest {

    private static final String TOOLS =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]";
    private static final String DECLARED = "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"},{\"name\":\"g\"}]}]";
    private static final String ONE = "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}]";
    private static final String PNG = "iVBORw0KGgoAAAA=";
    private static final String WAV = "UklGRi4uLi5XQVZFZm10IC4uLi4uLi4uLi4uLi4uLi4=";
    private static final String PDF = "JVBERi0xLjcKMSAwIG9iajw8Pj5lbmRvYmoK";
    private static final String PNG_DATA = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + PNG + "\"}";

    /**
     * Row, model, members of the request, members of the body; a request without messages asks "?", a body without contents has that, and
     * every {@code generationConfig} shows thoughts.
     */
    private static final String TABLE = """
            system           | 25 | "messages":[{"role":"system","content":"A"},{"role":"user","content":"?"},{"role":"system","content":"B"}] | "systemInstruction":{"parts":[{"text":"A"},{"text":"B"}]}
            developer        | 25 | "messages":[{"role":"developer","content":[{"type":"text","text":"A"},{"type":"text","text":"B"}]},{"role":"user","content":"?"}] | "systemInstruction":{"parts":[{"text":"A\\nB"}]}
            only system      | 25 | "messages":[{"role":"system","content":"A"}] | "contents":[{"role":"user","parts":[{"text":"A"}]}]
            user             | 25 | "messages":[{"role":"user","content":"A"},{"role":"user","content":[{"type":"text","text":"B"},{"type":"text","text":""},{"type":"text","text":"C"}]}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"user","parts":[{"text":"B"},{"text":"C"}]}]
            assistant        | 25 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":"B","reasoning_content":"R"},{"role":"user","content":"?"}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"text":"B"}]},{"role":"user","parts":[{"text":"?"}]}]
            refusal          | 25 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"refusal":"No."},{"role":"user","content":"?"}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"text":"No."}]},{"role":"user","parts":[{"text":"?"}]}]
            nothing said     | 25 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null},{"role":"user","content":"?"}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"user","parts":[{"text":"?"}]}]
            text with calls  | 25 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":"B","tool_calls":[$C1,$C2]},$R1,$R2] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"text":"B"},{"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"g","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"one"}}},{"functionResponse":{"name":"g","response":{"x":2}}}]}]
            order of results | 25 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"tool_calls":[$C1,$C2]},$R2,$R1,{"role":"user","content":"?"}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"g","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"one"}}},{"functionResponse":{"name":"g","response":{"x":2}}}]},{"role":"user","parts":[{"text":"?"}]}]
            upstream's ids   | 31 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"tool_calls":[{"id":"u1","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}]},{"role":"tool","tool_call_id":"u1","content":"[1]"}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"functionCall":{"id":"u1","name":"f","args":{}},"thoughtSignature":"c2ln"}]},{"role":"user","parts":[{"functionResponse":{"id":"u1","name":"f","response":{"result":[1]}}}]}]
            lost signature   | 31 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"tool_calls":[$C1,$C2]},$R1,$R2] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"name":"g","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"one"}}},{"functionResponse":{"name":"g","response":{"x":2}}}]}]
            text's signature | 31 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":"B","extra_content":{"google":{"thought_signature":"c2ln"}}},{"role":"user","content":"?"}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"text":"B","thoughtSignature":"c2ln"}]},{"role":"user","parts":[{"text":"?"}]}]
            no text's        | 31 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"extra_content":{"google":{"thought_signature":"c2ln"}},"tool_calls":[$C1,$C2]},$R1,$R2] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"g","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"one"}}},{"functionResponse":{"name":"g","response":{"x":2}}}]}]
            result of parts  | 25 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"tool_calls":[$C1]},{"role":"tool","tool_call_id":"call_1","content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"x\\ny"}}}]}]
            image result 2.5 | 25 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"tool_calls":[$C1]},{"role":"tool","tool_call_id":"call_1","content":[$IMAGE]}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":""}}},$PNG_DATA}]}]
            image result 3   | 31 | "messages":[{"role":"user","content":"A"},{"role":"assistant","content":"B","tool_calls":[$C1]},{"role":"tool","tool_call_id":"call_1","content":[$IMAGE]},{"role":"user","content":"?"}] | "contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"text":"B"},{"functionCall":{"name":"f","args":{"a":1}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":""},"parts":[$PNG_DATA}]}}]},{"role":"user","parts":[{"text":"?"}]}]
            functions        | 25 | "functions":[{"name":"f"},{"name":"g"}],"function_call":{"name":"g"} | $DECLARED,"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["g"]}}
            function role    | 25 | "functions":[{"name":"f"}],"messages":[{"role":"user","content":"A"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"}] | $ONE,"contents":[{"role":"user","parts":[{"text":"A"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":1}}}]}]
            image data       | 25 | "messages":[{"role":"user","content":[$IMAGE]}] | "contents":[{"role":"user","parts":[$PNG_DATA}]}]
            odd data url     | 25 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;charset=x;base64,iVBO Rw0KGgoAAAA"}}]}] | "contents":[{"role":"user","parts":[$PNG_DATA}]}]
            youtube          | 25 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://www.youtube.com/watch?v=a"}}]}] | "contents":[{"role":"user","parts":[{"fileData":{"fileUri":"https://www.youtube.com/watch?v=a"}}]}]
            gs               | 25 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"gs://open-bucket/a.png"}}]}] | "contents":[{"role":"user","parts":[{"fileData":{"mimeType":"image/png","fileUri":"gs://open-bucket/a.png"}}]}]
            detail 2.5       | 25 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,$PNG","detail":"high"}}]}] | "contents":[{"role":"user","parts":[$PNG_DATA}]}],"generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_HIGH"}
            detail 3         | 31 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,$PNG","detail":"low"}}]}] | "contents":[{"role":"user","parts":[$PNG_DATA,"mediaResolution":{"level":"MEDIA_RESOLUTION_LOW"}}]}]
            detail auto      | 31 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,$PNG","detail":"auto"}}]}] | "contents":[{"role":"user","parts":[$PNG_DATA}]}]
            audio            | 25 | "messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"$WAV","format":"wav"}}]}] | "contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"audio/wav","data":"$WAV"}}]}]
            file             | 25 | "messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,$PDF"}}]}] | "contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"application/pdf","data":"$PDF"}}]}]
            bare file        | 25 | "messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"YSxiCg==","filename":"a.csv"}}]}] | "contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"text/csv","data":"YSxiCg=="}}]}]
            video            | 25 | "messages":[{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://youtu.be/a","video_metadata":{"fps":0.5,"start_offset":"12s","end_offset":40}}}]}] | "contents":[{"role":"user","parts":[{"fileData":{"fileUri":"https://youtu.be/a"},"videoMetadata":{"startOffset":"12s","endOffset":"40s","fps":0.5}}]}]
            temperature      | 25 | "temperature":0 | "generationConfig":{"temperature":0.0}
            top_p            | 25 | "top_p":0 | "generationConfig":{"topP":0.0}
            top_k            | 25 | "top_k":7 | "generationConfig":{"topK":7}
            n                | 25 | "n":8 | "generationConfig":{"candidateCount":8}
            n of tools       | 25 | "n":2,$TOOLS | $DECLARED,"generationConfig":{"candidateCount":2}
            stop             | 25 | "stop":"end" | "generationConfig":{"stopSequences":["end"]}
            stops            | 25 | "stop":["a","","b"] | "generationConfig":{"stopSequences":["a","b"]}
            seed             | 25 | "seed":0 | "generationConfig":{"seed":0}
            seed below zero  | 25 | "seed":-2147483648 | "generationConfig":{"seed":-2147483648}
            no penalty       | 25 | "presence_penalty":0,"frequency_penalty":0 |
            penalties        | plain | "presence_penalty":0.5,"frequency_penalty":-2 | "generationConfig":{"presencePenalty":0.5,"frequencyPenalty":-2.0}
            logprobs         | plain | "logprobs":true | "generationConfig":{"responseLogprobs":true}
            top_logprobs     | plain | "logprobs":true,"top_logprobs":20 | "generationConfig":{"responseLogprobs":true,"logprobs":20}
            no logprobs      | 25 | "logprobs":false |
            tools            | 25 | $TOOLS | $DECLARED
            search           | 25 | "tools":[{"type":"function","function":{"name":"googleSearch"}}] | "tools":[{"googleSearch":{}}]
            google_search    | 25 | "tools":[{"type":"function","function":{"name":"google_search"}}] | "tools":[{"googleSearch":{}}]
            web_search       | 25 | "web_search_options":{} | "tools":[{"googleSearch":{}}]
            parameters       | 25 | "tools":[{"type":"function","function":{"name":"f","description":"D","parameters":{"type":"object","properties":{"b":{"type":["string","null"]},"a":{"const":1}},"required":["b"],"additionalProperties":false}}}] | "tools":[{"functionDeclarations":[{"name":"f","description":"D","parametersJsonSchema":{"type":"object","properties":{"b":{"type":["string","null"]},"a":{"enum":[1]}},"required":["b"],"additionalProperties":false}}]}]
            no parameters    | 25 | "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}] | $ONE
            validated        | 25 | "tool_choice":"validated","tools":[{"type":"function","function":{"name":"f"}}] | $ONE,"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}
            strict           | 25 | "tools":[{"type":"function","function":{"name":"f","strict":true}}] | $ONE,"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}
            choice none      | 25 | $TOOLS,"tool_choice":"none" | $DECLARED,"toolConfig":{"functionCallingConfig":{"mode":"NONE"}}
            choice auto      | 25 | $TOOLS,"tool_choice":"auto" | $DECLARED
            choice required  | 25 | $TOOLS,"tool_choice":"required" | $DECLARED,"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}
            choice named     | 25 | $TOOLS,"tool_choice":{"type":"function","function":{"name":"g"}} | $DECLARED,"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["g"]}}
            allowed auto     | 25 | $TOOLS,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}} | $ONE
            allowed required | 25 | $TOOLS,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}} | $ONE,"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}
            format text      | 25 | "response_format":{"type":"text"} |
            json_object      | 25 | "response_format":{"type":"json_object"} | "generationConfig":{"responseMimeType":"application/json"}
            json_schema      | 25 | "response_format":{"type":"json_schema","json_schema":{"name":"n","description":"D","strict":true,"schema":{"type":"array","items":{"type":"string"}}}} | "generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":"array","items":{"type":"string"},"description":"D"}}
            no schema        | 25 | "response_format":{"type":"json_schema","json_schema":{"name":"n"}} | "generationConfig":{"responseMimeType":"application/json"}
            bare schema      | 25 | "response_format":{"type":"json_object","schema":{"type":"object"}} | "generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}
            google budget    | 25 | "google":{"thinking_config":{"thinking_budget":-1}} | "generationConfig":{"thinkingConfig":{"includeThoughts":true,"thinkingBudget":-1}}
            extra_body level | 31 | "extra_body":{"google":{"thinking_config":{"thinking_level":"low"}}} | "generationConfig":{"thinkingConfig":{"includeThoughts":true,"thinkingLevel":"LOW"}}
            safety settings  | 25 | "google":{"safety_settings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}]} | "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}]
            without effect   | 25 | "user":"u","store":true,"metadata":{"a":"b"},"prediction":{},"verbosity":"low","service_tier":"flex","logit_bias":{"1":1},"parallel_tool_calls":false,"modalities":["text"],"stream_options":{"include_usage":true},"never_heard_of":1 |
            """;

    private record Row(String name, UpstreamModel model, String request, String body) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        return TABLE.lines().map(line -> {
            String[] cells = (line + " ").split("\\|");
            assertThat(cells).as(line).hasSize(4);
            return new Row(cells[0].strip(), model(cells[1].strip()), filled(cells[2]), filled(cells[3]));
        });
    }

    private static UpstreamModel model(String name) {
        return switch (name) {
            case "25" -> Asks.PRO_25;
            case "31" -> Asks.PRO_31;
            default -> Asks.PLAIN;
        };
    }

    private static String filled(String cell) {
        return cell.strip()
                .replace("$TOOLS", TOOLS)
                .replace("$DECLARED", DECLARED)
                .replace("$ONE", ONE)
                .replace("$C1", call(1, "f", "{\\\"a\\\":1}"))
                .replace("$C2", call(2, "g", ""))
                .replace("$R1", "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"one\"}")
                .replace("$R2", "{\"role\":\"tool\",\"tool_call_id\":\"call_2\",\"content\":\"{\\\"x\\\":2}\"}")
                .replace(
                        "$IMAGE",
                        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," + PNG + "\"}}")
                .replace("$PNG_DATA", PNG_DATA)
                .replace("$PNG", PNG)
                .replace("$WAV", WAV)
                .replace("$PDF", PDF);
    }

    private static String call(int number, String name, String arguments) {
        return "{\"id\":\"call_" + number + "\",\"type\":\"function\",\"function\":{\"name\":\"" + name
                + "\",\"arguments\":\"" + arguments + "\"}}";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void a_request_becomes_this_body(Row row) {
        assertThat(Json.STRICT.readTree(body(row.request(), row.model()))).isEqualTo(expected(row));
    }

    private static String body(String members, UpstreamModel model) {
        String messages =
                members.contains("\"messages\"") ? "" : ",\"messages\":[{\"role\":\"user\",\"content\":\"?\"}]";
        String request = "{\"model\":\"m\"" + messages + (members.isEmpty() ? "" : ",") + members + "}";
        GeminiBody body =
                GeminiRequestWriter.write(Asks.of(ChatBodies.read(request), model), model, CallIds.ANY, Asks.BUCKETS);
        return new String(body.bytes(null), StandardCharsets.UTF_8);
    }

    private static ObjectNode expected(Row row) {
        ObjectNode body = Asks.object("{" + row.body() + "}");
        if (!body.has("contents")) {
            body.set("contents", Json.MAPPER.readTree("[{\"role\":\"user\",\"parts\":[{\"text\":\"?\"}]}]"));
        }
        ObjectNode config = body.withObject("/generationConfig");
        if (row.model() != Asks.PLAIN && !config.has("thinkingConfig")) {
            config.putObject("thinkingConfig").put("includeThoughts", true);
        }
        return body;
    }

    // ---- what is a 400 instead ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            31 | "n":2                                   | n
            25 | "n":9                                   | n
            25 | "stop":["a","b","c","d","e"]            | stop
            25 | "seed":2147483648                       | seed
            25 | "presence_penalty":0.1                  | presence_penalty
            25 | "frequency_penalty":-0.1                | frequency_penalty
            25 | "logprobs":true                         | logprobs
            25 | "top_logprobs":1                        | top_logprobs
            25 | "tools":[{"type":"custom","custom":{"name":"c"}}] | tools.0.type
            25 | "tools":[{"type":"function","function":{"name":"1st"}}] | tools.0.function.name
            25 | "tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"g"}} | tool_choice
            25 | "tool_choice":"required"                | tool_choice
            25 | "tool_choice":{"type":"custom","custom":{"name":"c"}} | tool_choice.type
            25 | "modalities":["text","audio"]           | modalities.1
            25 | "google":{"cached_content":"cachedContents/a"} | google.cached_content
            25 | "google":{"thinking_config":{"thinking_budget":1}} | google.thinking_config.thinking_budget
            25 | "reasoning_effort":"low","google":{"thinking_config":{"thinking_budget":200}} | reasoning_effort
            25 | "messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}] | messages.0.content.0.file.file_id
            25 | "messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"midi"}}]}] | messages.0.content.0.input_audio.format
            25 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,!"}}]}] | messages.0.content.0.image_url.url
            25 | "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"gs://other/a.png"}}]}] | messages.0.content.0.image_url
            25 | "messages":[{"role":"user","content":"?"},{"role":"tool","tool_call_id":"c","content":"x"}] | messages.1.tool_call_id
            25 | "messages":[{"role":"user","content":"?"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}] | messages.1.tool_calls
            25 | "messages":[{"role":"user","content":"?"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\\"a\\":"}}]}] | messages.1.tool_calls.0.function.arguments
            """)
    void a_request_that_cannot_be_told_is_refused_by_name(String model, String members, String param) {
        assertThatThrownBy(() -> body(members, model(model))).isInstanceOfSatisfying(ApiException.class, refused -> {
            assertThat(refused.error().param()).isEqualTo(param);
            assertThat(refused.error().message()).contains("'" + param + "'");
            assertThat(refused.error().status()).isEqualTo(400);
        });
    }

    @ParameterizedTest
    @CsvSource({"MINIMAL, 1024, LOW", "LOW, 1024, LOW", "MEDIUM, 8192, MEDIUM", "HIGH, 24576, HIGH"})
    void effort_is_a_budget_or_a_level(Effort effort, long budget, String level) {
        assertThat(Asks.asks()
                        .user("?")
                        .with(a -> a.effort = effort)
                        .at("/generationConfig/thinkingConfig/thinkingBudget"))
                .isEqualTo(Long.toString(budget));
        assertThat(Asks.asks()
                        .on(Asks.PRO_31)
                        .user("?")
                        .with(a -> a.effort = effort)
                        .at("/generationConfig/thinkingConfig/thinkingLevel"))
                .isEqualTo("\"" + level + "\"");
    }
}
