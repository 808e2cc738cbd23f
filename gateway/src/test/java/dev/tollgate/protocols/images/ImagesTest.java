package dev.tollgate.protocols.images;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /v1/images/generations}. Bodies are written with single quotes. */
@BesideOthers
class ImagesTest {

    static final String CATALOGUE = "gateway/src/test/resources/catalogues/images.yaml";
    static final String PRO = "gemini-3-pro-image";

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", CATALOGUE);
        customer = gateway.customer("1000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    static String json(String text) {
        return text.replace('\'', '"');
    }

    private Reply asks(String fields) {
        return asks(gateway, customer, PRO, fields);
    }

    static Reply asks(CallServer gateway, Customer customer, String model, String fields) {
        return gateway.post(
                "/v1/images/generations",
                json("{'model':'" + model + "','prompt':'A red house'" + fields + "}"),
                customer.key());
    }

    /** Plays an answer of the upstream. @param images in base64 */
    static UpstreamScript makes(String... images) {
        return UpstreamScript.answers().event(event("STOP", 1_120, images));
    }

    static String event(String reason, long counted, String... images) {
        String parts = String.join(
                ",",
                Arrays.stream(images)
                        .map("{'inlineData':{'mimeType':'image/png','data':'%s'}}"::formatted)
                        .toList());
        return json("""
                {'candidates':[{'content':{'role':'model','parts':[%s]},'finishReason':'%s'}],
                 'usageMetadata':{'promptTokenCount':20,'candidatesTokenCount':%2$s,
                 'candidatesTokensDetails':[{'modality':'IMAGE','tokenCount':%2$s}],'thoughtsTokenCount':200,'totalTokenCount':1340}}""".replace("%2$s", "" + counted).formatted(parts, reason));
    }

    /** Returns the head of a PNG image, which says its size. */
    static String png(int width, int height) {
        byte[] head = new byte[33];
        ByteBuffer.wrap(head)
                .putLong(0x89504e470d0a1a0aL)
                .putInt(13)
                .putInt(0x49484452)
                .putInt(width)
                .putInt(height);
        return Base64.getEncoder().encodeToString(head);
    }

    /** Returns the size of the first image, as its own head says it. */
    private static String image(Reply reply) {
        ByteBuffer head = ByteBuffer.wrap(
                Base64.getDecoder().decode(reply.json().at("/data/0/b64_json").asString()));
        return head.getInt(16) + "x" + head.getInt(20);
    }

    // ---- what comes ----

    @Test
    void a_size_of_openais_types_is_named() {
        gateway.script(makes(png(1_536, 1_024)));
        Reply reply = asks("");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("size").asString()).isEqualTo("1536x1024");
    }

    @Test
    void an_image_comes_with_its_size_its_tokens_and_its_charge() {
        gateway.script(makes(png(1_024, 768)));
        Reply reply = asks(",'response_format':'b64_json','n':1,'quality':'auto','moderation':'auto'");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode answer = reply.json();
        assertThat(answer.at("/data/0/b64_json").asString()).isEqualTo(png(1_024, 768));
        assertThat(answer.get("data").size()).isEqualTo(1);
        assertThat(answer.has("size")).isFalse();
        assertThat(answer.has("quality")).isFalse();
        assertThat(answer.get("output_format").asString()).isEqualTo("png");
        assertThat(answer.get("background").asString()).isEqualTo("opaque");
        assertThat(answer.get("usage").toString())
                .isEqualTo(
                        json(
                                "{'input_tokens':20,'output_tokens':1320,'total_tokens':1340,'input_tokens_details':{'text_tokens':20,"
                                        + "'image_tokens':0},'output_tokens_details':{'image_tokens':1120,'text_tokens':200}}"));
        assertThat(answer.get("credits_consumed").decimalValue()).isEqualByComparingTo("27.368");
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(customer.lastTask().get("credits_consumed").decimalValue()).isEqualByComparingTo("27.368");
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE door = 'images'"))
                .isEqualTo(1);
    }

    @Test
    void the_sandbox_makes_an_image_that_its_answer_describes() {
        Reply reply = asks(",'size':'1536x1024'");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        byte[] image =
                Base64.getDecoder().decode(reply.json().at("/data/0/b64_json").asString());
        assertThat(image).startsWith(0x89, 'P', 'N', 'G');
        assertThat(image(reply)).isEqualTo("1264x848");
    }

    @Test
    void of_several_images_in_an_answer_the_last_one_is_shown_and_one_is_charged() {
        gateway.script(makes(png(1, 1), png(2, 2), png(3, 3)));
        Reply reply = asks("");
        assertThat(reply.json().get("data").size()).isEqualTo(1);
        assertThat(image(reply)).isEqualTo("3x3");
        assertThat(reply.json().get("credits_consumed").decimalValue()).isEqualByComparingTo("27.368");
    }

    @Test
    void a_stream_has_one_event_for_the_image_with_the_usage_and_no_end_mark() {
        gateway.script(makes(png(5, 6)));
        Reply reply = asks(",'stream':true,'partial_images':0");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text())
                .startsWith("event: image_generation.completed\ndata: {")
                .doesNotContain("[DONE]");
        JsonNode event = new JsonMapper().readTree(reply.data().getLast());
        assertThat(event.get("type").asString()).isEqualTo("image_generation.completed");
        assertThat(event.get("b64_json").asString()).isEqualTo(png(5, 6));
        assertThat(event.get("size").asString()).isEqualTo("auto");
        assertThat(event.get("quality").asString()).isEqualTo("auto");
        assertThat(event.at("/usage/output_tokens_details/image_tokens").asLong())
                .isEqualTo(1_120);
        assertThat(event.get("credits_consumed").decimalValue()).isEqualByComparingTo("27.368");
    }

    // ---- what is asked ----

    @Test
    void the_model_is_asked_for_an_image_alone_with_room_for_thoughts() {
        asks(",'temperature':0.5,'seed':7");
        JsonNode config = gateway.lastAsked().get("generationConfig");
        assertThat(config.get("responseModalities").toString()).isEqualTo("[\"IMAGE\"]");
        assertThat(config.get("maxOutputTokens").asLong()).isEqualTo(4_096 + 1_120);
        assertThat(config.get("temperature").asDouble()).isEqualTo(0.5);
        assertThat(config.get("seed").asLong()).isEqualTo(7);
        assertThat(config.toString()).doesNotContain("candidateCount", "imageConfig", "includeThoughts\":true");
        asks(gateway, customer, "gemini-3.1-flash-lite-image", "");
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asLong())
                .isEqualTo(2_048 + 1_120);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gemini-3-pro-image|'size':'1536x1024'|'aspectRatio':'3:2','imageSize':'1K'|",
                "gemini-3-pro-image|'size':'1024x1536'|'aspectRatio':'2:3','imageSize':'1K'|",
                "gemini-3-pro-image|'size':'1792x1024'|'aspectRatio':'16:9','imageSize':'2K'|",
                "gemini-3-pro-image|'size':'3840x2160'|'aspectRatio':'16:9','imageSize':'4K'|",
                "gemini-3-pro-image|'size':'1600X1600'|'aspectRatio':'1:1','imageSize':'1K'|",
                "gemini-3-pro-image|'size':'8192x1024'|'aspectRatio':'21:9','imageSize':'4K'|",
                "gemini-nano-banana-2.1|'size':'8192x1024'|'aspectRatio':'8:1','imageSize':'4K'|",
                "gemini-3-pro-image|'size':'512x512'|'aspectRatio':'1:1','imageSize':'1K'|size",
                "gemini-3.1-flash-lite-image|'size':'4K'|'imageSize':'1K'|size",
                "gemini-3-pro-image|'size':'2k'|'imageSize':'2K'|",
                "gemini-3-pro-image|'size':'4:5'|'aspectRatio':'4:5'|",
                "gemini-3-pro-image|'aspect_ratio':'4:5','image_size':'2K'|'aspectRatio':'4:5','imageSize':'2K'|",
                "gemini-3-pro-image|'image_config':{'aspect_ratio':'9:16'}|'aspectRatio':'9:16'|",
                "gemini-3-pro-image|'size':'1024x1024','aspect_ratio':'16:9'|'aspectRatio':'16:9','imageSize':'1K'|size",
            })
    void a_size_becomes_the_models_nearest_ratio_and_class(String model, String fields, String sent, String named) {
        Reply reply = asks(gateway, customer, model, "," + fields);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/generationConfig/imageConfig").toString())
                .isEqualTo(json("{" + sent + "}"));
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo(named == null ? "" : named);
    }

    @Test
    void fields_without_effect_are_named() {
        gateway.script(makes(png(1, 1)));
        Reply reply = asks(
                ",'quality':'high','style':'vivid','moderation':'low','output_compression':80,'partial_images':2,'input_fidelity':'high',"
                        + "'output_format':'jpeg','user':'ann','background':'opaque','size':'auto'");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored"))
                .isEqualTo(
                        "quality,style,moderation,output_compression,partial_images,input_fidelity,user,output_format");
        assertThat(reply.json().get("output_format").asString()).isEqualTo("png");
    }

    // ---- what is refused ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'size':'8193x10'|size|must be auto, pixels up to 8192",
                "'size':'large'|size|must be auto, pixels",
                "'size':'1:8'|size|must be one of 1:1, 2:3",
                "'size':7|size|must be a string",
                "'image_size':'8K'|image_size|must be one of 1K, 2K, 4K",
                "'n':5|n|must be an integer between 1 and 4",
                "'n':0|n|must be an integer",
                "'background':'transparent'|background|no transparent images",
                "'response_format':'html'|response_format|must be one of b64_json or url",
                "'output_format':'gif'|output_format|must be one of png, jpeg or webp",
                "'seed':'x'|seed|must be an integer",
                "'stream':1|stream|must be true or false",
            })
    void a_value_that_cannot_be_served_is_refused_before_anything_is_asked(
            String fields, String field, String message) {
        Reply reply = asks("," + fields);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo(field);
        assertThat(reply.error().get("message").asString()).contains(message);
        assertThat(gateway.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'model':'gemini-3-pro-image'}", "{'prompt':'A house'}", "{'model':'x','prompt':''}"})
    void model_and_prompt_are_required(String body) {
        Reply reply = gateway.post("/v1/images/generations", json(body), customer.key());
        assertThat(reply.status()).isEqualTo(400);
    }

    @Test
    void a_prompt_has_at_most_32000_characters() {
        String most = "ä".repeat(32_000);
        String body = "{'model':'gemini-3-pro-image','prompt':'%s'}";
        assertThat(gateway.post("/v1/images/generations", json(body.formatted(most)), customer.key())
                        .status())
                .isEqualTo(200);
        Reply refused = gateway.post("/v1/images/generations", json(body.formatted(most + "ä")), customer.key());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().get("param").asString()).isEqualTo("prompt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-image-1", "dall-e-3", "chatgpt-image-latest"})
    void openais_own_models_are_answered_with_those_that_make_images(String model) {
        Reply reply = asks(gateway, customer, model, "");
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.error().get("code").asString()).isEqualTo("model_not_found");
        assertThat(reply.error().get("message").asString()).contains("gemini-nano-banana-2.1", PRO);
    }

    @Test
    void a_setting_maps_openais_models() {
        try (CallServer mapped = CallServer.start(
                "models.file",
                CATALOGUE,
                "images.models",
                "gpt-image-*=gemini-3-pro-image,dall-e-2=gemini-3-pro-image")) {
            Customer other = mapped.customer("100");
            assertThat(asks(mapped, other, "gpt-image-1-mini", "").status()).isEqualTo(200);
            assertThat(other.lastTask().get("model").asString()).isEqualTo(PRO);
            assertThat(asks(mapped, other, "dall-e-3", "").status()).isEqualTo(404);
        }
    }

    /** The first is LibreChat's tool, the others are Open WebUI's engines OpenAI and Gemini, as their sources of November 2026 have them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v1/images/generations|{'model':'gpt-image-1','prompt':'A fox','n':1,'background':'auto','output_format':'png','quality':'auto','size':'auto'}",
                "/v1/images/generations|{'model':'gemini-3-pro-image','prompt':'A fox','n':1,'size':'512x512','response_format':'b64_json'}",
                "/v1beta/models/gemini-3-pro-image:generateContent|{'contents':[{'parts':[{'text':'A fox'}]}]}",
            })
    void chat_windows_get_an_image(String path, String body) {
        try (CallServer mapped =
                CallServer.start("models.file", CATALOGUE, "images.models", "gpt-image-*=gemini-3-pro-image")) {
            Reply reply = mapped.post(
                    path, body.replace('\'', '"'), mapped.customer("100").key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.text()).containsAnyOf("\"b64_json\":\"iVBOR", "\"data\":\"iVBOR");
        }
    }

    @Test
    void a_model_of_text_is_refused_with_those_that_make_images() {
        try (CallServer text = CallServer.start()) {
            Reply reply = asks(text, text.customer("100"), "gemini-2.5-pro", "");
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.error().get("param").asString()).isEqualTo("model");
            assertThat(reply.error().get("message").asString()).contains("must be a model that makes images");
        }
    }

    // ---- what is free ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_text_in_place_of_an_image_is_free_and_not_shown(boolean streams) {
        gateway.script(UpstreamScript.says("The secret is 42.", 20, 50));
        Reply reply = asks(",'stream':" + streams);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error().get("code").asString()).isEqualTo("upstream_error");
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(reply.text()).doesNotContain("42");
        assertThat(customer.balance()).isEqualTo("1000");
        assertThat(gateway.asked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO_IMAGE", "IMAGE_OTHER", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"})
    void an_end_without_an_image_is_an_error_free_and_asked_once(String reason) {
        gateway.script(UpstreamScript.answers().event(event(reason, 0)));
        Reply reply = asks("");
        assertThat(reply.status()).as(reply.text()).isEqualTo(503);
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(customer.balance()).isEqualTo("1000");
        assertThat(gateway.asked()).hasSize(1);
    }

    @Test
    void texts_in_place_of_images_count_as_free_ends() {
        gateway.script(UpstreamScript.says("No.", 20, 50));
        for (int i = 0; i < 20; i++) {
            assertThat(asks("").status()).isEqualTo(400);
        }
        assertThat(asks("").status()).isEqualTo(429);
    }

    @Test
    void a_stream_that_breaks_is_free_and_never_completed() {
        gateway.script(UpstreamScript.answers()
                .event(event("STOP", 1_120, png(1, 1)).replace(",\"finishReason\":\"STOP\"", ""))
                .fault("reset"));
        Reply reply = asks(",'stream':true");
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).doesNotContain("completed", "b64_json");
        assertThat(customer.balance()).isEqualTo("1000");
    }

    @ParameterizedTest
    @CsvSource({"/v1/images/generations, '{\"error\":'", "/v1/images, '{\"type\":\"error\",\"error\":'"})
    void a_stream_is_alive_while_the_model_works_and_a_failure_then_is_an_event(String path, String data) {
        CountDownLatch works = new CountDownLatch(1);
        Iterable<String> events = () -> Stream.of(FarServer.geminiText("No."), FarServer.geminiEnd(20, 30))
                .map(it -> {
                    try {
                        works.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return it;
                })
                .iterator();
        try (FarServer upstream = new FarServer(request -> new FarServer.Answer.Stream(events, false))) {
            Map<String, String> variables = Map.of("GOOGLE_GEMINI_BASE_URL", upstream.url());
            Surroundings surroundings = Surroundings.REAL.with(it -> {
                it.environment = variables::get;
                it.waits = it.waits.withSilence(Duration.ofMillis(50));
            });
            try (CallServer slow = CallServer.start(surroundings, variables, "models.file", CATALOGUE);
                    RawCall call = RawCall.post(
                            slow.port(),
                            path,
                            slow.customer("100").key(),
                            json("{'model':'" + PRO + "','prompt':'A house','stream':true}"))) {
                call.readUntil(": keep-alive\n");
                call.readUntil(": keep-alive\n");
                works.countDown();
                assertThat(call.readUntil("\n\n"))
                        .contains("event: error\ndata: " + data, "answered without an image")
                        .doesNotContain("completed");
            }
        }
    }
}
