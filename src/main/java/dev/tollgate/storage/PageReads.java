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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads for pages and lists, on connections of their own: they may take longer than those of calls, which never wait for them. Each is one
 * transaction over one snapshot, so that all figures of a page are of one instant, and is given up when its time is over. In turns by account,
 * on threads of the platform, as many as connections: a virtual thread that waits for a server's answer for a limited time keeps three others busy
 * with putting it aside and waking it, for each question, which took as much of the processor as all else that a page takes. Thread-safe; blocks.
 */
public final class PageReads implements AutoCloseable {

    private static final int CONNECTIONS = 4;

    /** From the question to the answer, the wait for the turn and a connection included. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(CONNECTIONS, CONNECTIONS - 1, 1_000, 100);

    private final Engine engine;
    private final Duration patience;
    private final HikariDataSource connections;
    private final Workers workers = new Workers(BOUNDS, Workers.threads("tollgate-pages", 0));
    private final ScheduledThreadPoolExecutor watch;
    private volatile boolean isClosed;

    PageReads(Engine engine) {
        this(engine, PATIENCE);
    }

    PageReads(Engine engine, Duration patience) {
        this.engine = engine;
        this.patience = patience;
        this.connections = new HikariDataSource(); // no copy of a configuration: Database#readers
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
     * @param payer the account that it is done for, or a name for the operator's
     * @throws StoreUnavailable when the database fails, or it is not over in two seconds
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
     * All that {@code making} reads from the database on its thread, by whatever method, is of one instant: that of its first read. Where it waits
     * for a commit of its own, what comes then is of one instant after that. It is called on a thread of its own, in the payer's turn.
     *
     * @param payer as above
     * @throws StoreUnavailable likewise; the two seconds are each read's
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

    /** Waits for the turn as long as for an answer; what has begun is over when its reads are. */
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
                    case null, default -> throw new StoreUnavailable("what was read came to no end", e);
                }
            }
        }
    }

    Snapshot open() throws SQLException {
        return new Snapshot(connections.getConnection());
    }

    /** A read transaction, which begins with the first query; one that takes too long ends it. One thread's. */
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
                throw e;
            } finally {
                limit.cancel(false);
                if (!running.compareAndSet(true, false)) {
                    isOver = true;
                    connections.evictConnection(connection); // it may be told to stop only now
                }
            }
        }

        private void giveUp(AtomicBoolean running) {
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
