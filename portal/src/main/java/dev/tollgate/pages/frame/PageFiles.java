package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Language;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.SseWriter;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends files as fast as they are read, one at a time for each account: a long one reads much of the database. Half of the cores write them; a
 * file gives its core back while it waits for its reader. Thread-safe.
 */
final class PageFiles {

    private static final int ACCOUNTS_MAX = 10_000;
    private static final long TURN_NANOS_MAX = Duration.ofSeconds(60).toNanos();

    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final FairTurns turns = new FairTurns(Workers.halfOfTheCores(ACCOUNTS_MAX, 1));

    /** Sends a file, in English, on the exchange's loop. @param made by the page, aside */
    void send(Exchange exchange, String account, Supplier<PageFile> made) {
        if (!busy.add(account)) {
            throw ApiError.of(
                            ErrorCode.RATE_LIMIT_EXCEEDED,
                            sentence("Another file is being written for you. Wait until it is complete."))
                    .asException();
        }
        exchange.compute(() -> Language.ENGLISH.bound(() -> sent(exchange, account, made)), Sending::end);
    }

    private Sending sent(Exchange exchange, String account, Supplier<PageFile> made) {
        try (Core core = new Core(account)) {
            core.enter();
            PageFile file = made.get();
            Sending sending = new Sending(exchange, file, core);
            file.pieces().accept(sending::take);
            return sending;
        } finally {
            busy.remove(account);
        }
    }

    /** The turn of one file. One thread's. */
    private final class Core implements AutoCloseable {

        private final String account;
        private FairTurns.@Nullable Turn turn;

        Core(String account) {
            this.account = account;
        }

        /** Blocks. */
        void enter() {
            try {
                turn = turns.enter(account, TURN_NANOS_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (turn == null) {
                throw ApiError.of(
                                ErrorCode.INTERNAL_ERROR,
                                sentence("Too many files are being written. Try again in a minute."))
                        .withStatus(503)
                        .asException();
            }
        }

        @Override
        public void close() {
            FairTurns.Turn mine = turn;
            turn = null;
            if (mine != null) {
                mine.close();
            }
        }
    }

    /** The writer belongs to the loop. The thread that makes the pieces waits for it at the semaphore, which has one permit for each piece. */
    private static final class Sending {

        private final Exchange exchange;
        private final PageFile file;
        private final Core core;
        private final Semaphore room = new Semaphore(1);
        private volatile boolean hasLeft;
        private @Nullable SseWriter writer;

        Sending(Exchange exchange, PageFile file, Core core) {
            this.exchange = exchange;
            this.file = file;
            this.core = core;
            exchange.onLoop(() -> exchange.onGone(this::leave));
        }

        boolean take(byte[] bytes) {
            core.close();
            room.acquireUninterruptibly();
            if (hasLeft) {
                room.release();
                return false;
            }
            exchange.run(() -> write(bytes));
            core.enter();
            return true;
        }

        private void write(byte[] bytes) {
            SseWriter begun = begun();
            begun.write(bytes);
            if (!begun.full()) {
                room.release();
            }
        }

        /** Begins the response with the first piece; an earlier failure is an error like any other. */
        private SseWriter begun() {
            SseWriter begun = writer;
            if (begun == null) {
                PageHeaders.ALL.forEach(exchange::setHeader);
                exchange.setHeader("content-disposition", file.disposition());
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
