package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;

/** What an upstream says to a prompt of 100 tokens. */
final class Said {

    static final UpstreamEvent STOP = new UpstreamEvent.Finish(0, FinishReason.STOP, "STOP");

    private Said() {}

    static UpstreamEvent text(String text) {
        return new UpstreamEvent.Text(0, text, null);
    }

    static UpstreamEvent used(long outputTokens) {
        return used(outputTokens, UpstreamEvent.Usage.ABSENT);
    }

    static UpstreamEvent used(long outputTokens, long thoughtsTokens) {
        return used(100, outputTokens, thoughtsTokens);
    }

    static UpstreamEvent used(long promptTokens, long outputTokens, long thoughtsTokens) {
        return new UpstreamEvent.Usage(
                UpstreamEvent.Usage.ABSENT,
                UpstreamEvent.Modalities.NONE,
                UpstreamEvent.Modalities.NONE,
                promptTokens,
                UpstreamEvent.Usage.ABSENT,
                outputTokens,
                thoughtsTokens);
    }
}
