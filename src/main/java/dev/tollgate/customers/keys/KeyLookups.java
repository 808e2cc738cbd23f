package dev.tollgate.customers.keys;

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

    /** Who may wait for one read; a further one begins another. In all they are no more than there are connections. */
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
     * Does not block.
     *
     * @param network whose share a read counts for
     * @param result told on another thread; at once, {@link Authentication.Unavailable}, where that network has its share of the reads.
     *     Called exactly once
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

    /** What was read before a change that has been answered since must not be told to anybody who comes after it. */
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

    /** From now on nobody joins it. */
    private synchronized List<Consumer<Authentication>> over(Read read) {
        underWay.remove(read.hash, read);
        return read.waiting;
    }
}
