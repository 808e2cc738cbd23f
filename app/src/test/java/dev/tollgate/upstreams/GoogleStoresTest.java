package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.whole;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Google stores no call unless the operator allows it. */
@Timeout(240)
class GoogleStoresTest {

    private static final String NATIVE = "/v1beta/models/gemini-2.5-pro:";

    private final FarServer a = FarServer.saying("from a");
    private final FarServer b = FarServer.saying("from b");

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    /** A call of each door, as its path and its body. */
    private static Map<String, String> calls() {
        return Map.of(
                "/v1/chat/completions",
                Channels.CALL.formatted(true),
                "/v1/messages",
                "{\"model\":\"gemini-2.5-pro\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                "/v1/responses",
                "{\"model\":\"gemini-2.5-pro\",\"store\":true,\"input\":\"x\"}",
                "/v1beta/interactions",
                "{\"model\":\"gemini-2.5-pro\",\"store\":true,\"input\":\"x\"}",
                NATIVE + "generateContent",
                nativeCall("\"store\":false,"),
                NATIVE + "streamGenerateContent?alt=sse",
                nativeCall(""));
    }

    private static String nativeCall(String more) {
        return "{" + more + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]}";
    }

    @Test
    void each_request_that_generates_says_that_nothing_is_stored() {
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            Customer customer = channels.customer();
            calls().forEach((path, body) -> {
                a.requests().clear();
                a.script(request -> a.asked() == 1
                        ? whole(503, "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"busy\"}}")
                        : gemini("x"));
                Gateway.Reply reply = channels.gateway().post(path, body, customer.key());
                assertThat(reply.status()).as(path).isEqualTo(200);
                assertThat(reply.header("x-tollgate-ignored")).as(path).isIn(null, "");
                assertThat(a.requests()).as(path).hasSize(2).allSatisfy(sent -> assertThat(store(sent))
                        .isEqualTo("false"));
            });
            a.requests().clear();
            a.script(whole(200, "{\"totalTokens\":4}"));
            assertThat(channels.gateway()
                            .post(NATIVE + "countTokens", nativeCall(""), customer.key())
                            .status())
                    .isEqualTo(200);
            assertThat(a.requests()).hasSize(1).allSatisfy(sent -> assertThat(sent.body())
                    .doesNotContain("store"));
        }
    }

    private static String store(FarServer.Request sent) {
        JsonNode store = sent.json().path("store");
        return store.isMissingNode() ? "" : store.toString();
    }

    @Test
    void a_callers_true_needs_a_channel_that_may_store() {
        String password = "the operator of the channels";
        try (Channels channels = Channels.of(Channels.one(a.url()), Map.of("TOLLGATE_OPERATOR_PASSWORD", password))) {
            Customer customer = channels.customer();
            Browser operator = new Browser(channels.gateway().url());
            operator.signIn("operator", password);
            for (String method : List.of("generateContent", "streamGenerateContent?alt=sse")) {
                Gateway.Reply refused =
                        channels.gateway().post(NATIVE + method, nativeCall("\"store\":true,"), customer.key());
                assertThat(refused.status()).isEqualTo(400);
                assertThat(refused.text()).contains("store: true is not allowed");
            }
            assertThat(a.asked()).isZero();
            assertThat(channels.status("a").get("store").asBoolean()).isFalse();
            assertThat(operator.get("/console/channels").body()).doesNotContain("Google may store");

            assertThat(channels.reload("""
                    channels:
                      - {id: a, kind: gemini, base_url: "%s", key: %s}
                      - {id: b, kind: gemini, base_url: "%s", key: %s, store: true, priority: 2}
                    """.formatted(a.url(), KEY_A, b.url(), KEY_B)))
                    .isTrue();
            assertThat(channels.gateway()
                            .post(NATIVE + "generateContent", nativeCall("\"store\":true,"), customer.key())
                            .text())
                    .contains("from b");
            assertThat(b.requests()).hasSize(1).allSatisfy(sent -> assertThat(store(sent))
                    .isEqualTo("true"));
            assertThat(channels.text()).isEqualTo("from a");
            assertThat(channels.status("b").get("store").asBoolean()).isTrue();
            assertThat(operator.get("/console/channels").body()).contains("Google may store prompts and responses");
        }
    }
}
