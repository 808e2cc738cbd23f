package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.Lease;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A growing body with two limits, its own and its lease's. It grows with the received bytes and not by the announced length: an announcement
 * costs its sender nothing. Used by one thread at a time.
 */
final class BodyBytes implements BodySink {

    private static final int INITIAL_BYTES = 4096;
    private static final int DOUBLED_BYTES_MAX = 1 << 20;
    private static final byte[] NONE = new byte[0];

    private final int bytesMax;
    private final int bytesExpected;
    private final Lease lease;
    private byte[] array = NONE;
    private int size;

    /** @param bytesExpected the announced length, or -1; growth stops there, so that a full body needs no last copy */
    BodyBytes(int bytesMax, int bytesExpected, Lease lease) {
        this.bytesMax = bytesMax;
        this.bytesExpected = bytesExpected;
        this.lease = lease;
    }

    @Override
    public void append(byte[] from, int length) {
        reserve(length);
        System.arraycopy(from, 0, array, size, length);
        size += length;
    }

    @Override
    public void append(ByteBuffer piece) {
        int length = piece.remaining();
        reserve(length);
        piece.get(array, size, length);
        size += length;
    }

    private void reserve(int more) {
        if (more > bytesMax - size) {
            throw tooLarge(bytesMax).asException();
        }
        if (size + more > array.length) {
            grow(size + more);
        }
    }

    private void grow(int needed) {
        // What is not there yet is charged like what is: a large one grows by a quarter only.
        long more = array.length < DOUBLED_BYTES_MAX ? array.length : array.length / 4;
        long grown = Math.max(INITIAL_BYTES, array.length + more);
        long ceiling = bytesExpected >= needed ? bytesExpected : bytesMax;
        int capacity = (int) Math.min(Math.max(needed, grown), ceiling);
        // Both are there while the one is copied into the other, at most once for each event loop: what is left of the
        // heap has room for that.
        lease.take(capacity - array.length);
        array = Arrays.copyOf(array, capacity);
    }

    int size() {
        return size;
    }

    /** All of them, and perhaps room behind {@link #size}. */
    byte[] array() {
        return array;
    }

    byte[] toArray() {
        if (array.length != size) {
            lease.give(array.length - size);
            array = Arrays.copyOf(array, size);
        }
        return array;
    }

    /** Gives the room back; the bytes are gone. */
    void release() {
        lease.give(array.length);
        array = NONE;
        size = 0;
    }

    static ApiError tooLarge(int bytesMax) {
        return ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "The request body is too large: at most " + bytesMax + " bytes are allowed.")
                .withStatus(413);
    }
}
