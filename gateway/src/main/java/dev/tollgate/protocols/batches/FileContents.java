package dev.tollgate.protocols.batches;

import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SseWriter;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.protocols.batches.ResultFiles.Content;
import dev.tollgate.storage.StoreUnavailable;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends files piece by piece, as fast as their callers read: a caller who reads nothing causes no further work. A file that loses a piece on the way
 * is cut, and never ends as if it were whole. Thread-safe.
 */
final class FileContents {

    private static final FairTurns.Bounds READERS = new FairTurns.Bounds(32, 4, 1_024, 64);
    private static final long TURN_SECONDS_MAX = 60;
    private static final String TYPE = "application/octet-stream";

    private final FileStore files;
    private final FairTurns turns = new FairTurns(READERS);

    FileContents(FileStore files) {
        this.files = files;
    }

    /** Sends an input. */
    void send(Exchange exchange, Caller caller, StoredFile file) {
        exchange.setHeader("x-content-type-options", "nosniff");
        SseWriter out = exchange.body(TYPE, file.bytes());
        if (exchange.method().equals("HEAD")) {
            out.end();
            return;
        }
        send(exchange, caller, out, new Content() {

            private long from;

            @Override
            public byte @Nullable [] next() {
                if (from >= file.bytes()) {
                    return null;
                }
                byte[] piece = files.pieces().piece(file, from);
                from += FilePieces.PIECE_BYTES;
                return piece;
            }
        });
    }

    /** Sends results, whose length is not known before. */
    void send(Exchange exchange, Caller caller, Content content) {
        exchange.setHeader("x-content-type-options", "nosniff");
        SseWriter out = exchange.stream(TYPE);
        if (exchange.method().equals("HEAD")) {
            out.end();
        } else {
            send(exchange, caller, out, content);
        }
    }

    private void send(Exchange exchange, Caller caller, SseWriter out, Content content) {
        exchange.compute(
                () -> Records.read(() -> next(caller, content)),
                piece -> piece.ifPresentOrElse(bytes -> write(exchange, caller, out, content, bytes), out::end));
    }

    private Optional<byte[]> next(Caller caller, Content content) {
        try (FairTurns.Turn turn = turns.enter(caller.accountId(), TimeUnit.SECONDS.toNanos(TURN_SECONDS_MAX))) {
            if (turn == null) {
                throw new StoreUnavailable("too many files are being read");
            }
            return Optional.ofNullable(content.next());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted while waiting to read", e);
        }
    }

    private void write(Exchange exchange, Caller caller, SseWriter out, Content content, byte[] piece) {
        out.write(piece);
        if (out.full()) {
            out.onDrain(() -> {
                out.onDrain(() -> {});
                send(exchange, caller, out, content);
            });
        } else {
            send(exchange, caller, out, content);
        }
    }
}
