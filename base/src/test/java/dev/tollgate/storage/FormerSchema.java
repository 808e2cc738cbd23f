package dev.tollgate.storage;

import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Databases as an earlier version of the program has left them. */
public final class FormerSchema {

    private FormerSchema() {}

    /**
     * Makes a database of an earlier schema, and opens it as this program does, which migrates it.
     *
     * @param version of the schema, from 1
     * @param rows statements as the earlier version has run them
     */
    public static Database opened(Stores stores, Path folder, int version, List<String> rows) throws SQLException {
        String url = stores == Stores.SQLITE ? "" : Postgres.empty();
        Engine engine = stores == Stores.SQLITE ? new SqliteFile(folder) : new PostgresServer(url);
        Migrations.migrate(engine, Migration.ALL.subList(0, version));
        try (Connection connection = engine.source().getConnection();
                Statement statement = connection.createStatement()) {
            for (String row : rows) {
                statement.executeUpdate(row);
            }
        }
        return stores == Stores.SQLITE ? Database.open(folder) : Database.openShared(url);
    }
}
