package dev.tollgate.storage;

import dev.tollgate.base.log.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest primary that this process has met, which the data folder keeps, and the open connections to it. If a newer one appears, the
 * connections to the one before are broken, so that what they were doing is asked for, and done, on the newer one. Thread-safe.
 */
final class KnownPrimary {

    private static final Logger log = LoggerFactory.getLogger(KnownPrimary.class);

    private final @Nullable PrimaryFile file;
    private final Map<Connection, Primary> open = new WeakHashMap<>();
    private @Nullable Primary newest;

    /** @param file null if nothing is kept */
    KnownPrimary(@Nullable PrimaryFile file) {
        this.file = file;
    }

    synchronized @Nullable Primary newest() {
        return newest;
    }

    /** Returns the server of an open connection; null if the server does not tell. */
    synchronized @Nullable Primary of(Connection connection) {
        return open.get(connection);
    }

    /** Takes a server as the books' one, whatever was known before. */
    void begin(Primary primary) {
        synchronized (this) {
            newest = primary;
        }
        keep(primary);
    }

    /** Returns whether the connection leads to the newest primary, or a newer one, which is known from then on. */
    boolean admits(Connection connection, Primary primary) {
        Primary before;
        synchronized (this) {
            before = newest;
            if (before != null && !primary.mayFollow(before)) {
                return false;
            }
            newest = primary;
            open.put(connection, primary);
        }
        took(before, primary);
        return true;
    }

    /** Takes a newer primary that was seen. */
    void sees(Primary primary) {
        Primary before;
        synchronized (this) {
            before = newest;
            if (before == null || !primary.mayFollow(before)) {
                return;
            }
            newest = primary;
        }
        took(before, primary);
    }

    private void took(@Nullable Primary before, Primary primary) {
        if (primary.equals(before)) {
            return;
        }
        keep(primary);
        if (before != null) {
            leaveOlder();
            log.warn(
                    Event.PRIMARY_CHANGED,
                    "a standby has taken over: {} holds the books, not timeline {}; nothing more is written to the old one",
                    primary.describe(),
                    before.timeline());
        }
    }

    private void keep(Primary primary) {
        if (file == null) {
            return;
        }
        Primary written = primary;
        file.write(written);
        for (Primary now = newest(); now != null && !now.equals(written); now = newest()) { // another thread was slower
            written = now;
            file.write(written);
        }
    }

    private void leaveOlder() {
        List<Connection> older = new ArrayList<>();
        synchronized (this) {
            open.forEach((connection, of) -> {
                if (!of.equals(newest)) {
                    older.add(connection);
                }
            });
        }
        for (Connection connection : older) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                log.warn("a connection to an old primary could not be broken: {}", e.toString());
            }
        }
    }
}
