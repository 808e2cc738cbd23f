package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as one of the nodes that share a database (decision D34): a row that says until when it is alive, by the database's
 * clock, renewed by a thread and a connection of its own. What a node reserves carries its id; when its row is gone, the others give
 * its holds back. So a node that could not renew in time must deliver nothing more: it stops itself before the others may act (it
 * counts from before its last renewal was sent, by a clock that nobody can set, and less than the lease), tells its listener, and
 * comes back under a new id. The row states are what decides in the end: a call of the old id finds its reservation expired.
 *
 * <p>Thread-safe.
 */
public final class NodeLease implements AutoCloseable {

    /**
     * @param lease how long a node that is not heard of counts as alive
     * @param own how long it counts itself as alive after a renewal; the rest is for noticing
     * @param renew how often it renews
     * @param answer how long the database may take
     */
    record Times(Duration lease, Duration own, Duration renew, Duration answer) {
        static final Times STANDARD =
                new Times(Duration.ofSeconds(20), Duration.ofSeconds(15), Duration.ofSeconds(4), Duration.ofSeconds(2));
    }

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ID_BYTES = 10;

    private static final Logger log = LoggerFactory.getLogger(NodeLease.class);

    private record Held(String nodeId, long endNanos) {

        boolean isOver() {
            return System.nanoTime() - endNanos >= 0;
        }
    }

    /** What a node is told; on the lease's thread, must not block for long. */
    public interface Listener {

        /**
         * The lease is lost: nothing that was begun under it may be delivered.
         *
         * @param first false where it was told of this loss before: it is until there is a new lease, for what was beginning just then
         */
        void lost(boolean first);

        /** After each renewal: the time to look for what dead nodes have left. */
        void renewed();
    }

    /** What the others see of a node. */
    public enum State {
        /** It has joined and takes no calls yet. */
        JOINING,
        READY,
        /** Nobody should be sent to it any more. */
        DRAINING;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final NodeRow row;
    private final RandomGenerator random;
    private final Listener listener;
    private final Times times;
    private final Thread thread;
    private volatile @Nullable Held held;
    private volatile boolean closing;
    private volatile State state = State.JOINING;
    private @Nullable String lastId;
    private boolean lossTold;

    /** Why it could not be renewed, as the log has it; null since it was. */
    private @Nullable String complaint;

    /** @param upstream what answers its calls, for other nodes to read */
    NodeLease(PostgresServer server, RandomGenerator random, Listener listener, Times times, String upstream)
            throws SQLException {
        this.row = new NodeRow(server, times.lease(), times.answer(), upstream);
        this.random = random;
        this.listener = listener;
        this.times = times;
        join();
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("tollgate-lease")
                .start(Fatal.lasting("the renewal of the lease", this::run));
    }

    /** How many nodes live by the database's clock. Blocks. */
    public static int living(Database database) {
        return database.read(sql ->
                (int) sql.number("SELECT COUNT(*) FROM node WHERE lease_until > " + Dialect.POSTGRESQL.nowMillis()));
    }

    /** Who this node is now. @throws StoreUnavailable while it has no lease */
    public String nodeId() {
        Held now = held;
        if (now == null || now.isOver()) {
            throw new StoreUnavailable("this node has no lease");
        }
        return now.nodeId();
    }

    /** How long it counts itself as alive if nothing is renewed, 0 without a lease. From any thread. */
    public Duration left() {
        Held now = held;
        return now == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, now.endNanos() - System.nanoTime()));
    }

    /** Whether it has a lease now. */
    public boolean isHeld() {
        Held now = held;
        return now != null && !now.isOver();
    }

    /** What the row says of this node, from the next moment on. */
    public void tell(State state) {
        this.state = state;
        LockSupport.unpark(thread);
    }

    /** Ends what was begun under the present lease, because nobody knows any more what was committed under it. */
    public void giveUp() {
        held = null;
        LockSupport.unpark(thread);
    }

    /** Leaves. What is still open is for the others to give back. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean renewed = true; // it was taken a moment ago, and who begins reads much of the database meanwhile
        while (!closing) {
            LockSupport.parkNanos((renewed ? times.renew() : PAUSE).toNanos());
            renewed = closing || step();
        }
        leave();
    }

    private boolean step() {
        try {
            Held now = held;
            if (now == null || now.isOver()) {
                lose();
                join();
            } else if (!renew(now)) {
                lose();
                join();
            }
            listener.renewed();
            tellRenewed();
            return true;
        } catch (SQLException | RuntimeException e) {
            tellNotRenewed(e.toString());
            row.close();
            if (isOver()) {
                lose();
            }
            return false;
        }
    }

    /** Each cause once, however often it is tried: where the database is away for an hour the log has to show something else, too. */
    private void tellNotRenewed(String cause) {
        if (!cause.equals(complaint)) {
            log.warn(Event.LEASE_NOT_RENEWED, "the node's lease was not renewed: {}", cause);
            complaint = cause;
        }
    }

    private void tellRenewed() {
        if (complaint != null) {
            log.info("the node's lease is renewed again");
            complaint = null;
        }
    }

    private boolean isOver() {
        Held now = held;
        return now != null && now.isOver();
    }

    private void lose() {
        held = null;
        if (lastId != null) {
            boolean first = !lossTold;
            lossTold = true;
            if (first) {
                log.error(Event.LEASE_LOST, "node {} has lost its lease; its calls are stopped", lastId);
            }
            listener.lost(first);
        }
    }

    /** Under a new id; the old one's row goes, so that its reservations are nobody's at once. */
    private void join() throws SQLException {
        String nodeId = newId();
        long sentNanos = System.nanoTime();
        if (lastId != null) {
            row.delete(lastId);
            lastId = null;
        }
        row.insert(nodeId, state.word());
        lastId = nodeId;
        lossTold = false;
        held = new Held(nodeId, sentNanos + times.own().toNanos());
    }

    private boolean renew(Held now) throws SQLException {
        long sentNanos = System.nanoTime();
        if (!row.renew(now.nodeId(), state.word())) {
            return false;
        }
        Held next = new Held(now.nodeId(), sentNanos + times.own().toNanos());
        if (held == now) { // unless it was given up meanwhile
            held = next;
        }
        return held == next;
    }

    private void leave() {
        try {
            if (lastId != null) {
                row.delete(lastId);
            }
        } catch (SQLException e) {
            log.info("the node's lease is left to run out: {}", e.toString());
        }
        held = null;
        row.close();
    }

    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return "node_" + HexFormat.of().formatHex(bytes);
    }
}
