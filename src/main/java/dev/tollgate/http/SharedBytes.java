package dev.tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** A body that many answers send at the same time: it is in memory once, however many callers have not read it. Immutable, thread-safe. */
public final class SharedBytes {

    private final ByteBuffer bytes;

    public SharedBytes(byte[] bytes) {
        this.bytes = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    }

    public int length() {
        return bytes.remaining();
    }

    ByteBuf view() {
        return Unpooled.wrappedBuffer(bytes.duplicate());
    }
}
