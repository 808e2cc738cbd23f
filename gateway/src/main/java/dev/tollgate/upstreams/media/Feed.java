package dev.tollgate.upstreams.media;

import dev.tollgate.base.fatal.Fatal;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response, piece by piece for a thread that may block: a piece is only asked of the connection when one is wanted, so no
 * more than {@value #AHEAD} wait in memory. To be made on the event loop as soon as the response is there.
 */
final class Feed {

    private static final int AHEAD = 2;

    private final Context loop;
    private final HttpClientResponse response;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();

    /** @param bytes null at the end */
    private record Piece(@Nullable Buffer bytes, @Nullable Throwable failure) {}

    Feed(Context loop, HttpClientResponse response) {
        this.loop = loop;
        this.response = response;
        response.pause();
        response.exceptionHandler(failure -> {
            Fatal.check(failure);
            pieces.add(new Piece(null, failure));
        });
        response.endHandler(end -> pieces.add(new Piece(null, null)));
        response.handler(bytes -> pieces.add(new Piece(bytes, null)));
        response.fetch(AHEAD);
    }

    HttpClientResponse response() {
        return response;
    }

    /** @return null at the end */
    byte @Nullable [] next(Deadline deadline) throws MediaRefused, InterruptedException {
        Piece piece = pieces.poll(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        if (piece == null) {
            throw deadline.passed();
        }
        if (piece.failure() != null) {
            throw new MediaRefused("could not be downloaded: the connection broke off.");
        }
        if (piece.bytes() == null) {
            return null;
        }
        loop.runOnContext(turn -> response.fetch(1));
        return Objects.requireNonNull(piece.bytes()).getBytes();
    }
}
