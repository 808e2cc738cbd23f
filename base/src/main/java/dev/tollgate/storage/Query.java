package dev.tollgate.storage;

import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;

/** A read over one consistent snapshot. Closes the statements that it prepares itself; does not write. */
@FunctionalInterface
public interface Query<T extends @org.jspecify.annotations.Nullable Object> {

    T run(Reads sql) throws SQLException;
}
