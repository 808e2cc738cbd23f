package dev.tollgate.upstreams.gemini;

import java.time.Instant;

/**
 * A file in the upstream's Files API that may be used.
 *
 * @param name the upstream's, as in {@code files/abc}
 * @param until when it must not be used any more
 */
record UploadedFile(Content content, String name, String uri, Instant until) {

    /** The properties by which two files are the same. */
    record Content(String sha256, String mimeType) {}

    String mimeType() {
        return content.mimeType();
    }
}
