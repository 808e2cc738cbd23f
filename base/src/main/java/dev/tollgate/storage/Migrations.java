package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a database to this program's schema. A table of the database has a row for each migration that was run. Each runs in a transaction of its own, so a
 * migration that is killed leaves nothing behind.
 */
final class Migrations {

    /** The number of the last migration. */
    static final int NEWEST = Migration.ALL.size();

    static final String HISTORY = "tollgate_schema";

    /** The table of the tool by which development builds before version 0.1.0 made theirs. */
    private static final String DEVELOPMENT = "flyway_schema_history";

    /**
     * Creates the history. Its {@code least} is the oldest schema whose programs may run: a migration that no earlier program can run with puts its own number
     * there.
     */
    private static final String MAKE_HISTORY = "CREATE TABLE IF NOT EXISTS " + HISTORY
            + " (version BIGINT NOT NULL PRIMARY KEY, file TEXT NOT NULL, checksum TEXT NOT NULL, least BIGINT NOT NULL,"
            + " applied_at BIGINT NOT NULL)";

    private static final String ADD =
            "INSERT INTO " + HISTORY + " (version, file, checksum, least, applied_at) VALUES (?, ?, ?, ?, %s)";

    private static final String PRESENT = "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(least), 0) FROM " + HISTORY;

    /** A query: the least schema whose program may run here. */
    static final String LEAST = "SELECT MAX(least) FROM " + HISTORY;

    private static final String RAISE =
            "UPDATE " + HISTORY + " SET least = ? WHERE version = (SELECT MAX(version) FROM " + HISTORY + ")";

    private static final String OLDER = "SELECT id FROM node WHERE schema_known < ? AND lease_until > "
            + Dialect.POSTGRESQL.nowMillis() + " ORDER BY id LIMIT 10";

    private static final String BASELINE = "SELECT checksum FROM " + HISTORY + " WHERE version = 1";

    private static final Logger log = LoggerFactory.getLogger(Migrations.class);

    private Migrations() {}

    /** @param least the least schema whose program may run here */
    private record Present(int version, int least) {

        boolean isTooNew() {
            return least > NEWEST;
        }
    }

    /**
     * Migrates the database. If several programs start over one server, one migrates and the others wait.
     *
     * @return the schema before
     * @throws CannotOpen if the database is of a newer program that excludes this one, or not of a release, if a migration fails, or a server runs that
     *     it shuts out
     */
    static int run(Engine engine) {
        return run(engine, false);
    }

    /** Migrates the database as {@link #run(Engine)} does. @param stopsOlder whether servers that a migration shuts out are stopped first */
    static int run(Engine engine, boolean stopsOlder) {
        Present present = present(engine);
        refuseNewer(present);
        if (present.version() < NEWEST) {
            if (engine instanceof PostgresServer server) {
                new MigrationTurn(server, stopsOlder).run();
            } else {
                migrate(engine);
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

    /**
     * Checks that a release made the tables, or that there is none. Changes nothing.
     *
     * @param name the database in a message
     * @return whether there are tables
     * @throws CannotOpen if a development build or another program made them
     */
    static boolean requireRelease(Connection connection, Dialect dialect, String name) throws SQLException {
        Set<String> tables = tables(connection, dialect);
        boolean isOfRelease = tables.contains(HISTORY)
                && Migration.ALL.getFirst().checksum(dialect).equals(baseline(connection));
        if (isOfRelease || tables.isEmpty()) {
            return isOfRelease;
        }
        boolean isOfDevelopment = tables.contains(HISTORY) || tables.contains(DEVELOPMENT);
        throw new CannotOpen(name
                + (isOfDevelopment
                        ? " was made by a development build of Tollgate, which no release reads; "
                        : " has tables of another program; ")
                + "nothing was changed: start with an empty " + dialect.place() + ".");
    }

    private static void refuseNewer(Present present) {
        if (present.isTooNew()) {
            throw new CannotOpen("The database was written by a newer Tollgate (schema " + present.version()
                    + ", for programs from schema " + present.least() + " on; this program knows " + NEWEST
                    + "); use a newer version, or restore a backup.");
        }
    }

    private static Present present(Engine engine) {
        try (Connection connection = engine.first()) {
            if (!tables(connection, engine.dialect()).contains(HISTORY)) {
                return new Present(0, 0);
            }
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(PRESENT)) {
                row.next();
                return new Present(row.getInt(1), row.getInt(2));
            }
        } catch (SQLException e) {
            throw new CannotOpen("Cannot read the database: " + Failures.why(e) + ".", e);
        }
    }

    static Set<String> tables(Connection connection, Dialect dialect) throws SQLException {
        Set<String> tables = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(dialect.tables())) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        return tables;
    }

    private static String baseline(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(BASELINE)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    static void migrate(Engine engine) {
        migrate(engine, Migration.ALL);
    }

    static void migrate(Engine engine, List<Migration> migrations) {
        Present present = present(engine);
        int least = present.least();
        try (Connection connection = engine.migrating().getConnection()) {
            connection.setAutoCommit(false);
            for (Migration migration : migrations.subList(present.version(), migrations.size())) {
                least = migration.isCompatible() ? least : migration.number();
                apply(connection, engine.dialect(), migration, least);
                connection.commit();
            }
        } catch (SQLException e) {
            throw new CannotOpen("The database could not be migrated: " + Failures.why(e) + ".", e);
        }
    }

    /** Shuts out the servers that do not survive some migrations. A server sees it when it renews its lease. @return the ids of those that still run */
    static List<String> shutOut(PostgresServer server, List<Migration> migrations) {
        int least = migrations.stream()
                .filter(it -> !it.isCompatible())
                .mapToInt(Migration::number)
                .max()
                .orElse(0);
        Present present = present(server);
        try (Connection connection = server.migrating().getConnection()) {
            if (present.version() == 0 || present.version() >= least) {
                return List.of();
            }
            if (present.least() < least) {
                try (PreparedStatement raise = connection.prepareStatement(RAISE)) {
                    raise.setInt(1, least);
                    raise.executeUpdate();
                }
            }
            return older(connection, least);
        } catch (SQLException e) {
            throw new CannotOpen("The database could not be migrated: " + Failures.why(e) + ".", e);
        }
    }

    private static List<String> older(Connection connection, int schema) throws SQLException {
        List<String> older = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(OLDER)) {
            select.setInt(1, schema);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    older.add(row.getString(1));
                }
            }
        }
        return older;
    }

    /** Checks that no server runs that a migration shuts out; none joins until the commit. */
    private static void requireNoOlder(Connection connection, int schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE node IN SHARE MODE");
        }
        List<String> older = older(connection, schema);
        if (!older.isEmpty()) {
            throw new CannotOpen("Servers of an older version are running, which cannot use schema " + schema + ": "
                    + String.join(", ", older) + ". Stop them first, or run ./tollgate migrate --stop-older.");
        }
    }

    private static void apply(Connection connection, Dialect dialect, Migration migration, int least)
            throws SQLException {
        if (!migration.isCompatible() && migration.number() > 1 && dialect == Dialect.POSTGRESQL) {
            requireNoOlder(connection, migration.number());
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(MAKE_HISTORY);
            try (PreparedStatement add = connection.prepareStatement(ADD.formatted(dialect.nowMillis()))) {
                add.setInt(1, migration.number());
                add.setString(2, migration.file());
                add.setString(3, migration.checksum(dialect));
                add.setInt(4, least);
                add.executeUpdate();
            }
            statement.executeUpdate(migration.sql(dialect)); // all statements: both drivers take them in one text
            for (String query : migration.says()) {
                try (ResultSet row = statement.executeQuery(query)) {
                    if (row.next()) {
                        log.info("migration {}: {}", migration.number(), row.getString(1));
                    }
                }
            }
        }
    }
}
