package dev.tollgate.base.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * JSON that is collected as it comes and is in memory once: it grows by pieces of at most {@value #PIECE_BYTES_MAX} bytes, so that what is long is not
 * copied to grow, and {@link JsonPieces} sends it from where it lies. What is written is never changed. Not thread-safe.
 */
public final class CollectedJson {

    static final int PIECE_BYTES_MAX = 32 * 1024;

    /** A full piece that is emptier is copied to its size. */
    private static final int EMPTY_BYTES_MAX = PIECE_BYTES_MAX / 8;

    private final List<byte[]> pieces = new ArrayList<>(0);
    /** The place in the whole where each piece ends. */
    private final List<Long> ends = new ArrayList<>(0);

    private final Utf8Buffer last = Utf8Buffer.lastPiece(this::take);
    private long taken;

    /** Receives some of what is collected. */
    interface Slices {
        void slice(byte[] bytes, int from, int to);
    }

    private void take(Utf8Buffer full) {
        byte[] bytes = full.array();
        pieces.add(bytes.length - full.size() > EMPTY_BYTES_MAX ? Arrays.copyOf(bytes, full.size()) : bytes);
        ends.add(taken + full.size());
        taken += full.size();
    }

    /** Returns the buffer to write to; its {@link Utf8Buffer#size} is the size of the last piece only. */
    public Utf8Buffer out() {
        return last;
    }

    /** Returns how many bytes are collected. */
    public long size() {
        return taken + last.size();
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    /** Appends a copy. */
    public void add(CollectedJson other) {
        other.slices(0, other.size(), (bytes, from, to) -> last.raw(bytes, from, to - from));
    }

    void slices(long from, long to, Slices slices) {
        long start = 0;
        for (int i = 0; i < pieces.size() && start < to; i++) {
            slice(pieces.get(i), start, ends.get(i), from, to, slices);
            start = ends.get(i);
        }
        slice(last.array(), taken, size(), from, to, slices);
    }

    private static void slice(byte[] piece, long start, long end, long from, long to, Slices slices) {
        long first = Math.max(start, from);
        long behind = Math.min(end, to);
        if (first < behind) {
            slices.slice(piece, (int) (first - start), (int) (behind - start));
        }
    }

    /** Returns a text that was collected by {@link Utf8Buffer#escaped}, as it was. */
    public String unescaped() {
        return unescaped(0, size());
    }

    /** Returns some of what was collected as the inside of a JSON string, as the text that it was. */
    public String unescaped(long from, long to) {
        byte[] utf8 = new byte[Math.toIntExact(to - from)];
        int[] at = {0};
        slices(from, to, (bytes, first, behind) -> {
            System.arraycopy(bytes, first, utf8, at[0], behind - first);
            at[0] += behind - first;
        });
        return Utf8Buffer.unescaped(new String(utf8, StandardCharsets.UTF_8));
    }

    /**
     * Returns texts, joined by a newline.
     *
     * @param bounds where each begins and ends; the last may go on to the end
     */
    public String texts(List<Long> bounds) {
        StringJoiner all = new StringJoiner("\n");
        for (int i = 0; i < bounds.size(); i += 2) {
            all.add(unescaped(bounds.get(i), i + 1 < bounds.size() ? bounds.get(i + 1) : size()));
        }
        return all.toString();
    }

    /** Returns a copy. */
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        slices(0, size(), (bytes, from, to) -> all.append(new String(bytes, from, to - from, StandardCharsets.UTF_8)));
        return all.toString();
    }
}
