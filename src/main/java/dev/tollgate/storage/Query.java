package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.SQLException;

/** A read over one consistent snapshot. Closes the statements that it opens; does not write. */
@FunctionalInterface
public interface Query<T extends @org.jspecify.annotations.Nullable Object> {

    T run(Connection connection) throws SQLException;
}
