package dev.tollgate.storage;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process as one of the nodes that share a database (decision D34). Its row says until when the node is alive, by the database's clock; a thread
 * with a connection of its own renews it, and measures that clock. A node's reservations carry its id; once its row is gone, the other nodes
 * release its holds. So a node that could not renew in time must deliver nothing more. It stops itself before the other nodes may act: it counts a
 * time shorter than the lease, from before its last renewal was sent, by a clock that cannot be set. Then it notifies its listener and joins again
 * under a new id. The row states decide in the end: a call of the old id finds its reservation expired.
 *
 * <p>Thread-safe.
 */
public final class NodeLease implements AutoCloseable {

    /**
     * @param lease how long a node counts as alive after a renewal
     * @param own how long a node counts itself as alive after a renewal; the rest is for noticing the loss
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

    /** Receives the events of a lease, on the lease's thread; must not block for long. */
    public interface Listener {

        /**
         * Stops the calls that began under the lost lease: nothing of them may be delivered.
         *
         * @param first false for a repeated event of one loss: events repeat until there is a new lease, for calls that were just beginning
         */
        void lost(boolean first);

        /** Receives each renewal, as the time to look for holds of dead nodes. */
        void renewed();
    }

    /** The state of a node as other nodes see it. */
    public enum State {
        /** The node has joined and accepts no calls yet. */
        JOINING,
        READY,
        /** The node accepts no new calls. */
        DRAINING;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The secret keys of one server by their ids, and whether all living servers can open what each of them seals (C23): a second key goes everywhere as a
     * further line before it is the first one anywhere. Immutable.
     *
     * @param ids the sealing key first; empty for a server that seals nothing
     * @param unnamed the id of the key that a server has whose program knows one key only; null if nothing is left under that key
     */
    public record Keys(List<String> ids, @Nullable String unnamed) {

        static final Keys NONE = new Keys(List.of(), null);

        private record Other(String node, List<String> ids) {}

        /** Returns what the row of the server says; null for a server that seals nothing. */
        @Nullable
        String written() {
            return ids.isEmpty() ? null : String.join(",", ids);
        }

        /** Returns why this server may not seal while the living ones do, in a sentence; null if it may. Its own row is not there, or has the same keys. */
        public @Nullable String clash(Sql sql, Dialect dialect) throws SQLException {
            if (ids.isEmpty()) {
                return null;
            }
            for (Other other : others(sql, dialect)) {
                if (!other.ids().contains(ids.getFirst())) {
                    return "Server " + other.node() + " does not have key " + ids.getFirst()
                            + ": add it there as a further line first.";
                }
                if (!ids.contains(other.ids().getFirst())) {
                    return "Server " + other.node() + " seals under key "
                            + other.ids().getFirst()
                            + ", which this server does not have: add it here as a further line first.";
                }
            }
            return null;
        }

        /** Returns which living server seals under a key, in a sentence; null if none does. */
        public static @Nullable String sealingUnder(Sql sql, Dialect dialect, String id) throws SQLException {
            return new Keys(List.of(), null)
                    .others(sql, dialect).stream()
                            .filter(other -> other.ids().getFirst().equals(id))
                            .findFirst()
                            .map(other -> "Server " + other.node() + " seals under key " + id
                                    + ": put another key before it there first.")
                            .orElse(null);
        }

        private List<Other> others(Sql sql, Dialect dialect) throws SQLException {
            return sql.list(
                    "SELECT id, secret_keys FROM node WHERE lease_until > " + dialect.nowMillis() + " ORDER BY id",
                    row -> new Other(row.getString(1), keys(row.getString(2))));
        }

        private List<String> keys(@Nullable String written) {
            return List.of((written == null ? String.valueOf(unnamed) : written).split(","));
        }
    }

    private final PostgresServer server;
    private final NodeRow row;
    private final RandomGenerator random;
    private final Listener listener;
    private final Times times;
    private final Thread thread;
    private volatile @Nullable Held held;
    private volatile boolean closing;
    private volatile State state = State.JOINING;
    private volatile @Nullable String shutOut;
    private @Nullable String lastId;
    private boolean lossTold;

    /** The logged reason why it could not be renewed; null after a renewal. */
    private @Nullable String complaint;

    /**
     * @param upstream the name of the upstream that answers its calls, for other nodes
     * @param keys what it seals and opens with
     * @param clock is corrected at each renewal
     */
    NodeLease(
            PostgresServer server,
            RandomGenerator random,
            Listener listener,
            Times times,
            String upstream,
            Keys keys,
            DatabaseClock clock)
            throws SQLException {
        this.server = server;
        this.row = new NodeRow(server, times.lease(), times.answer(), upstream, keys, clock);
        this.random = random;
        this.listener = listener;
        this.times = times;
        join();
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("tollgate-lease")
                .start(Fatal.lasting("the renewal of the lease", this::run));
    }

    /** Returns the number of nodes that are alive by the database's clock. Blocks. */
    public static int living(Database database) {
        return database.read(sql ->
                (int) sql.number("SELECT COUNT(*) FROM node WHERE lease_until > " + Dialect.POSTGRESQL.nowMillis()));
    }

    /** Deletes nodes whose lease has ended. */
    public static void deleteDead(Statements statements) throws SQLException {
        statements.run(
                "DELETE FROM node WHERE lease_until <= " + statements.dialect().nowMillis());
    }

    /** Returns the present id of this node. @throws StoreUnavailable while it has no lease */
    public String nodeId() {
        Held now = held;
        if (now == null || now.isOver()) {
            throw new StoreUnavailable("this node has no lease");
        }
        return now.nodeId();
    }

    /** Returns how long it counts itself as alive without another renewal, 0 without a lease. From any thread. */
    public Duration left() {
        Held now = held;
        return now == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, now.endNanos() - System.nanoTime()));
    }

    /** Returns why the program may not use the database any longer, in a sentence; null if it may. From any thread. */
    public @Nullable String shutOut() {
        return shutOut;
    }

    public boolean isHeld() {
        Held now = held;
        return now != null && !now.isOver();
    }

    /** Sets the state in the row, without waiting for it. */
    public void tell(State state) {
        this.state = state;
        LockSupport.unpark(thread);
    }

    /** Gives the present lease up, with all calls under it, because the outcome of a commit under it is unknown. */
    public void giveUp() {
        held = null;
        LockSupport.unpark(thread);
    }

    /** Leaves. Other nodes release the holds that are still open. */
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
        boolean renewed = true; // the lease is new, and a start reads much of the database
        while (!closing) {
            LockSupport.parkNanos((renewed ? times.renew() : PAUSE).toNanos());
            renewed = closing || step();
        }
        leave();
    }

    private boolean step() {
        server.lookAgain(); // also if this one fails: a newer primary ends the wait for it
        try {
            Held now = held;
            boolean isHeld = now != null && !now.isOver();
            if (!isHeld) {
                lose(); // before the database is asked, which may not answer
            }
            shutOut = row.shutOut();
            if (shutOut != null) {
                leaveShutOut();
                return true;
            }
            if (now == null || !isHeld) {
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
            row.giveUp();
            if (isOver()) {
                lose();
            }
            return false;
        }
    }

    /** Logs each cause once, however often it recurs: a long outage must not fill the log. */
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

    /** Stops the calls of a program that a migration shuts out, and lets the others release their holds. */
    private void leaveShutOut() throws SQLException {
        lose();
        if (lastId != null) {
            row.delete(lastId);
        }
    }

    /** Joins under a new id. The old id's row is deleted, so that its reservations lose their owner immediately. */
    private void join() throws SQLException {
        String nodeId = newId();
        long sentNanos = System.nanoTime();
        if (lastId != null) {
            row.delete(lastId);
            lastId = null;
        }
        row.insert(nodeId, state.word());
        lastId = nodeId;
        shutOut = row.shutOut();
        if (shutOut != null) { // since it opened the database
            row.delete(nodeId);
            throw new CannotOpen(shutOut);
        }
        lossTold = false;
        held = new Held(nodeId, sentNanos + times.own().toNanos());
    }

    private boolean renew(Held now) throws SQLException {
        long sentNanos = System.nanoTime();
        if (!row.renew(now.nodeId(), state.word())) {
            return false;
        }
        Held next = new Held(now.nodeId(), sentNanos + times.own().toNanos());
        if (held == now) { // unless it was given up during the renewal
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
