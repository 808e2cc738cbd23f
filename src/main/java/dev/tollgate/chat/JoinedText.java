package dev.tollgate.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text that comes in pieces: one that comes whole, as most of an answer that is no stream does, is never copied, and what is there of a longer one
 * is not copied as it grows, by nobody: thousands of streams grow at once. Not thread-safe.
 */
final class JoinedText {

    private static final int CHUNK_CHARS = 1024;

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
            StringBuilder chunk = new StringBuilder(Math.max(CHUNK_CHARS, length));
            last = chunk.append(first).append(piece);
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
        last = new StringBuilder(Math.max(CHUNK_CHARS, piece.length()));
        return last;
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
