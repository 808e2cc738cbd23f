package dev.tollgate.media;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The downloaded media of one call, by URL. Empty until they are loaded and after they are released; a call that starts anew loads them
 * anew. Thread-safe.
 */
public final class CallMedia {

    /** For those that never have any. */
    public static final CallMedia NONE = new CallMedia();

    private final Map<String, Medium> byUrl = new ConcurrentHashMap<>();

    public @Nullable Medium get(String url) {
        return byUrl.get(url);
    }

    void put(String url, Medium medium) {
        Medium before = byUrl.put(url, medium);
        if (before != null) {
            before.release();
        }
    }

    /** Those that use one have retained it. */
    public void release() {
        for (String url : byUrl.keySet()) {
            Medium medium = byUrl.remove(url);
            if (medium != null) {
                medium.release();
            }
        }
    }
}
