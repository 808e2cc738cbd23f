package dev.tollgate.testing;

import dev.tollgate.storage.sql.Reads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The connection of a read, for what a test asks of JDBC itself. */
public final class Reading {

    private Reading() {}

    public static Connection connection(Reads sql) throws SQLException {
        try (PreparedStatement any = sql.prepare("SELECT 1")) {
            return any.getConnection();
        }
    }
}
