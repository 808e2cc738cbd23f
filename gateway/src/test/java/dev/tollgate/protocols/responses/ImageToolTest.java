package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** OpenAI's tool {@code image_generation} with models that make images, and with others. Bodies are written with single quotes. */
@BesideOthers
class ImageToolTest {

    private static final String BODY = "{'model':'%s','input':'A house','tools':[{'type':'image_generation'%s}]%s}";

    private static CallServer gateway;
    private static Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start();
        customer = gateway.customer("10000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static Reply asks(String model, String tool, String more) {
        return gateway.post("/v1/responses", BODY.formatted(model, tool, more).replace('\'', '"'), customer.key());
    }

    @Test
    void a_model_of_images_makes_one_and_says_what_it_is() {
        Reply reply = asks(
                "gemini-3-pro-image",
                ",'size':'1536x1024','quality':'high','background':'auto'",
                ",'tool_choice':{'type':'image_generation'}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode item = reply.json()
                .path("output")
                .valueStream()
                .filter(it -> it.path("type").asString().equals("image_generation_call"))
                .findFirst()
                .orElseThrow();
        assertThat(item.path("output_format").asString()).isEqualTo("png");
        assertThat(item.path("size").asString()).matches("1[0-9]{3}x[0-9]{3}");
        assertThat(item.path("quality").asString()).isEqualTo("auto");
        assertThat(gateway.lastAsked().at("/generationConfig/imageConfig").toString())
                .isEqualTo("{\"aspectRatio\":\"3:2\",\"imageSize\":\"1K\"}");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("tools.0.quality");
    }

    @Test
    void an_image_comes_back_without_its_signature_and_is_edited() {
        JsonNode output = asks("gemini-3-pro-image", "", "").json().path("output");
        String items = output.toString().replaceAll(",\"extra_content\":\\{\"google\":\\{[^}]*}}", "");
        assertThat(items).doesNotContain("thought_signature");
        Reply reply = gateway.post(
                "/v1/responses",
                "{\"model\":\"gemini-3-pro-image\",\"input\":[{\"role\":\"user\",\"content\":\"A house\"},"
                        + items.substring(1, items.length() - 1)
                        + ",{\"role\":\"user\",\"content\":\"with a red door\"}]}",
                customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ",'background':'transparent'|tools.0.background|must be opaque or auto",
                ",'input_image_mask':{'file_id':'f'}|tools.0.input_image_mask|describe the area in the prompt",
                ",'size':'9999x1'|tools.0.size|must be auto, pixels up to 8192",
            })
    void what_would_give_another_image_than_is_wanted_is_refused(String tool, String field, String message) {
        Reply reply = asks("gemini-3-pro-image", tool, "");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo(field);
        assertThat(reply.error().get("message").asString()).contains(message);
        assertThat(asks("gemini-3.8-flash", tool, "").status()).as("left out").isEqualTo(200);
    }

    @Test
    void a_model_of_text_leaves_the_tool_out_and_names_it_and_refuses_it_if_demanded() {
        Reply left = asks("gemini-3.8-flash", ",'size':'1024x1024'", "");
        assertThat(left.status()).isEqualTo(200);
        assertThat(left.header("x-tollgate-ignored")).isEqualTo("tools.0");
        Reply demanded = asks("gemini-3.8-flash", "", ",'tool_choice':{'type':'image_generation'}");
        assertThat(demanded.status()).isEqualTo(400);
        assertThat(demanded.error().get("param").asString()).isEqualTo("tool_choice");
        assertThat(demanded.error().get("message").asString()).contains("gemini-3-pro-image");
    }
}
