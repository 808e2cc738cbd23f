package dev.tollgate.gemini;

import java.time.InstantSource;
import java.util.Set;

/**
 * What a channel has to know to pass media on.
 *
 * @param buckets of Google's storage that callers may name files of (D49)
 * @param clock tells how long an uploaded file may be used
 */
public record GeminiMedia(Set<String> buckets, InstantSource clock) {

    public GeminiMedia {
        buckets = Set.copyOf(buckets);
    }
}
