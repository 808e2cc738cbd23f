package dev.tollgate.http.exchange;

import java.nio.ByteBuffer;

/** Takes a body piece by piece, under its limits. Used by one thread at a time. */
interface BodySink {

    /** @throws dev.tollgate.base.error.ApiException 413 above the body's limit, or 503 if there is no memory for it */
    void append(byte[] from, int length);

    /** Appends what remains of a buffer; throws as {@link #append(byte[], int)} does. */
    void append(ByteBuffer piece);
}
