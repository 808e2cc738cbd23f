package dev.tollgate.storage;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** An operator's decision that the books are on another PostgreSQL server than before, or on an old primary after all. */
public final class AcceptServer extends Write<Boolean> {

    private final Primary present;
    private final @Nullable Primary former;

    /** @param former the newest server that was known otherwise */
    AcceptServer(Primary present, @Nullable Primary former) {
        this.present = present;
        this.former = former;
    }

    /** Returns the accepted server's identifier and timeline. */
    public String present() {
        return present.describe();
    }

    /** Returns the server before, or null if none was known. */
    public @Nullable String former() {
        return former == null ? null : former.describe();
    }

    /** The part that records them. */
    public static Part<?> part() {
        return new WritePart<>(AcceptServer.class);
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        statements.run(
                PrimaryHistory.NEXT,
                present.identifier(),
                Long.toString(present.timeline()),
                former == null ? null : former.identifier(),
                former == null ? null : Long.toString(former.timeline()));
        return true;
    }
}
