package dev.tollgate.upstreams.compat;

import dev.tollgate.testing.GoldenRequests.Made;
import dev.tollgate.upstreams.pool.ChatAsk;
import org.jspecify.annotations.Nullable;

/** The bodies that an OpenAI-compatible channel sends, for tests outside this package. */
public final class WrittenBodies {

    private WrittenBodies() {}

    /** @throws dev.tollgate.base.error.ApiException for what the protocol cannot express */
    public static Made of(ChatAsk ask, @Nullable Long tokensMax, String maxTokensField, boolean sendsEffort) {
        CompatBody body = CompatRequestWriter.write(
                ask,
                ask.replay().onChannel("main", ask.upstreamModel()),
                new ServerDialect(maxTokensField, sendsEffort));
        return new Made(body.bytes(tokensMax), body.ignored(), body.wanted());
    }
}
