package dev.tollgate.protocols.door.answers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text that arrives in pieces. A text of one piece, as in most whole responses, is never copied. A longer one is not copied as it grows, neither
 * here nor by the collector: thousands of streams grow at the same time. Space is added in chunks of growing size, up to {@value #CHUNK_CHARS_MAX}
 * characters, so that thousands of short texts stay small. Not thread-safe.
 */
public final class JoinedText {

    private static final int CHUNK_CHARS_MIN = 64;
    private static final int CHUNK_CHARS_MAX = 1024;

    private String first = "";
    private @Nullable List<StringBuilder> full;
    private @Nullable StringBuilder last;
    private int length;

    public void append(String piece) {
        length += piece.length();
        if (last != null) {
            room(last, piece).append(piece);
        } else if (first.isEmpty()) {
            first = piece;
        } else if (!piece.isEmpty()) {
            last = chunk(length).append(first).append(piece);
            first = "";
        }
    }

    private StringBuilder room(StringBuilder chunk, String piece) {
        if (piece.length() <= chunk.capacity() - chunk.length()) {
            return chunk;
        }
        if (full == null) {
            full = new ArrayList<>();
        }
        full.add(chunk);
        last = chunk(piece.length());
        return last;
    }

    private StringBuilder chunk(int atLeast) {
        return new StringBuilder(Math.max(atLeast, Math.clamp(length, CHUNK_CHARS_MIN, CHUNK_CHARS_MAX)));
    }

    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    @Override
    public String toString() {
        if (last == null) {
            return first;
        }
        if (full == null) {
            return last.toString();
        }
        StringBuilder all = new StringBuilder(length);
        full.forEach(all::append);
        return all.append(last).toString();
    }
}
