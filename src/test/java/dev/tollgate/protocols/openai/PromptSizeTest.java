package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.messages;
import static dev.tollgate.protocols.openai.Bodies.with;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.PromptSize;
import org.junit.jupiter.api.Test;

class PromptSizeTest {

    private static Conversation read(String json) {
        return Bodies.read(json).conversation();
    }

    @Test
    void texts_count_by_their_bytes() {
        assertThat(PromptSize.of(read(messages("{'role':'user','content':'a\u00e9\u4e2d\ud83d\ude00'}")))
                        .textBytes())
                .isEqualTo(1 + 2 + 3 + 4);
    }

    @Test
    void everything_that_is_sent_counts() {
        PromptSize size =
                PromptSize.of(read("{'model':'m','stop':['STOP'],'messages':[{'role':'system','content':'sys'},"
                        + "{'role':'user','content':[{'type':'text','text':'user'},"
                        + "{'type':'image_url','image_url':'https://x'}]},"
                        + "{'role':'assistant','content':'say','extra_content':{'google':{'thought_signature':'SIGT'}},"
                        + "'tool_calls':[{'id':'c1','function':{'name':'fn','arguments':'{}'},"
                        + "'extra_content':{'google':{'thought_signature':'SIGNA'}}}]},"
                        + "{'role':'tool','tool_call_id':'c1','content':'result'}],"
                        + "'tools':[{'type':'function','function':{'name':'fn','description':'desc',"
                        + "'parameters':{'type':'object','a':[1,true]}}}],"
                        + "'response_format':{'type':'json_schema','json_schema':{'name':'rf','schema':{'b':null}}}}"));
        long parameters = "{\"type\":\"object\",\"a\":[1,true]}".length();
        long schema = "{\"b\":null}".length();
        long expected = "STOPsysusersaySIGTc1fn{}SIGNAc1resultfndescrf".length() + parameters + schema;
        assertThat(size.textBytes()).isBetween(expected, expected + 3);
        assertThat(size.messages()).isEqualTo(4);
        assertThat(size.calls()).isEqualTo(1);
        assertThat(size.tools()).isEqualTo(1);
        assertThat(size.media()).hasSize(1);
    }

    @Test
    void media_do_not_count_as_text() {
        PromptSize size = PromptSize.of(read(
                Bodies.part("{'type':'image_url','image_url':'data:image/png;base64," + "QUJD".repeat(1_000) + "'}")));
        assertThat(size.textBytes()).isZero();
        assertThat(PromptSize.of(read(with(""))).media()).isEmpty();
    }
}
