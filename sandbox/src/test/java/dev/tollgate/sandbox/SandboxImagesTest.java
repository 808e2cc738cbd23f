package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.routes.ImageLimits;
import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.wire.Base64Blob;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The models that make images: what they take, what they give, and how it can go wrong. */
class SandboxImagesTest {

    private static final String BANANA = "gemini-nano-banana-2.1";
    private static final String PRO = "gemini-3-pro-image";
    private static final String LITE = "gemini-3.1-flash-lite-image";
    private static final String IMAGE_ALONE = "\"responseModalities\":[\"IMAGE\"]";
    private static final SandboxClient client = new SandboxClient();

    @AfterAll
    static void stop() {
        client.close();
    }

    // ---- what they give ----

    @Test
    void words_come_first_then_a_signed_image_and_its_tokens() {
        SandboxClient.Reply reply = client.ask(BANANA, "A red house");

        assertThat(reply.answer()).isEqualTo("Here is an image for “A red house”.");
        JsonNode image = reply.parts().getLast();
        assertThat(reply.parts()).hasSize(2);
        assertThat(image.at("/inlineData/mimeType").asString()).isEqualTo("image/png");
        assertThat(image.path("thoughtSignature").asString()).isNotEmpty();
        assertThat(reply.candidate().path("finishReason").asString()).isEqualTo("STOP");
        int words = (reply.answer().getBytes(StandardCharsets.UTF_8).length + 3) / 4;
        assertThat(reply.usage().path("candidatesTokenCount").asInt()).isEqualTo(words + 1_120);
        assertThat(reply.usage().path("candidatesTokensDetails").toString())
                .isEqualTo("[{\"modality\":\"IMAGE\",\"tokenCount\":1120}]");
        assertThat(reply.usage().path("thoughtsTokenCount").asInt()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-nano-banana-2.1, 1K, 1:1, 1024, 1024",
        "gemini-nano-banana-2.1, 1K, 1:8, 384, 3072",
        "gemini-nano-banana-2.1, 4K, 8:1, 12288, 1536",
        "gemini-3-pro-image, 2K, 16:9, 2752, 1536",
        "gemini-3-pro-image, 4K, 1:1, 4096, 4096",
        "gemini-3.1-flash-lite-image, 1K, 21:9, 1584, 672"
    })
    void an_image_has_googles_pixels_and_can_be_decoded(
            String model, String size, String ratio, int width, int height) {
        BufferedImage image = decode(images(client.generate(model, user("A tree", config(imageConfig(size, ratio)))))
                .getFirst());

        assertThat(image.getWidth()).isEqualTo(width);
        assertThat(image.getHeight()).isEqualTo(height);
    }

    @ParameterizedTest
    @ValueSource(strings = {BANANA, PRO, LITE})
    void every_size_and_ratio_of_a_row_can_be_had(String name) {
        ImageLimits limits = SandboxModel.named(name).orElseThrow().images();
        for (String size : limits.sizes()) {
            for (ImageLimits.Shape small : limits.shapes()) {
                int factor = size.charAt(0) - '0';
                SandboxClient.Reply reply =
                        client.generate(name, user("A tree", config(imageConfig(size, small.ratio()))));

                assertThat(Base64Blob.facts(images(reply).getFirst()).size())
                        .containsExactly(small.width() * factor, small.height() * factor);
                assertThat(reply.usage()
                                .at("/candidatesTokensDetails/0/tokenCount")
                                .asInt())
                        .isEqualTo(limits.tokensOf(size));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1K,1120", "2K,1680", "4K,3780"})
    void an_image_has_the_tokens_of_its_size(String size, int tokens) {
        assertThat(client.generate(BANANA, user("A tree", config(imageConfig(size, "1:1") + "," + IMAGE_ALONE)))
                        .usage()
                        .path("candidatesTokenCount")
                        .asInt())
                .isEqualTo(tokens);
    }

    @Test
    void the_prompt_and_the_seed_decide_how_an_image_looks() {
        String house = images(client.ask(LITE, "A house")).getFirst();
        List<JsonNode> streamed = client.stream(LITE, user("A house", "")).events();

        assertThat(images(client.ask(LITE, "A house"))).containsExactly(house);
        assertThat(streamed).anySatisfy(event -> assertThat(event.toString()).contains(house));
        assertThat(images(client.ask(LITE, "A horse"))).doesNotContain(house);
        try (SandboxClient other = new SandboxClient(SandboxOptions.defaults().withSeed(2))) {
            assertThat(images(other.ask(LITE, "A house"))).doesNotContain(house);
        }
    }

    @Test
    void modalities_decide_between_words_and_images() {
        SandboxClient.Reply image = client.generate(PRO, user("A tree", config(IMAGE_ALONE)));
        SandboxClient.Reply words = client.generate(PRO, user("A tree", config("\"responseModalities\":[\"TEXT\"]")));

        assertThat(image.parts()).hasSize(1);
        assertThat(images(image)).hasSize(1);
        assertThat(images(words)).isEmpty();
        assertThat(words.answer()).isNotEmpty();
        assertThat(words.usage().has("candidatesTokensDetails")).isFalse();
    }

    @Test
    void a_draft_stands_among_the_thoughts_that_are_asked_for() {
        SandboxClient.Reply reply =
                client.generate(PRO, user("A tree", config("\"thinkingConfig\":{\"includeThoughts\":true}")));

        List<JsonNode> drafts = reply.parts().stream()
                .filter(part -> part.path("thought").asBoolean(false) && part.has("inlineData"))
                .toList();
        assertThat(drafts).hasSize(1);
        assertThat(drafts.getFirst().has("thoughtSignature")).isFalse();
        assertThat(images(reply)).hasSize(2).doesNotHaveDuplicates();
        assertThat(reply.usage().at("/candidatesTokensDetails/0/tokenCount").asInt())
                .isEqualTo(1_120);
    }

    @Test
    void images_count_against_the_most_that_may_come() {
        SandboxClient.Reply little =
                client.generate(LITE, user("A tree", config(IMAGE_ALONE + ",\"maxOutputTokens\":1000")));

        assertThat(little.candidate().path("finishReason").asString()).isEqualTo("MAX_TOKENS");
        assertThat(images(little)).isEmpty();
        assertThat(little.usage().has("candidatesTokensDetails")).isFalse();
    }

    @Test
    void a_picture_that_is_sent_is_described_and_edited() {
        SandboxClient.Reply reply = client.generate(BANANA, with(1));

        assertThat(reply.answer()).startsWith("I received image/png (").contains("8 x 8 pixels");
        assertThat(images(reply)).hasSize(1);
        assertThat(reply.usage().path("promptTokensDetails").toString())
                .contains("{\"modality\":\"IMAGE\",\"tokenCount\":560}");
    }

    @Test
    void a_search_keeps_its_sources_beside_the_image() {
        SandboxClient.Reply reply = client.generate(BANANA, user("The weather", ",\"tools\":[{\"googleSearch\":{}}]"));

        assertThat(images(reply)).hasSize(1);
        assertThat(reply.candidate().at("/groundingMetadata/groundingChunks").size())
                .isEqualTo(2);
    }

    // ---- what they take ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        gemini-nano-banana-2.1      | "imageConfig":{"imageSize":"512"}        | * GenerateContentRequest.generation_config.image_config.image_size: image_size must be one of '1K', '2K', '4K'.
        gemini-nano-banana-2.1      | "imageConfig":{"imageSize":"1k"}         | * GenerateContentRequest.generation_config.image_config.image_size: image_size must be one of '1K', '2K', '4K'.
        gemini-3.1-flash-lite-image | "imageConfig":{"imageSize":"2K"}         | * GenerateContentRequest.generation_config.image_config.image_size: image_size must be one of '1K'.
        gemini-3-pro-image          | "imageConfig":{"aspectRatio":"1:8"}      | * GenerateContentRequest.generation_config.image_config.aspect_ratio: aspect_ratio must be one of '1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'.
        gemini-3-pro-image          | "thinkingConfig":{"thinkingLevel":"LOW"} | Thinking level is not supported for this model.
        gemini-nano-banana-2.1      | "thinkingConfig":{"thinkingLevel":"LOW"} | Thinking level LOW is not supported for this model. Please retry with other thinking level.
        gemini-3.1-flash-lite-image | "thinkingConfig":{"thinkingLevel":"MEDIUM"} | Thinking level MEDIUM is not supported for this model. Please retry with other thinking level.
        gemini-nano-banana-2.1      | "candidateCount":2                       | Multiple candidates is not enabled for this model
        gemini-nano-banana-2.1      | "responseMimeType":"application/json"    | JSON mode is not enabled for this model
        gemini-3.1-flash-lite-image | "maxOutputTokens":4097                   | Unable to submit request because it has a maxOutputTokens value of 4097 but the supported range is from 1 (inclusive) to 4097 (exclusive). Update the value and try again.
        gemini-3-pro-image          | "responseModalities":["TEXT","AUDIO"]    | Model does not support the requested response modalities: ["TEXT","AUDIO"]
        gemini-3.1-pro-preview      | "responseModalities":["TEXT","IMAGE"]    | Model does not support the requested response modalities: ["TEXT","IMAGE"]
        """)
    void what_a_row_lacks_is_refused_in_googles_words(String model, String config, String message) {
        assertRefused(client.generate(model, user("A tree", config(config))), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        gemini-nano-banana-2.1      | "functionDeclarations":[{"name":"f"}] | Function calling is not enabled for models/gemini-nano-banana-2.1
        gemini-nano-banana-2.1      | "codeExecution":{}                    | code_execution is not enabled for models/gemini-nano-banana-2.1
        gemini-3.1-flash-lite-image | "googleSearch":{}                     | google_search is not enabled for models/gemini-3.1-flash-lite-image
        """)
    void tools_that_a_row_lacks_are_refused(String model, String tool, String message) {
        assertRefused(client.generate(model, user("A tree", ",\"tools\":[{" + tool + "}]")), message);
    }

    @Test
    void fourteen_images_are_the_most() {
        assertThat(client.generate(BANANA, with(14)).status()).isEqualTo(200);
        assertRefused(client.generate(BANANA, with(15)), "At most 14 images are supported per request.");
    }

    @Test
    void members_that_only_vertex_knows_are_unknown_elsewhere() {
        String body = user("A tree", config("\"imageConfig\":{\"imageOutputOptions\":{\"mimeType\":\"image/png\"}}"));

        assertThat(client.generate(BANANA, body).error())
                .contains("Unknown name \"imageOutputOptions\" at 'generation_config.image_config'");
        String path = "/v1/projects/p/locations/global/publishers/google/models/" + BANANA + ":generateContent";
        HttpRequest vertex = client.request(path)
                .header("authorization", "Bearer token")
                .POST(BodyPublishers.ofString(body))
                .build();
        assertThat(client.send(vertex).status()).isEqualTo(200);
    }

    @Test
    void an_image_in_the_history_needs_its_signature_on_pro_alone() {
        JsonNode part = client.generate(PRO, user("A tree", config(IMAGE_ALONE)))
                .parts()
                .getFirst();
        String signature = part.path("thoughtSignature").asString();
        String data = part.at("/inlineData/data").asString();
        String other = images(client.ask(PRO, "A house")).getFirst();

        assertThat(client.generate(PRO, edit(data, signature)).status()).isEqualTo(200);
        assertThat(client.generate(PRO, edit(data + "AAAA", signature)).status())
                .isEqualTo(200);
        assertRefused(
                client.generate(PRO, edit(data, "")),
                "Image part is missing a thought_signature in content position 2, part position 2.");
        assertRefused(client.generate(PRO, edit(other, signature)), "Corrupted thought signature.");
        assertThat(client.generate(BANANA, edit(data, "")).status()).isEqualTo(200);
    }

    @Test
    void the_models_tell_their_limits() {
        JsonNode lite = client.get("/v1beta/models/" + LITE).json();

        assertThat(lite.path("inputTokenLimit").asInt()).isEqualTo(65_536);
        assertThat(lite.path("outputTokenLimit").asInt()).isEqualTo(4_096);
    }

    // ---- how it can go wrong ----

    @Test
    void several_images_differ_and_each_is_counted() {
        SandboxClient.Reply reply = client.ask(BANANA + "~images=3", "A tree");

        assertThat(images(reply)).hasSize(3).doesNotHaveDuplicates();
        assertThat(reply.usage().at("/candidatesTokensDetails/0/tokenCount").asInt())
                .isEqualTo(3 * 1_120);
        SandboxClient.Reply none = client.generate(BANANA + "~images=0", user("A tree", config(IMAGE_ALONE)));
        assertThat(images(none)).isEmpty();
        assertThat(none.answer()).startsWith("Here is an image");
    }

    @Test
    void drafts_that_are_not_marked_are_not_counted() {
        SandboxClient.Reply reply = client.ask(PRO + "~draft-images=3", "A tree");

        assertThat(images(reply)).hasSize(4);
        assertThat(images(reply).stream().distinct()).hasSize(3);
        assertThat(images(reply).getLast()).isEqualTo(images(reply).get(2));
        assertThat(reply.parts()).noneMatch(part -> part.has("thought"));
        assertThat(reply.usage().at("/candidatesTokensDetails/0/tokenCount").asInt())
                .isEqualTo(1_120);
    }

    @Test
    void usage_can_tell_another_number_of_image_tokens_or_none() {
        JsonNode untold = client.ask(PRO + "~image_tokens=untold", "A tree").usage();
        JsonNode more = client.ask(PRO + "~image_tokens=9999", "A tree").usage();

        assertThat(untold.has("candidatesTokensDetails")).isFalse();
        assertThat(untold.path("candidatesTokenCount").asInt()).isGreaterThan(1_120);
        assertThat(more.at("/candidatesTokensDetails/0/tokenCount").asInt()).isEqualTo(9_999);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO_IMAGE", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER"})
    void an_image_can_be_missing_for_each_reason_also_after_others(String reason) {
        SandboxClient.Reply alone = client.ask(BANANA + "~finish=" + reason, "A tree");
        SandboxClient.Reply behind = client.ask(BANANA + "~images=1~finish=" + reason, "A tree");

        assertThat(alone.candidate().path("finishReason").asString()).isEqualTo(reason);
        assertThat(alone.parts()).isEmpty();
        assertThat(alone.usage().has("candidatesTokenCount")).isFalse();
        assertThat(behind.candidate().path("finishReason").asString()).isEqualTo(reason);
        assertThat(images(behind)).hasSize(1);
        assertThat(behind.usage().at("/candidatesTokensDetails/0/tokenCount").asInt())
                .isEqualTo(1_120);
    }

    @ParameterizedTest
    @ValueSource(ints = {18_432, 18_433, 18_434, 500_000})
    void an_image_is_as_long_as_it_is_asked_for(int length) {
        String knobs = "~image-bytes=" + length + "~images=2";
        SandboxClient.Reply whole = client.ask(PRO + knobs, "A tree");
        byte[] image = Base64.getDecoder().decode(images(whole).getFirst());

        assertThat(image).hasSize(length);
        assertThat(images(whole)).hasSize(2).doesNotHaveDuplicates();
        assertThat(decode(images(whole).getLast()).getWidth()).isEqualTo(1_024);
        assertThat(client.stream(PRO + knobs + "~image_pieces=1000", user("A tree", ""))
                        .events())
                .anySatisfy(event ->
                        assertThat(images(event)).contains(images(whole).getLast()));
    }

    @Test
    void an_image_has_at_most_forty_mebibytes() {
        assertThat(images(client.generate(PRO + "~image_bytes=41943040", user("A tree", config(IMAGE_ALONE))))
                        .getFirst())
                .hasSize(((40 << 20) + 2) / 3 * 4);
        assertThat(client.ask(PRO + "~image_bytes=41943041", "A tree").error())
                .endsWith("the knob image_bytes takes a number of bytes from 18432 to 41943040");
        assertThat(client.ask(PRO + "~image_bytes=18431", "A tree").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"json_escapes", "image_pieces=7", "one_write", "gzip"})
    void the_way_of_sending_changes_nothing_of_an_image(String knob) throws Exception {
        String path = "/v1beta/models/" + BANANA + "~image_bytes=200000~%s:streamGenerateContent";
        byte[] plain = client.bytes(path.formatted("images=1"), user("A tree", ""));
        byte[] other = client.bytes(path.formatted(knob), user("A tree", ""));

        boolean zipped = knob.equals("gzip");
        String text = zipped
                ? new String(
                        new GZIPInputStream(new ByteArrayInputStream(other)).readAllBytes(), StandardCharsets.UTF_8)
                : new String(other, StandardCharsets.UTF_8);
        assertThat(JsonTrees.MAPPER.readTree(text)).isEqualTo(JsonTrees.MAPPER.readTree(plain));
        assertThat(text.contains("\\/") && text.contains("\\u003d")).isEqualTo(knob.equals("json_escapes"));
    }

    @Test
    void an_image_can_be_cut_in_the_middle() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", client.sandbox.port())) {
            socket.setSoTimeout(60_000);
            String body = user("A tree", config(IMAGE_ALONE));
            socket.getOutputStream()
                    .write(("POST /v1beta/models/" + LITE + "~image_bytes=1000000~reset_mid_event~after=0:"
                                    + "streamGenerateContent?alt=sse HTTP/1.1\r\nhost: sandbox\r\nx-goog-api-key: k\r\n"
                                    + "content-length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            int read = socket.getInputStream().readAllBytes().length;

            assertThat(read).isBetween(600_000, 750_000);
        }
    }

    @Test
    void text_models_are_as_they_were() {
        SandboxClient.Reply reply = client.ask(GEMINI_3 + "~images=2~draft_images=2", "A tree");

        assertThat(reply.answer()).startsWith("You asked: “A tree”.");
        assertThat(reply.usage().has("candidatesTokensDetails")).isFalse();
    }

    private static List<String> images(SandboxClient.Reply reply) {
        return images(reply.json());
    }

    private static List<String> images(JsonNode response) {
        return response.at("/candidates/0/content/parts")
                .valueStream()
                .filter(part -> part.has("inlineData"))
                .map(part -> part.at("/inlineData/data").asString())
                .toList();
    }

    private static BufferedImage decode(String base64) {
        try {
            return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertRefused(SandboxClient.Reply reply, String message) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo(message);
    }

    private static String config(String members) {
        return ",\"generationConfig\":{" + members + "}";
    }

    private static String imageConfig(String size, String ratio) {
        return "\"imageConfig\":{\"imageSize\":\"" + size + "\",\"aspectRatio\":\"" + ratio + "\"}";
    }

    private static String with(int images) {
        String image = Base64.getEncoder().encodeToString(TestPictures.png(8, 8));
        String parts = String.join(
                ",",
                Stream.generate(() -> "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + image + "\"}}")
                        .limit(images)
                        .toList());
        return "{\"contents\":[{\"parts\":[" + parts + ",{\"text\":\"Make it blue\"}]}]}";
    }

    private static String edit(String data, String signature) {
        String signed = signature.isEmpty() ? "" : ",\"thoughtSignature\":\"" + signature + "\"";
        return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"A tree\"}]},{\"role\":\"model\",\"parts\":["
                + "{\"text\":\"Here\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + data + "\"}" + signed
                + "}]},{\"role\":\"user\",\"parts\":[{\"text\":\"Make it blue\"}]}]}";
    }
}
