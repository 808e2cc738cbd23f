package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How callers of each door ask for images, and what the provider is asked. Bodies are written with single quotes. */
@BesideOthers
class ImageRequestsTest {

    private static CallServer gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "gateway/src/test/resources/catalogues/images.yaml");
        customer = gateway.customer("10000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Reply asks(String path, String body) {
        gateway.script(UpstreamScript.answers().text("A dot.").finish("STOP", new UpstreamScript.Tokens(10, 5, 0)));
        return gateway.post(path, json(body), customer.key());
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static final String CHAT = "{'model':'%s','messages':[{'role':'user','content':'Hi'}]%s}";

    /** Two spellings of a size, and the size of ended models. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "|'responseModalities':['TEXT','IMAGE']",
                ",'modalities':['image','text']|'responseModalities':['TEXT','IMAGE']",
                ",'modalities':['image']|'responseModalities':['IMAGE']",
                ",'modalities':['text']|'responseModalities':['TEXT']",
                ",'image_config':{'aspect_ratio':'16:9','image_size':'2k'}|'imageConfig':{'aspectRatio':'16:9','imageSize':'2K'}",
                ",'extra_body':{'google':{'image_config':{'aspectRatio':'1:8'}}}|'imageConfig':{'aspectRatio':'1:8'}",
                ",'image_config':{'image_size':'512'}|'imageConfig':{'imageSize':'1K'}",
            })
    void chat_asks_for_what_its_caller_wants(String fields, String sent) {
        Reply reply =
                asks("/v1/chat/completions", CHAT.formatted("gemini-nano-banana-2.1", fields == null ? "" : fields));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("generationConfig").toString()).contains(json(sent));
        assertThat(reply.header("x-tollgate-ignored"))
                .isEqualTo(fields != null && fields.contains("512") ? "image_config.image_size" : "");
    }

    /** Such a call gets another name on its way, and with it the conversation is made anew. */
    @Test
    void what_a_chat_wants_of_images_stays_with_an_earlier_call_of_a_name_that_gemini_forbids() {
        Reply reply = asks(
                "/v1/chat/completions",
                "{'model':'gemini-nano-banana-2.1','modalities':['image'],'messages':[{'role':'user','content':'Hi'},"
                        + "{'role':'assistant','tool_calls':[{'id':'c','type':'function','function':{'name':'find it!','arguments':'{}'}}]},"
                        + "{'role':'tool','tool_call_id':'c','content':'a boat'}]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("generationConfig").toString())
                .contains("\"responseModalities\":[\"IMAGE\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gemini-3.1-flash-lite-image|,'image_config':{'image_size':'4K'}|image_config.image_size|must be one of 1K, got '4K'.",
                "gemini-3-pro-image|,'image_config':{'aspect_ratio':'1:8'}|image_config.aspect_ratio|must be one of 1:1, 2:3,",
                "gemini-3-pro-image|,'image_config':{'aspect_ratio':16}|image_config.aspect_ratio|must be a string",
                "gemini-3-pro-image|,'modalities':['audio']|modalities.0|must be text or image",
                "gemini-3-pro-image|,'n':2|n|must be 1 with model",
                "gemini-3-pro-image|,'image_config':{'delivery':'pigeon'}|image_config.delivery|must be one of inline, url or markdown",
            })
    void a_value_that_a_model_lacks_is_refused_with_those_it_has(
            String model, String fields, String field, String message) {
        Reply reply = asks("/v1/chat/completions", CHAT.formatted(model, fields));
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo(field);
        assertThat(reply.error().get("message").asString()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "|'responseModalities':['TEXT','IMAGE']",
                "'responseModalities':['IMAGE']|'responseModalities':['IMAGE']",
                "'responseModalities':['TEXT']|'responseModalities':['TEXT']",
                "'imageConfig':{'aspectRatio':'21:9','imageSize':'4K'}|'imageConfig':{'aspectRatio':'21:9','imageSize':'4K'}",
            })
    void the_gemini_door_asks_for_what_its_caller_wants(String config, String sent) {
        Reply reply = asks(
                "/v1beta/models/gemini-3-pro-image:generateContent",
                "{'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'generationConfig':{%s}}"
                        .formatted(config == null ? "" : config));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().get("generationConfig").toString()).contains(json(sent));
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"generation_config", "generationConfig"})
    void snake_case_is_asked_for_and_named_as_it_was_written(String config) {
        Reply reply = asks(
                "/v1beta/models/gemini-3-pro-image:generateContent",
                "{'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'service_tier':'none','%s':{'image_config':{'aspect_ratio':'21:9','image_size':'4K','person_generation':'ALLOW_ALL'}}}"
                        .formatted(config));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/generationConfig/imageConfig").toString())
                .isEqualTo(json("{'aspectRatio':'21:9','imageSize':'4K'}"));
        assertThat(reply.header("x-tollgate-ignored"))
                .isEqualTo("service_tier," + config + ".image_config.person_generation");
        Reply refused = asks(
                "/v1beta/models/gemini-3-pro-image:generateContent",
                "{'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'%s':{'image_config':{'aspect_ratio':'1:8'}}}"
                        .formatted(config));
        assertThat(refused.error().get("message").asString())
                .startsWith("'" + config + ".image_config.aspect_ratio' must be one of ");
    }

    @Test
    void a_model_without_images_is_named_with_those_that_have_them() {
        try (CallServer text = CallServer.start()) {
            Customer other = text.customer("100");
            Reply chat = text.post(
                    "/v1/chat/completions",
                    json(CHAT.formatted("gemini-2.5-pro", ",'modalities':['text','image']")),
                    other.key());
            assertThat(chat.status()).isEqualTo(400);
            assertThat(chat.error().get("param").asString()).isEqualTo("modalities.1");
            assertThat(chat.error().get("message").asString()).contains("'gemini-2.5-pro' makes no images");
            Reply google = text.post(
                    "/v1beta/models/gemini-2.5-pro:generateContent",
                    json(
                            "{'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'generationConfig':{'responseModalities':['IMAGE']}}"),
                    other.key());
            assertThat(google.status()).isEqualTo(400);
            assertThat(google.text()).contains("response_modalities", "makes no images");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/messages|{'model':'gemini-3-pro-image','max_tokens':100,'messages':[{'role':'user','content':'Hi'}]}",
                "/v1/completions|{'model':'gemini-3-pro-image','prompt':'Hi'}",
            })
    void a_door_without_a_place_for_images_refuses_such_a_model_before_anything_is_asked(String path, String body) {
        int before = gateway.asked().size();
        Reply reply = asks(path, body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("makes images. Use /v1/chat/completions");
        assertThat(gateway.asked()).hasSize(before);
    }

    @Test
    void a_maximum_of_the_caller_is_of_text_and_leaves_room_for_all_images() {
        Reply reply = asks("/v1/chat/completions", CHAT.formatted("gemini-3-pro-image", ",'max_tokens':100"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asLong())
                .isEqualTo(100 + 4 * 1_120);
        asks(
                "/v1beta/models/gemini-3-pro-image:generateContent",
                "{'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'generationConfig':{'imageConfig':{'imageSize':'4K'}}}");
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asLong())
                .isEqualTo(8_192 + 4 * 2_000);
    }
}
