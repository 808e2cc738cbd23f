package dev.tollgate.base.json;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * JSON on its way out: what is written here, between long parts that lie elsewhere and are copied only when it is their turn. An answer that repeats a
 * text five times has it in memory once. Not thread-safe.
 */
public final class JsonPieces {

    /** A shorter part is copied at once. */
    private static final int COPIED_BYTES_MAX = 4 * 1024;

    private final Utf8Buffer out = new Utf8Buffer(0);
    /** The buffers before the present one. */
    private @Nullable Deque<ByteBuffer> before;

    private long bytesBefore;

    /** Returns the buffer to write to. */
    public Utf8Buffer out() {
        return out;
    }

    /** Appends some of what was collected, which stays where it is. */
    public JsonPieces repeat(CollectedJson json, long from, long to) {
        json.slices(from, to, to - from <= COPIED_BYTES_MAX ? this::copy : this::refer);
        return this;
    }

    /** Appends all that was collected until now. */
    public JsonPieces repeat(CollectedJson json) {
        return repeat(json, 0, json.size());
    }

    /** Appends a part of an array, which is not changed any more. */
    public JsonPieces repeat(byte[] bytes, int from, int to) {
        if (to - from <= COPIED_BYTES_MAX) {
            copy(bytes, from, to);
        } else {
            refer(bytes, from, to);
        }
        return this;
    }

    private void copy(byte[] bytes, int from, int to) {
        out.raw(bytes, from, to - from);
    }

    private void refer(byte[] bytes, int from, int to) {
        Deque<ByteBuffer> pieces = before;
        if (pieces == null) {
            pieces = new ArrayDeque<>();
            before = pieces;
        }
        if (out.size() > 0) {
            add(pieces, ByteBuffer.wrap(out.toByteArray()));
            out.rest();
        }
        add(pieces, ByteBuffer.wrap(bytes, from, to - from));
    }

    private void add(Deque<ByteBuffer> pieces, ByteBuffer piece) {
        pieces.add(piece);
        bytesBefore += piece.remaining();
    }

    /** Returns how many bytes there are. */
    public long size() {
        return bytesBefore + out.size();
    }

    /** Returns whether all there is is in the buffer. */
    public boolean isShort() {
        return bytesBefore == 0;
    }

    /** Removes the first bytes. @return at most so many, none only if there are none */
    public byte[] take(int bytesMax) {
        byte[] taken = new byte[(int) Math.min(bytesMax, size())];
        int at = 0;
        while (at < taken.length) {
            ByteBuffer first = first();
            int length = Math.min(first.remaining(), taken.length - at);
            first.get(taken, at, length);
            at += length;
        }
        bytesBefore -= at;
        return taken;
    }

    private ByteBuffer first() {
        Deque<ByteBuffer> pieces = before;
        if (pieces == null) {
            pieces = new ArrayDeque<>();
            before = pieces;
        }
        while (!pieces.isEmpty() && !pieces.element().hasRemaining()) {
            pieces.remove();
        }
        if (pieces.isEmpty()) {
            add(pieces, ByteBuffer.wrap(out.toByteArray()));
            out.rest();
        }
        return pieces.element();
    }

    /** Returns everything in one array. */
    public byte[] toByteArray() {
        return take(Math.toIntExact(size()));
    }
}
