package dev.tollgate.storage;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The one read transaction of what makes a page: opened by its first read, over at its end. Whatever reads meanwhile on the page's thread reads
 * in it, of whichever store, so that all that the page shows is of one instant. One thread's.
 */
final class OnePage implements AutoCloseable {

    private static final ScopedValue<OnePage> CURRENT = ScopedValue.newInstance();

    private final PageReads reads;
    private final Engine engine;
    private PageReads.@Nullable Snapshot snapshot;

    OnePage(PageReads reads, Engine engine) {
        this.reads = reads;
        this.engine = engine;
    }

    /** The page that this thread is making from the database, if it is making one. */
    static @Nullable OnePage of(Engine engine) {
        OnePage page = CURRENT.isBound() ? CURRENT.get() : null;
        return page != null && page.engine == engine ? page : null;
    }

    /** The thread's page sees what the thread has committed itself: it goes on with a transaction that begins now. */
    static void beginAnew() {
        if (CURRENT.isBound()) {
            CURRENT.get().close();
        }
    }

    <T extends @Nullable Object> T make(ScopedValue.CallableOp<T, RuntimeException> making) {
        return ScopedValue.where(CURRENT, this).call(making);
    }

    <T extends @Nullable Object> T read(Query<T> query) {
        try {
            if (snapshot == null) {
                snapshot = reads.open();
            }
            return snapshot.run(query);
        } catch (SQLException e) {
            throw new StoreUnavailable("the database could not be read", e);
        }
    }

    @Override
    public void close() {
        PageReads.Snapshot ended = snapshot;
        snapshot = null;
        if (ended != null) {
            ended.close();
        }
    }
}
