package dev.tollgate.upstreams.media;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The media of one call that were downloaded or made for it. Empty before loading and after release; a restarted call loads them again. What its
 * model makes is there until the answer has left. Thread-safe.
 */
public final class CallMedia {

    private final Map<String, Medium> byKey = new ConcurrentHashMap<>();
    private final AtomicLong releases = new AtomicLong();
    private volatile @Nullable Loader loader;
    private volatile @Nullable MadeFiles made;

    /** Loads for the call's account. */
    @FunctionalInterface
    public interface Loader {

        /** Blocks. @throws dev.tollgate.base.error.ApiException where one of them cannot be had */
        void load(List<WantedMedium> wanted) throws InterruptedException;

        /** The call has a hold. Does not block. */
        default void paid() {}
    }

    /** Set once, before the call begins. */
    public void loadBy(Loader loader) {
        this.loader = loader;
    }

    /** Set once, before a call begins whose model makes files. */
    public void makes(MadeFiles files) {
        made = files;
    }

    /** Returns where long files of the model go; null if it makes none. */
    public @Nullable MadeFiles made() {
        return made;
    }

    /** Lets go what the model has made. */
    public void releaseMade() {
        MadeFiles files = made;
        if (files != null) {
            files.release();
        }
    }

    /**
     * Loads what another channel than the first wants besides. Blocks.
     *
     * @throws dev.tollgate.base.error.ApiException where one of them cannot be had
     */
    public void complete(List<WantedMedium> wanted) throws InterruptedException {
        List<WantedMedium> missing = wanted.stream()
                .filter(medium -> !byKey.containsKey(medium.key()))
                .toList();
        Loader its = loader;
        if (missing.isEmpty() || its == null) {
            return;
        }
        long before = releases.get();
        its.load(missing);
        if (releases.get() != before) {
            release(); // the call has ended
        }
    }

    /** The call has a hold, which pays for what it loads. */
    public void paid() {
        Loader its = loader;
        if (its != null) {
            its.paid();
        }
    }

    /** @param key of what was wanted */
    public @Nullable Medium get(String key) {
        return byKey.get(key);
    }

    void put(String key, Medium medium) {
        Medium before = byKey.put(key, medium);
        if (before != null) {
            before.release();
        }
    }

    void drop(String key) {
        Medium medium = byKey.remove(key);
        if (medium != null) {
            medium.release();
        }
    }

    /** Releases the media; their users have retained them. */
    public void release() {
        releases.incrementAndGet();
        byKey.keySet().forEach(this::drop);
    }
}
