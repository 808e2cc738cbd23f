package dev.tollgate.http;

import io.vertx.core.buffer.Buffer;

/** Takes a body piece by piece, under its limits. Used by one thread at a time. */
interface BodySink {

    /** @throws dev.tollgate.error.ApiException 413 above the body's limit, and what there is no room for */
    void append(byte[] from, int length);

    /** As above. */
    default void append(Buffer chunk) {
        append(chunk.getBytes(), chunk.length());
    }
}
