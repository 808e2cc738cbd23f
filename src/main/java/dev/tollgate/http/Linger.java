package dev.tollgate.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/**
 * Closes a connection whose request was refused before its body was read. Closing at once would send a reset over the
 * unread bytes, and the reset would overtake the answer; so the rest is read and thrown away, up to a limit.
 * Confined to the connection's event loop.
 */
final class Linger {

    private final HttpServerRequest request;
    private final long bytesMax;
    private long bytes;
    private boolean flushed;
    private boolean ended;

    private Linger(HttpServerRequest request, long bytesMax) {
        this.request = request;
        this.bytesMax = bytesMax;
    }

    static Linger over(HttpServerRequest request, HttpLimits limits, Vertx vertx) {
        Linger linger = new Linger(request, limits.lingerBytesMax());
        linger.listen();
        vertx.setTimer(limits.linger().toMillis(), fired -> linger.close());
        return linger;
    }

    private void listen() {
        if (request.isEnded()) {
            ended = true;
            return;
        }
        request.handler(chunk -> dropped(chunk.length()));
        request.endHandler(end -> {
            ended = true;
            closeWhenDone();
        });
        request.resume();
    }

    /** The answer has left. */
    void flushed() {
        flushed = true;
        closeWhenDone();
    }

    private void dropped(int length) {
        bytes += length;
        if (bytes > bytesMax) {
            close();
        }
    }

    private void closeWhenDone() {
        if (flushed && ended) {
            close();
        }
    }

    private void close() {
        request.connection().close();
    }
}
