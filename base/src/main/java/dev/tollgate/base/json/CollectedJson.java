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
public final class CollectedJson implements JsonOut {

    static final int PIECE_BYTES_MAX = 32 * 1024;

    /** A full piece that is emptier is copied to its size. */
    private static final int EMPTY_BYTES_MAX = PIECE_BYTES_MAX / 8;

    /** Arrays of bytes and {@link JsonSource}s. */
    private final List<Object> pieces = new ArrayList<>(0);
    /** The place in the whole where each piece ends. */
    private final List<Long> ends = new ArrayList<>(0);

    private final Utf8Buffer last = Utf8Buffer.lastPiece(this::take);
    private long taken;

    /** Receives some of what is collected. */
    interface Slices {
        void slice(byte[] bytes, int from, int to);
    }

    /** Receives some of what lies in a file. */
    interface Absent {
        void slice(JsonSource source, long from, long to);
    }

    private void take(Utf8Buffer full) {
        byte[] bytes = full.array();
        add(full.size(), bytes.length - full.size() > EMPTY_BYTES_MAX ? Arrays.copyOf(bytes, full.size()) : bytes);
    }

    /** Returns the buffer to write to; its {@link Utf8Buffer#size} is the size of the last piece only. */
    @Override
    public Utf8Buffer out() {
        return last;
    }

    @Override
    public void add(JsonSource source) {
        if (last.size() > 0) {
            add(last.size(), last.taken());
        }
        add(source.size(), source);
    }

    private void add(long size, Object piece) {
        taken += size;
        pieces.add(piece);
        ends.add(taken);
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
        slices(from, to, slices, (source, first, behind) -> {
            throw new IllegalStateException("some of it lies in a file");
        });
    }

    void slices(long from, long to, Slices slices, Absent absent) {
        long start = 0;
        for (int i = 0; i < pieces.size() && start < to; i++) {
            long first = Math.max(start, from);
            long behind = Math.min(ends.get(i), to);
            if (first < behind && pieces.get(i) instanceof JsonSource source) {
                absent.slice(source, first - start, behind - start);
            } else if (pieces.get(i) instanceof byte[] bytes) {
                slice(bytes, start, ends.get(i), from, to, slices);
            }
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

    /** Returns a copy, without what lies in files. */
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder();
        slices(
                0,
                size(),
                (bytes, from, to) -> all.append(new String(bytes, from, to - from, StandardCharsets.UTF_8)),
                (source, from, to) -> {});
        return all.toString();
    }
}
