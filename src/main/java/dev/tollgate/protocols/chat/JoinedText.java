package dev.tollgate.protocols.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text that comes in pieces: one that comes whole, as most of an answer that is no stream does, is never copied, and what is there of a longer one
 * is not copied as it grows, by nobody: thousands of streams grow at once. The room for more grows with it, up to {@value #CHUNK_CHARS_MAX}
 * characters: thousands may begin at once, and a collector copies what they have. Not thread-safe.
 */
final class JoinedText {

    private static final int CHUNK_CHARS_MIN = 64;
    private static final int CHUNK_CHARS_MAX = 1024;

    private String first = "";
    private @Nullable List<StringBuilder> full;
    private @Nullable StringBuilder last;
    private int length;

    void append(String piece) {
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

    int length() {
        return length;
    }

    boolean isEmpty() {
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
