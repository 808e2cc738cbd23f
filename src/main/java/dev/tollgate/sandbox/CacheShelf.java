package dev.tollgate.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Cached contents (protocol 1.10), bounded by number and by the bytes of their JSON. Safe for any thread; the lock is held briefly. */
final class CacheShelf {

    private static final int CACHES_MAX = 1_000;
    private static final long BYTES_MAX = 64L << 20;

    private final InstantSource clock;
    private final Map<String, Cache> caches = new LinkedHashMap<>();
    private long bytes;
    private long count;

    CacheShelf(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * A cache.
     *
     * @param name as a whole, e.g. {@code cachedContents/abc}
     * @param model the model's own name
     * @param request contents, system instruction and tools, as in a {@code GenerateContentRequest}; not to be changed
     * @param described what is told of it besides times
     * @param tokens what it counts
     * @param bytes of its JSON
     */
    record Cache(
            String name,
            String project,
            String model,
            ObjectNode request,
            ObjectNode described,
            int tokens,
            long bytes,
            Instant createdAt,
            Instant updatedAt,
            Instant expiresAt) {

        ObjectNode describe() {
            ObjectNode cache = described.deepCopy();
            cache.put("name", name)
                    .put("createTime", StoredFile.text(createdAt))
                    .put("updateTime", StoredFile.text(updatedAt))
                    .put("expireTime", StoredFile.text(expiresAt))
                    .putObject("usageMetadata")
                    .put("totalTokenCount", tokens);
            return cache;
        }

        private Cache until(Instant expiry, Instant now) {
            return new Cache(name, project, model, request, described, tokens, bytes, createdAt, now, expiry);
        }
    }

    /** A number for a new cache, the same in each run. */
    synchronized long next() {
        return ++count;
    }

    /** @throws GoogleError.Refusal where there is no room */
    synchronized Cache add(Cache cache) {
        forgetOld();
        if (caches.size() >= CACHES_MAX || bytes + cache.bytes() > BYTES_MAX) {
            throw GoogleError.storageFull().asRefusal();
        }
        caches.put(cache.name(), cache);
        bytes += cache.bytes();
        return cache;
    }

    /** A cache that has expired or is somebody else's is not there. */
    synchronized Optional<Cache> find(Caller caller, String name) {
        forgetOld();
        return Optional.ofNullable(caches.get(name))
                .filter(cache -> cache.project().equals(caller.project()));
    }

    synchronized List<Cache> list(Caller caller) {
        forgetOld();
        return caches.values().stream()
                .filter(cache -> cache.project().equals(caller.project()))
                .toList();
    }

    synchronized Cache extend(Cache cache, Instant expiry) {
        Cache extended = cache.until(expiry, clock.instant());
        caches.replace(cache.name(), extended);
        return extended;
    }

    synchronized void delete(Cache cache) {
        if (caches.remove(cache.name()) != null) {
            bytes -= cache.bytes();
        }
    }

    private void forgetOld() {
        Instant now = clock.instant();
        for (Cache cache : new ArrayList<>(caches.values())) {
            if (!now.isBefore(cache.expiresAt())) {
                delete(cache);
            }
        }
    }

    /** The end of a cache that lives so long from now. */
    Instant after(Duration ttl) {
        return clock.instant().plus(ttl);
    }

    Instant now() {
        return clock.instant();
    }
}
