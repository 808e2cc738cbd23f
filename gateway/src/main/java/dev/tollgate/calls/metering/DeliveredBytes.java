package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.UpstreamEvent;

/** The UTF-8 bytes of an answer until now, by kind. Confined to its call. */
final class DeliveredBytes {

    private final Bounds.Images images;
    private long visible;
    private long visibleAtReport;
    private int made;
    private int madeAtReport;
    private long thoughts;
    private long media;
    private long raw;

    DeliveredBytes(Bounds.Images images) {
        this.images = images;
    }

    void add(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> visible += Utf8.length(text.text());
            case UpstreamEvent.Thought thought -> thoughts += Utf8.length(thought.text());
            case UpstreamEvent.ToolCall call -> visible += Utf8.length(call.name()) + Utf8.length(call.arguments());
            case UpstreamEvent.Media medium -> {
                visible += images.most() == 0 ? images.weight() : 0;
                made += made < images.most() ? 1 : 0;
                media += medium.data().heapBytes();
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
        madeAtReport = made;
    }

    long visible() {
        return visible;
    }

    /** Returns the images, at most as many as are charged. */
    int images() {
        return made;
    }

    /** Returns the weight of the images that no report counts yet. */
    long weightSinceReport() {
        return (made - madeAtReport) * images.weight();
    }

    /** Returns the visible bytes without images that no report counts yet. */
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
