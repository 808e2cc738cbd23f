package dev.tollgate.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tollgate.limits.FairTurns;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reads for pages and lists, on connections of their own: they may take longer than those of calls, which never wait for them. Each is one
 * transaction over one snapshot, so that all figures of a page are of one instant, and is given up when its time is over. In turns by account.
 * Thread-safe; blocks.
 */
public final class PageReads implements AutoCloseable {

    private static final int CONNECTIONS = 4;

    /** From the question to the answer, the wait for the turn and a connection included. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(CONNECTIONS, CONNECTIONS - 1, 1_000, 100);

    private final Engine engine;
    private final Duration patience;
    private final HikariDataSource connections;
    private final FairTurns turns = new FairTurns(BOUNDS);
    private final ScheduledThreadPoolExecutor watch;

    PageReads(Engine engine) {
        this(engine, PATIENCE);
    }

    PageReads(Engine engine, Duration patience) {
        this.engine = engine;
        this.patience = patience;
        HikariConfig config = new HikariConfig();
        config.setPoolName("tollgate-pages");
        engine.setUpReaders(config);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(0);
        config.setAutoCommit(false);
        config.setConnectionTimeout(Math.max(250, patience.toMillis()));
        config.setInitializationFailTimeout(-1);
        this.connections = new HikariDataSource(config);
        this.watch = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("tollgate-pages-watch").factory());
        watch.setRemoveOnCancelPolicy(true);
    }

    /**
     * @param payer the account that it is done for, or a name for the operator's
     * @throws StoreUnavailable when the database fails, or it is not over in two seconds
     */
    public <T extends @Nullable Object> T read(String payer, Query<T> query) {
        long endNanos = System.nanoTime() + patience.toNanos();
        try (FairTurns.Turn turn = turns.enter(payer, patience.toNanos())) {
            if (turn == null) {
                throw new StoreUnavailable("reads of pages wait for too long, or there are too many");
            }
            return watched(query, endNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("interrupted while waiting to read", e);
        }
    }

    private <T extends @Nullable Object> T watched(Query<T> query, long endNanos) {
        try (Connection connection = connections.getConnection()) {
            AtomicBoolean running = new AtomicBoolean(true);
            long left = Math.max(0, endNanos - System.nanoTime());
            var limit = watch.schedule(() -> giveUp(connection, running), left, TimeUnit.NANOSECONDS);
            try {
                T result = query.run(connection);
                connection.rollback(); // ends the snapshot
                return result;
            } finally {
                limit.cancel(false);
                if (!running.compareAndSet(true, false)) {
                    connections.evictConnection(connection); // it may be told to stop only now
                }
            }
        } catch (SQLException e) {
            throw new StoreUnavailable("the database could not be read", e);
        }
    }

    private void giveUp(Connection connection, AtomicBoolean running) {
        if (running.compareAndSet(true, false)) {
            try {
                engine.interrupt(connection);
            } catch (SQLException e) {
                connections.evictConnection(connection); // which closes it, and that ends the read as well
            }
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
        connections.close();
    }
}
