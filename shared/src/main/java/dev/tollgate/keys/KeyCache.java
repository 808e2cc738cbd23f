package dev.tollgate.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyCaller.LabelRules;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Known keys by the hash of the secret. Thread-safe.
 *
 * <p>A reader may have read a row just before a change commits, and offer it just after the change has invalidated it. So each reader takes a
 * stamp before it reads, and a row that was read under an old stamp is not stored. Storing and invalidating exclude each other: after a change
 * has been answered, no lookup may find the earlier state, not even for a moment.
 */
final class KeyCache {

    private static final int ENTRIES_MAX = 10_000;

    /**
     * The key of a secret.
     *
     * @param accountRates what all keys of its account may use together
     * @param labels which labels of its calls the account counts
     * @param isOld whether it is the secret before the present one
     */
    record Known(Key key, boolean accountBlocked, CallLimits accountRates, LabelRules labels, boolean isOld) {

        Known(Key key, boolean accountBlocked) {
            this(key, accountBlocked, CallLimits.NONE, LabelRules.NONE, false);
        }
    }

    private final Cache<String, Known> known;
    private final AtomicLong changes = new AtomicLong();

    /** @param keep how long what was read may be believed, where others change it too; null: until it is changed here */
    KeyCache(@Nullable Duration keep) {
        Caffeine<Object, Object> builder = Caffeine.newBuilder().maximumSize(ENTRIES_MAX);
        this.known = (keep == null ? builder : builder.expireAfterWrite(keep)).build();
    }

    @Nullable
    Known known(String hash) {
        return known.getIfPresent(hash);
    }

    long stamp() {
        return changes.get();
    }

    synchronized void offer(String hash, Known found, long stamp) {
        if (changes.get() == stamp) {
            known.put(hash, found);
        }
    }

    synchronized void forget(String hash) {
        changes.incrementAndGet();
        known.invalidate(hash);
    }

    synchronized void forgetAccount(String accountId) {
        changes.incrementAndGet();
        known.asMap().values().removeIf(entry -> entry.key().accountId().equals(accountId));
    }
}
