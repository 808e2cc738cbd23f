package dev.tollgate.protocols.images;

import static dev.tollgate.protocols.images.ImagesTest.PRO;
import static dev.tollgate.protocols.images.ImagesTest.event;
import static dev.tollgate.protocols.images.ImagesTest.json;
import static dev.tollgate.protocols.images.ImagesTest.makes;
import static dev.tollgate.protocols.images.ImagesTest.png;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Several images in one call: a request of the provider for each. An image with its thoughts costs 27.368 credits. */
@BesideOthers
class SeveralImagesTest {

    private CallServer gateway;
    private Customer customer;

    private static final String UNTOLD =
            json("{'candidates':[{'content':{'parts':[{'inlineData':{'mimeType':'image/png','data':'" + png(1, 1)
                    + "'}}]},'finishReason':'STOP'}]}");

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", ImagesTest.CATALOGUE);
        customer = gateway.customer("1000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    private Reply asks(int n, boolean streams) {
        return ImagesTest.asks(gateway, customer, PRO, ",'n':" + n + ",'stream':" + streams);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void each_image_has_a_request_of_its_own_and_all_are_one_charge(int n) {
        gateway.script(makes(png(1, 1), png(7, 7)));
        Reply reply = asks(n, false);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("data").size()).isEqualTo(n);
        assertThat(gateway.asked()).hasSize(n);
        assertThat(gateway.lastAsked().toString()).doesNotContain("candidateCount");
        assertThat(gateway.lastAsked().at("/generationConfig/maxOutputTokens").asLong())
                .isEqualTo(4_096 + 1_120);
        assertThat(reply.json().at("/usage/input_tokens").asLong()).isEqualTo(20L * n);
        assertThat(reply.json().at("/usage/output_tokens_details/image_tokens").asLong())
                .isEqualTo(1_120L * n);
        assertThat(reply.json().get("credits_consumed").decimalValue())
                .isEqualByComparingTo(new BigDecimal("27.368").multiply(BigDecimal.valueOf(n)));
        assertThat(customer.tasks()).isEqualTo(1);
    }

    @Test
    void a_stream_has_an_event_for_each_and_the_last_one_the_usage_of_all() {
        gateway.script(makes(png(7, 7)));
        Reply reply = asks(3, true);
        List<JsonNode> events = reply.data().stream()
                .map(data -> new JsonMapper().readTree(data))
                .toList();
        assertThat(events).hasSize(3);
        assertThat(events).allSatisfy(event -> assertThat(event.get("b64_json").asString())
                .isEqualTo(png(7, 7)));
        assertThat(events.getFirst().at("/usage/total_tokens").asLong()).isZero();
        assertThat(events.getFirst().has("credits_consumed")).isFalse();
        assertThat(events.getLast().at("/usage/total_tokens").asLong()).isEqualTo(3 * 1_340);
        assertThat(events.getLast().get("credits_consumed").decimalValue()).isEqualByComparingTo("82.104");
    }

    @Test
    void a_stream_above_the_maximum_sends_no_image_twice() {
        gateway.script(UpstreamScript.answers()
                .event(event("STOP", 1_120, png(1, 1))
                        .replace("\"thoughtsTokenCount\":200", "\"thoughtsTokenCount\":4500")));
        Reply reply = asks(3, true);
        assertThat(reply.text().split("b64_json", -1)).hasSize(3 + 1);
        assertThat(reply.text()).containsOnlyOnce("credits_consumed");
    }

    @Test
    void the_step_of_a_price_is_asked_of_each_prompt(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("models.yaml");
        Files.writeString(
                file,
                Files.readString(Path.of(ImagesTest.CATALOGUE))
                        .replaceFirst(
                                "(- id: gemini-3-pro-image\n(?:.*\n)*?)      reasoning:",
                                "$1      above: {prompt_tokens: 50, input: 4000, output: 24000, image_output: 240000, search_per_1000: 2800}\n"
                                        + "      reasoning:"));
        try (CallServer stepped = CallServer.start("models.file", file.toString())) {
            Customer other = stepped.customer("2000");
            stepped.script(makes(png(1, 1)));
            Reply four = ImagesTest.asks(stepped, other, PRO, ",'n':4");
            assertThat(four.json().get("credits_consumed").decimalValue())
                    .as("four prompts of 20 tokens")
                    .isEqualByComparingTo(new BigDecimal("27.368").multiply(BigDecimal.valueOf(4)));
            assertThat(four.json().at("/usage/input_tokens").asLong()).isEqualTo(80);
            assertThat(other.lastTask().get("held").decimalValue())
                    .as("held at the rates of each prompt")
                    .isLessThan(new BigDecimal("300"));
            stepped.script(UpstreamScript.answers()
                    .event(event("STOP", 1_120, png(1, 1))
                            .replace("\"promptTokenCount\":20", "\"promptTokenCount\":51")));
            Reply two = ImagesTest.asks(stepped, other, PRO, ",'n':2");
            assertThat(two.json().get("credits_consumed").decimalValue())
                    .as("two prompts above the step")
                    .isEqualByComparingTo(new BigDecimal("547.608"));
            stepped.assertBooksAreClosed();
            assertThat(stepped.differences()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void what_comes_is_shown_and_charged(boolean streams) {
        gateway.script(UpstreamScript.answers()
                .event(event("STOP", 1_120, png(7, 7)))
                .times(2)
                .next()
                .event(event("IMAGE_SAFETY", 0))
                .times(1)
                .next()
                .status(500));
        Reply reply = asks(4, streams);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text().split("b64_json", -1)).hasSize(3);
        assertThat(customer.lastTask().get("credits_consumed").decimalValue()).isEqualByComparingTo("54.736");
        assertThat(gateway.asked()).hasSize(4);
    }

    @Test
    void if_none_comes_the_first_one_is_the_error_and_no_more_are_asked() {
        gateway.script(UpstreamScript.answers().event(event("IMAGE_SAFETY", 0)));
        Reply reply = asks(4, false);
        assertThat(reply.status()).as(reply.text()).isEqualTo(503);
        assertThat(reply.text()).contains("blocked");
        assertThat(gateway.asked()).hasSize(2);
        gateway.script(UpstreamScript.says("The secret is 42.", 20, 30));
        Reply text = asks(4, true);
        assertThat(text.status()).isEqualTo(400);
        assertThat(text.text()).doesNotContain("42");
        assertThat(customer.balance()).isEqualTo("1000");
    }

    @Test
    void a_provider_that_fails_is_asked_again_as_for_one_image() {
        gateway.script(UpstreamScript.answers().status(503).times(2).next().event(event("STOP", 1_120, png(7, 7))));
        Reply reply = asks(2, false);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("data").size()).isEqualTo(2);
        assertThat(customer.lastTask().get("credits_consumed").decimalValue()).isEqualByComparingTo("54.736");
    }

    @Test
    void images_without_a_count_cost_what_their_size_costs() {
        gateway.script(UpstreamScript.answers()
                .event(event("STOP", 1_120, png(7, 7)))
                .times(1)
                .next()
                .event(UNTOLD));
        Reply reply = asks(2, false);
        assertThat(reply.json().at("/usage/output_tokens_details/image_tokens").asLong())
                .isEqualTo(2_240);
    }

    @Test
    void a_request_that_fails_adds_no_prompt_if_no_usage_is_reported() {
        gateway.script(UpstreamScript.answers().event(UNTOLD).times(1).next().status(500));
        Reply one = asks(2, false);
        gateway.script(UpstreamScript.answers().event(UNTOLD));
        Reply two = asks(2, false);
        assertThat(one.json().get("data").size()).isEqualTo(1);
        assertThat(two.json().at("/usage/input_tokens").asLong())
                .isEqualTo(2 * one.json().at("/usage/input_tokens").asLong());
    }

    @Test
    void one_hold_covers_all_images() {
        gateway.script(makes(png(7, 7)));
        Customer poor = gateway.customer("60");
        Reply refused = ImagesTest.asks(gateway, poor, PRO, ",'n':4");
        assertThat(refused.status()).isEqualTo(402);
        assertThat(ImagesTest.asks(gateway, poor, PRO, ",'n':2").status()).isEqualTo(200);
    }

    @Test
    void each_image_counts_as_a_request_a_minute() {
        gateway.script(makes(png(7, 7)));
        Customer limited = gateway.customer("1000");
        gateway.execute("UPDATE api_key SET rate_requests = 6 WHERE id = '" + limited.keyId() + "'");
        assertThat(ImagesTest.asks(gateway, limited, PRO, ",'n':4").status()).isEqualTo(200);
        Reply refused = ImagesTest.asks(gateway, limited, PRO, ",'n':3");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(ImagesTest.asks(gateway, limited, PRO, ",'n':2").status()).isEqualTo(200);
    }

    /** They lie in files, which are read as the caller takes them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void large_images_come_whole(boolean streams) {
        Reply reply = gateway.post(
                "/v1/images/generations",
                json("{'model':'" + PRO + "','prompt':'A house [[sandbox: image_bytes=1500000]]','n':3,'stream':"
                        + streams + "}"),
                customer.key());
        assertThat(reply.status()).isEqualTo(200);
        List<String> images = streams
                ? reply.data().stream()
                        .map(data ->
                                new JsonMapper().readTree(data).get("b64_json").asString())
                        .toList()
                : reply.json()
                        .get("data")
                        .valueStream()
                        .map(image -> image.get("b64_json").asString())
                        .toList();
        assertThat(images).hasSize(3).allSatisfy(image -> assertThat(
                        Base64.getDecoder().decode(image))
                .hasSize(1_500_000)
                .startsWith(0x89, 'P', 'N', 'G'));
    }

    /** Two of four have come when its caller goes: what was reported is charged. */
    @Test
    void a_caller_who_leaves_pays_for_what_has_come() {
        gateway.script(UpstreamScript.answers()
                .event(event("STOP", 1_120, png(7, 7)))
                .times(2)
                .next()
                .delay(60_000)
                .event(event("STOP", 1_120, png(7, 7))));
        try (RawCall call = RawCall.post(
                gateway.port(),
                "/v1/images/generations",
                customer.key(),
                json("{'model':'" + PRO + "','prompt':'A house','n':4,'stream':true}"))) {
            call.readUntil("image_generation.completed");
        }
        CallServer.await("the call is charged", () -> customer.tasks() == 1);
        assertThat(customer.lastTask().get("credits_consumed").decimalValue()).isEqualByComparingTo("54.736");
    }
}
