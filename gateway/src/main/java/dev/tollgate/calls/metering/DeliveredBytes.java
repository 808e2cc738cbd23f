package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.UpstreamEvent;

/** The UTF-8 bytes of an answer until now, by kind. Confined to its call. */
final class DeliveredBytes {

    private long visible;
    private long visibleAtReport;
    private long thoughts;
    private long media;
    private long raw;

    void add(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> visible += Utf8.length(text.text());
            case UpstreamEvent.Thought thought -> thoughts += Utf8.length(thought.text());
            case UpstreamEvent.ToolCall call -> visible += Utf8.length(call.name()) + Utf8.length(call.arguments());
            case UpstreamEvent.Media made -> {
                visible += UsageMeter.MEDIUM_BYTES;
                media += made.data().length();
            }
            case UpstreamEvent.Raw chunk -> raw += chunk.bytes();
            default -> {
                // carries nothing that counts
            }
        }
    }

    /** Marks all bytes so far as counted by a usage report. */
    void reported() {
        visibleAtReport = visible;
    }

    long visible() {
        return visible;
    }

    /** Returns the visible bytes that no report counts yet. */
    long visibleSinceReport() {
        return visible - visibleAtReport;
    }

    long thoughts() {
        return thoughts;
    }

    /** Returns the bytes of everything that was said, thoughts and media included; of chunks as they came, if that is more. */
    long all() {
        return Math.max(visible + thoughts + media, raw);
    }
}
