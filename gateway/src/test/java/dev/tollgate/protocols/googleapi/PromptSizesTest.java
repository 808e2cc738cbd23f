package dev.tollgate.protocols.googleapi;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.protocols.openai.ChatRequestReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bound on a prompt is the same at the chat door and at the Gemini door (D31). Bodies are written with single quotes. */
class PromptSizesTest {

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static PromptSize nativeSize(String members) {
        return PromptSizes.of(NativeRequestReader.read(bytes("{" + members + "}"), ReadLimits.DEFAULT));
    }

    private static PromptSize chatSize(String members) {
        return PromptSize.of(ChatRequestReader.read(bytes("{'model':'m'," + members + "}"), ReadLimits.DEFAULT)
                .conversation());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a question                | 'messages':[{'role':'user','content':'aé中😀\\n'}] | 'contents':[{'role':'user','parts':[{'text':'aé中😀\\n'}]}]
            an instruction and turns  | 'messages':[{'role':'system','content':'Be brief.'},{'role':'user','content':'Hi'},{'role':'assistant','content':'Yes?'},{'role':'user','content':'4?'}] | 'systemInstruction':{'parts':[{'text':'Be brief.'}]},'contents':[{'role':'user','parts':[{'text':'Hi'}]},{'role':'model','parts':[{'text':'Yes?'}]},{'role':'user','parts':[{'text':'4?'}]}]
            settings                  | 'messages':[{'role':'user','content':'Hi'}],'temperature':0.7,'top_p':0.9,'seed':7,'n':1,'stop':['END'] | 'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'generationConfig':{'temperature':0.7,'topP':0.9,'seed':7,'candidateCount':1,'stopSequences':['END']}
            functions                 | 'messages':[{'role':'user','content':'Hi'}],'tools':[{'type':'function','function':{'name':'weather','description':'Of a place','parameters':{'type':'object','properties':{'place':{'type':'string'}}}}}],'tool_choice':'required' | 'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'tools':[{'functionDeclarations':[{'name':'weather','description':'Of a place','parametersJsonSchema':{'type':'object','properties':{'place':{'type':'string'}}}}]}],'toolConfig':{'functionCallingConfig':{'mode':'ANY'}}
            search                    | 'messages':[{'role':'user','content':'Hi'}],'tools':[{'type':'function','function':{'name':'googleSearch'}}] | 'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'tools':[{'googleSearch':{}}]
            calls and results         | 'messages':[{'role':'user','content':'Hi'},{'role':'assistant','tool_calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{\\\'a\\\':[1,2.5,null],\\\'b\\\':\\\'x\\\\ny\\\'}'}},{'id':'c2','type':'function','function':{'name':'f','arguments':'{}'}}]},{'role':'tool','tool_call_id':'c1','content':'{\\\'c\\\':\\\'\\\\t\\\'}'},{'role':'tool','tool_call_id':'c2','content':'sunny'}] | 'contents':[{'role':'user','parts':[{'text':'Hi'}]},{'role':'model','parts':[{'functionCall':{'id':'c1','name':'f','args':{'a':[1,2.5,null],'b':'x\\ny'}}},{'functionCall':{'id':'c2','name':'f','args':{}}}]},{'role':'user','parts':[{'functionResponse':{'id':'c1','name':'f','response':{'c':'\\t'}}},{'functionResponse':{'id':'c2','name':'f','response':{'result':'sunny'}}}]}]
            """)
    void a_prompt_is_as_large_as_at_the_chat_door(String what, String chat, String ours) {
        PromptSize wanted = chatSize(chat);
        assertThat(nativeSize(ours)).as(what).isEqualTo(wanted);
        assertThat(wanted.textBytes()).isPositive();
    }

    @Test
    void the_billing_line_goes_out_of_the_system_text_alone() {
        String line = "x-anthropic-billing-header: cc_version=2.1.332.abc; cc_entrypoint=cli; cch=1f;";
        String body = "{'systemInstruction':{'parts':[{'text':'" + line + "'},{'text':'" + line
                + "\\nYou are.'}]},'contents':[{'parts':[{'text':'Hi'}]}]}";
        NativeRequest request = NativeRequestReader.read(bytes(body), ReadLimits.DEFAULT);
        assertThat(request.body().path("systemInstruction")).hasToString("{\"parts\":[{\"text\":\"You are.\"}]}");
        assertThat(request.ignored()).contains("systemInstruction");
    }

    @Test
    void what_is_sent_counts_with_its_escapes() {
        String text = "\\n\\u0001".repeat(50);
        PromptSize size =
                nativeSize("'contents':[{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'a':'"
                        + text + "'}}}]}]");
        assertThat(size.textBytes()).isEqualTo("f{\"a\":\"\"}".length() + 50 * 8);
        assertThat(size.messages()).isEqualTo(1);
    }

    @Test
    void a_content_of_results_and_text_is_a_message_for_each() {
        String result = "{'functionResponse':{'name':'f','response':{}}}";
        PromptSize size =
                nativeSize("'contents':[{'role':'user','parts':[" + result + "," + result + ",{'text':'So?'}]}]");
        assertThat(size.messages()).isEqualTo(3);
        assertThat(size.calls()).isZero();
    }
}
