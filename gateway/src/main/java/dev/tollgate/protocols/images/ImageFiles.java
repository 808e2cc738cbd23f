package dev.tollgate.protocols.images;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.FileStore.StoredFile;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.SseWriter;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * {@code GET /v1/images/files/{name}}: an image that a model has made, for everyone who has its address. What it is was seen in its bytes, and a browser
 * that opens it runs nothing of it (Y33).
 */
public record ImageFiles(FileStore files) implements Handler<Object> {

    @Override
    public void handle(Exchange exchange, Object caller) {
        String reader = exchange.network();
        Matcher name = FileAddresses.NAME.matcher(exchange.pathParam("name"));
        exchange.compute(
                () -> name.matches()
                        ? Records.read(
                                () -> Optional.ofNullable(files.find(reader, FileStore.Purpose.MADE, name.group(1)))
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
        send(exchange, exchange.body(file.mimeType(), file.bytes()), file, 0);
    }

    /** Sends the next piece as soon as the caller has read enough of those before it. */
    private void send(Exchange exchange, SseWriter out, StoredFile file, long from) {
        exchange.compute(() -> files.piece(file, from), piece -> {
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
        });
    }
}
