package dev.tollgate.upstreams.gemini;

import java.time.InstantSource;
import java.util.Set;

/**
 * The knowledge that a channel needs to pass media on.
 *
 * @param buckets of Google's storage that callers may name files of (D49)
 * @param clock tells how long an uploaded file may be used
 * @param uploadedAbove bytes that a body may have with its media in it; what does not fit is uploaded
 */
public record GeminiMedia(Set<String> buckets, InstantSource clock, long uploadedAbove) {

    /** A request may be larger by now; where large ones fail is not documented (protocol 1.8). */
    public static final long BODY_BYTES_MAX = 20_000_000;

    public GeminiMedia {
        buckets = Set.copyOf(buckets);
    }
}
