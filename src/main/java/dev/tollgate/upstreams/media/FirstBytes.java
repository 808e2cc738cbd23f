package dev.tollgate.upstreams.media;

import java.util.Arrays;

/** The first bytes of what comes in pieces. */
final class FirstBytes {

    private final byte[] bytes = new byte[MediaLabel.HEAD_BYTES];
    private int count;

    void add(byte[] piece) {
        int more = Math.min(piece.length, bytes.length - count);
        System.arraycopy(piece, 0, bytes, count, more);
        count += more;
    }

    boolean isFull() {
        return count == bytes.length;
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, count);
    }
}
