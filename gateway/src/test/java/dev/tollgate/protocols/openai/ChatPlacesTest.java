package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.read;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Named;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message.Assistant;
import dev.tollgate.base.conversation.Message.ToolResult;
import dev.tollgate.base.conversation.Message.User;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import org.junit.jupiter.api.Test;

/** What has to be blamed is named where it stood in the caller's body, in the body's own words. */
class ChatPlacesTest {

    private static final String SIGNED = "'extra_content':{'google':{'thought_signature':'S'}}";

    @Test
    void messages_calls_and_files_say_where_they_stood() {
        Conversation conversation = read("{'model':'m','messages':[{'role':'user','content':'?'},"
                        + "{'role':'assistant','content':'a'," + SIGNED + ",'tool_calls':["
                        + "{'id':'c0','function':{'name':'f','arguments':'{}'}},"
                        + "{'id':'c1','function':{'name':'f','arguments':'{}'}," + SIGNED + "}],"
                        + "'images':['no file',{'image_url':'https://x/a.png'}]},"
                        + "{'role':'tool','tool_call_id':'c0','content':'r'},"
                        + "{'role':'tool','tool_call_id':'c1','content':'r'}]}")
                .conversation();
        Assistant said = (Assistant) conversation.messages().get(1);
        ToolResult result = (ToolResult) conversation.messages().get(3);

        assertThat(said.place().path(Member.CALLS)).isEqualTo("messages.1.tool_calls");
        assertThat(said.place().path(Member.EXTRAS)).isEqualTo("messages.1.extra_content");
        Place call = said.toolCalls().get(1).place();
        assertThat(call.path()).isEqualTo("messages.1.tool_calls.1");
        assertThat(call.path(Member.NAME)).isEqualTo("messages.1.tool_calls.1.function.name");
        assertThat(call.path(Member.SIGNATURE))
                .isEqualTo("messages.1.tool_calls.1.extra_content.google.thought_signature");
        assertThat(said.files().getFirst().place().path()).isEqualTo("messages.1.images.1");
        assertThat(result.place().path(Member.ANSWERED)).isEqualTo("messages.3.tool_call_id");
    }

    @Test
    void the_deprecated_forms_have_fields_of_their_own() {
        Conversation conversation = read("{'model':'m','messages':[{'role':'user','content':'?'},"
                        + "{'role':'assistant','content':null," + SIGNED
                        + ",'function_call':{'name':'f','arguments':'{}'}},"
                        + "{'role':'function','name':'f','content':'r'}],'functions':[{'name':'g'},{'name':'f'}]}")
                .conversation();
        Assistant caller = (Assistant) conversation.messages().get(1);
        Place call = caller.toolCalls().getFirst().place();

        assertThat(caller.place().path(Member.CALLS)).isEqualTo("messages.1.function_call");
        assertThat(call.path(Member.NAME)).isEqualTo("messages.1.function_call.name");
        assertThat(call.path(Member.SIGNATURE)).isEqualTo("messages.1.extra_content.google.thought_signature");
        assertThat(conversation.messages().get(2).place().path(Member.ANSWERED)).isEqualTo("messages.2.name");
        assertThat(conversation.tools().get(1).place().path(Member.PARAMETERS)).isEqualTo("functions.1.parameters");
    }

    @Test
    void a_tool_stays_where_it_stood_when_the_choice_leaves_out_a_search_tool_before_it() {
        Conversation conversation = read("{'model':'m','messages':[{'role':'user','content':'?'}],'tool_choice':'none',"
                        + "'tools':[{'type':'function','function':{'name':'googleSearch'}},"
                        + "{'type':'function','function':{'name':'f'}}]}")
                .conversation();

        assertThat(conversation.tools()).singleElement().satisfies(tool -> assertThat(
                        tool.place().path(Member.PARAMETERS))
                .isEqualTo("tools.1.function.parameters"));
    }

    @Test
    void media_say_what_they_were_named_and_where() {
        User user = (User) read("{'model':'m','messages':[{'role':'user','content':["
                        + "{'type':'image_url','image_url':'https://x/a'},"
                        + "{'type':'video_url','video_url':'https://x/b','video_metadata':{'fps':2}},"
                        + "{'type':'input_audio','input_audio':{'format':'wav','data':'QUJD'}},"
                        + "{'type':'file','file':{'file_data':'QUJD'}}]}]}")
                .conversation()
                .messages()
                .getFirst();

        assertThat(user.parts())
                .extracting(part -> ((ContentPart.Media) part).named())
                .containsExactly(Named.PICTURE, Named.VIDEO, Named.SOUND, Named.FILE);
        assertThat(place(user, 0).path(Member.DETAIL)).isEqualTo("messages.0.content.0.image_url.detail");
        assertThat(place(user, 1).path(Member.VIDEO)).isEqualTo("messages.0.content.1.video_metadata");
        assertThat(place(user, 2).path(Member.FORMAT)).isEqualTo("messages.0.content.2.input_audio.format");
        assertThat(place(user, 3).path()).isEqualTo("messages.0.content.3.file");
    }

    private static Place place(User user, int part) {
        return ((ContentPart.Media) user.parts().get(part)).place();
    }
}
