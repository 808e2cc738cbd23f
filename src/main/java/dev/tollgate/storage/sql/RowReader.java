package dev.tollgate.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Makes a value of the present row of a result. */
@FunctionalInterface
public interface RowReader<T extends @Nullable Object> {

    /** @throws SQLException as the driver gave it */
    T read(ResultSet row) throws SQLException;
}
