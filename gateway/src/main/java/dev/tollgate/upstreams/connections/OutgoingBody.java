package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.media.Medium;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A request body that is not held in memory as a whole. Immutable. */
public final class OutgoingBody {

    public sealed interface Piece {
        /** Returns the length in bytes as sent. */
        long length();
    }

    /** @param to exclusive */
    public record Bytes(byte[] bytes, int from, int to) implements Piece {
        @Override
        public long length() {
            return to - from;
        }
    }

    /** @param text of ASCII alone */
    public record Ascii(String text) implements Piece {
        @Override
        public long length() {
            return text.length();
        }
    }

    /** @param medium available until the body has been sent or is given up */
    public record Base64Of(Medium medium) implements Piece {
        @Override
        public long length() {
            return base64Length(medium.length());
        }
    }

    /** A text file as the content of a JSON string; see {@link #jsonText}. @param length as sent */
    public record JsonText(Medium medium, long length) implements Piece {}

    /** Unchanged bytes from a position on. */
    public record Raw(Medium medium, long from) implements Piece {
        @Override
        public long length() {
            return medium.length() - from;
        }
    }

    private final List<Piece> pieces;

    private OutgoingBody(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    public static OutgoingBody of(byte[] bytes) {
        return new OutgoingBody(List.of(new Bytes(bytes, 0, bytes.length)));
    }

    public static OutgoingBody raw(Medium medium, long from) {
        return new OutgoingBody(List.of(new Raw(medium, from)));
    }

    /**
     * Returns a text file as the content of a JSON string, as {@link EscapedText} reads it. Reads all of it to find its length: not on an
     * event loop.
     */
    public static Piece jsonText(Medium medium) throws IOException {
        return new JsonText(medium, EscapedText.length(medium));
    }

    /** Returns the length of base64 with padding. */
    public static long base64Length(long bytes) {
        return (bytes + 2) / 3 * 4;
    }

    public List<Piece> pieces() {
        return pieces;
    }

    public long length() {
        return pieces.stream().mapToLong(Piece::length).sum();
    }

    public static final class Builder {
        private final List<Piece> pieces = new ArrayList<>();

        public Builder add(Piece piece) {
            if (piece.length() > 0) {
                pieces.add(piece);
            }
            return this;
        }

        public Builder ascii(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            return add(new Bytes(bytes, 0, bytes.length));
        }

        public OutgoingBody build() {
            return new OutgoingBody(pieces);
        }
    }
}
