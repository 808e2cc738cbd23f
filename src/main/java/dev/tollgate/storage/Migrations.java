package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings a database to this program's schema with Flyway. Loading Flyway takes longer than all the rest of opening, so its
 * history table is read first, and Flyway is loaded only if there is a migration to run.
 */
final class Migrations {

    /** The number of the last file in {@code migrations} and in the folders of the two databases next to it. */
    static final int NEWEST = 61;

    static final String HISTORY = "flyway_schema_history";

    /**
     * The row of {@code installation} with the oldest schema whose program may run on this one. A migration that only adds
     * leaves it. A migration that removes something sets it to its own number, or to the number of the first program that did not need it. A migration
     * that changes what a row means is a {@link RowForm}: it is set to its number by the first such row. The file of each migration says which it is,
     * in a line that begins with "Older programs".
     */
    static final String COMPATIBLE_FROM = "compatible_from";

    private Migrations() {}

    /** @param compatibleFrom the oldest schema whose program may run here */
    private record Present(int version, int compatibleFrom) {

        boolean isTooNew() {
            return version > NEWEST && compatibleFrom > NEWEST;
        }
    }

    /**
     * Migrates the database. If several programs start over one server, one migrates and the others wait.
     *
     * @return the schema before
     * @throws CannotOpen if the database is of a newer program that excludes this one, or a migration fails
     */
    static int run(Engine engine) {
        Present present = present(engine);
        refuseNewer(present);
        if (present.version() < NEWEST) {
            if (engine instanceof PostgresServer server) {
                new MigrationTurn(server).run();
            } else {
                migrate(engine, NEWEST);
            }
        }
        return present.version();
    }

    /** Checks the schema for a program that only reads. @throws CannotOpen if this program does not know it */
    static void check(Engine engine) {
        Present present = present(engine);
        refuseNewer(present);
        if (present.version() < NEWEST) {
            throw new CannotOpen("The database has schema " + present.version() + ", this program needs " + NEWEST
                    + "; start the server once, it migrates, or run ./tollgate migrate.");
        }
    }

    /** Checks that this program knows all tables, before they are copied. @throws CannotOpen if the schema is newer */
    static void requireOurs(Engine engine) {
        int version = version(engine);
        if (version > NEWEST) {
            throw new CannotOpen("The database was written by a newer Tollgate (schema " + version
                    + ", this program knows " + NEWEST + "): copy it with that version.");
        }
    }

    /** Returns the number of the present schema; 0 if there is none. */
    static int version(Engine engine) {
        return present(engine).version();
    }

    /** Returns {@link #NEWEST} to classes that must not have it compiled in. */
    static int newest() {
        return NEWEST;
    }

    private static void refuseNewer(Present present) {
        if (present.isTooNew()) {
            throw new CannotOpen("The database was written by a newer Tollgate (schema " + present.version()
                    + ", for programs from schema " + present.compatibleFrom() + " on; this program knows " + NEWEST
                    + "); use a newer version, or restore a backup.");
        }
    }

    private static Present present(Engine engine) {
        try (Connection connection = engine.first()) {
            if (!hasHistory(connection, engine.dialect())) {
                return new Present(0, 0);
            }
            int version = newest(connection);
            return new Present(version, version <= NEWEST ? version : compatibleFrom(connection));
        } catch (SQLException e) {
            throw new CannotOpen("Cannot read the database: " + Failures.why(e) + ".", e);
        }
    }

    private static int compatibleFrom(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT value FROM installation WHERE name = ?")) {
            select.setString(1, COMPATIBLE_FROM);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Integer.parseInt(row.getString(1)) : Integer.MAX_VALUE;
            }
        }
    }

    private static boolean hasHistory(Connection connection, Dialect dialect) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(dialect.tables())) {
            select.setString(1, HISTORY);
            try (ResultSet row = select.executeQuery()) {
                return row.next() && row.getInt(1) > 0;
            }
        }
    }

    private static int newest(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COALESCE(MAX(CAST(version AS INTEGER)), 0) FROM "
                        + HISTORY + " WHERE version IS NOT NULL")) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

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
            throw new CannotOpen("The database could not be migrated: " + Failures.why(e) + ".", e);
        }
    }
}
