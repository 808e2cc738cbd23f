package dev.tollgate.storage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Units that are reported once they are decided, until they are committed. In the writer's turn, unless a method says otherwise. */
final class Ride {

    /** The longest time for which a unit is decided and not durable: less than an upstream takes to send its first byte. */
    static final Duration RIDE_MAX = Duration.ofMillis(20);

    /** The time after the last rider in which the writer looks for another every {@link #RIDE_MAX}, so that a rider need not wake it. */
    private static final long ALERT_NANOS = Duration.ofSeconds(1).toNanos();

    private final List<Waiting> units = new ArrayList<>();
    private long endNanos;
    private long rodeNanos = System.nanoTime() - ALERT_NANOS;
    private volatile boolean isAllowed = true;
    private volatile boolean toldUnwritten;

    /** The riders, in the order in which they are decided. */
    List<Waiting> units() {
        return units;
    }

    boolean isEmpty() {
        return units.isEmpty();
    }

    int size() {
        return units.size();
    }

    /** Returns whether units may be reported once they are decided. From any thread. */
    boolean isAllowed() {
        return isAllowed;
    }

    /** Returns whether riders were reported that are not written. From any thread. */
    boolean hasReportedUnwritten() {
        return toldUnwritten;
    }

    /** Returns when the first of the riders must be committed. */
    long endNanos() {
        return endNanos;
    }

    /** Returns whether all of them can wait for longer than a time. */
    boolean canWait(Duration longer) {
        return units.isEmpty() || endNanos - System.nanoTime() > longer.toNanos();
    }

    boolean isOver() {
        return !units.isEmpty() && System.nanoTime() - endNanos >= 0;
    }

    /** Returns how long the writer may sleep. */
    long sleepNanos(long now) {
        if (!units.isEmpty()) {
            return endNanos - now;
        }
        return now - rodeNanos < ALERT_NANOS ? RIDE_MAX.toNanos() : Pulse.ASK_EVERY.toNanos();
    }

    /** Adds a unit that the offering thread has decided. */
    void add(Waiting waiting, long now) {
        if (units.isEmpty()) {
            endNanos = now + RIDE_MAX.toNanos();
        }
        rodeNanos = now;
        units.add(waiting);
        toldUnwritten = true;
    }

    /** Notes that the riders which came last were decided. @param before how many there were before them */
    void decided(int before) {
        if (before == 0) {
            endNanos = System.nanoTime() + RIDE_MAX.toNanos();
        }
        if (units.size() > before) {
            toldUnwritten = true;
        }
    }

    /** Empties the ride once their commit has succeeded or failed. */
    void clear() {
        units.clear();
    }

    /** Notes that all reported riders are written, or their failure was reported. */
    void written() {
        toldUnwritten = false;
    }

    /** Stops riding until a unit that would have ridden was durable when it was reported. */
    void forbid() {
        isAllowed = false;
    }

    void allow() {
        isAllowed = true;
    }
}
