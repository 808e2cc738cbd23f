package dev.tollgate.calls.replay;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** The bytes that wait to be sealed, in pieces of a spool file's size. Guarded by the lock of its spool. */
final class PieceQueue {

    private final Deque<byte[]> queue = new ArrayDeque<>();

    void add(byte[] bytes) {
        queue.add(bytes);
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    void clear() {
        queue.clear();
    }

    /** Removes up to one piece's bytes. The queue must not be empty. */
    byte[] next() {
        byte[] first = queue.remove();
        if (first.length > SpoolFile.PIECE_BYTES_MAX) {
            queue.addFirst(Arrays.copyOfRange(first, SpoolFile.PIECE_BYTES_MAX, first.length));
            return Arrays.copyOf(first, SpoolFile.PIECE_BYTES_MAX);
        }
        byte[] next = queue.peek();
        if (next == null || first.length + next.length > SpoolFile.PIECE_BYTES_MAX) {
            return first;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(first);
        while (next != null && all.size() + next.length <= SpoolFile.PIECE_BYTES_MAX) {
            all.writeBytes(queue.remove());
            next = queue.peek();
        }
        return all.toByteArray();
    }
}
