package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.messages;
import static dev.tollgate.protocols.openai.Bodies.part;
import static dev.tollgate.protocols.openai.Bodies.read;
import static dev.tollgate.protocols.openai.Bodies.refused;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.ContentPart.Media;
import dev.tollgate.base.conversation.ContentPart.Source;
import dev.tollgate.base.conversation.ContentPart.Text;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Message.Assistant;
import dev.tollgate.base.conversation.Message.Instruction;
import dev.tollgate.base.conversation.Message.ToolCall;
import dev.tollgate.base.conversation.Message.ToolResult;
import dev.tollgate.base.conversation.Message.User;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.testing.ChatBodies;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageReaderTest {

    @Test
    void every_role_is_read_whatever_the_order_of_its_members() {
        List<Message> messages = read(messages("{'content':'be brief','role':'system'},"
                        + "{'content':[{'text':'a','type':'text'},{'type':'text','text':'b'}],'role':'developer'},"
                        + "{'content':'hi','role':'user'},"
                        + "{'content':null,'tool_calls':[{'id':'c1','type':'function',"
                        + "'function':{'arguments':'{\\\"q\\\":1}','name':'f'}}],'role':'assistant'},"
                        + "{'content':'result','tool_call_id':'c1','role':'tool'},"
                        + "{'role':'assistant','content':'done'}"))
                .conversation()
                .messages();
        assertThat(messages)
                .containsExactly(
                        new Instruction(ChatBodies.message(0), "be brief"),
                        new Instruction(ChatBodies.message(1), "a\nb"),
                        new User(ChatBodies.message(2), List.of(new Text("hi"))),
                        new Assistant(
                                ChatBodies.message(3),
                                null,
                                List.of(new ToolCall(ChatBodies.call(3, 0), "c1", "f", "{\"q\":1}", null)),
                                null),
                        new ToolResult(ChatBodies.message(4), "c1", List.of(new Text("result"))),
                        new Assistant(ChatBodies.message(5), "done", List.of(), null));
    }

    @Test
    void the_billing_line_goes_out_of_every_system_text_alone() {
        String line = "x-anthropic-billing-header: cc_version=2; cch=1f;";
        ChatRequest request = read(messages("{'role':'system','content':'" + line + "\\nYou are.'},"
                + "{'role':'developer','content':[{'type':'text','text':'" + line
                + "'},{'type':'text','text':'First.'}]},"
                + "{'role':'user','content':'" + line + "'}"));
        assertThat(request.conversation().messages())
                .containsExactly(
                        new Instruction(ChatBodies.message(0), "You are."),
                        new Instruction(ChatBodies.message(1), "First."),
                        new User(ChatBodies.message(2), List.of(new Text(line))));
        assertThat(request.ignored()).containsExactly("messages.0.content", "messages.1.content.0");
    }

    @Test
    void the_deprecated_call_and_its_answer_are_read() {
        List<Message> messages = read(messages("{'role':'user','content':'x'},"
                        + "{'role':'assistant','content':null,'function_call':{'name':'f','arguments':''}},"
                        + "{'role':'function','name':'f','content':null}"))
                .conversation()
                .messages();
        assertThat(messages.get(1))
                .isEqualTo(new Assistant(
                        ChatBodies.functionCall(1),
                        null,
                        List.of(new ToolCall(ChatBodies.functionCall(1), null, "f", "{}", null)),
                        null));
        assertThat(messages.get(2))
                .isEqualTo(new ToolResult(ChatPlaces.RESULT.at("messages", 2), "f", List.of(new Text(""))));
    }

    @Test
    void what_clients_send_back_of_an_answer_never_fails_a_call() {
        ChatRequest request = read(messages("{'role':'user','content':'x'},{'role':'assistant','content':'y',"
                + "'refusal':null,'parsed':null,'reasoning_content':'hm','reasoning':'hm','audio':{'id':'a'},"
                + "'annotations':[{'type':'url_citation'}],'tool_calls':[],'function_call':null,"
                + "'extra_content':{'google':{'search_entry_point':'<div>','grounding_metadata':{}},'other':1}}"));
        assertThat(request.conversation().messages().get(1))
                .isEqualTo(new Assistant(ChatBodies.message(1), "y", List.of(), null));
        assertThat(request.ignored())
                .containsExactly(
                        "messages.1.reasoning_content",
                        "messages.1.reasoning",
                        "messages.1.audio",
                        "messages.1.annotations",
                        "messages.1.extra_content.google.search_entry_point",
                        "messages.1.extra_content.google.grounding_metadata",
                        "messages.1.extra_content.other");
    }

    @Test
    void an_assistant_may_say_nothing_and_a_refusal_counts_as_text() {
        assertThat(read(messages("{'role':'assistant','content':null}"))
                        .conversation()
                        .messages())
                .containsExactly(new Assistant(ChatBodies.message(0), null, List.of(), null));
        assertThat(read(messages("{'role':'assistant','refusal':'no'}"))
                        .conversation()
                        .messages())
                .containsExactly(new Assistant(ChatBodies.message(0), "no", List.of(), null));
        assertThat(read(messages("{'role':'assistant','content':[{'type':'text','text':'a'},"
                                + "{'type':'refusal','refusal':'no'}]}"))
                        .conversation()
                        .messages())
                .containsExactly(new Assistant(ChatBodies.message(0), "a\nno", List.of(), null));
    }

    @Test
    void signatures_are_read_from_calls_and_messages() {
        String calls = "'tool_calls':[{'id':'c1','function':{'name':'f','arguments':'{}'},"
                + "'extra_content':{'google':{'thought_signature':'SIG'}}}]";
        String answer = ",{'role':'tool','tool_call_id':'c1','content':''}";
        Assistant signed =
                assistant("'content':'t','extra_content':{'google':{'thought_signature':'TEXT'}}," + calls, answer);
        assertThat(signed.thoughtSignature()).isEqualTo("TEXT");
        assertThat(signed.toolCalls()).containsExactly(new ToolCall(ChatBodies.call(0, 0), "c1", "f", "{}", "SIG"));
    }

    @Test
    void a_call_s_signature_that_was_copied_onto_the_message_is_not_the_text_s() {
        Assistant copied = assistant(
                "'content':'t','extra_content':{'google':{'thought_signature':'SIG'}},"
                        + "'tool_calls':[{'id':'c1','function':{'name':'f','arguments':'{}'},"
                        + "'extra_content':{'google':{'thought_signature':'SIG'}}}]",
                ",{'role':'tool','tool_call_id':'c1','content':''}");
        assertThat(copied.thoughtSignature()).isNull();
        assertThat(copied.toolCalls().getFirst().thoughtSignature()).isEqualTo("SIG");
    }

    @Test
    void a_deprecated_call_takes_its_signature_from_the_message() {
        String call = "'function_call':{'name':'f','arguments':'{}'},"
                + "'extra_content':{'google':{'thought_signature':'SIG'}}";
        String answer = ",{'role':'function','name':'f','content':'4'}";
        Assistant bare = assistant("'content':null," + call, answer);
        assertThat(bare.toolCalls()).containsExactly(new ToolCall(ChatBodies.functionCall(0), null, "f", "{}", "SIG"));
        assertThat(bare.thoughtSignature()).isNull();
        Assistant withText = assistant("'content':'t'," + call, answer);
        assertThat(withText.thoughtSignature()).isEqualTo("SIG");
    }

    private static Assistant assistant(String members, String rest) {
        return (Assistant) read(messages("{'role':'assistant'," + members + "}" + rest))
                .conversation()
                .messages()
                .getFirst();
    }

    @Test
    void members_that_belong_to_another_role_are_listed() {
        assertThat(read(messages("{'role':'user','content':'x','tool_call_id':'c','refusal':'r',"
                                + "'tool_calls':[{'id':'c','function':{'name':'f','arguments':'{}'}}]}"))
                        .ignored())
                .containsExactly("messages.0.tool_calls", "messages.0.refusal", "messages.0.tool_call_id");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'role':'system','content':[{'type':'image_url','image_url':'https://x'}]} | messages.0.content.0.type | 'messages.0.content.0.type' must be text in a message of this role, got "image_url".
            {'role':'user','content':[{'type':'refusal','refusal':'x'}]} | messages.0.content.0.type | 'messages.0.content.0.type' must be text, image_url, input_audio, file or video_url in a message of this role, got "refusal".
            {'role':'assistant','content':[{'type':'file','file':{'file_data':'QUJD'}}]} | messages.0.content.0.type | 'messages.0.content.0.type' must be text or refusal in a message of this role, got "file".
            {'role':'user','content':[]}          | messages.0.content      | 'messages.0.content' must have at least 1 part.
            {'role':'user','content':5}           | messages.0.content      | 'messages.0.content' must be a string or an array of parts, got 5.
            {'role':'user','content':['x']}       | messages.0.content.0    | 'messages.0.content.0' must be an object, got "x".
            {'role':'user','content':[{'text':'x'}]} | messages.0.content.0.type | 'messages.0.content.0.type' is required.
            {'role':'user','content':[{'type':'text'}]} | messages.0.content.0.text | 'messages.0.content.0.text' is required.
            {'role':'user','content':[{'type':'text','text':null}]} | messages.0.content.0.text | 'messages.0.content.0.text' is required.
            {'role':'user','content':[{'type':'picture','image':1}]} | messages.0.content.0.type | 'messages.0.content.0.type' must be one of text, image_url, input_audio, file, video_url, refusal or image, got "picture".
            {'role':'user','content':[{'type':'image','image':1}]} | messages.0.content.0.url | 'messages.0.content.0.url' is required.
            {'role':'tool','content':'x'}         | messages.0.tool_call_id | 'messages.0.tool_call_id' is required.
            {'role':'tool','tool_call_id':'c'}    | messages.0.content      | 'messages.0.content' is required.
            {'role':'function','content':'x'}     | messages.0.name         | 'messages.0.name' is required.
            {'role':'user','content':'x','name':5} | messages.0.name        | 'messages.0.name' must be a string, got 5.
            {'role':'assistant','tool_calls':{}}  | messages.0.tool_calls   | 'messages.0.tool_calls' must be an array, got an object.
            {'role':'assistant','tool_calls':[{'id':'c','type':'custom'}]} | messages.0.tool_calls.0.custom.name | 'messages.0.tool_calls.0.custom.name' is required.
            {'role':'assistant','tool_calls':[{'function':{'name':'f','arguments':'{}'}}]} | messages.0.tool_calls.0.id | 'messages.0.tool_calls.0.id' is required.
            {'role':'assistant','tool_calls':[{'id':'c'}]} | messages.0.tool_calls.0.function.name | 'messages.0.tool_calls.0.function.name' is required.
            {'role':'assistant','tool_calls':[{'id':'c','function':{'name':'f'}}]} | messages.0.tool_calls.0.function.arguments | 'messages.0.tool_calls.0.function.arguments' is required.
            {'role':'assistant','tool_calls':[{'id':'c','function':{'name':'f','arguments':{}}}]} | messages.0.tool_calls.0.function.arguments | 'messages.0.tool_calls.0.function.arguments' must be a string, got an object.
            {'role':'user','content':'\\ud800'}   | messages.0.content      | 'messages.0.content' holds half of a surrogate pair, which is not a character.
            """)
    void a_message_out_of_form_is_named(String message, String param, String text) {
        ApiError refusal = refused(messages(message));
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {\\"city\\":\\"Os
            {\\"a\\":1
            {\\"a\\":1} x
            [1]
            null
            5
            {\\"a\\":\\"\\\\ud800\\"}
            """)
    void arguments_that_are_not_one_whole_object_are_refused_with_the_message_s_index(String arguments) {
        ApiError refusal = refused(messages("{'role':'user','content':'x'},{'role':'assistant','tool_calls':"
                + "[{'id':'c','function':{'name':'f','arguments':'" + arguments + "'}}]}"));
        assertThat(refusal.param()).isEqualTo("messages.1.tool_calls.0.function.arguments");
        assertThat(refusal.message())
                .isEqualTo("'messages.1.tool_calls.0.function.arguments' must hold one complete JSON object; "
                        + "the call in message 1 does not.");
    }

    // --- media ---

    @Test
    void an_image_is_read_from_a_data_url_or_left_as_an_address() {
        assertThat(media("{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0K','detail':'low'}}"))
                .isEqualTo(new Media(
                        ChatBodies.medium("messages.0.content.0.image_url"),
                        ContentPart.Named.PICTURE,
                        new Source.Inline("iVBORw0K"),
                        "image/png",
                        "low",
                        null));
        assertThat(media("{'type':'image_url','image_url':'HTTPS://example.com/\u00fc.png'}"))
                .isEqualTo(new Media(
                        ChatBodies.medium("messages.0.content.0.image_url"),
                        ContentPart.Named.PICTURE,
                        new Source.Remote("HTTPS://example.com/\u00fc.png"),
                        null,
                        null,
                        null));
        assertThat(media("{'type':'image_url','image_url':{'url':'http://x/a','detail':'auto'}}")
                        .detail())
                .isNull();
    }

    @Test
    void audio_files_and_videos_are_read() {
        assertThat(media("{'type':'input_audio','input_audio':{'format':'mp3','data':'QUJD'}}"))
                .isEqualTo(new Media(
                        ChatBodies.medium("messages.0.content.0.input_audio"),
                        ContentPart.Named.SOUND,
                        new Source.Inline("QUJD"),
                        "audio/mp3",
                        null,
                        null));
        assertThat(media("{'type':'file','file':{'filename':'A.PDF','file_data':'QUJD'}}")
                        .mimeType())
                .isEqualTo("application/pdf");
        assertThat(media("{'type':'file','file':{'file_data':'data:;base64,QUJD','filename':'a.txt'}}")
                        .mimeType())
                .isEqualTo("text/plain");
        assertThat(media("{'type':'file','file':{'file_data':'data:application/octet-stream;base64,QUJD'}}")
                        .mimeType())
                .isNull();
        assertThat(media("{'type':'file','file':{'file_data':'data:application/pdf;base64,QUJD','filename':'a.txt'}}")
                        .mimeType())
                .isEqualTo("application/pdf");
        assertThat(media("{'type':'video_url','video_url':{'url':'https://v'},"
                                + "'video_metadata':{'start_offset':'1.5s','end_offset':20,'fps':0.5}}")
                        .video())
                .isEqualTo(new ContentPart.VideoMetadata("1.5s", "20s", 0.5));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            data:image/png;base64,QUI=                  | image/png  | QUI=
            data:image/png;base64,QUI                   | image/png  | QUI=
            DATA:Image/PNG;Base64,QQ==                  | image/png  | QQ==
            data:image/svg+xml;charset=utf-8;base64,QUJD | image/svg+xml | QUJD
            data:text/plain;charset=utf-8;name=a;base64,-_-_ | text/plain | +/+/
            data:image/png;base64,QU JD\\n\\tQUI=\\r\\n | image/png  | QUJDQUI=
            data:image/png;base64,QUJD\\/\\/8=          | image/png  | QUJD//8=
            data:image\\/png;base64,\\u0051UJD          | image/png  | QUJD
            data:image/png ; base64, QUJD               | ` `        | ` `
            data:;base64,QUJD                           |            | QUJD
            """)
    void data_urls_come_out_in_standard_base64(String url, String mimeType, String base64) {
        if (" ".equals(base64)) {
            assertThat(refused(part("{'type':'image_url','image_url':{'url':'" + url + "'}}"))
                            .message())
                    .contains("must be a data URL in base64");
            return;
        }
        Media media = media("{'type':'image_url','image_url':{'url':'" + url + "'}}");
        assertThat(media.mimeType()).isEqualTo(mimeType);
        assertThat(media.source()).isEqualTo(new Source.Inline(base64));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'type':'image_url','image_url':{'url':'data:image/png;base64,QUJ*'}} | image_url.url | is not valid base64.
            {'type':'image_url','image_url':{'url':'data:image/png;base64,QUJDR'}} | image_url.url | is not valid base64.
            {'type':'image_url','image_url':{'url':'data:image/png;base64,Q=JD'}} | image_url.url | is not valid base64.
            {'type':'image_url','image_url':{'url':'data:image/png;base64,QUI=='}} | image_url.url | is not valid base64.
            {'type':'image_url','image_url':{'url':'data:image/png;base64,Q\u00dcJD'}} | image_url.url | is not valid base64.
            {'type':'image_url','image_url':{'url':'data:image/png;base64,Q\u4e2dJD'}} | image_url.url | is not valid base64.
            {'type':'image_url','image_url':{'url':'data:image/png;base64,'}} | image_url.url | holds no data.
            {'type':'image_url','image_url':{'url':'data:image/png,abc'}} | image_url.url | must be a data URL in base64, like data:image/png;base64,iVBORw0K.
            {'type':'image_url','image_url':{'url':'data:image/png;base64'}} | image_url.url | must be a data URL in base64, like data:image/png;base64,iVBORw0K.
            {'type':'image_url','image_url':{'url':'data:a b/c;base64,QUJD'}} | image_url.url | must be a data URL with a media type like image/png, got "a b/c".
            {'type':'image_url','image_url':{'url':'data:png;base64,QUJD'}} | image_url.url | must be a data URL with a media type like image/png, got "png".
            {'type':'image_url','image_url':{'url':'s3://bucket/x'}} | image_url.url | must be an http(s) URL or a data URL in base64.
            {'type':'image_url','image_url':{'url':'file:///etc/passwd'}} | image_url.url | must be an http(s) URL or a data URL in base64.
            {'type':'image_url','image_url':'ftp://x'} | image_url | must be an http(s) URL or a data URL in base64.
            {'type':'image_url','image_url':''} | image_url | must be an http(s) URL or a data URL in base64.
            {'type':'image_url','image_url':{}} | image_url.url | is required.
            {'type':'image_url','image_url':{'url':'https://x','detail':'max'}} | image_url.detail | must be one of auto, low or high, got "max".
            {'type':'input_audio','input_audio':{'data':'QUJD','format':'pcm16'}} | input_audio.format | must be one of aac, aiff, flac, m4a, mp3, mpeg, ogg, opus or wav, got "pcm16".
            {'type':'input_audio','input_audio':{'data':'QUJD'}} | input_audio.format | is required.
            {'type':'input_audio','input_audio':{'format':'wav'}} | input_audio.data | is required.
            {'type':'file','file':{'file_id':'file-1'}} | file.file_id | is not supported, send the file itself as 'file_data'.
            {'type':'file','file':{'filename':'a.pdf'}} | file.file_data | is required.
            {'type':'file','file':{'file_data':'https://x/y.pdf'}} | file.file_data | is not valid base64.
            {'type':'video_url','video_url':{'url':'https://v','video_metadata':{'fps':25}}} | video_url.video_metadata.fps | must be a number between 0 and 24, got 25.
            {'type':'video_url','video_url':{'url':'https://v'},'video_metadata':{'start_offset':'1m'}} | video_metadata.start_offset | must be seconds like 12.5s, got "1m".
            """)
    void media_out_of_form_are_refused_naming_the_part(String part, String field, String message) {
        ApiError refusal = refused(part(part));
        String param = "messages.0.content.0." + field;
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.message()).isEqualTo("'" + param + "' " + message);
    }

    @Test
    void members_of_another_type_of_part_are_listed() {
        assertThat(read(part(
                                "{'type':'text','text':'x','image_url':'https://x','video_metadata':{},'cache_control':1}"))
                        .ignored())
                .containsExactly(
                        "messages.0.content.0.cache_control",
                        "messages.0.content.0.image_url",
                        "messages.0.content.0.video_metadata");
    }

    @Test
    void media_and_parts_of_a_call_are_counted_over_all_messages() {
        String image = "{'type':'image_url','image_url':'https://x'}";
        String fifty = "{'role':'user','content':[" + image + ("," + image).repeat(49) + "]}";
        assertThat(PromptSize.of(read(messages(fifty + "," + fifty)).conversation())
                        .media())
                .hasSize(100);
        assertThat(refused(messages(fifty + "," + fifty + ",{'role':'user','content':[" + image + "]}"))
                        .message())
                .isEqualTo("'messages' must have at most 100 images, audios, videos and files in all.");
        String text = "{'type':'text','text':''}";
        String many = "{'role':'user','content':[" + text + ("," + text).repeat(9_999) + "]}";
        assertThat(read(messages(many + "," + many)).conversation().messages()).hasSize(2);
        assertThat(refused(messages(many + "," + many + ",{'role':'user','content':[" + text + "]}"))
                        .message())
                .isEqualTo("'messages' must have at most 20000 content parts in all.");
    }

    private static Media media(String part) {
        return (Media) ((User) read(part(part)).conversation().messages().getFirst())
                .parts()
                .getFirst();
    }
}
