package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.UpstreamScript;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a model has made besides text, sent back as {@code images} of its message: it sees it again (protocol 4.4). */
class MadeFilesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PICTURE = "{\"mimeType\":\"image/png\",\"data\":\"iVBORw0KGgoA\"}";
    private static final byte[] JPEG = MediaSamples.image("jpg");
    private static final HandServer HOST = new HandServer((request, out) -> {
        if (request.target().equals("/p.jpg")) {
            HandServer.reply(out, 200, "", JPEG);
        } else {
            HandServer.reply(out, 404, "", "not here");
        }
    });
    private static CallServer gateway;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("media.allow", "127.0.0.1:" + HOST.port(), "media.gs", "open");
    }

    @BeforeEach
    void generatedAnswers() {
        gateway.script("[]");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        HOST.close();
    }

    private static String conversation(String assistant, boolean stream) {
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Draw\"}," + assistant
                + ",{\"role\":\"user\",\"content\":\"Bluer\"}]}";
    }

    private static String image(String url) {
        return "{\"index\":0,\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}";
    }

    private static String assistant(String content, String... images) {
        return "{\"role\":\"assistant\",\"content\":\"" + content + "\",\"images\":[" + String.join(",", images) + "]}";
    }

    private static JsonNode sent(CallServer.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(gateway.lastAsked().at("/contents")).hasSize(3);
        assertThat(gateway.lastAsked().at("/contents/1/role").asString()).isEqualTo("model");
        return gateway.lastAsked().at("/contents/1/parts");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_picture_goes_back_to_the_model_as_it_came_with_its_signature(boolean stream) {
        gateway.script(UpstreamScript.answers()
                .event("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Here:\"},{\"inlineData\":" + PICTURE
                        + ",\"thoughtSignature\":\"c2ln\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":"
                        + "{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"totalTokenCount\":15}}"));
        CallServer.Reply drawn = gateway.chat("{\"model\":\"gemini-2.5-pro\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Draw\"}]}");
        String message =
                stream ? ofPieces(drawn) : drawn.json().at("/choices/0/message").toString();
        gateway.script("[]");

        CallServer.Reply reply = gateway.chat(conversation(message, stream));

        assertThat(sent(reply))
                .isEqualTo(JSON.readTree(
                        "[{\"text\":\"Here:\"},{\"inlineData\":" + PICTURE + ",\"thoughtSignature\":\"c2ln\"}]"));
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    private static String ofPieces(CallServer.Reply stream) {
        ObjectNode message = JSON.createObjectNode().put("role", "assistant").put("content", stream.content());
        for (JsonNode chunk : stream.chunks()) {
            chunk.at("/choices/0/delta/images").values().forEach(message.withArray("/images")::add);
        }
        return message.toString();
    }

    @Test
    void a_picture_without_a_text_is_all_that_the_model_said() {
        JsonNode parts =
                sent(gateway.chat(conversation(assistant("", image("data:image/png;base64,iVBORw0KGgoA")), false)));
        assertThat(parts).isEqualTo(JSON.readTree("[{\"inlineData\":" + PICTURE + "}]"));
    }

    @Test
    void a_picture_that_lies_elsewhere_is_downloaded() {
        JsonNode parts = sent(gateway.chat(conversation(assistant("Here", image(HOST.url() + "/p.jpg")), false)));
        assertThat(parts.at("/1/inlineData/mimeType").asString()).isEqualTo("image/jpeg");
        assertThat(Base64.getDecoder().decode(parts.at("/1/inlineData/data").asString()))
                .isEqualTo(JPEG);

        CallServer.Reply gone = gateway.chat(conversation(assistant("Here", image(HOST.url() + "/gone")), false));
        assertError(gone, 400, "invalid_request", "invalid_request_error");
        assertThat(gone.error().get("param").asString()).isEqualTo("messages.1.images.0.image_url");
    }

    /** The model made it there, and a caller's client sends back what it was shown: that must not end the conversation. */
    @Test
    void what_lies_in_a_bucket_is_named_if_the_bucket_is_open_and_else_left_out() {
        gateway.chat(conversation(
                assistant("Here", image("gs://open/v.mp4")), false)); // refused there: only Vertex reads them
        assertThat(gateway.lastAsked()
                        .at("/contents/1/parts/1/fileData/fileUri")
                        .asString())
                .isEqualTo("gs://open/v.mp4");

        CallServer.Reply closed = gateway.chat(conversation(assistant("", image("gs://closed/v.mp4")), false));
        assertThat(sent(closed)).isEqualTo(JSON.readTree("[{\"text\":\"\"}]"));
        assertThat(closed.header("x-tollgate-ignored")).isEqualTo("messages.1.images.0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_a_model_makes_and_no_model_reads_is_left_out_when_it_is_sent_back(boolean stream) {
        gateway.script(
                UpstreamScript.answers()
                        .event(
                                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Listen:\"},{\"inlineData\":"
                                        + "{\"mimeType\":\"audio/L16;codec=pcm;rate=24000\",\"data\":\"AAEAAgADAAQABQAG\"}}]},\"finishReason\":\"STOP\"}],"
                                        + "\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"totalTokenCount\":15}}"));
        CallServer.Reply spoken = gateway.chat("{\"model\":\"gemini-2.5-pro\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Speak\"}]}");
        String message = stream
                ? ofPieces(spoken)
                : spoken.json().at("/choices/0/message").toString();
        gateway.script("[]");

        CallServer.Reply reply = gateway.chat(conversation(message, stream));

        assertThat(sent(reply)).isEqualTo(JSON.readTree("[{\"text\":\"Listen:\"}]"));
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.1.images.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"image_url\"} | messages.1.images.0.image_url",
                "{\"type\":\"picture\",\"image_url\":{\"url\":\"https://a.example/x\"}} | messages.1.images.0.type",
                "{\"image_url\":{\"url\":\"data:image/png;base64,***\"}} | messages.1.images.0.image_url.url",
                "{\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0KGgoA\"},\"extra_content\":{\"google\":{\"thought_signature\":\"?\"}}} | messages.1.images.0.extra_content.google.thought_signature",
            })
    void what_is_no_picture_is_refused_with_its_place(String image, String param) {
        int asked = gateway.asked().size();
        CallServer.Reply reply = gateway.chat(conversation(assistant("Here", image), false));
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").asString()).isEqualTo(param);
        assertThat(gateway.asked()).hasSize(asked);
    }

    /** The words of another protocol, where pictures stand in the user's message, and bare. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0KGgoA\"}}] | messages.0.images",
                "[\"iVBORw0KGgoA\"] | messages.0.images.0",
            })
    void pictures_in_anothers_message_are_listed_as_ignored(String images, String listed) {
        CallServer.Reply reply = gateway.chat(
                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Look\",\"images\":"
                        + images + "}]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo(listed);
        assertThat(gateway.lastAsked().toString()).doesNotContain("iVBORw0K");
    }

    @Test
    void they_are_held_for_and_counted_as_any_medium() {
        String picture = image(MediaSamples.dataUrl("image/png", MediaSamples.image("png")));
        String user = gateway.customer("10").key();
        long without = estimate(user, assistant("Here"));
        long with = estimate(user, assistant("Here", picture));
        assertThat(with - without).as("tokens that a picture is bound by").isEqualTo(4_128);

        String fifty = assistant("Here", (picture + ",").repeat(50) + picture);
        CallServer.Reply tooMany = gateway.chat(conversation(fifty + "," + fifty, false));
        assertError(tooMany, 400, "invalid_request", "invalid_request_error");
        assertThat(tooMany.error().get("message").asString())
                .isEqualTo("'messages' must have at most 100 images, audios, videos and files in all.");
    }

    private static long estimate(String key, String assistant) {
        CallServer.Reply reply = gateway.post("/v1/estimate", conversation(assistant, false), key);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().at("/data/prompt_tokens_max").asLong();
    }
}
