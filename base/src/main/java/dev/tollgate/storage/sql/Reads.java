package dev.tollgate.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The statements of one read transaction, each closed when its rows are read. */
public final class Reads extends Sql {

    private final Connection connection;

    public Reads(Connection connection) {
        this.connection = connection;
    }

    @Override
    protected <T extends @Nullable Object> T with(String text, Use<T> use) throws SQLException {
        try (PreparedStatement statement = prepare(text)) {
            return use.of(statement);
        }
    }

    /** Returns a statement for a store that binds and reads it itself; the caller closes it. */
    public PreparedStatement prepare(String text) throws SQLException {
        return connection.prepareStatement(text);
    }
}
