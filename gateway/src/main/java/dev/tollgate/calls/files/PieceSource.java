package dev.tollgate.calls.files;

import dev.tollgate.base.json.JsonSource;
import java.io.IOException;

/**
 * The bytes of a file that lies in sealed pieces, for a reader who reads them in their order: the piece that was opened last is kept, so each is opened once.
 * Thread-safe; reading blocks.
 */
final class PieceSource implements JsonSource {

    private static final Opened NONE = new Opened(-1, new byte[0]);

    private final long size;
    private final int pieceBytes;
    private final Opening opening;
    private volatile Opened last = NONE;

    private record Opened(long place, byte[] bytes) {}

    /** Opens a piece. */
    @FunctionalInterface
    interface Opening {

        /** @param place the offset of its first byte */
        byte[] open(long place) throws IOException;
    }

    /** @param pieceBytes of each piece but the last */
    PieceSource(long size, int pieceBytes, Opening opening) {
        this.size = size;
        this.pieceBytes = pieceBytes;
        this.opening = opening;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public byte[] read(long from, int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; ) {
            int skipped = (int) ((from + at) % pieceBytes);
            byte[] piece = piece(from + at - skipped);
            int some = Math.min(count - at, piece.length - skipped);
            System.arraycopy(piece, skipped, bytes, at, some);
            at += some;
        }
        if (from + count == size) {
            last = NONE;
        }
        return bytes;
    }

    private byte[] piece(long place) throws IOException {
        Opened its = last;
        if (its.place() != place) {
            its = new Opened(place, opening.open(place));
            last = its;
        }
        return its.bytes();
    }
}
