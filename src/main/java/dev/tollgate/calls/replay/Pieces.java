package dev.tollgate.calls.replay;

import java.io.IOException;

/** An answer's bytes, in pieces that are found by their places. Any thread reads what is there. */
sealed interface Pieces extends AutoCloseable permits SpoolFile, PackedAnswer {

    SpoolHead head();

    /** Where the first piece begins, after the head. */
    long bodyStart();

    /** Where the next piece would begin. */
    long end();

    /** Plain bytes of all pieces. */
    long bodyBytes();

    /** What stands at a place that is not the end. */
    Piece read(long position) throws IOException;

    @Override
    void close() throws IOException;

    /** @param next where the next piece begins */
    record Piece(byte[] bytes, long next) {}
}
