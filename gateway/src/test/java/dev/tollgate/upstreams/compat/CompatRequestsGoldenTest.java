package dev.tollgate.upstreams.compat;

import dev.tollgate.testing.Golden;
import dev.tollgate.testing.GoldenRequests;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What an OpenAI-compatible server is sent for a caller's request. */
class CompatRequestsGoldenTest {

    static List<Golden> pairs() {
        return Golden.pairs("compat/requests", "json", "json");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void a_request_becomes_this_body(Golden pair) {
        GoldenRequests.check(pair, (request, ask, channel) -> {
            CompatBody body = CompatRequestWriter.write(ask, ask.replay(), dialect(channel));
            return new GoldenRequests.Made(
                    WrittenBodies.bytes(body, request.maxTokens()), body.ignored(), body.wanted());
        });
    }

    private static ServerDialect dialect(JsonNode channel) {
        return new ServerDialect(
                channel.path("max_tokens_field").asString("max_tokens"),
                channel.path("reasoning_effort").asString("").equals("send"),
                true,
                ServerDialect.isGoogle(channel.path("base_url").asString("http://far/v1")),
                channel.path("store").asBoolean(false));
    }
}
