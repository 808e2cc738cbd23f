package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.images.ImagesResponse;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.NodePackages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's own clients for Java and JavaScript, OpenRouter's, Vercel's AI SDK and Google's client make and edit images, three at once too, and read streams. */
@Timeout(240)
class ImageClientsTest {

    private static final String MODEL = "gemini-3-pro-image";

    private static final JsonMapper JSON = new JsonMapper();

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "gateway/src/test/resources/catalogues/images.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void openais_client_for_java_makes_edits_and_streams_images() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(Gateway.DEMO_KEY)
                .maxRetries(0)
                .build();
        try {
            ImagesResponse made = client.images()
                    .generate(ImageGenerateParams.builder()
                            .model(MODEL)
                            .prompt("A red house")
                            .n(2)
                            .build());
            List<byte[]> images = made.data().orElseThrow().stream()
                    .map(image -> Base64.getDecoder().decode(image.b64Json().orElseThrow()))
                    .toList();
            assertThat(images).hasSize(2);
            assertThat(made.usage().orElseThrow().outputTokens()).isGreaterThan(2 * 1_120);
            ImagesResponse edited = client.images()
                    .edit(ImageEditParams.builder()
                            .model(MODEL)
                            .prompt("Now blue")
                            .imageOfInputStreams(Stream.of(images.get(0), images.get(1), images.get(0))
                                    .map(ByteArrayInputStream::new)
                                    .toList())
                            .build());
            assertThat(edited.data().orElseThrow()).hasSize(1);
            try (StreamResponse<ImageGenStreamEvent> stream = client.images()
                    .generateStreaming(ImageGenerateParams.builder()
                            .model(MODEL)
                            .prompt("A tree")
                            .build())) {
                List<ImageGenStreamEvent> events = stream.stream().toList();
                assertThat(events).hasSize(1);
                assertThat(events.getFirst().asGenerationCompleted().usage().totalTokens())
                        .isGreaterThan(1_120);
            }
        } finally {
            client.close();
        }
    }

    private static JsonNode tried(String client) throws IOException {
        NodePackages.Run run = NodePackages.run(
                NodePackages.installed(),
                NodePackages.node(),
                NodePackages.node(),
                "doors.mjs",
                client,
                gateway.url(),
                Gateway.DEMO_KEY,
                MODEL);
        assertThat(run.exit()).as(run.output()).isZero();
        return JSON.readTree(run.output().lines().toList().getLast());
    }

    @Test
    void openrouters_own_programs_make_edit_and_stream_images() throws IOException {
        assertThat(tried("openrouter")).isEqualTo(JSON.readTree("""
                {"ai":["image/png",true,1,true],"made":[2,true],"tokens":2240,"edited":[1,true],\
                "events":[["image_generation.completed",true,true,false],["image_generation.completed",true,true,true]],\
                "refused":400}"""));
    }

    @Test
    void clients_for_javascript_of_openai_vercel_and_google_make_and_edit_images() throws IOException {
        JsonNode came = tried("images");
        assertThat(came.get("made").asInt()).isEqualTo(2);
        assertThat(came.has("size")).isFalse();
        assertThat(came.get("format").asString()).isEqualTo("png");
        assertThat(came.get("tokens").asLong()).isEqualTo(2 * 1_120);
        assertThat(came.get("edited").asInt()).isEqualTo(1);
        assertThat(came.get("events").toString())
                .isEqualTo("[\"image_generation.completed\",true,true,\"image_edit.completed\"]");
        assertThat(came.get("ai").toString()).isEqualTo("[[\"image/png\",1],[\"image/png\",1]]");
        assertThat(came.get("google").asInt()).isEqualTo(2);
        assertThat(came.get("refused").asString()).contains("Gemini takes no mask");
    }
}
