package dev.tollgate.media;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the media of calls, so many downloads at once in all and for each account; who comes when all are taken waits. Whether a call
 * may cause downloads at all is decided before. Thread-safe; blocks.
 */
public final class MediaLoader implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MediaLoader.class);

    /** Calls of one account that load at once (D29). */
    private static final int CALLS_AT_ONCE_MAX = 4;

    private static final Duration WAIT_MAX = Duration.ofMinutes(10);
    private static final Duration COME_BACK = Duration.ofSeconds(5);

    private final Downloads downloads;
    private final MediaLimits limits;
    private final Turns calls = new Turns(CALLS_AT_ONCE_MAX);
    private final Turns accountDownloads;
    private final Semaphore allDownloads;

    public MediaLoader(Vertx vertx, Resolver resolver, AllowedPlaces allowed, MediaSpool spool, MediaLimits limits) {
        this(limits, new Downloads(vertx, new Guard(resolver, allowed), spool, limits, new HttpClientOptions()));
    }

    MediaLoader(MediaLimits limits, Downloads downloads) {
        this.limits = limits;
        this.downloads = downloads;
        this.accountDownloads = new Turns(limits.accountDownloadsMax());
        this.allDownloads = new Semaphore(limits.downloadsMax(), true);
    }

    /**
     * Loads all that is wanted, each URL once. Where one fails the others are given up, and nothing is left in {@code into}.
     *
     * @param inlineBytes of the media that the call brought along
     * @throws dev.tollgate.error.ApiException a 400 that names the field; a 429 or 503 where we have no room for it
     * @throws InterruptedException when the call is over
     */
    public void load(String accountId, List<WantedMedium> wanted, long inlineBytes, CallMedia into)
            throws InterruptedException {
        if (!calls.enter(accountId, new Deadline(WAIT_MAX))) {
            throw busy().asException();
        }
        boolean loaded = false;
        try {
            loadAll(accountId, distinct(wanted), new ByteBudget(limits.callBytesMax(), inlineBytes), into);
            loaded = true;
        } finally {
            calls.leave(accountId);
            if (!loaded) {
                into.release();
            }
        }
    }

    private static List<WantedMedium> distinct(List<WantedMedium> wanted) {
        Map<String, WantedMedium> byUrl = new LinkedHashMap<>();
        wanted.forEach(medium -> byUrl.putIfAbsent(medium.url(), medium));
        return new ArrayList<>(byUrl.values());
    }

    private void loadAll(String accountId, List<WantedMedium> wanted, ByteBudget budget, CallMedia into)
            throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletionService<Void> running = new ExecutorCompletionService<>(threads);
            for (WantedMedium medium : wanted) {
                running.submit(() -> {
                    into.put(medium.url(), loadOne(accountId, medium, budget));
                    return null;
                });
            }
            try {
                for (int i = 0; i < wanted.size(); i++) {
                    running.take().get();
                }
            } catch (ExecutionException | InterruptedException e) {
                threads.shutdownNow();
                rethrow(e);
            }
        }
    }

    private static void rethrow(Exception e) throws InterruptedException {
        if (e instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
        }
        throw new IllegalStateException(e.getCause());
    }

    private Medium loadOne(String accountId, WantedMedium medium, ByteBudget budget) throws InterruptedException {
        Deadline wait = new Deadline(WAIT_MAX);
        if (!accountDownloads.enter(accountId, wait)) {
            throw busy().asException();
        }
        try {
            return loadInTurn(medium, budget, wait);
        } finally {
            accountDownloads.leave(accountId);
        }
    }

    private Medium loadInTurn(WantedMedium medium, ByteBudget budget, Deadline wait) throws InterruptedException {
        if (!allDownloads.tryAcquire(wait.leftNanos(), TimeUnit.NANOSECONDS)) {
            throw noRoom().asException();
        }
        try {
            return downloads.get(medium, budget);
        } catch (MediaRefused refused) {
            throw ApiError.invalid(medium.param(), "'" + medium.param() + "' " + refused.why())
                    .asException();
        } catch (NoRoom e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException(); // which has closed the file that was being written
            }
            log.warn("a medium could not be downloaded: {}", e.getMessage(), e.getCause());
            throw noRoom().asException();
        } finally {
            allDownloads.release();
        }
    }

    /** What lies here now, in memory and in files. */
    public long bytes() {
        return downloads.bytes();
    }

    private static ApiError busy() {
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "Too many of your calls are loading media at the moment. Please try again.")
                .retryAfter(COME_BACK);
    }

    private static ApiError noRoom() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        "The service has no room for more media at the moment. Please try again.")
                .withStatus(503)
                .retryAfter(COME_BACK);
    }

    @Override
    public void close() {
        downloads.close();
    }
}
