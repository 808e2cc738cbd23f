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
 * Brings a database to this program's schema. Flyway does it; but loading Flyway takes longer than all the rest of opening, so its
 * history table is read first and Flyway is left alone when nothing is to be done.
 */
final class Migrations {

    /** The number of the last file in {@code migrations} and the folders beside it, which hold what one database alone needs. */
    static final int NEWEST = 38;

    static final String HISTORY = "flyway_schema_history";

    /**
     * The row of {@code installation} that names the oldest schema whose program may run on this one. A migration that only adds
     * leaves it; one that takes something away sets it to its own number, or to that of the first program that did without.
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
     * On a server one of those that start together does it, and the others wait for it.
     *
     * @return what the schema was before
     * @throws CannotOpen when a newer program has written the database that does not suffer this one, or a migration fails
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

    /** For those who only read. @throws CannotOpen when this program does not know the schema */
    static void check(Engine engine) {
        Present present = present(engine);
        refuseNewer(present);
        if (present.version() < NEWEST) {
            throw new CannotOpen("The database has schema " + present.version() + ", this program needs " + NEWEST
                    + "; start the server once, it migrates, or run ./tollgate migrate.");
        }
    }

    /** For who copies all tables, each as it is known here. @throws CannotOpen when there may be more in it */
    static void requireOurs(Engine engine) {
        int version = version(engine);
        if (version > NEWEST) {
            throw new CannotOpen("The database was written by a newer Tollgate (schema " + version
                    + ", this program knows " + NEWEST + "): copy it with that version.");
        }
    }

    /** The number that the schema has by now; 0 where there is none. */
    static int version(Engine engine) {
        return present(engine).version();
    }

    /** What this program knows, for who must not have it compiled in. */
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
