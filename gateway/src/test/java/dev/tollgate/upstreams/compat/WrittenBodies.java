package dev.tollgate.upstreams.compat;

import dev.tollgate.testing.GoldenRequests.Made;
import dev.tollgate.upstreams.pool.ChatAsk;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The bodies that an OpenAI-compatible channel sends, for tests outside this package. */
public final class WrittenBodies {

    private WrittenBodies() {}

    /** @throws dev.tollgate.base.error.ApiException for what the protocol cannot express */
    public static Made of(ChatAsk ask, @Nullable Long tokensMax, String maxTokensField, boolean sendsEffort) {
        CompatBody body = CompatRequestWriter.write(
                ask,
                ask.replay().onChannel("main", ask.upstreamModel()),
                new ServerDialect(maxTokensField, sendsEffort, true, false, false));
        return new Made(bytes(body, tokensMax), body.ignored(), body.wanted());
    }

    /** The bytes of a body; a null stands where a part is downloaded. */
    static byte[] bytes(CompatBody body, @Nullable Long tokensMax) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(body.whole(), 0, body.open());
        bytes.writeBytes(body.end(tokensMax).getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }
}
