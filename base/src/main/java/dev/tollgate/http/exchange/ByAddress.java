package dev.tollgate.http.exchange;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The present count of something for each address. An entry lasts as long as its address has any. Thread-safe. */
public final class ByAddress {

    private final int max;
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    public ByAddress(int max) {
        this.max = max;
    }

    /** Returns how many one address may have. */
    int max() {
        return max;
    }

    /** Counts one more, which has to {@link #leave}. @return false where that would be one too many: it is not counted */
    public boolean enter(String network) {
        if (counts.merge(network, 1, Integer::sum) <= max) {
            return true;
        }
        leave(network);
        return false;
    }

    /** Returns the address that has most; null if there is none. */
    @Nullable
    public String most() {
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    public void leave(String network) {
        counts.computeIfPresent(network, (same, count) -> count == 1 ? null : count - 1);
    }
}
