package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The trace headers that upstreams get. */
@Timeout(60)
class ToldTracesTest {

    private static final String CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void a_channel_gets_the_trace_only_if_configured_and_never_the_callers() {
        try (FarServer told = FarServer.saying("well");
                FarServer toldToo = FarServer.saying("well");
                FarServer untold = FarServer.saying("well");
                Channels channels = Channels.of(
                        """
                        channels:
                          - {id: a, kind: gemini, base_url: "%s", key: %s, models: [gemini-2.5-pro], traceparent: send}
                          - {id: b, kind: openai, base_url: "%s", models: {gemini-3-pro: m}, traceparent: send}
                          - {id: c, kind: gemini, base_url: "%s", key: %s, models: [gemini-3.1-pro]}
                        """.formatted(told.url(), Channels.KEY_A, toldToo.url(), untold.url(), Channels.KEY_B))) {
            String first = call(channels, "gemini-2.5-pro");
            String second = call(channels, "gemini-3-pro");
            call(channels, "gemini-3.1-pro");

            assertTold(told, first);
            assertTold(toldToo, second);
            assertThat(untold.requests()).isNotEmpty().allSatisfy(request -> assertThat(request.headers())
                    .doesNotContainKeys("traceparent", "tracestate", "baggage"));
        }
    }

    private static void assertTold(FarServer far, String requestId) {
        assertThat(far.requests()).isNotEmpty().allSatisfy(request -> {
            assertThat(request.headers()).doesNotContainKeys("tracestate", "baggage");
            assertThat(request.headers().get("traceparent"))
                    .matches("00-" + requestId.substring("req_".length()) + "-[0-9a-f]{16}-01");
        });
        assertThat(far.requests().stream()
                        .map(request -> request.headers().get("traceparent"))
                        .distinct())
                .as("a try each")
                .hasSameSizeAs(far.requests());
    }

    private static String call(Channels channels, String model) {
        Gateway gateway = channels.gateway();
        return gateway.send(gateway.request("/v1/chat/completions")
                        .setHeader(
                                "authorization", "Bearer " + channels.customer().key())
                        .header("content-type", "application/json")
                        .header("traceparent", CALLER)
                        .header("tracestate", "vendor=1")
                        .header("baggage", "user=1")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"model\":\"%s\",\"stream\":false,\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                                        .formatted(model))))
                .header("x-request-id");
    }
}
