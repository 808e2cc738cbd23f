package dev.tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Takes a body piece by piece, under its limits. Used by one thread at a time. */
interface BodySink {

    /** @throws dev.tollgate.base.error.ApiException 413 above the body's limit, and what there is no room for */
    void append(byte[] from, int length);

    /** As above. */
    default void append(ByteBuf piece) {
        append(ByteBufUtil.getBytes(piece), piece.readableBytes());
    }
}
