package dev.tollgate.gemini;

import dev.tollgate.media.Medium;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A body that need not be whole in memory. Immutable. */
final class OutgoingBody {

    sealed interface Piece {
        long length();
    }

    record Bytes(byte[] bytes, int from, int to) implements Piece {
        @Override
        public long length() {
            return to - from;
        }
    }

    record Ascii(String text) implements Piece {
        @Override
        public long length() {
            return text.length();
        }
    }

    record Base64Of(Medium medium) implements Piece {
        @Override
        public long length() {
            return base64Length(medium.length());
        }
    }

    /** As it is, from a position on. */
    record Raw(Medium medium, long from) implements Piece {
        @Override
        public long length() {
            return medium.length() - from;
        }
    }

    private final List<Piece> pieces;

    private OutgoingBody(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    static OutgoingBody of(byte[] bytes) {
        return new OutgoingBody(List.of(new Bytes(bytes, 0, bytes.length)));
    }

    static OutgoingBody raw(Medium medium, long from) {
        return new OutgoingBody(List.of(new Raw(medium, from)));
    }

    static long base64Length(long bytes) {
        return (bytes + 2) / 3 * 4;
    }

    List<Piece> pieces() {
        return pieces;
    }

    long length() {
        return pieces.stream().mapToLong(Piece::length).sum();
    }

    /** Puts a body together, in order. */
    static final class Builder {
        private final List<Piece> pieces = new ArrayList<>();

        Builder add(Piece piece) {
            if (piece.length() > 0) {
                pieces.add(piece);
            }
            return this;
        }

        Builder ascii(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            return add(new Bytes(bytes, 0, bytes.length));
        }

        OutgoingBody build() {
            return new OutgoingBody(pieces);
        }
    }
}
