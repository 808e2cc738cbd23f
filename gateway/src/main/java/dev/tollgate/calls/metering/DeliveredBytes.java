package dev.tollgate.calls.metering;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.UpstreamEvent;

/** The UTF-8 bytes of an answer until now, by kind. Confined to its call. */
final class DeliveredBytes {

    /** The bytes of a token as PCM at 24 kHz with 16 bits. */
    private static final long SPEECH_BYTES_PER_TOKEN = 24_000 * 2 / UpstreamModel.SPEECH_TOKENS_A_SECOND;

    private final Extras.Images images;
    private long visible;
    private long visibleAtReport;
    private int made;
    private int madeAtReport;
    private int arrived;
    private long spoken;
    private long spokenAtReport;
    private long thoughts;
    private long media;
    private long raw;

    DeliveredBytes(Extras.Images images) {
        this.images = images;
    }

    void add(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text text -> visible += Utf8.length(text.text());
            case UpstreamEvent.Thought thought -> thoughts += Utf8.length(thought.text());
            case UpstreamEvent.ToolCall call -> visible += Utf8.length(call.name()) + Utf8.length(call.arguments());
            case UpstreamEvent.Media speech
            when speech.isAudio() -> {
                spoken += speech.data().decoded().size();
                media += speech.data().heapBytes();
            }
            case UpstreamEvent.Media medium -> {
                visible += images.most() == 0 ? images.weight() : 0;
                made += made < images.most() ? 1 : 0;
                arrived++;
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
        spokenAtReport = speechTokens();
    }

    long visible() {
        return visible;
    }

    /** Returns the images, at most as many as are charged. */
    int images() {
        return made;
    }

    /** Returns all images, also those above the most that are charged. */
    int imagesArrived() {
        return arrived;
    }

    /** Returns the tokens of speech, by its length. */
    long speechTokens() {
        return Math.ceilDiv(spoken, SPEECH_BYTES_PER_TOKEN);
    }

    /** Returns the weight of the images that no report counts yet. */
    long weightSinceReport() {
        return (made - madeAtReport) * images.weight();
    }

    /** Returns the tokens of speech that no report counts yet. */
    long speechSinceReport() {
        return speechTokens() - spokenAtReport;
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
