package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstreams.media.MadeFiles;
import dev.tollgate.upstreams.media.MediaLoader;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a call's media before the reservation, because the cost of media is known only then, and makes sure that there is room for what its model
 * makes. Runs on a virtual thread of its own; started, stopped
 * and reported on the call's event loop.
 */
final class Loading {

    private static final Logger log = LoggerFactory.getLogger(Loading.class);

    private final MediaAccess access;
    private final MeteredCall call;
    private final Executor loop;
    private final int makes;
    private final BiConsumer<Translation, @Nullable ApiError> then;
    private @Nullable Thread thread;
    private boolean interruptible;
    private boolean stopped;

    /**
     * @param makes how many files the model may make for the call; 0 if it is not asked
     * @param then receives, once, the translation with its media, and the error that ends the call, or null; with an error no media are kept
     */
    Loading(
            MediaAccess access,
            MeteredCall call,
            Executor loop,
            int makes,
            BiConsumer<Translation, @Nullable ApiError> then) {
        this.makes = makes;
        this.access = access;
        this.call = call;
        this.loop = loop;
        this.then = then;
    }

    void begin() {
        thread = Thread.ofVirtual().name("load-media").start(this::run);
    }

    /** Stops the downloads of a call that is over. They are reported as a refusal. */
    synchronized void stop() {
        stopped = true;
        if (interruptible && thread != null) {
            thread.interrupt();
        }
    }

    private void run() {
        Translation loaded = call.translation();
        ApiError refusal;
        try {
            boolean hasMedia = !loaded.prepared().wanted().isEmpty();
            refusal = hasMedia ? load() : null;
            if (refusal == null && hasMedia) {
                loaded = loaded.loaded(call.ask());
            }
            MadeFiles made = call.ask().media().made();
            if (refusal == null && makes > 0 && made != null && !made.hasRoom(makes)) {
                refusal = MediaLoader.noRoom();
            }
        } catch (ApiException e) {
            refusal = e.error();
        } catch (StoreException e) {
            log.error(Event.STORE_UNAVAILABLE, "a balance could not be read", e);
            refusal = internal().withStatus(503);
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.CALL_FAULT, "the media of a call could not be loaded", e);
            refusal = internal();
        }
        if (refusal != null) {
            call.ask().media().release();
        }
        tell(loaded, refusal);
    }

    private void tell(Translation loaded, @Nullable ApiError refusal) {
        loop.execute(() -> then.accept(loaded, refusal));
    }

    private @Nullable ApiError load() {
        ApiError refusal = access.refusal(call.accountId());
        if (refusal != null || !mayBeInterrupted(true)) {
            return refusal != null ? refusal : internal();
        }
        try {
            call.ask().media().complete(call.translation().prepared().wanted());
            return null;
        } catch (InterruptedException e) {
            return internal();
        } finally {
            mayBeInterrupted(false);
        }
    }

    /** Sets whether a stop may interrupt the thread. Only downloads are interrupted, because a database connection would not survive it. */
    private synchronized boolean mayBeInterrupted(boolean now) {
        interruptible = now;
        return !stopped;
    }

    private static ApiError internal() {
        return ApiError.of(ErrorCode.INTERNAL_ERROR, "The media of the call could not be loaded. Please try again.");
    }
}
