package dev.tollgate.calls.replay;

import java.io.IOException;

/** An answer's bytes, in pieces that are found by their places. Any thread reads what is there. */
sealed interface Pieces extends AutoCloseable permits SpoolFile, PackedAnswer {

    SpoolHead head();

    /** Returns the position of the first piece, after the head. */
    long bodyStart();

    /** Returns the position of the next piece to be written. */
    long end();

    /** Plain bytes of all pieces. */
    long bodyBytes();

    /** Returns the piece at a position before the end. */
    Piece read(long position) throws IOException;

    @Override
    void close() throws IOException;

    /** @param next where the next piece begins */
    record Piece(byte[] bytes, long next) {}
}
