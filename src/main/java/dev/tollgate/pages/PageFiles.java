package dev.tollgate.pages;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SseWriter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends files as fast as they are read, one at a time for each session: a long one reads much of the database. Thread-safe. */
final class PageFiles {

    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** On the exchange's loop. @param made by the page, aside */
    void send(Exchange exchange, Visitor visitor, Supplier<PageFile> made) {
        String session = visitor.csrfSeed();
        if (!busy.add(session)) {
            throw ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, "Another file is being written for you. Wait for its end.")
                    .asException();
        }
        exchange.compute(
                () -> {
                    try {
                        PageFile file = made.get();
                        Sending sending = new Sending(exchange, file);
                        file.pieces().accept(sending::take);
                        return sending;
                    } finally {
                        busy.remove(session);
                    }
                },
                Sending::end);
    }

    /** The writer belongs to the loop; whoever makes the pieces waits for it by the semaphore, of which each takes one. */
    private static final class Sending {

        private final Exchange exchange;
        private final PageFile file;
        private final Semaphore room = new Semaphore(1);
        private volatile boolean hasLeft;
        private @Nullable SseWriter writer;

        Sending(Exchange exchange, PageFile file) {
            this.exchange = exchange;
            this.file = file;
            exchange.context().runOnContext(turn -> exchange.onGone(this::leave));
        }

        boolean take(byte[] bytes) {
            room.acquireUninterruptibly();
            if (hasLeft) {
                room.release();
                return false;
            }
            exchange.run(() -> write(bytes));
            return true;
        }

        private void write(byte[] bytes) {
            SseWriter begun = begun();
            begun.write(bytes);
            if (!begun.full()) {
                room.release();
            }
        }

        /** With the first piece: what fails before is an error like any other. */
        private SseWriter begun() {
            SseWriter begun = writer;
            if (begun == null) {
                PageErrors.HEADERS.forEach(exchange::setHeader);
                exchange.setHeader("content-disposition", "attachment; filename=\"" + file.name() + "\"");
                begun = exchange.stream(file.contentType());
                begun.onDrain(room::release);
                writer = begun;
            }
            return begun;
        }

        private void leave() {
            hasLeft = true;
            room.release();
        }

        void end() {
            begun().end();
        }
    }
}
