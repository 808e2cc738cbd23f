package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.messages;
import static dev.tollgate.protocols.openai.Bodies.with;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.PromptPrint;
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

    private static PromptPrint print(String system, String tool, String arguments, String last) {
        return PromptSize.parts(read("{'model':'m','messages':[{'role':'system','content':'" + system + "'},"
                        + "{'role':'user','content':'Hi'},{'role':'assistant','tool_calls':[{'id':'c1','function':"
                        + "{'name':'fn','arguments':'" + arguments
                        + "'}}]},{'role':'tool','tool_call_id':'c1','content':'"
                        + last + "'}],'tools':[{'type':'function','function':{'name':'fn','description':'" + tool
                        + "'}}]}"))
                .print();
    }

    @Test
    void a_print_tells_the_first_part_that_differs() {
        String text = "x".repeat(100);
        PromptPrint print = print("sys", text, "{}", text);
        assertThat(print.parts()).as("system, tools and three messages").isEqualTo(5);
        assertThat(print.common(print("sys", text, "{}", text))).isEqualTo(5);
        assertThat(print.common(print("syt", text, "{}", text))).isZero();
        assertThat(print.common(print("sys", text.replaceFirst("x", "y"), "{}", text)))
                .isEqualTo(1);
        assertThat(print.common(print("sys", text, "[]".replace("[]", "{ }"), text)))
                .isEqualTo(3);
        assertThat(print.common(print("sys", text, "{}", text + "x"))).isEqualTo(4);
        assertThat(print.common(print("sys", text, "{}", text.replaceFirst("x", "y"))))
                .isEqualTo(4);
    }

    @Test
    void of_a_text_above_32_KiB_both_ends_and_the_length_count() {
        String text = "x".repeat(40_000);
        PromptPrint print = print("sys", "f", "{}", text);
        assertThat(print.common(print("sys", "f", "{}", "y" + text.substring(1))))
                .isEqualTo(4);
        assertThat(print.common(print("sys", "f", "{}", text.substring(1) + "y")))
                .isEqualTo(4);
        assertThat(print.common(print("sys", "f", "{}", text + "x"))).isEqualTo(4);
        assertThat(print.common(print("sys", "f", "{}", text.substring(0, 20_000) + "y" + text.substring(20_001))))
                .as("in the middle")
                .isEqualTo(5);
        String shorter = text.substring(0, 32_768);
        assertThat(print("sys", "f", "{}", shorter)
                        .common(print(
                                "sys", "f", "{}", shorter.substring(0, 20_000) + "y" + shorter.substring(20_001))))
                .isEqualTo(4);
    }

    @Test
    void media_do_not_count_as_text() {
        PromptSize size = PromptSize.of(read(
                Bodies.part("{'type':'image_url','image_url':'data:image/png;base64," + "QUJD".repeat(1_000) + "'}")));
        assertThat(size.textBytes()).isZero();
        assertThat(PromptSize.of(read(with(""))).media()).isEmpty();
    }
}
