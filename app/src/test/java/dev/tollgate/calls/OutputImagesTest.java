package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The image tokens of an answer: counted, kept, added up and shown, and of no effect on the charge of a model that should make none. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
class OutputImagesTest {

    private static final String IMAGES = ",\"candidatesTokensDetails\":[{\"modality\":\"IMAGE\",\"tokenCount\":1120}]";
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":%s,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

    @Parameter
    Stores stores;

    private static Gateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = Gateway.startOn(stores);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static void says(String details) {
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"A dot."}]},"finishReason":"STOP"}],
                 "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1223,"thoughtsTokenCount":106,
                  "totalTokenCount":1339%s}}""".formatted(details)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "chat/completions|'messages':[{'role':'user','content':'Hi'}]|'text_tokens':103,'image_tokens':1120,",
                "completions|'prompt':'Hi'|'text_tokens':103,'image_tokens':1120,",
                "responses|'input':'Hi'|'output_tokens_details':{'reasoning_tokens':106,'image_tokens':1120}",
                "messages|'max_tokens':4000,'messages':[{'role':'user','content':'Hi'}]"
                        + "|'output_tokens_details':{'thinking_tokens':106,'image_tokens':1120}",
            })
    void each_door_shows_them_if_there_are_any(String path, String members, String shown) {
        for (boolean streams : new boolean[] {false, true}) {
            String options =
                    streams && path.endsWith("completions") ? ",'stream_options':{'include_usage':true}," : ",";
            shows("/v1/" + path, "{'model':'gemini-2.5-pro','stream':" + streams + options + members + "}", shown);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"generateContent", "streamGenerateContent?alt=sse"})
    void the_gemini_door_shows_them_as_google_does(String method) {
        shows(
                "/v1beta/models/gemini-2.5-pro:" + method,
                "{'contents':[{'role':'user','parts':[{'text':'Hi'}]}]}",
                "'candidatesTokensDetails':[{'modality':'IMAGE','tokenCount':1120}]");
    }

    private static void shows(String path, String body, String shown) {
        Customer customer = gateway.customer("100");
        says(IMAGES);
        Reply images = gateway.post(path, body.replace('\'', '"'), customer.key());
        assertThat(images.status()).as(images.text()).isEqualTo(200);
        assertThat(images.text().replace('"', '\'')).contains(shown);
        assertThat(customer.lastTask()
                        .at("/usage/completion_tokens_details/image_tokens")
                        .asLong())
                .isEqualTo(1_120);
        says("");
        assertThat(gateway.post(path, body.replace('\'', '"'), customer.key())
                        .text()
                        .replace('"', '\''))
                .doesNotContain(":1120", shown, "candidatesTokensDetails", "_tokens':106,'image", "1223,'image");
    }

    @Test
    void they_are_kept_added_up_and_exported() {
        Customer customer = gateway.customer("100");
        says(IMAGES);
        customer.chat(CHAT.formatted("false"));
        customer.chat(CHAT.formatted("true"));
        String id = customer.lastTask().get("id").asString();
        assertThat(gateway.number("SELECT output_image_tokens FROM call WHERE id = '" + id + "'"))
                .isEqualTo(1_120);
        JsonNode usage = gateway.get("/v1/usage", customer.key()).json();
        assertThat(usage.at("/totals/tokens/output_image").asLong())
                .as(usage.toString())
                .isEqualTo(2_240);
    }

    @ParameterizedTest
    @CsvSource({"gemini-2.5-pro, 1120, 103", "google/gemini-2.5-pro, 512, 0"}) // the second ends at its maximum
    void they_change_no_charge_at_a_price_without_a_rate_of_images(String model, long image, long rest) {
        Customer customer = gateway.customer("100");
        says("");
        customer.chat(CHAT.formatted("false").replace("gemini-2.5-pro", model));
        JsonNode text = customer.lastTask();
        says(IMAGES);
        customer.chat(CHAT.formatted("false").replace("gemini-2.5-pro", model));
        JsonNode images = customer.lastTask();
        JsonNode details = images.at("/usage/completion_tokens_details");
        assertThat(details.get("image_tokens").asLong()).isEqualTo(image);
        assertThat(details.get("text_tokens").asLong()).isEqualTo(rest);
        assertThat(images.get("pricing_detail")).isEqualTo(text.get("pricing_detail"));
        assertThat(images.get("usage_flags")).isEqualTo(text.get("usage_flags"));
        JsonNode receipt = receipt(customer, images);
        ObjectNode counts = (ObjectNode) receipt.get("counts");
        assertThat(counts.remove("output_image_tokens").asLong()).isEqualTo(image);
        assertThat(counts).isEqualTo(receipt(customer, text).get("counts"));
        assertThat(receipt.get("form").asInt()).isEqualTo(3);
    }

    private static JsonNode receipt(Customer customer, JsonNode task) {
        return gateway.get("/v1/receipts/" + task.get("id").asString(), customer.key())
                .json();
    }

    @Test
    void a_sum_without_them_is_a_difference() {
        Customer customer = gateway.customer("100");
        says(IMAGES);
        customer.chat(CHAT.formatted("false"));
        gateway.writeWhatRides();
        String sums =
                " output_image_tokens = output_image_tokens %s 1120 WHERE account_id = '" + customer.account() + "'";
        gateway.execute("UPDATE usage_quarter SET" + sums.formatted("-"));
        assertThat(gateway.differences()).anyMatch(it -> it.contains("1120 output_image_tokens too few"));
        gateway.execute("UPDATE usage_quarter SET" + sums.formatted("+"));
    }
}
