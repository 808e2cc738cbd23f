package dev.tollgate.calls.kept;

import dev.tollgate.base.memory.Lease;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row as it is read, before it is opened. */
record KeptRow(String id, @Nullable String previousId, long plainBytes, byte[] sealed, long usedAt) {

    /**
     * Reads the columns in the order of the components, and before the content its length, the last column.
     *
     * @param memory charged with what the content takes, opened too, but not unpacked, before it is read
     * @throws dev.tollgate.base.error.ApiException if memory is short
     */
    static KeptRow read(ResultSet row, Lease memory) throws SQLException {
        long bytes = 2 * row.getLong(6);
        if (bytes > KeptResponse.LARGE_BYTES) {
            memory.becomeLarge();
        }
        memory.take(bytes);
        return new KeptRow(row.getString(1), row.getString(2), row.getLong(3), row.getBytes(4), row.getLong(5));
    }
}
