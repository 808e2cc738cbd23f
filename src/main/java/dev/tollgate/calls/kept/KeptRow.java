package dev.tollgate.calls.kept;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row as it is read, before it is opened. */
record KeptRow(String id, @Nullable String previousId, long plainBytes, byte[] sealed, long usedAt) {

    /** Reads the columns in the order of the components. */
    static KeptRow read(ResultSet row) throws SQLException {
        return new KeptRow(row.getString(1), row.getString(2), row.getLong(3), row.getBytes(4), row.getLong(5));
    }

    /** Returns the memory that it takes, opened too, but not unpacked. */
    long memory() {
        return 2L * sealed.length;
    }
}
