package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.allowances.FreeAnswers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls for an image that end without one: free, asked once, and limited. Bodies are written with single quotes. */
class FreeImagesTest {

    private static final Instant HALF_PAST = Instant.parse("2026-11-28T10:30:00Z");

    private CallServer gateway;
    private int prompts;

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", "gateway/src/test/resources/catalogues/images.yaml");
        gateway.setNow(HALF_PAST);
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private void ends(String parts, String reason) {
        gateway.script(UpstreamScript.answers().event(json("""
                {'candidates':[{'content':{'role':'model','parts':[%s]},'finishReason':'%s'}],
                 'usageMetadata':{'promptTokenCount':5,'candidatesTokenCount':7,'thoughtsTokenCount':200,'totalTokenCount':212}}""".formatted(parts, reason))));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private Reply chat(Customer customer) {
        prompts++; // a blocked prompt is refused again without being asked
        return customer.chat(
                json("{'model':'gemini-3-pro-image','messages':[{'role':'user','content':'House " + prompts + "'}]}"));
    }

    @ParameterizedTest
    @CsvSource({
        "NO_IMAGE, The model made no image (NO_IMAGE).",
        "IMAGE_OTHER, The model made no image (IMAGE_OTHER).",
        "IMAGE_SAFETY, blocked",
        "IMAGE_PROHIBITED_CONTENT, blocked",
        "IMAGE_RECITATION, blocked",
    })
    void an_end_without_an_image_is_free_and_asked_once(String reason, String message) {
        Customer customer = gateway.customer("100");
        ends("", reason);
        Reply reply = chat(customer);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.error().get("message").asString()).contains(message);
        assertThat(reply.header("x-should-retry")).isEqualTo("false");
        assertThat(gateway.asked()).hasSize(1);
        assertThat(customer.balance()).isEqualTo("100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO_IMAGE", "IMAGE_OTHER"})
    void an_end_without_an_image_after_text_is_a_stop_and_charged(String reason) {
        Customer customer = gateway.customer("100");
        ends("{'text':'I would rather not.'}", reason);
        Reply reply = chat(customer);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).contains("\"finish_reason\":\"stop\"");
        assertThat(customer.balance()).isNotEqualTo("100");
    }

    private Reply images(Customer customer, int n) {
        prompts++;
        return gateway.post(
                "/v1/images/generations",
                json("{'model':'gemini-3-pro-image','prompt':'House " + prompts + "','n':" + n + "}"),
                customer.key());
    }

    @Test
    void each_request_of_images_counts_to_twenty_a_day() {
        Customer customer = gateway.customer("1000");
        ends("{'text':'I would rather not.'}", "STOP");
        int asked = 0;
        for (int i = 0; i < 9; i++) {
            assertThat(images(customer, 4).status()).isEqualTo(400);
            assertThat(gateway.asked()).as("no more are sent than ran").hasSize(asked += 2);
        }
        assertThat(images(customer, 4).status()).as("18 and 4").isEqualTo(429);
        assertThat(images(customer, 2).status()).isEqualTo(400);
        Reply refused = images(customer, 1);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("x-should-retry")).isEqualTo("false");
        assertThat(refused.error().get("message").asString()).contains("20 answers", "2026-11-29T00:00:00Z");
        assertThat(gateway.asked()).hasSize(FreeAnswers.DAY);
        assertThat(customer.balance()).isEqualTo("1000");
        assertThat(images(gateway.customer("100"), 1).status())
                .as("another account")
                .isEqualTo(400);
        gateway.setNow(HALF_PAST.plus(Duration.ofDays(1)));
        assertThat(images(customer, 1).status()).as("on the next day").isEqualTo(400);
    }

    @Test
    void a_chat_without_an_image_is_charged_beyond_the_day() {
        Customer customer = gateway.customer("1000");
        ends("", "NO_IMAGE");
        for (int i = 0; i < FreeAnswers.DAY; i++) {
            assertThat(chat(customer).status()).isEqualTo(503);
        }
        Reply charged = chat(customer);
        assertThat(charged.status()).as(charged.text()).isEqualTo(200);
        assertThat(charged.text()).contains("\"content\":\"\"", "\"finish_reason\":\"stop\"", "NO_IMAGE");
        assertThat(customer.balance()).isNotEqualTo("1000");
    }
}
