package dev.tollgate.verification;

import dev.tollgate.storage.DatabaseClock;
import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A pass over the rows of a query. It keeps no more than one account or one call at a time. */
interface Check {

    /** The largest difference between the clocks of two servers. Rows that have numbers are in their order instead. */
    long APART_MILLIS = DatabaseClock.APART.toMillis();

    /** Returns the name of the rows that it reads, for the progress. */
    String subject();

    /** Constant text for each database, in an order that puts together what belongs together. */
    String sql(Dialect dialect);

    /** Returns how many rows a driver fetches at a time; fewer if rows are large. */
    default int fetchRows() {
        return 1_000;
    }

    void row(ResultSet row, Findings findings) throws SQLException;

    /** Is called after the last row. */
    default void end(Findings findings) {}
}
