package dev.tollgate.upstreams.connections;

import dev.tollgate.upstreams.media.Medium;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A body that need not be whole in memory. Immutable. */
public final class OutgoingBody {

    public sealed interface Piece {
        /** In bytes as they are sent. */
        long length();
    }

    /** @param to behind the last of them */
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

    /** @param medium there until the body has been sent or is given up */
    public record Base64Of(Medium medium) implements Piece {
        @Override
        public long length() {
            return base64Length(medium.length());
        }
    }

    /**
     * A medium of text between the quotes of a JSON string; see {@link #jsonText}.
     *
     * @param length of what is sent
     */
    public record JsonText(Medium medium, long length) implements Piece {}

    /** As it is, from a position on. */
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
     * What a medium of text is between the quotes of a JSON string: read as UTF-8, or as UTF-16 where it begins with that one's mark; what
     * is no character becomes U+FFFD. Reads all of it, to know how long that is: not on an event loop.
     */
    public static Piece jsonText(Medium medium) throws IOException {
        return new JsonText(medium, EscapedText.length(medium));
    }

    /** How long so many bytes are in base64, with its padding. */
    public static long base64Length(long bytes) {
        return (bytes + 2) / 3 * 4;
    }

    public List<Piece> pieces() {
        return pieces;
    }

    /** In bytes. */
    public long length() {
        return pieces.stream().mapToLong(Piece::length).sum();
    }

    /** Puts a body together, in order. */
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
