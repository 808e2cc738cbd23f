package dev.tollgate.upstreams.media;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.upstreams.media.kinds.MediaType;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the media of calls, so many downloads at once in all and for each account; who comes when all are taken waits for the turn of its
 * account. Whether a call may cause anything at all is decided before. Thread-safe; blocks.
 */
public final class MediaLoader implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MediaLoader.class);

    /** Calls of one account load four at once (D29); in all it is their downloads that are limited. */
    private static final FairTurns.Bounds CALLS = new FairTurns.Bounds(Integer.MAX_VALUE, 4, 4_096, 256);

    private static final int DOWNLOADS_WAITING_MAX = 100_000;
    private static final int EACH_DOWNLOADS_WAITING_MAX = 1_000;

    private static final Duration WAIT_MAX = Duration.ofMinutes(10);
    private static final Duration COME_BACK = Duration.ofSeconds(5);

    private final Downloads downloads;
    private final FirstFrames frames;
    private final MediaLimits limits;
    private final MediaSpool spool;
    private final KeptFiles kept;
    private final FairTurns callTurns = new FairTurns(CALLS);
    private final FairTurns downloadTurns;
    private final AtomicLongArray ends = new AtomicLongArray(DownloadEnd.values().length);

    /** @param kept files that need no download */
    public MediaLoader(
            Vertx vertx,
            Resolver resolver,
            AllowedPlaces allowed,
            MediaSpool spool,
            KeptFiles kept,
            MediaLimits limits) {
        this(
                limits,
                spool,
                kept,
                new Downloads(vertx, new Guard(resolver, allowed), spool, limits, new HttpClientOptions()));
    }

    MediaLoader(MediaLimits limits, MediaSpool spool, KeptFiles kept, Downloads downloads) {
        this.kept = kept;
        this.limits = limits;
        this.spool = spool;
        this.downloads = downloads;
        this.frames = new FirstFrames(spool);
        this.downloadTurns = new FairTurns(new FairTurns.Bounds(
                limits.downloadsMax(),
                limits.accountDownloadsMax(),
                DOWNLOADS_WAITING_MAX,
                EACH_DOWNLOADS_WAITING_MAX));
    }

    /** The budgets that all media of one call share. */
    private record Budgets(CallBudget bytes, CallBudget pixels, Copies copies) {}

    /**
     * Loads all wanted media, each once. If one fails, the others are given up, and {@code into} has none of them.
     *
     * @param inlineBytes of the media that the call brought along
     * @param owner of the key, whose kept files may be read
     * @param reads receives the bytes of each kept file before the file is read, and may refuse it
     * @throws dev.tollgate.base.error.ApiException a 400 that names the field; a 429 or 503 if there is no room for it
     * @throws InterruptedException when the call is over
     */
    public void load(
            String accountId,
            KeyOwner owner,
            List<WantedMedium> wanted,
            long inlineBytes,
            LongConsumer reads,
            CallMedia into)
            throws InterruptedException {
        boolean loaded = false;
        try (FairTurns.Turn turn = turn(callTurns, accountId, new Deadline(WAIT_MAX))) {
            Objects.requireNonNull(turn);
            loadAll(accountId, owner, distinct(wanted), budgets(accountId, inlineBytes, reads), into);
            loaded = true;
        } finally {
            if (!loaded) {
                wanted.forEach(medium -> into.drop(medium.key()));
            }
        }
    }

    private Budgets budgets(String accountId, long inlineBytes, LongConsumer reads) {
        CallBudget bytes = new CallBudget(
                limits.callBytesMax(), inlineBytes, "makes the media of the call more than %d bytes in all.");
        return new Budgets(bytes, FirstFrames.pixelsOfCall(), new Copies(accountId, reads));
    }

    private static FairTurns.Turn turn(FairTurns turns, String accountId, Deadline wait) throws InterruptedException {
        FairTurns.Turn turn = turns.enter(accountId, wait.leftNanos());
        if (turn == null) {
            throw busy(COME_BACK).asException();
        }
        return turn;
    }

    private static List<WantedMedium> distinct(List<WantedMedium> wanted) {
        Map<String, WantedMedium> byKey = new LinkedHashMap<>();
        wanted.forEach(medium -> byKey.putIfAbsent(medium.key(), medium));
        return new ArrayList<>(byKey.values());
    }

    private void loadAll(String accountId, KeyOwner owner, List<WantedMedium> wanted, Budgets budgets, CallMedia into)
            throws InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletionService<Void> running = new ExecutorCompletionService<>(threads);
            for (WantedMedium medium : wanted) {
                running.submit(() -> {
                    into.put(medium.key(), loadOne(accountId, owner, medium, budgets));
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
        switch (e.getCause()) {
            case RuntimeException cause -> throw cause;
            case InterruptedException over -> throw over;
            case null, default -> throw new IllegalStateException(e.getCause());
        }
    }

    private Medium loadOne(String accountId, KeyOwner owner, WantedMedium medium, Budgets budgets)
            throws InterruptedException {
        Deadline wait = new Deadline(WAIT_MAX);
        try {
            return switch (medium) {
                case WantedMedium.Remote remote -> download(accountId, owner, remote, budgets, wait);
                case WantedMedium.Frame frame -> frames.asPng(accountId, () -> decoding(frame), budgets.pixels(), wait);
            };
        } catch (MediaRefused refused) {
            throw ApiError.invalid(medium.param(), "'" + medium.param() + "' " + refused.why())
                    .asException();
        } catch (TooMuch tooMuch) {
            throw busy(Objects.requireNonNullElse(tooMuch.comeBack(), COME_BACK))
                    .asException();
        } catch (NoRoom e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException(); // which has closed the file that was being written
            }
            log.warn("a medium could not be loaded: {}", e.getMessage(), e.getCause());
            throw noRoom().asException();
        }
    }

    private static InputStream decoding(WantedMedium.Frame frame) {
        return Base64.getDecoder().wrap(new ByteArrayInputStream(frame.base64().getBytes(StandardCharsets.ISO_8859_1)));
    }

    private Medium download(
            String accountId, KeyOwner owner, WantedMedium.Remote medium, Budgets budgets, Deadline wait)
            throws MediaRefused, NoRoom, TooMuch, InterruptedException {
        DownloadEnd end = DownloadEnd.FAILED;
        try {
            Medium loaded = downloaded(accountId, owner, medium, budgets, wait);
            end = DownloadEnd.LOADED;
            return loaded;
        } catch (MediaRefused refused) {
            end = DownloadEnd.REFUSED;
            throw refused;
        } catch (TooMuch | ApiException tooMuch) {
            end = DownloadEnd.BUSY;
            throw tooMuch;
        } catch (NoRoom noRoom) {
            end = Thread.currentThread().isInterrupted() ? DownloadEnd.CANCELLED : DownloadEnd.NO_ROOM;
            throw noRoom;
        } catch (InterruptedException over) {
            end = DownloadEnd.CANCELLED;
            throw over;
        } finally {
            ends.incrementAndGet(end.ordinal());
        }
    }

    private Medium downloaded(
            String accountId, KeyOwner owner, WantedMedium.Remote medium, Budgets budgets, Deadline wait)
            throws MediaRefused, NoRoom, TooMuch, InterruptedException {
        Medium got;
        try (FairTurns.Turn turn = turn(downloadTurns, accountId, wait)) {
            Objects.requireNonNull(turn);
            KeptFiles.Kept file = undisturbed(() -> Optional.ofNullable(kept.find(accountId, owner, medium.url())))
                    .orElse(null);
            got = file == null ? downloads.get(accountId, medium, budgets.bytes()) : copied(file, medium, budgets);
        }
        if (!got.mimeType().equals(MediaType.GIF.mimeType())) {
            return got;
        }
        try {
            return frames.asPng(accountId, got::stream, budgets.pixels(), wait);
        } finally {
            got.release();
        }
    }

    /** Reads the database on a thread that no end of a call interrupts: a connection would not survive it. */
    private static <T> T undisturbed(Supplier<T> reading) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(reading::get);
        Thread.ofVirtual().name("read-kept").start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            rethrow(e);
            throw new IllegalStateException(e);
        }
    }

    private Medium copied(KeptFiles.Kept file, WantedMedium.Remote medium, Budgets budgets)
            throws MediaRefused, NoRoom, InterruptedException {
        if (file.length() > limits.mediumBytesMax()) {
            throw new MediaRefused("leads to a file of more than %d bytes.".formatted(limits.mediumBytesMax()));
        }
        budgets.bytes().take(file.length());
        return budgets.copies().of(file, medium.said());
    }

    /** The copies of kept files for one call. Files with the same bytes share a copy. */
    private final class Copies {

        private record Content(String sha256, String mimeType, WantedMedium.Hint said) {}

        private final String accountId;
        private final LongConsumer reads;
        private final Map<Content, FutureTask<Medium>> begun = new ConcurrentHashMap<>();

        Copies(String accountId, LongConsumer reads) {
            this.accountId = accountId;
            this.reads = reads;
        }

        /** @return to be released by the caller */
        Medium of(KeptFiles.Kept file, WantedMedium.Hint said) throws MediaRefused, NoRoom, InterruptedException {
            FutureTask<Medium> mine = new FutureTask<>(() -> copy(file, said));
            FutureTask<Medium> first = begun.putIfAbsent(new Content(file.sha256(), file.mimeType(), said), mine);
            if (first == null) {
                mine.run();
                return result(mine);
            }
            Medium its = result(first);
            if (!its.retain()) {
                throw new InterruptedException(); // another medium has failed, and all of the call are given up
            }
            return its;
        }

        private static Medium result(FutureTask<Medium> copy) throws MediaRefused, NoRoom, InterruptedException {
            try {
                return copy.get();
            } catch (ExecutionException e) {
                switch (Objects.requireNonNull(e.getCause())) {
                    case MediaRefused refused -> throw refused;
                    case NoRoom noRoom -> throw noRoom;
                    default -> rethrow(e);
                }
                throw new IllegalStateException(e);
            }
        }

        /** Copies a file: it may be deleted while the call runs. */
        private Medium copy(KeptFiles.Kept file, WantedMedium.Hint said)
                throws MediaRefused, NoRoom, InterruptedException {
            reads.accept(file.length());
            Draft draft = new Draft(spool, accountId, file.sha256());
            String type = null;
            try {
                while (type == null || draft.length() < file.length()) {
                    byte[] piece = file.read(draft.length());
                    if (type == null) {
                        type = MediaLabel.ofDownloaded(piece, file.mimeType(), said, null);
                    }
                    draft.write(piece, 0, piece.length);
                }
                return draft.finish(type);
            } catch (MediaRefused | NoRoom | InterruptedException | RuntimeException e) {
                draft.discard();
                throw e;
            }
        }
    }

    /** Returns where the files go that a model makes for a call of an account. @param isSpeech whether they are parts of one speech */
    public MadeFiles madeFiles(String accountId, boolean isSpeech) {
        return new MadeFiles(spool, accountId, limits.madeBytesMax(), isSpeech);
    }

    /** Downloads since the start that have ended so. */
    public long ended(DownloadEnd end) {
        return ends.get(end.ordinal());
    }

    /** Returns the present bytes in memory and in files. */
    public long bytes() {
        return downloads.bytes();
    }

    private static ApiError busy(Duration comeBack) {
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "Too many of your calls are loading media at the moment. Please try again.")
                .retryAfter(comeBack);
    }

    /** Returns the error of a call whose media, its caller's or its model's, find no room here. */
    public static ApiError noRoom() {
        return ApiError.of(
                        ErrorCode.INTERNAL_ERROR,
                        "The service has no room for more media at the moment. Please try again.")
                .withStatus(503)
                .retryAfter(COME_BACK);
    }

    @Override
    public void close() {
        frames.close();
        downloads.close();
    }
}
