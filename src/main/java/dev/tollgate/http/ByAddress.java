package dev.tollgate.http;

import java.util.concurrent.ConcurrentHashMap;

/** How many of something each address has at this moment. An entry lasts as long as its address has any. Thread-safe. */
final class ByAddress {

    private final int max;
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    ByAddress(int max) {
        this.max = max;
    }

    /** Counts one more, which has to {@link #leave} in either case. @return false where that is one too many */
    boolean enter(String network) {
        return counts.merge(network, 1, Integer::sum) <= max;
    }

    void leave(String network) {
        counts.computeIfPresent(network, (same, count) -> count == 1 ? null : count - 1);
    }
}
