package dev.tollgate.protocols.images;

import static dev.tollgate.protocols.images.ImagesTest.PRO;
import static dev.tollgate.protocols.images.ImagesTest.json;
import static dev.tollgate.protocols.images.ImagesTest.makes;
import static dev.tollgate.protocols.images.ImagesTest.png;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.WrittenForm;
import dev.tollgate.upstreams.media.kinds.ImageHead;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code POST /v1/images/edits}, as a form and as JSON. */
@BesideOthers
class ImageEditsTest {

    private CallServer gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", ImagesTest.CATALOGUE);
        customer = gateway.customer("1000");
        gateway.script(makes(png(9, 9)));
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    private static WrittenForm form() {
        return new WrittenForm().text("model", PRO).text("prompt", "Ein größeres Haus");
    }

    private static byte[] image(int width) {
        return Base64.getDecoder().decode(png(width, 1));
    }

    private Reply sends(WrittenForm form) {
        return sends(form, "one " + System.nanoTime());
    }

    private Reply sends(WrittenForm form, String key) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/images/edits"))
                .header("Authorization", "Bearer " + customer.key())
                .header("Idempotency-Key", key)
                .header("Content-Type", form.type())
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.bytes())));
    }

    private Reply sends(String body) {
        return gateway.post("/v1/images/edits", json(body), customer.key());
    }

    /** Returns the widths of the images that the provider was shown. */
    private List<Integer> shown() {
        List<Integer> widths = new ArrayList<>();
        for (JsonNode part : gateway.lastAsked().at("/contents/0/parts")) {
            if (part.has("inlineData")) {
                ImageHead head = ImageHead.of(part.at("/inlineData/data").asString());
                widths.add(head == null ? 0 : head.width());
            }
        }
        return widths;
    }

    @Test
    void a_form_with_three_files_becomes_their_images_in_order_before_the_prompt() {
        Reply reply = sends(form().file("image[]", image(1))
                .file("image", image(2))
                .file("image[]", image(3))
                .text("n", "1")
                .text("size", "1024x1024"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().at("/data/0/b64_json").asString()).isEqualTo(png(9, 9));
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(shown()).containsExactly(1, 2, 3);
        assertThat(gateway.lastAsked().at("/contents/0/parts/3/text").asString())
                .isEqualTo("Ein größeres Haus");
        assertThat(gateway.lastAsked()
                        .at("/generationConfig/imageConfig/aspectRatio")
                        .asString())
                .isEqualTo("1:1");
    }

    @Test
    void json_with_data_urls_asks_the_same() {
        String url = "data:image/png;base64,";
        Reply reply = sends("{'model':'" + PRO + "','prompt':'A house','images':[{'image_url':'" + url + png(1, 1)
                + "'},{'image_url':'" + url + png(2, 1) + "'}]}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(shown()).containsExactly(1, 2);
        assertThat(sends("{'model':'" + PRO + "','prompt':'A house','image':'" + url + png(3, 1) + "'}")
                        .status())
                .isEqualTo(200);
        assertThat(shown()).containsExactly(3);
    }

    @Test
    void a_stream_has_the_event_of_an_edit() {
        Reply reply = sends(form().file("image", image(1)).text("stream", "true"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).startsWith("event: image_edit.completed\n");
    }

    @Test
    void a_form_that_is_sent_again_with_another_boundary_gets_the_first_answer() {
        WrittenForm again = form();
        Reply first = sends(form().file("image", image(1)), "key");
        WrittenForm other = new WrittenForm("another");
        Reply second = sends(
                other.text("model", PRO).text("prompt", "Ein größeres Haus").file("image", image(1)), "key");
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(gateway.asked()).hasSize(1);
        assertThat(sends(again.file("image", image(2)), "key").status()).isEqualTo(400);
    }

    @Test
    void a_mask_is_refused_in_a_form_and_in_json() {
        String sentence = "Gemini takes no mask: describe the area in the prompt, or mark it in a copy of the image.";
        Reply form = sends(form().file("image", image(1)).file("mask", image(1)));
        Reply json = sends("{'model':'" + PRO + "','prompt':'A','image':'data:image/png;base64," + png(1, 1)
                + "','mask':{'image_url':'data:image/png;base64,AAAA'}}");
        for (Reply reply : List.of(form, json)) {
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.error().get("param").asString()).isEqualTo("mask");
            assertThat(reply.error().get("message").asString()).isEqualTo(sentence);
        }
        assertThat(gateway.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "<svg xmlns='http://www.w3.org/2000/svg'/>, SVG",
        "<!DOCTYPE html><html></html>, HTML",
        "%PDF-1.7, application/pdf",
        "hello, of an unknown type"
    })
    void what_is_no_image_by_its_bytes_is_refused(String content, String found) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        Reply form = sends(form().file("image", bytes));
        Reply json = sends("{'model':'" + PRO + "','prompt':'A','images':[{'image_url':'data:image/png;base64,"
                + Base64.getEncoder().encodeToString(bytes) + "'}]}");
        assertThat(form.error().get("param").asString()).isEqualTo("image");
        assertThat(json.error().get("param").asString()).isEqualTo("images.0.image_url");
        for (Reply reply : List.of(form, json)) {
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.error().get("message").asString()).contains("its bytes are " + found);
        }
    }

    @Test
    void more_images_than_the_model_takes_are_refused() {
        WrittenForm form = form();
        for (int i = 0; i < 15; i++) {
            form.file("image[]", image(1));
        }
        Reply reply = sends(form);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo("image.14");
        assertThat(reply.error().get("message").asString()).contains("takes 14");
    }

    @Test
    void an_image_is_required_and_a_file_id_is_refused() {
        assertThat(sends(form()).error().get("param").asString()).isEqualTo("image");
        Reply reply = sends("{'model':'" + PRO + "','prompt':'A','images':[{'file_id':'file-1'}]}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo("images.0.file_id");
        assertThat(sends(form().file("image", new byte[0])).status()).isEqualTo(400);
    }

    @Test
    void generations_name_an_image_and_a_mask_as_without_effect() {
        Reply reply = ImagesTest.asks(gateway, customer, PRO, ",'image':'data:image/png;base64,AAAA','mask':'x'");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("image,mask");
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "multipart/mixed; boundary=a", "text/plain"})
    void another_kind_of_body_is_refused(String type) {
        Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/images/edits"))
                .header("Authorization", "Bearer " + customer.key())
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString("--a\r\n")));
        assertThat(reply.status()).isIn(400, 415);
    }
}
