package dev.tollgate.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Takes the present row of a result and says whether to go on. */
@FunctionalInterface
public interface RowScan {

    /**
     * @return whether the next row is wanted
     * @throws SQLException as the driver gave it
     */
    boolean visit(ResultSet row) throws SQLException;
}
