package dev.tollgate.http;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import java.time.Duration;
import java.util.Arrays;

/**
 * A growing body under two limits, its own and that of all bodies. Grows by doubling and not by what a header announces: an
 * announcement costs its sender nothing. Used by one thread at a time.
 */
final class BodyBytes {

    private static final int INITIAL_BYTES = 4096;

    private final int bytesMax;
    private final int bytesExpected;
    private final MemoryBudget budget;
    private byte[] array = new byte[0];
    private int size;

    /** @param bytesExpected the announced length, or -1; growth stops there, so that a full body needs no last copy */
    BodyBytes(int bytesMax, int bytesExpected, MemoryBudget budget) {
        this.bytesMax = bytesMax;
        this.bytesExpected = bytesExpected;
        this.budget = budget;
    }

    /** @throws dev.tollgate.error.ApiException 413 above the body's limit, 503 above that of all bodies */
    void append(byte[] from, int length) {
        reserve(length);
        System.arraycopy(from, 0, array, size, length);
        size += length;
    }

    void append(io.vertx.core.buffer.Buffer chunk) {
        reserve(chunk.length());
        chunk.getBytes(array, size);
        size += chunk.length();
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
        long doubled = Math.max(INITIAL_BYTES, array.length * 2L);
        long ceiling = bytesExpected >= needed ? bytesExpected : bytesMax;
        int capacity = (int) Math.min(Math.max(needed, doubled), ceiling);
        if (!budget.take(capacity - array.length)) {
            throw tooMany().asException();
        }
        array = Arrays.copyOf(array, capacity);
    }

    int size() {
        return size;
    }

    byte[] toArray() {
        if (array.length != size) {
            budget.give(array.length - size);
            array = Arrays.copyOf(array, size);
        }
        return array;
    }

    /** Gives the room back; the bytes are gone. */
    void release() {
        budget.give(array.length);
        array = new byte[0];
        size = 0;
    }

    static ApiError tooLarge(int bytesMax) {
        return ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "The request body is too large: at most " + bytesMax + " bytes are allowed.")
                .withStatus(413);
    }

    private static ApiError tooMany() {
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "The server is busy with large requests. Retry in a moment.")
                .withStatus(503)
                .retryAfter(Duration.ofSeconds(1));
    }
}
