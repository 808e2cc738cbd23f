package dev.tollgate.http;

import java.time.Duration;

/**
 * Closes a connection whose request was refused before its body was read. Closing at once would send a reset over the
 * unread bytes, and the reset would overtake the answer; so the rest is read and thrown away, up to a limit.
 * Confined to the connection's event loop.
 */
final class Linger {

    private final CallerConnection connection;
    private final long bytesMax;
    private long bytes;
    private boolean flushed;
    private boolean ended;

    private Linger(CallerConnection connection, long bytesMax) {
        this.connection = connection;
        this.bytesMax = bytesMax;
    }

    static void over(CallerConnection connection, Duration time, long bytesMax) {
        connection.lingers(new Linger(connection, bytesMax));
        connection.after(time.toMillis(), connection::cut);
    }

    void take(int length, boolean last) {
        bytes += length;
        ended |= last;
        if (bytes > bytesMax) {
            connection.cut();
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
            connection.cut();
        }
    }
}
