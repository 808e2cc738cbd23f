package dev.tollgate.protocols.images;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.SseWriter;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.storage.StoreUnavailable;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;

/**
 * {@code GET /v1/images/files/{name}}: an image that a model has made, for everyone who has its address. What it is was seen in its bytes, and a browser
 * that opens it runs nothing of it (Y33).
 *
 * <p>A network's turn lasts from the reading of a piece until the connection has been offered it. So the event loops write few pieces for one network at
 * a time, however many connections it has.
 */
public final class ImageFiles implements Handler<Object> {

    private static final FairTurns.Bounds TURNS = new FairTurns.Bounds(Integer.MAX_VALUE, 2, 16_384, 4_096);
    private static final long TURN_SECONDS_MAX = 60;

    private final FileStore files;
    private final FairTurns turns = new FairTurns(TURNS);

    public ImageFiles(FileStore files) {
        this.files = files;
    }

    @Override
    public void handle(Exchange exchange, Object caller) {
        String reader = exchange.network();
        Matcher name = FileAddresses.NAME.matcher(exchange.pathParam("name"));
        exchange.compute(
                () -> name.matches()
                        ? Records.read(() -> Optional.ofNullable(files.find(reader, FilePurpose.MADE, name.group(1)))
                                .filter(StoredFile::isWhole))
                        : Optional.<StoredFile>empty(),
                found -> found.ifPresentOrElse(file -> send(exchange, file), () -> {
                    throw exchange.refuseWrongKey(ApiError.of(
                            ErrorCode.TASK_NOT_FOUND, "There is no such image. Images are kept for an hour."));
                }));
    }

    private void send(Exchange exchange, StoredFile file) {
        exchange.setHeader("x-content-type-options", "nosniff");
        exchange.setHeader("content-security-policy", "sandbox");
        exchange.setHeader("cache-control", "private, max-age=3600");
        SseWriter out = exchange.body(file.announced().mimeType(), file.bytes());
        if (exchange.method().equals("HEAD")) {
            out.end();
        } else {
            send(exchange, out, file, 0);
        }
    }

    /** Sends the next piece when those before it have left: a caller who reads nothing causes no further work. */
    private void send(Exchange exchange, SseWriter out, StoredFile file, long from) {
        String network = exchange.network();
        exchange.compute(
                () -> {
                    try {
                        return sendInTurn(exchange, network, out, file, from);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new StoreUnavailable("interrupted while waiting to read", e);
                    }
                },
                _ -> {});
    }

    /** Returns whether the piece was offered to the connection. */
    private boolean sendInTurn(Exchange exchange, String network, SseWriter out, StoredFile file, long from)
            throws InterruptedException {
        try (FairTurns.Turn turn = turns.enter(network, TimeUnit.SECONDS.toNanos(TURN_SECONDS_MAX))) {
            if (turn == null) {
                throw new StoreUnavailable("too many images are being read");
            }
            if (exchange.hasDeparted()) {
                return false;
            }
            byte[] piece = files.pieces().inTurn(network, file, from);
            CountDownLatch offered = new CountDownLatch(1);
            exchange.run(() -> write(exchange, out, file, from, piece));
            exchange.onLoop(() -> exchange.onLoop(offered::countDown)); // behind the second half of the piece
            return offered.await(TURN_SECONDS_MAX, TimeUnit.SECONDS);
        }
    }

    private void write(Exchange exchange, SseWriter out, StoredFile file, long from, byte[] piece) {
        long next = from + piece.length;
        if (next == file.bytes()) {
            out.end(piece);
            return;
        }
        out.write(piece);
        if (out.full()) {
            out.onDrain(() -> {
                out.onDrain(() -> {});
                send(exchange, out, file, next);
            });
        } else {
            send(exchange, out, file, next);
        }
    }
}
