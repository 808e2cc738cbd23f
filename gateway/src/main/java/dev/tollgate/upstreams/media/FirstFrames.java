package dev.tollgate.upstreams.media;

import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.RequestRates;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.upstreams.media.kinds.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns GIFs into PNGs of their first frames, one at a time for each account, on threads of its own; how many pixels a call and an account
 * may have so is limited, since a few bytes can hold millions. Thread-safe; blocks.
 */
final class FirstFrames implements AutoCloseable {

    /** The limit on pixels of one call: two of the largest images, or a hundred of 580 by 580. */
    private static final long CALL_PIXELS_MAX = 32L * 1024 * 1024;

    /** The limit on pixels of one account a minute: some seconds of one core. */
    private static final long ACCOUNT_PIXELS_A_MINUTE = 64L * 1024 * 1024;

    private static final FairTurns.Bounds TURNS = Workers.halfOfTheCores(4_096, 400);

    private final MediaSpool spool;
    private final RequestRates rates = new RequestRates();
    private final Workers workers = new Workers(TURNS, Workers.threads("first-frame", 0));

    FirstFrames(MediaSpool spool) {
        this.spool = spool;
    }

    /** Returns the budget of conversions for one call. Thread-safe. */
    static CallBudget pixelsOfCall() {
        return new CallBudget(CALL_PIXELS_MAX, 0, "makes the GIFs of the call more than %d pixels in all.");
    }

    /** The source of bytes when their turn comes. */
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * @param pixels of the call
     * @param wait for the turn, and for the work
     * @return to be released by the caller
     * @throws TooMuch if the account has to wait
     * @throws InterruptedException if the call is over; the work has ended then
     */
    Medium asPng(String accountId, Source gif, CallBudget pixels, Deadline wait)
            throws MediaRefused, NoRoom, TooMuch, InterruptedException {
        Workers.Job<Medium> job = workers.start(accountId, unwanted -> convert(accountId, gif, pixels, unwanted));
        if (job == null) {
            throw new TooMuch(null);
        }
        try {
            return job.result().get(wait.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } catch (InterruptedException e) {
            end(job);
            throw e;
        } catch (TimeoutException e) {
            end(job);
            throw new TooMuch(null);
        }
    }

    /** Cancels the job and waits for its end, since its source is closed soon. */
    private static void end(Workers.Job<Medium> job) {
        job.cancel();
        try {
            job.result().join().release();
        } catch (CompletionException | CancellationException ended) {
            // as it should
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable cause) throws MediaRefused, NoRoom, TooMuch {
        return switch (cause) {
            case MediaRefused refused -> throw refused;
            case NoRoom full -> throw full;
            case TooMuch tooMuch -> throw tooMuch;
            case null, default -> new IllegalStateException("a GIF could not be converted", cause);
        };
    }

    private Medium convert(String accountId, Source gif, CallBudget pixels, BooleanSupplier unwanted)
            throws MediaRefused, NoRoom, TooMuch {
        Draft png = new Draft(spool, accountId);
        DraftStream out = new DraftStream(png);
        boolean whole = false;
        try (InputStream in = gif.open()) {
            FirstFrame.asPng(
                    in,
                    out,
                    count -> {
                        pixels.take(count);
                        take(accountId, count);
                    },
                    unwanted);
            whole = !unwanted.getAsBoolean();
        } catch (IOException e) {
            throw new NoRoom("a GIF cannot be read", e);
        } finally {
            if (!whole) {
                png.discard();
                out.throwFailure();
            }
        }
        if (!whole) {
            throw new CancellationException();
        }
        return png.finish(MediaType.PNG.mimeType());
    }

    private void take(String accountId, long count) throws TooMuch {
        RequestRates.Rate rate = rates.take(accountId, ACCOUNT_PIXELS_A_MINUTE, count);
        if (!rate.allowed()) {
            throw new TooMuch(rate.retryAfter());
        }
    }

    @Override
    public void close() {
        workers.close();
    }

    /** A draft for an encoder, which may swallow what goes wrong. */
    private static final class DraftStream extends OutputStream {

        private final Draft draft;
        private @Nullable NoRoom failure;

        DraftStream(Draft draft) {
            this.draft = draft;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            try {
                draft.write(bytes, offset, count);
            } catch (NoRoom e) {
                failure = e;
                throw new IOException(e);
            }
        }

        void throwFailure() throws NoRoom {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
