package dev.tollgate.http.engine;

/**
 * Closes a connection whose request was refused before its body was read. Closing at once would send a reset over the
 * unread bytes, and the reset would overtake the answer; so the rest is read and thrown away, up to a limit.
 * Confined to the connection's event loop.
 */
final class Linger {

    private final long bytesMax;
    private final Runnable cut;
    private long bytes;
    private boolean flushed;
    private boolean ended;

    /** @param cut closes the connection */
    Linger(long bytesMax, Runnable cut) {
        this.bytesMax = bytesMax;
        this.cut = cut;
    }

    void take(int length, boolean last) {
        bytes += length;
        ended |= last;
        if (bytes > bytesMax) {
            cut.run();
        } else {
            closeWhenDone();
        }
    }

    /** The answer has left. */
    void flushed() {
        flushed = true;
        closeWhenDone();
    }

    private void closeWhenDone() {
        if (flushed && ended) {
            cut.run();
        }
    }
}
