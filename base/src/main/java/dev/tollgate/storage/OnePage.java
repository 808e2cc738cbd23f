package dev.tollgate.storage;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The one read transaction of a page: opened by its first read, closed at its end. All stores read in it on the page's thread, so that
 * all figures of the page are of one instant. One thread's.
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

    /** Returns the page that this thread is making from the database, or null. */
    static @Nullable OnePage of(Engine engine) {
        OnePage page = CURRENT.isBound() ? CURRENT.get() : null;
        return page != null && page.engine == engine ? page : null;
    }

    /** Begins a new transaction for the thread's page, so that the page sees its own commit. */
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
