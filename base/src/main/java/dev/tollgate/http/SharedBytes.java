package dev.tollgate.http;

import java.nio.ByteBuffer;

/** A body that many answers send at the same time: it is in memory once, however many callers have not read it. Immutable, thread-safe. */
public final class SharedBytes {

    private final ByteBuffer bytes;

    public SharedBytes(byte[] bytes) {
        this.bytes = room(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    }

    /** Returns a buffer, on the heap if there is no direct memory; each reader gets pieces of its own from there. */
    private static ByteBuffer room(int bytes) {
        try {
            return ByteBuffer.allocateDirect(bytes);
        } catch (OutOfMemoryError refused) {
            return ByteBuffer.allocate(bytes);
        }
    }

    public int length() {
        return bytes.remaining();
    }

    /** Returns a view of the bytes with a position of its own. */
    public ByteBuffer bytes() {
        return bytes.duplicate();
    }
}
