package dev.tollgate.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Takes the present row of a result. */
@FunctionalInterface
public interface RowVisitor {

    /** @throws SQLException as the driver gave it */
    void visit(ResultSet row) throws SQLException;
}
