package dev.tollgate.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of keys, by the hash of the secret; of unknown secrets in a cache of their own, so that guessing cannot push good
 * keys out. Thread-safe.
 *
 * <p>A reader may have read a row just before a change commits and offer it just after the change has invalidated it. So each
 * reader takes a stamp before it reads, and what was read under an old stamp is not put in. Putting in and invalidating exclude
 * each other: nobody may find what a change that has been answered has made untrue, not even for a moment.
 */
final class KeyCache {

    private static final int ENTRIES_MAX = 10_000;

    /** A key, and whether its account is blocked. */
    record Known(Key key, boolean accountBlocked) {}

    private final Cache<String, Known> known;
    private final Cache<String, Boolean> unknown;
    private final AtomicLong changes = new AtomicLong();

    /** @param keep how long what was read may be believed, where others change it too; null: until it is changed here */
    KeyCache(@Nullable Duration keep) {
        this.known = cache(keep);
        this.unknown = cache(keep);
    }

    private static <V> Cache<String, V> cache(@Nullable Duration keep) {
        Caffeine<Object, Object> builder = Caffeine.newBuilder().maximumSize(ENTRIES_MAX);
        return (keep == null ? builder : builder.expireAfterWrite(keep)).build();
    }

    @Nullable
    Known known(String hash) {
        return known.getIfPresent(hash);
    }

    boolean isUnknown(String hash) {
        return unknown.getIfPresent(hash) != null;
    }

    long stamp() {
        return changes.get();
    }

    /** @param found null where there is no such key */
    synchronized void offer(String hash, @Nullable Known found, long stamp) {
        if (changes.get() != stamp) {
            return;
        }
        if (found == null) {
            unknown.put(hash, true);
        } else {
            known.put(hash, found);
        }
    }

    synchronized void forget(String hash) {
        changes.incrementAndGet();
        known.invalidate(hash);
        unknown.invalidate(hash);
    }

    synchronized void forgetAccount(String accountId) {
        changes.incrementAndGet();
        known.asMap().values().removeIf(entry -> entry.key().accountId().equals(accountId));
    }
}
