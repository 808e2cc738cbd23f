package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What a model that makes images holds and charges. Bodies are written with single quotes. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class ImagePricesTest {

    private static final String CHAT = "{'model':'%s','stream':%s,'messages':[{'role':'user','content':'Hi'}]}";
    private static final String PART = "{'inlineData':{'mimeType':'image/png','data':'iVBORw0KGgo='}}";

    @Parameter
    Stores stores;

    private static CallServer gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = CallServer.startOn(stores, "models.file", "gateway/src/test/resources/catalogues/images.yaml");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        assertThat(gateway.differences()).isEmpty();
        gateway.close();
    }

    /** Plays an answer with an image. @param details of the output, after its count */
    private static void makes(int images, long prompt, long candidates, String details, long thoughts) {
        gateway.script(UpstreamScript.answers()
                .event(event(
                        String.join(",", java.util.Collections.nCopies(images, PART)),
                        prompt,
                        candidates,
                        details,
                        thoughts)));
    }

    private static String event(String parts, long prompt, long candidates, String details, long thoughts) {
        return json("""
                {'candidates':[{'content':{'role':'model','parts':[%s]},'finishReason':'STOP'}],
                 'usageMetadata':{'promptTokenCount':%d,'candidatesTokenCount':%d%s,'thoughtsTokenCount':%d,'totalTokenCount':%d}}""".formatted(parts, prompt, candidates, details, thoughts, prompt + candidates + thoughts));
    }

    private static String of(long images) {
        return ",'candidatesTokensDetails':[{'modality':'IMAGE','tokenCount':" + images + "}]";
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static JsonNode asks(Customer customer, String model, boolean streams) {
        Reply reply = customer.chat(json(CHAT.formatted(model, streams)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return customer.lastTask();
    }

    /** The first three are of a 4K image with text on Pro, and of two 1K images; the last one is a 4K image of 2.1. */
    @ParameterizedTest
    @CsvSource({
        "gemini-3-pro-image, 26, 2340, 2000, 337, 49.6352",
        "gemini-3-pro-image, 20, 1120, 1120, 200, 27.368",
        "gemini-3-pro-image, 10, 1223, 1120, 106, 27.3856",
        "gemini-nano-banana-2.1, 50, 3780, 3780, 900, 24.045",
    })
    void image_tokens_cost_their_own_rate(
            String model, long prompt, long candidates, long images, long thoughts, BigDecimal charge) {
        for (boolean streams : new boolean[] {false, true}) {
            Customer customer = gateway.customer("200");
            makes(1, prompt, candidates, of(images), thoughts);
            JsonNode task = asks(customer, model, streams);
            assertThat(task.get("credits_consumed").decimalValue())
                    .as(task.toString())
                    .isEqualByComparingTo(charge);
            JsonNode detail = task.get("pricing_detail");
            assertThat(detail.get("output_image_tokens").asLong()).isEqualTo(images);
            assertThat(detail.get("image_output_per_million").asLong())
                    .isEqualTo(model.contains("pro") ? 24_000 : 6_000);
            JsonNode receipt = gateway.get("/v1/receipts/" + task.get("id").asString(), customer.key())
                    .json();
            assertThat(receipt.at("/counts/output_image_tokens").asLong()).isEqualTo(images);
        }
    }

    @Test
    void images_without_a_count_cost_what_their_size_costs() {
        Customer customer = gateway.customer("200");
        makes(2, 10, 2_300, "", 0);
        JsonNode task = asks(customer, "gemini-3-pro-image", false);
        assertThat(task.at("/usage/completion_tokens_details/image_tokens").asLong())
                .isEqualTo(2_240);
        assertThat(task.get("usage_flags").toString()).contains("estimated");
        assertThat(task.get("credits_consumed").decimalValue()).isEqualByComparingTo("53.908");
    }

    @Test
    void free_drafts_are_shown_and_never_charged() {
        Customer customer = gateway.customer("400");
        makes(6, 10, 1_120, of(1_120), 0);
        Reply reply = customer.chat(json(CHAT.formatted("gemini-3-pro-image", false)));
        assertThat(reply.text().split("image_url\":\\{", -1)).hasSize(7);
        assertThat(customer.lastTask().get("credits_consumed").decimalValue()).isEqualByComparingTo("26.884");
    }

    @Test
    void no_more_images_are_charged_than_the_row_allows() {
        Customer customer = gateway.customer("400");
        makes(1, 10, 20_000, of(20_000), 0);
        JsonNode task = asks(customer, "gemini-3-pro-image", false);
        assertThat(task.at("/usage/completion_tokens_details/image_tokens").asLong())
                .isEqualTo(4_480);
        assertThat(task.get("usage_flags").toString()).contains("clamped");
    }

    /** One image of 1K costs 26.88 credits; the most of the call would be some 130. */
    @Test
    void a_small_balance_makes_an_image_and_a_smaller_one_is_told_what_it_costs() {
        Customer customer = gateway.customer("40");
        makes(1, 10, 1_120, of(1_120), 100);
        JsonNode task = asks(customer, "gemini-3-pro-image", false);
        assertThat(task.get("max_tokens_applied").asLong()).isBetween(256L, 8_191L);
        Customer poor = gateway.customer("20");
        Reply refused = poor.chat(json(CHAT.formatted("gemini-3-pro-image", false)));
        assertThat(refused.status()).isEqualTo(402);
        assertThat(refused.text()).contains("The call needs ");
    }

    @Test
    void an_image_that_the_hold_cannot_grow_for_is_not_shown_and_not_charged() {
        Customer customer = gateway.customer("50");
        gateway.script(UpstreamScript.answers()
                .event(json("{'candidates':[{'content':{'role':'model','parts':[" + PART + "]}}],"
                        + "'usageMetadata':{'promptTokenCount':10,'candidatesTokenCount':1120" + of(1_120) + "}}"))
                .event(event(PART, 10, 2_240, of(2_240), 0)));
        Reply reply = customer.chat(json(CHAT.formatted("gemini-3-pro-image", true)));
        assertThat(reply.status()).isEqualTo(200);
        List<String> shown =
                reply.data().stream().filter(it -> it.contains("image_url")).toList();
        assertThat(shown).hasSize(1);
        assertThat(reply.text()).contains("\"finish_reason\":\"length\"");
        assertThat(customer.lastTask().get("credits_consumed").decimalValue()).isEqualByComparingTo("26.884");
    }
}
