package dev.tollgate.http.engine;

import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.exchange.ByAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which connections of one event loop may stay, and what memory their request heads get. When the server is full, the address with most
 * connections, or most memory, makes room. Confined to its loop; what is shared with other loops is thread-safe.
 */
final class Places {

    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(100).toNanos();
    private static final int HALF_HEADS_CUT = 256;

    private final boolean isDirect;
    private final int connectionsMax;
    private final AtomicInteger connections;
    private final ByAddress callers;
    private final MemoryBudget heads;
    private final Silent silent = new Silent();

    /** The address that had most connections when that was last determined; null if none of them is silent. */
    private @Nullable String most;

    private long mostNanos = System.nanoTime() - LOOK_AGAIN_NANOS;
    private long roomNanos = System.nanoTime() - LOOK_AGAIN_NANOS;

    /**
     * @param isDirect whether callers connect directly; connections of proxies are not counted by address
     * @param connections of all loops
     * @param heads the memory for request heads of all loops
     */
    Places(boolean isDirect, int connectionsMax, AtomicInteger connections, ByAddress callers, MemoryBudget heads) {
        this.isDirect = isDirect;
        this.connectionsMax = connectionsMax;
        this.connections = connections;
        this.callers = callers;
        this.heads = heads;
    }

    /** Connections without a request, the longest silent first. */
    Silent silent() {
        return silent;
    }

    /**
     * Counts a connection, which has to {@link #leave}. A refused one takes no place, even until it is closed.
     *
     * @return false if there are too many
     */
    boolean enter(Seat seat) {
        String network = seat.network();
        if (isDirect && !callers.enter(network)) {
            return false;
        }
        if (!hasTakenPlace() && !(isDirect && hasMadePlace())) {
            if (isDirect) {
                callers.leave(network);
            }
            return false;
        }
        seat.heads().open(heads.lease("", isDirect ? network : null, false));
        silent.add(seat);
        return true;
    }

    private boolean hasTakenPlace() {
        return connections.getAndUpdate(count -> count < connectionsMax ? count + 1 : count) < connectionsMax;
    }

    /**
     * The server is full: closes the connection of the address with most that has been without a request for longest. Until it has closed, one
     * more than the limit is counted.
     */
    private boolean hasMadePlace() {
        long now = System.nanoTime();
        if (now - mostNanos > LOOK_AGAIN_NANOS) {
            mostNanos = now;
            most = callers.most();
        }
        String whose = most;
        if (whose == null || silent.cut(1, it -> it.network().equals(whose)) == 0) {
            most = null;
            return false;
        }
        connections.incrementAndGet();
        return true;
    }

    void leave(Seat seat) {
        silent.remove(seat);
        connections.decrementAndGet();
        if (isDirect) {
            callers.leave(seat.network());
        }
    }

    /** Returns the memory for the heads of a connection from this network. */
    HeadMemory heads(String network) {
        return new HeadMemory(() -> hasMadeRoom(network));
    }

    /** Cuts incomplete heads of the address that has most, if there is no memory for a head. @return whether any was cut */
    private boolean hasMadeRoom(String asking) {
        long now = System.nanoTime();
        if (!isDirect || now - roomNanos < LOOK_AGAIN_NANOS / 10) {
            return false;
        }
        roomNanos = now;
        String whose = heads.largestAddress();
        if (whose == null || whose.equals(asking)) {
            return false;
        }
        Predicate<Seat> wanted = it -> it.network().equals(whose) && it.heads().isWaiting();
        return silent.cut(HALF_HEADS_CUT, wanted) > 0;
    }

    /** Charges a long head to its caller, whom a trusted proxy names. */
    void charge(HeadMemory head, String network) {
        if (head.isLarge()) {
            head.moveTo(heads.lease("", network, false));
        }
    }
}
