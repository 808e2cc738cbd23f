package dev.tollgate.telemetry.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Limits the number of series: when the limit is reached, new names share the series {@link #OTHER}. Thread-safe. */
final class SeriesRoom {

    static final int SERIES_MAX = 20_000;

    /** The label of what has found no room. */
    static final String OTHER = "other";

    private final AtomicInteger left;

    SeriesRoom(int seriesMax) {
        this.left = new AtomicInteger(seriesMax);
    }

    private boolean take(int series) {
        return left.getAndUpdate(now -> now < series ? now : now - series) >= series;
    }

    /**
     * The data points by name. A new name gets its own as long as there is room.
     *
     * @param <V> data points of one name
     */
    final class Named<V> {

        private final int seriesEach;
        private final Function<String, V> making;
        private final ConcurrentHashMap<String, V> known = new ConcurrentHashMap<>();

        /** @param seriesEach maximum number of series of one name */
        Named(int seriesEach, Function<String, V> making) {
            this.seriesEach = seriesEach;
            this.making = making;
        }

        V of(String name) {
            V found = known.get(name);
            return found == null ? known.computeIfAbsent(take(seriesEach) ? name : OTHER, making) : found;
        }
    }
}
