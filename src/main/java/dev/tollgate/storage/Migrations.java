package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings a database to this program's schema. Flyway does it; but loading Flyway takes longer than all the rest of opening, so its
 * history table is read first and Flyway is left alone when nothing is to be done.
 */
final class Migrations {

    /** The number of the last file in {@code migrations} and the folders beside it, which hold what one database alone needs. */
    static final int NEWEST = 30;

    static final String HISTORY = "flyway_schema_history";

    private Migrations() {}

    /** @throws CannotOpen when a newer program has written the database, or a migration fails */
    static void run(Engine engine) {
        DataSource source = engine.source();
        int present = version(source);
        refuseNewer(present);
        if (present < NEWEST) {
            migrate(engine, NEWEST);
        }
    }

    /** For those who only read. @throws CannotOpen when the schema is not exactly this program's */
    static void check(Engine engine) {
        int present = version(engine.source());
        refuseNewer(present);
        if (present < NEWEST) {
            throw new CannotOpen("The database has schema " + present + ", this program needs " + NEWEST
                    + "; start the server once, it migrates.");
        }
    }

    private static void refuseNewer(int present) {
        if (present > NEWEST) {
            throw new CannotOpen("The database was written by a newer Tollgate (schema " + present
                    + ", this program knows " + NEWEST + "); use that version, or restore a backup.");
        }
    }

    private static int version(DataSource source) {
        try (Connection connection = source.getConnection()) {
            return hasHistory(connection) ? newest(connection) : 0;
        } catch (SQLException e) {
            throw new CannotOpen("Cannot read the database: " + e.getMessage(), e);
        }
    }

    private static boolean hasHistory(Connection connection) throws SQLException {
        try (ResultSet tables =
                connection.getMetaData().getTables(null, connection.getSchema(), HISTORY, new String[] {"TABLE"})) {
            return tables.next();
        }
    }

    private static int newest(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COALESCE(MAX(CAST(version AS INTEGER)), 0) FROM "
                        + HISTORY + " WHERE version IS NOT NULL")) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    // Several nodes may start at once: on PostgreSQL Flyway takes a lock, and whoever comes later finds nothing to do.
    static void migrate(Engine engine, int version) {
        Dialect dialect = engine.dialect();
        try {
            Flyway.configure()
                    .dataSource(engine.migrating())
                    .locations(
                            "classpath:migrations",
                            "classpath:migrations-" + dialect.name().toLowerCase(Locale.ROOT))
                    .target(Integer.toString(version))
                    .table(HISTORY)
                    .placeholders(Map.of("clustered", dialect == Dialect.SQLITE ? "WITHOUT ROWID" : ""))
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new CannotOpen("The database could not be migrated: " + e.getMessage(), e);
        }
    }
}
