package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.GoldenRequests;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of requests (protocol 4.1 and 4.2): what Gemini is sent for a caller's request. */
class GeminiRequestsGoldenTest {

    static List<Golden> pairs() {
        return Golden.pairs("gemini/requests", "json", "json");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void a_request_becomes_this_body(Golden pair) {
        GoldenRequests.check(pair, (request, ask, _) -> {
            GeminiBody body = GeminiRequestWriter.write(
                    ask, model(request.model()), CallIds.ANY, Asks.BUCKETS, ServiceTier.STANDARD);
            return new GoldenRequests.Made(Asks.bytes(body, request.maxTokens()), body.ignored(), body.wanted());
        });
    }

    private static UpstreamModel model(String name) {
        return Stream.of(Asks.PRO_25, Asks.PRO_31, Asks.FLASH_38, Asks.PLAIN)
                .filter(model -> model.name().equals(name))
                .findAny()
                .orElseThrow();
    }
}
