package dev.tollgate.serving;

import dev.tollgate.base.log.Event;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.DatabaseClock;
import dev.tollgate.storage.NodeLease;
import dev.tollgate.storage.StoreException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's place among all servers on the same books: its lease, the shared clock, and what happens when the lease is lost.
 * Thread-safe.
 */
public final class Node implements NodeLease.Listener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private final Database database;
    private final DatabaseClock sharedClock;
    private volatile @Nullable NodeLease lease;
    private volatile Runnable renewal = () -> {};
    private volatile Runnable lost = () -> {};
    private volatile Runnable leaseLost = () -> {};

    /** The number of living servers over these books, this one included, as of the last renewal of its lease. */
    private volatile int living = 1;

    private boolean clockTold;

    /** @param clock this machine's */
    public Node(Database database, InstantSource clock) {
        this.database = database;
        this.sharedClock = new DatabaseClock(clock);
        database.whenGone(() -> lost.run());
    }

    /**
     * Joins the servers that share the books.
     *
     * @param kind real or sandbox
     * @param keys what this server seals and opens with
     * @param renewal run on the lease's thread at each renewal; must not block
     */
    public void join(SecureRandom random, String kind, NodeLease.Keys keys, Runnable renewal) {
        this.renewal = renewal;
        lease = database.join(random, this, kind, keys, sharedClock);
    }

    /** Sets what is done with running calls when the lease is lost (D34) or the books are gone: nothing of them may be delivered. */
    public void whenLost(Runnable action) {
        lost = action;
    }

    /** @param action runs on the lease's thread when the lease is lost for the first time, before the action of {@link #whenLost} */
    public void whenLeaseLost(Runnable action) {
        leaseLost = action;
    }

    @Override
    public void lost(boolean first) {
        if (first) {
            leaseLost.run();
        }
        lost.run();
    }

    @Override
    public void renewed() {
        tellClock();
        Thread.ofVirtual().name("count-nodes").start(this::count);
        renewal.run();
    }

    /** Logs a clock that is off, once until it is right again. On the lease's thread. */
    private void tellClock() {
        Sentence complaint = sharedClock.complaint();
        if (complaint != null && !clockTold) {
            log.warn(Event.CLOCK_OFF, "{}", complaint.english());
        }
        clockTold = complaint != null;
    }

    private void count() {
        try {
            living = Math.max(1, NodeLease.living(database));
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "the living nodes could not be counted: {}", e.getMessage());
        }
    }

    /** Returns how many servers share the books now, at least 1. */
    public int living() {
        return living;
    }

    /** Returns the id under which this server writes; empty if it does not share the books. */
    public String id() {
        NodeLease present = lease;
        return present == null ? "" : present.nodeId();
    }

    /** Returns the id for people; empty without a lease. */
    public String name() {
        NodeLease present = lease;
        try {
            return present == null || !present.isHeld() ? "" : present.nodeId();
        } catch (StoreException e) {
            return ""; // it ran out in between
        }
    }

    /**
     * Returns the clock of all servers that share the books: the database's, or this machine's if it is the only server. Prices follow it
     * (P3); entries have this machine's time. From any thread.
     */
    public DatabaseClock sharedClock() {
        return sharedClock;
    }

    /** Returns whether this is one of several servers that may share the books. */
    public boolean isShared() {
        return lease != null;
    }

    /** Returns whether calls may be accepted: false only after the lease has run out. */
    public boolean mayServe() {
        NodeLease present = lease;
        return present == null || present.isHeld();
    }

    /** Returns why this server's version may not use the database any longer, in a sentence; null if it may. */
    @Nullable
    public String shutOut() {
        NodeLease present = lease;
        return present == null ? null : present.shutOut();
    }

    /** Returns how long this server may continue without a renewal; zero without a lease. */
    public Duration leaseLeft() {
        NodeLease present = lease;
        return present == null ? Duration.ZERO : present.left();
    }

    /** Tells the other servers that calls are accepted here from now on. */
    public void tellReady() {
        with(present -> present.tell(NodeLease.State.READY));
    }

    /** Tells the other servers that this one is stopping. */
    public void tellDraining() {
        with(present -> present.tell(NodeLease.State.DRAINING));
    }

    /** Stops accepting calls: it is not known whether the last commit has taken effect. */
    public void giveUp() {
        with(NodeLease::giveUp);
    }

    private void with(Consumer<NodeLease> action) {
        NodeLease present = lease;
        if (present != null) {
            action.accept(present);
        }
    }

    @Override
    public void close() {
        with(NodeLease::close);
    }
}
