package dev.tollgate.keys;

import dev.tollgate.http.limits.Shares;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys that the cache does not have, aside from who asks. All who ask for a key while it is read share the read; the reads are
 * shared among the addresses that cause them, so that one with many keys leaves room for the others. Thread-safe.
 */
final class KeyLookups {

    /** Reads at the same time; they shall not fill the memory. */
    static final int READS_MAX = 1_000;

    /** The most callers that may wait for one read; the next caller starts another. There are at most as many reads as connections. */
    static final int WAITING_MAX = 5_000;

    private final KeyCache cache;
    private final @Nullable Duration keep;
    private final Function<String, Authentication> reader;
    private final Shares reads = new Shares(READS_MAX);

    // guarded by this
    private final Map<String, Read> underWay = new HashMap<>();

    /**
     * @param keep how old a read may be that is still shared, where others change keys too; null: until a key is changed here
     * @param reader looks a hash up in the database; may block, throws nothing
     */
    KeyLookups(KeyCache cache, @Nullable Duration keep, Function<String, Authentication> reader) {
        this.cache = cache;
        this.keep = keep;
        this.reader = reader;
    }

    private record Read(
            String hash, String network, long stamp, long beganNanos, List<Consumer<Authentication>> waiting) {}

    /**
     * Looks up a key without blocking.
     *
     * @param network the network whose share this read counts against
     * @param result called exactly once, on another thread; immediately with {@link Authentication.Unavailable} if that network has used its
     *     share of reads
     */
    void ask(String hash, String network, Consumer<Authentication> result) {
        Read begun;
        synchronized (this) {
            if (join(hash, result)) {
                return;
            }
            begun = reads.take(network, 1) ? begin(hash, network, result) : null;
        }
        if (begun == null) {
            result.accept(new Authentication.Unavailable());
        } else {
            Thread.ofVirtual().name("key-lookup").start(() -> run(begun));
        }
    }

    private boolean join(String hash, Consumer<Authentication> result) {
        Read read = underWay.get(hash);
        return read != null && isCurrent(read) && read.waiting.size() < WAITING_MAX && read.waiting.add(result);
    }

    /** A row that was read before an answered change must not reach any caller who comes after the change. */
    private boolean isCurrent(Read read) {
        return read.stamp == cache.stamp() && (keep == null || System.nanoTime() - read.beganNanos < keep.toNanos());
    }

    private Read begin(String hash, String network, Consumer<Authentication> result) {
        Read read = new Read(hash, network, cache.stamp(), System.nanoTime(), new ArrayList<>(List.of(result)));
        underWay.put(hash, read);
        return read;
    }

    private void run(Read read) {
        Authentication found = reader.apply(read.hash);
        reads.give(read.network, 1);
        over(read).forEach(each -> each.accept(found));
    }

    /** Closes this read to further callers. */
    private synchronized List<Consumer<Authentication>> over(Read read) {
        underWay.remove(read.hash, read);
        return read.waiting;
    }
}
