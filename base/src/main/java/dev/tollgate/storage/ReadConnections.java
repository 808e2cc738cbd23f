package dev.tollgate.storage;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.storage.sql.Reads;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connections for reads outside pages, and the turns in which accounts use them. From any thread. */
final class ReadConnections implements AutoCloseable {

    static final long WAIT_MILLIS = 5_000;

    /** Reads that wait, of all accounts and of one; each holds a virtual thread. */
    private static final int WAITING_MAX = 10_000;

    private static final int EACH_WAITING_MAX = 1_000;

    private final Engine engine;
    private final @Nullable FileWatch watch;
    private final HikariDataSource connections;
    private final FairTurns turns;
    private volatile ReadObserver observer = ReadObserver.NONE;

    /** @param keepsOne whether a connection stays open while there are no reads: not for a command, which reads once */
    ReadConnections(Engine engine, boolean keepsOne, @Nullable FileWatch watch) {
        this.engine = engine;
        this.watch = watch;
        this.connections = connections(engine, keepsOne);
        this.turns = turns(connections.getMaximumPoolSize());
    }

    private static HikariDataSource connections(Engine engine, boolean keepsOne) {
        // Configured in place: copying a configuration into it costs a start 30 ms of reflection.
        HikariDataSource connections = new HikariDataSource();
        connections.setPoolName("tollgate-readers");
        engine.setUpReaders(connections);
        connections.setMinimumIdle(keepsOne ? 1 : 0);
        connections.setAutoCommit(false);
        connections.setConnectionTimeout(WAIT_MILLIS);
        connections.setInitializationFailTimeout(-1);
        return connections;
    }

    /** Returns the turns: one connection is left for reads of no account, and one of the rest for other accounts. */
    private static FairTurns turns(int connections) {
        int accounts = Math.max(1, connections - 1);
        return new FairTurns(new FairTurns.Bounds(accounts, Math.max(1, accounts - 1), WAITING_MAX, EACH_WAITING_MAX));
    }

    void watchedBy(ReadObserver watching) {
        observer = watching;
    }

    /** Returns the pool's figures, or null before the first read. */
    @Nullable
    HikariPoolMXBean pool() {
        return connections.getHikariPoolMXBean();
    }

    <T extends @Nullable Object> T read(Query<T> query) {
        long began = System.nanoTime();
        try {
            return readNow(query, false);
        } finally {
            observer.read(ReadObserver.Use.OWN, System.nanoTime() - began);
        }
    }

    /** @param once whether the query is one statement, which is a snapshot without a transaction around it */
    <T extends @Nullable Object> T readFor(String accountId, Query<T> query, boolean once) {
        if (OnePage.of(engine) != null) {
            return read(query); // the page already has a turn
        }
        long began = System.nanoTime();
        try (FairTurns.Turn turn = turns.enter(accountId, TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS))) {
            if (turn == null) {
                throw new StoreUnavailable("reads of this account wait for too long, or there are too many");
            }
            return readNow(query, once);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted while waiting to read", e);
        } finally {
            observer.read(ReadObserver.Use.ACCOUNT, System.nanoTime() - began);
        }
    }

    private <T extends @Nullable Object> T readNow(Query<T> query, boolean once) {
        String gone = watch == null ? null : watch.gone();
        if (gone != null) {
            throw new StoreUnavailable(gone);
        }
        OnePage page = OnePage.of(engine);
        if (page != null) {
            return page.read(query);
        }
        try (Connection connection = connections.getConnection()) {
            if (once) {
                connection.setAutoCommit(true); // the pool resets it
            }
            T result = query.run(new Reads(connection));
            if (!once) {
                connection.rollback(); // ends the snapshot
            }
            return result;
        } catch (SQLException e) {
            if (watch != null) {
                watch.failed(e);
            }
            throw new StoreUnavailable("the database could not be read", e);
        }
    }

    @Override
    public void close() {
        connections.close();
    }
}
