package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.VertexCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service tier from the caller's word to the upstream, on rows whose price offers tiers (P4). */
@Timeout(240)
class ServiceTiersTest {

    private static final String MODELS = "models/gemini-all.yaml";
    private static final String VERTEX_HEADER = "x-vertex-ai-llm-shared-request-type";

    private static CallServer gateway;
    private Customer customer;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", MODELS);
    }

    @BeforeEach
    void begin() {
        gateway.script("[]");
        customer = gateway.customer("1000");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private CallServer.Reply chat(String word) {
        return customer.chat(body(word));
    }

    private static String body(String word) {
        return "{\"model\":\"gemini-3.8-flash\",\"stream\":false,\"service_tier\":\"" + word
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    private CallServer.Reply generate(String word) {
        return gateway.post(
                "/v1beta/models/gemini-3.8-flash:generateContent",
                "{\"serviceTier\":\"" + word + "\",\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}",
                customer.key());
    }

    @ParameterizedTest
    @CsvSource({"flex,flex", "priority,priority", "fast,priority"})
    void a_word_of_openai_asks_for_the_tier(String word, String tier) {
        CallServer.Reply reply = chat(word);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(gateway.lastAsked().path("serviceTier").asString()).isEqualTo(tier);
    }

    @ParameterizedTest
    @CsvSource({"flex,flex", "PRIORITY,priority"})
    void a_word_of_google_asks_for_the_tier(String word, String tier) {
        CallServer.Reply reply = generate(word);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("x-tollgate-ignored")).isEmpty();
        assertThat(gateway.lastAsked().path("serviceTier").asString()).isEqualTo(tier);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "standard", "auto", "standard_only"})
    void a_word_for_standard_is_taken_and_not_sent(String word) {
        assertThat(chat(word).header("x-tollgate-ignored")).isEmpty();
        assertThat(gateway.lastAsked().has("serviceTier")).isFalse();
        assertThat(generate(word).header("x-tollgate-ignored")).isEmpty();
        assertThat(gateway.lastAsked().has("serviceTier")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"scale", "Flex ", ""})
    void an_unknown_word_is_listed_as_ignored(String word) {
        assertThat(chat(word).header("x-tollgate-ignored")).isEqualTo("service_tier");
        assertThat(gateway.lastAsked().has("serviceTier")).isFalse();
        assertThat(generate(word).header("x-tollgate-ignored")).isEqualTo("serviceTier");
        assertThat(gateway.lastAsked().has("serviceTier")).isFalse();
    }

    // ---- the answer ----

    private static String event(String tier) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hello\"}]},\"finishReason\":\"STOP\",\"index\":0}],"
                + "\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"totalTokenCount\":15"
                + (tier.isEmpty() ? "" : ",\"serviceTier\":\"" + tier + "\"") + "}}";
    }

    private static void answering(String tier) {
        gateway.script("- respond: [{event: '" + event(tier) + "'}]");
    }

    @ParameterizedTest
    @CsvSource({"priority,standard,default", "flex,priority,priority", "default,flex,flex", "flex,,default"})
    void a_completion_names_the_granted_tier_before_its_price(String asked, String granted, String word) {
        answering(granted == null ? "" : granted);
        String named = "},\"service_tier\":\"" + word + "\",\"credits_consumed\":";
        assertThat(chat(asked).text().replace("\"system_fingerprint\":null,", ""))
                .contains(named);
        CallServer.Reply stream = customer.chat(body(asked).replace("\"stream\":false", "\"stream\":true"));
        assertThat(stream.text()).containsOnlyOnce("service_tier").contains(named);
    }

    @Test
    void the_usage_of_googles_form_names_the_granted_tier() {
        answering("standard");
        CallServer.Reply whole = generate("priority");
        assertThat(whole.json().at("/usageMetadata/serviceTier").asString()).isEqualTo("standard");
        CallServer.Reply plain = gateway.post(
                "/v1beta/models/gemini-3.8-flash:generateContent",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}",
                customer.key());
        assertThat(plain.text()).doesNotContain("serviceTier");
    }

    @Test
    void without_the_field_no_tier_is_named() {
        answering("flex");
        assertThat(customer.chat(body("x").replace("\"service_tier\":\"x\",", ""))
                        .text())
                .doesNotContain("service_tier");
        assertThat(chat("scale").text()).doesNotContain("service_tier");
    }

    @Test
    void a_failover_keeps_the_tier() throws IOException {
        try (FarServer tokens = new FarServer(request -> FarServer.whole(
                        200, "{\"access_token\":\"t\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"));
                FarServer vertex = new FarServer(request -> FarServer.whole(503, "{\"error\":{\"code\":503}}"));
                FarServer spare = FarServer.saying("from the spare")) {
            Path credentials = VertexCredentials.file(tokens.url());
            String yaml = """
                    channels:
                      - {id: v, kind: vertex, base_url: "%s", location: global, credentials_file: "%s", flex: [gemini-3.8*]}
                      - {id: spare, kind: gemini, base_url: "%s", key: spare-key, priority: 2}
                    """.formatted(vertex.url(), credentials, spare.url());
            try (CallChannels channels = CallChannels.of(yaml, Map.of("TOLLGATE_MODELS_FILE", MODELS))) {
                CallServer.Reply reply = channels.customer().chat(body("flex"));
                assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                assertThat(vertex.requests().getFirst().headers()).containsEntry(VERTEX_HEADER, "flex");
                assertThat(vertex.requests().getFirst().json().has("serviceTier"))
                        .isFalse();
                assertThat(spare.requests().getLast().json().path("serviceTier").asString())
                        .isEqualTo("flex");
            } finally {
                Files.delete(credentials);
            }
        }
    }
}
