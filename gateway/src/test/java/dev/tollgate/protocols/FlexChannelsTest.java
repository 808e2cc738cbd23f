package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallChannels;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls at flex go to channels that grant it, and to no other. */
@Timeout(240)
class FlexChannelsTest {

    private static final String YAML = """
            channels:
              - {id: v, kind: vertex, base_url: "%1$s", key: vertex-key%3$s}
              - {id: g, kind: gemini, base_url: "%2$s", key: spare-key, models: [gemini-3.8-flash], priority: 2}
            """;

    private final FarServer vertex = FarServer.saying("from vertex");
    private final FarServer gemini = FarServer.saying("from gemini");
    private CallChannels channels;
    private Customer customer;

    @BeforeEach
    void start() {
        channels = CallChannels.of(
                YAML.formatted(vertex.url(), gemini.url(), ""),
                Map.of("TOLLGATE_MODELS_FILE", "models/gemini-all.yaml"));
        customer = channels.customer();
    }

    @AfterEach
    void stop() {
        channels.close();
        vertex.close();
        gemini.close();
    }

    private static String chat(String model, String word, boolean stream) {
        return "{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"service_tier\":\"" + word
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void flex_passes_over_a_channel_that_does_not_grant_it(boolean stream) {
        assertThat(customer.chat(chat("gemini-3.8-flash", "default", stream)).text())
                .contains("from vertex");
        assertThat(customer.chat(chat("gemini-3.8-flash", "flex", stream)).text())
                .contains("from gemini");
        assertThat(vertex.asked()).isEqualTo(1);
    }

    @Test
    void no_call_at_flex_fails_over_to_such_a_channel() {
        gemini.script(FarServer.whole(429, "{\"error\":{\"code\":429,\"message\":\"Please retry in 3600s.\"}}"));
        for (int i = 0; i < 3; i++) {
            CallServer.Reply reply = customer.chat(chat("gemini-3.8-flash", "flex", false));
            assertThat(reply.status()).as(reply.text()).isEqualTo(503);
        }
        assertThat(vertex.asked()).isZero();
        assertThat(customer.chat(chat("gemini-3.8-flash", "priority", false)).text())
                .contains("from vertex");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/chat/completions | service_tier | {"model":"M","messages":[{"role":"user","content":"Hi"}],"service_tier":"flex"}
            /v1/estimate         | service_tier | {"model":"M","messages":[{"role":"user","content":"Hi"}],"service_tier":"flex"}
            /v1/completions      | service_tier | {"model":"M","prompt":"Hi","service_tier":"flex"}
            /v1/responses        | service_tier | {"model":"M","input":"Hi","service_tier":"flex"}
            /v1/messages         | service_tier | {"model":"M","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"service_tier":"flex"}
            /v1beta/models/M:generateContent | serviceTier | {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"serviceTier":"flex"}
            /v1beta/interactions | service_tier | {"model":"M","input":"Hi","service_tier":"flex"}
            /v1/images/generations | service_tier | {"model":"gemini-3-pro-image","prompt":"Hi","service_tier":"flex"}
            """)
    void flex_that_no_channel_grants_is_refused_by_name(String path, String field, String body) {
        CallServer.Reply reply = channels.gateway()
                .post(path.replace("M:", "gemini-4-neon:"), body.replace("\"M\"", "\"gemini-4-neon\""), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.text()).contains("'" + field + "': the tier flex is not available for the model");
        assertThat(vertex.asked() + gemini.asked()).isZero();
        assertThat(customer.credits().path("reserved").asInt()).isZero();
    }

    @Test
    void a_price_without_flex_ignores_the_word() {
        CallServer.Reply reply = customer.chat(chat("gemini-nano-banana-2.1", "flex", false));
        assertThat(reply.header("x-tollgate-ignored")).contains("service_tier");
        assertThat(vertex.asked()).isEqualTo(1);
    }

    @Test
    void lists_name_flex_for_models_that_get_it() {
        for (String path : new String[] {"/v1/models/gemini-4-neon", "/v1/prices?after=gemini-4-hydrogen&limit=1"}) {
            assertThat(channels.gateway().get(path, customer.key()).text())
                    .contains("\"tiers\":{\"priority\":1.8}")
                    .doesNotContain("flex\":");
        }
        assertThat(channels.gateway()
                        .get("/v1/models/gemini-3.8-flash", customer.key())
                        .text())
                .contains("\"tiers\":{\"flex\":0.5,\"priority\":1.8}");
    }

    @Test
    void a_list_on_the_channel_grants_flex_from_the_next_call_on() {
        assertThat(customer.chat(chat("gemini-4-neon", "flex", false)).status()).isEqualTo(400);
        assertThat(channels.reload(YAML.formatted(vertex.url(), gemini.url(), ", flex: [gemini-4-n*, gemini-4-argon]")))
                .isTrue();
        CallServer.Reply reply = customer.chat(chat("gemini-4-neon", "flex", false));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(vertex.requests().getLast().headers()).containsEntry("x-vertex-ai-llm-shared-request-type", "flex");
        assertThat(customer.chat(chat("gemini-4-carbon", "flex", false)).status())
                .isEqualTo(400);
    }
}
