package dev.tollgate.storage;

import com.zaxxer.hikari.HikariDataSource;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.storage.sql.Reads;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads for pages and lists, on connections of their own: they may take longer than reads for calls, which never wait for them. Each is one
 * transaction over one snapshot, so that all figures of a page are of one instant, and is stopped when its time is over. Accounts take turns.
 * There is a platform thread for each connection: parking and waking a virtual thread in a timed wait for a server's answer keeps three other
 * threads busy, which took as much processor time as the rest of a page. Thread-safe; blocks.
 */
public final class PageReads implements AutoCloseable {

    private static final int CONNECTIONS = 4;

    /** The usual longest time of a read, including the waits for its turn and for a connection. */
    public static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(CONNECTIONS, CONNECTIONS - 1, 1_000, 100);

    private final Engine engine;
    private final Duration patience;
    private final Consumer<SQLException> failed;
    private final HikariDataSource connections;
    private final Workers workers = new Workers(BOUNDS, Workers.threads("tollgate-pages", 0));
    private final ScheduledThreadPoolExecutor watch;
    private volatile boolean isClosed;

    /**
     * @param patience the longest time of a read
     * @param failed receives each failure of a read, on the thread of the read
     */
    PageReads(Engine engine, Duration patience, Consumer<SQLException> failed) {
        this.failed = failed;
        this.engine = engine;
        this.patience = patience;
        this.connections = new HikariDataSource(); // configured in place, as in ReadConnections
        connections.setPoolName("tollgate-pages");
        engine.setUpPageReaders(connections);
        connections.setMaximumPoolSize(CONNECTIONS);
        connections.setMinimumIdle(0);
        connections.setAutoCommit(false);
        connections.setConnectionTimeout(Math.max(250, patience.toMillis()));
        connections.setInitializationFailTimeout(-1);
        this.watch = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("tollgate-pages-watch").factory());
        watch.setRemoveOnCancelPolicy(true);
    }

    /**
     * @param payer the account of the read, or a name for reads of the operator
     * @throws StoreUnavailable if the database fails, or the read takes longer than the patience
     */
    public <T extends @Nullable Object> T read(String payer, Query<T> query) {
        OnePage page = OnePage.of(engine);
        if (page != null) {
            return page.read(query);
        }
        long endNanos = System.nanoTime() + patience.toNanos();
        return inTurn(payer, () -> {
            try (Snapshot snapshot = open()) {
                return snapshot.run(query, endNanos);
            } catch (SQLException e) {
                throw new StoreUnavailable("the database could not be read", e);
            }
        });
    }

    /**
     * Runs {@code making} in the payer's turn, on another thread. All its reads, by any method, are of the instant of its first read. If it
     * waits for a commit of its own, later reads are of one instant after that commit.
     *
     * @param payer the account of the page, or a name for pages of the operator
     * @throws StoreUnavailable if the database fails, or one read takes longer than the patience
     */
    public <T extends @Nullable Object> T onePage(String payer, Supplier<T> making) {
        if (OnePage.of(engine) != null) {
            return making.get();
        }
        return inTurn(payer, () -> {
            try (OnePage page = new OnePage(this, engine)) {
                return page.make(making::get);
            }
        });
    }

    /** Waits for the turn as long as a read may take; work that has begun ends with its reads. */
    private <T extends @Nullable Object> T inTurn(String payer, Supplier<T> work) {
        Workers.Job<T> job = workers.start(payer, _ -> work.get());
        if (job == null) {
            throw new StoreUnavailable("too many reads of pages wait");
        }
        while (true) {
            try {
                return job.result().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                job.cancel(); // unless its turn has come
                if (isClosed) {
                    throw new StoreUnavailable("the database is closed", e);
                }
            } catch (CancellationException e) {
                throw new StoreUnavailable("reads of pages wait for too long", e);
            } catch (InterruptedException e) {
                job.cancel();
                Thread.currentThread().interrupt();
                throw new StoreUnavailable("interrupted while waiting to read", e);
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException failure -> throw failure;
                    case Error failure -> throw failure;
                    case null, default -> throw new StoreUnavailable("the read of the page has failed", e);
                }
            }
        }
    }

    Snapshot open() throws SQLException {
        return new Snapshot(connections.getConnection());
    }

    /** A read transaction, which begins with the first query and ends if a query takes too long. One thread's. */
    final class Snapshot implements AutoCloseable {

        private final Connection connection;
        private boolean isOver;

        Snapshot(Connection connection) {
            this.connection = connection;
        }

        <T extends @Nullable Object> T run(Query<T> query) throws SQLException {
            return run(query, System.nanoTime() + patience.toNanos());
        }

        <T extends @Nullable Object> T run(Query<T> query, long endNanos) throws SQLException {
            if (isOver) {
                throw new StoreUnavailable("an earlier read for the same page has failed");
            }
            AtomicBoolean running = new AtomicBoolean(true);
            long left = Math.max(0, endNanos - System.nanoTime());
            var limit = watch.schedule(() -> giveUp(running), left, TimeUnit.NANOSECONDS);
            try {
                return query.run(new Reads(connection));
            } catch (SQLException e) {
                isOver = true;
                failed.accept(e);
                throw e;
            } finally {
                limit.cancel(false);
                if (!running.compareAndSet(true, false)) {
                    isOver = true;
                    connections.evictConnection(connection); // the interrupt may arrive only now
                }
            }
        }

        private void giveUp(AtomicBoolean running) {
            if (running.compareAndSet(true, false)) {
                try {
                    engine.interrupt(connection);
                } catch (SQLException e) {
                    connections.evictConnection(connection); // closes it, which ends the read as well
                }
            }
        }

        @Override
        public void close() {
            try (connection) {
                if (!isOver) {
                    connection.rollback(); // ends the snapshot
                }
            } catch (SQLException e) {
                throw new StoreUnavailable("the database could not be read", e);
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        workers.close();
        watch.shutdownNow();
        connections.close();
    }
}
