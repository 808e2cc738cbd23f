package dev.tollgate.protocols.images;

import static dev.tollgate.protocols.images.ImagesTest.json;
import static dev.tollgate.protocols.images.ImagesTest.makes;
import static dev.tollgate.protocols.images.ImagesTest.png;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /v1/images}, in the words of OpenRouter's programs. Bodies are written with single quotes. */
@BesideOthers
class OpenRouterImagesTest {

    private static final String USAGE = json("{'prompt_tokens':20,'completion_tokens':1320,'total_tokens':1340,"
            + "'prompt_tokens_details':{'cached_tokens':0,'audio_tokens':0,'image_tokens':0,'text_tokens':20},"
            + "'completion_tokens_details':{'reasoning_tokens':200,'audio_tokens':0,'text_tokens':0,'image_tokens':1120,"
            + "'accepted_prediction_tokens':0,'rejected_prediction_tokens':0}}");

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", ImagesTest.CATALOGUE);
        customer = gateway.customer("1000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private Reply asks(String fields) {
        return gateway.post("/v1/images", body(fields), customer.key());
    }

    private static String body(String fields) {
        return json("{'model':'" + ImagesTest.PRO + "','prompt':'A red house'" + fields + "}");
    }

    private Reply once(String path) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "the-same")
                .POST(HttpRequest.BodyPublishers.ofString(body(""))));
    }

    @Test
    void the_usage_has_the_members_of_chat() {
        gateway.script(makes(png(1_536, 1_024)));
        Reply reply = asks("");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("usage").toString()).isEqualTo(USAGE);
        assertThat(reply.json().get("created").isIntegralNumber()).isTrue();
        assertThat(reply.json().at("/data/0/b64_json").asString()).isEqualTo(png(1_536, 1_024));
        assertThat(gateway.number("SELECT COUNT(*) FROM call WHERE door = 'images'"))
                .isEqualTo(1);
    }

    @Test
    void the_last_event_of_a_stream_has_the_usage() {
        gateway.script(makes(png(5, 6)));
        Reply reply = asks(",'stream':true,'n':2");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.data()).hasSize(2).allSatisfy(it -> {
            JsonNode event = new JsonMapper().readTree(it);
            assertThat(event.get("type").asString()).isEqualTo("image_generation.completed");
            assertThat(event.get("created").isIntegralNumber()).isTrue();
        });
        assertThat(reply.data().getFirst()).doesNotContain("usage");
        assertThat(reply.data().getLast())
                .contains(json("'prompt_tokens':40,'completion_tokens':2640,'total_tokens':2680"));
    }

    @Test
    void references_are_images_before_the_prompt_and_the_resolution_is_their_size() {
        Reply reply = asks(",'resolution':'2K','input_references':[{'type':'image_url','image_url':{'url':"
                + "'data:image/png;base64," + png(7, 7) + "'}}]");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        JsonNode asked = gateway.lastAsked();
        assertThat(asked.at("/contents/0/parts/0/inlineData/data").asString()).isEqualTo(png(7, 7));
        assertThat(asked.at("/generationConfig/imageConfig/imageSize").asString())
                .isEqualTo("2K");
    }

    @Test
    void a_reference_without_an_image_is_refused_by_its_place() {
        Reply reply = asks(",'input_references':[{'type':'image_url'}]");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo("input_references.0.image_url");
        assertThat(gateway.asked()).isEmpty();
    }

    @Test
    void an_idempotency_key_of_openais_path_is_not_answered_in_other_words() {
        assertThat(once("/v1/images/generations").status()).isEqualTo(200);
        assertThat(once("/v1/images").status()).isEqualTo(400);
    }
}
