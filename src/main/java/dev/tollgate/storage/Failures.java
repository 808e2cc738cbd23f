package dev.tollgate.storage;

import java.sql.SQLException;
import org.sqlite.SQLiteException;

/** Tells a store in trouble from a unit that can never succeed. */
final class Failures {

    private Failures() {}

    static StoreException of(Throwable failure) {
        if (failure instanceof StoreException known) {
            return known;
        }
        if (failure instanceof SQLException e && !isConstraint(e)) {
            return new StoreUnavailable("the database failed", e);
        }
        return new StoreException("a unit of work was refused", failure);
    }

    private static boolean isConstraint(SQLException e) {
        return e instanceof SQLiteException sqlite
                && sqlite.getResultCode().name().startsWith("SQLITE_CONSTRAINT");
    }
}
