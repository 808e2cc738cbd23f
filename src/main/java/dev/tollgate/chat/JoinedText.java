package dev.tollgate.chat;

import org.jspecify.annotations.Nullable;

/** A text that comes in pieces: one that comes whole, as most of an answer that is no stream does, is never copied. Not thread-safe. */
final class JoinedText {

    private String first = "";
    private @Nullable StringBuilder all;

    void append(String piece) {
        if (all != null) {
            all.append(piece);
        } else if (first.isEmpty()) {
            first = piece;
        } else if (!piece.isEmpty()) {
            all = new StringBuilder(2 * (first.length() + piece.length()))
                    .append(first)
                    .append(piece);
        }
    }

    int length() {
        return all == null ? first.length() : all.length();
    }

    boolean isEmpty() {
        return length() == 0;
    }

    @Override
    public String toString() {
        return all == null ? first : all.toString();
    }
}
