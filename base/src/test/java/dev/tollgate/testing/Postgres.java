package dev.tollgate.testing;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tollgate.storage.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * A real PostgreSQL of the oldest supported version. All tests of a run share one server; each test that asks gets a database of its own. The
 * server is a library, needs no installation, and ends with the run. Addresses belong to a superuser, so that a test can change data behind the
 * program's back; the program gets the address of its own role ({@link #served}). A database in which a test has changed only rows serves
 * another test ({@link #giveBack}), since a new one takes a tenth of a second of a processor.
 */
public final class Postgres {

    private static final String TEMPLATE = "migrated";
    private static final Path ROLES = Path.of("deploy", "postgresql", "roles.sql");

    /** The prefix in the names of databases that have a schema, and so the roles' rights. */
    static final String SERVED = "served";

    private static final AtomicInteger DATABASES = new AtomicInteger();

    /**
     * A digest of what a test can leave behind in a database apart from rows, without server-wide objects; and the schema's version, whose rows
     * stay. What a copy has like the template has the same numbers, and each change gives a row of a catalogue another {@code xmin}.
     */
    private static final String BESIDE_ROWS = """
            SELECT md5(string_agg(what, ' ' ORDER BY what COLLATE "C")) FROM (
            SELECT concat(relname, relkind, relacl, relowner, relhasrules, relrowsecurity, reloptions) AS what
            FROM pg_class WHERE oid >= 16384 AND relnamespace = 'public'::regnamespace
            UNION ALL SELECT concat('attributes', COUNT(*), SUM(attrelid::bigint * attnum), SUM(xmin::text::bigint))
            FROM pg_attribute WHERE attrelid >= 16384
            UNION ALL SELECT concat('triggers', COUNT(*), SUM(oid::bigint), SUM(xmin::text::bigint)) FROM pg_trigger
            UNION ALL SELECT concat('constraints', COUNT(*), SUM(oid::bigint), SUM(xmin::text::bigint)) FROM pg_constraint
            WHERE oid >= 16384
            UNION ALL SELECT concat(proname, prosrc, proacl) FROM pg_proc WHERE oid >= 16384
            UNION ALL SELECT concat(nspname, nspacl) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
            UNION ALL SELECT concat(datallowconn, datconnlimit, datacl) FROM pg_database WHERE datname = current_database()
            UNION ALL SELECT concat(version, least) FROM tollgate_schema
            UNION ALL SELECT concat(setconfig) FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())) AS all_of_it""";

    private static final String SESSIONS =
            "SELECT pg_stat_get_db_numbackends(oid) FROM pg_database WHERE datname = current_database()";

    /** What was deleted still takes room, and vacuuming would tell the planner that there are no rows. In bytes. */
    private static final int SMALL_TABLE = 64 * 8192;

    private static final Queue<String> FREE = new ConcurrentLinkedQueue<>();
    /** Migrated databases that tests have, by the test class ({@link TestScope}). */
    private static final Map<Object, Deque<String>> LENT = new ConcurrentHashMap<>();

    private Postgres() {}

    private static final class Server {

        /** Why it did not start stands there. */
        private static final File LOG = new File("target", "postgresql.log");

        static final EmbeddedPostgres RUNNING = start();
        static final String BESIDE_ROWS_AT_FIRST = text(url(RUNNING, TEMPLATE), BESIDE_ROWS);

        static {
            endSession(url(RUNNING, TEMPLATE)); // PostgreSQL copies no database that has a connection
        }

        private static EmbeddedPostgres start() {
            try {
                Path data = Files.createTempDirectory("tollgate-postgres");
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .setRegisterShutdownHook(false)
                        .setPort(Ports.free()) // another test's server could take a port that this one chose
                        .setServerConfig("max_connections", "200")
                        // It would visit each of hundreds of small databases once a minute.
                        .setServerConfig("autovacuum", "off")
                        .setServerConfig("log_min_messages", "fatal")
                        .setOutputRedirector(ProcessBuilder.Redirect.to(LOG))
                        .setErrorRedirector(ProcessBuilder.Redirect.appendTo(LOG))
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(server, data)));
                migrated(server, TEMPLATE); // copies of it have the rights, too
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A hundred thousand files by then: the JVM takes longer over them than it is given for its end. */
    private static void remove(EmbeddedPostgres server, Path data) {
        try {
            server.close();
            new ProcessBuilder("rm", "-rf", data.toString()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A database on a server of the test's own, which it may stop. */
    public static String migratedOn(EmbeddedPostgres server) {
        return migrated(server, SERVED);
    }

    private static String migrated(EmbeddedPostgres server, String name) {
        execute(server, "CREATE DATABASE " + name);
        String url = url(server, name);
        Database.openShared(url).close();
        try {
            execute(url, Files.readString(ROLES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return url;
    }

    /** The address of a fresh database with the newest schema and nothing in it. */
    public static String migrated() {
        String used = FREE.poll();
        String url = used == null ? untouched() : used;
        Object scope = TestScope.current();
        if (scope != null) {
            LENT.computeIfAbsent(scope, any -> new ConcurrentLinkedDeque<>()).push(url);
        }
        return url;
    }

    /** Returns the address of a database that no other test has used. */
    public static String untouched() {
        return fresh(SERVED, " STRATEGY FILE_COPY TEMPLATE " + TEMPLATE);
    }

    /** How many databases a test class has. */
    static int lent(Object scope) {
        return LENT.getOrDefault(scope, new ArrayDeque<>()).size();
    }

    /**
     * Takes back the databases of a test class beyond the {@code kept} oldest, without those that still have a connection. A database that has
     * grown, or in which more than rows has changed, is not used again.
     */
    static void giveBack(Object scope, int kept) {
        Deque<String> lent = LENT.getOrDefault(scope, new ArrayDeque<>());
        List<String> inUse = new ArrayList<>();
        while (lent.size() > kept) {
            String url = lent.pop();
            try {
                PostgresSessions.use(url, session -> {
                    try (Statement statement = session.createStatement()) {
                        if (isInUse(statement)) {
                            inUse.add(url);
                        } else if (isAsAtFirst(statement)) {
                            FREE.add(url);
                        }
                        return null;
                    }
                });
            } catch (SQLException e) {
                // the test has revoked all connections
            }
        }
        inUse.forEach(lent::push);
    }

    private static boolean isInUse(Statement statement) throws SQLException {
        for (int looks = 0; looks < 20; looks++) {
            if (text(statement, SESSIONS).equals("1")) {
                return false;
            }
            LockSupport.parkNanos(5_000_000); // the last session may be about to end
        }
        return true;
    }

    /** Removes all rows that a new database does not have. @return false if more than rows has changed */
    private static boolean isAsAtFirst(Statement statement) throws SQLException {
        if (!text(statement, BESIDE_ROWS).equals(Server.BESIDE_ROWS_AT_FIRST)) {
            return false;
        }
        StringBuilder deletes = new StringBuilder("SET session_replication_role = replica;");
        try (ResultSet row = statement.executeQuery("SELECT relname, pg_relation_size(oid) FROM pg_class"
                + " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'tollgate_schema'")) {
            while (row.next()) {
                if (row.getLong(2) > SMALL_TABLE) {
                    return false;
                }
                if (row.getLong(2) > 0) {
                    deletes.append("DELETE FROM ").append(row.getString(1)).append(';');
                }
            }
        }
        statement.execute(deletes.toString());
        return true;
    }

    private static String text(String url, String query) {
        return of(url, query, session -> {
            try (Statement statement = session.createStatement()) {
                return text(statement, query);
            }
        });
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    /**
     * The address that a program is given: where there is a schema it serves as the role that may do the least (F66); without one it has to make
     * it first, as its owner.
     */
    public static String served(String url) {
        return url.contains("/" + SERVED) ? url.replaceFirst("([?&]user=)[^&]*", "$1tollgate_app") : url;
    }

    /** The address of a migrated database as the role that owns its tables, and no more than those. */
    public static String owned(String url) {
        return url.replaceFirst("([?&]user=)[^&]*", "$1tollgate_owner");
    }

    /** The address of a fresh database without a schema. */
    public static String empty() {
        return fresh("test", "");
    }

    /**
     * Returns the address of a copy of another database in its present state; no migration may run during the copy. @param sql statements to run
     * on the copy
     */
    public static String copied(String url, String sql) {
        String copy = migrated();
        try (Connection from = snapshot(url);
                Connection to = DriverManager.getConnection(copy);
                Statement statement = to.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            for (String table : tables(from)) {
                String rows = rows(from, table);
                statement.execute("DELETE FROM " + table); // truncating makes each table and index again
                if (!rows.isEmpty()) {
                    new CopyManager(to.unwrap(BaseConnection.class))
                            .copyIn("COPY " + table + " FROM STDIN", new StringReader(rows));
                }
            }
            statement.execute(sql);
            return copy;
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(url, e);
        }
    }

    /** All rows of all tables as text. */
    public static String dump(String url) {
        StringBuilder all = new StringBuilder();
        try (Connection from = snapshot(url)) {
            for (String table : tables(from)) {
                all.append(rows(from, table));
            }
            return all.toString();
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(url, e);
        }
    }

    private static Connection snapshot(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        return connection;
    }

    private static List<String> tables(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        return tables;
    }

    private static String rows(Connection connection, String table) throws SQLException, IOException {
        StringWriter rows = new StringWriter();
        new CopyManager(connection.unwrap(BaseConnection.class)).copyOut("COPY " + table + " TO STDOUT", rows);
        return rows.toString();
    }

    private static String fresh(String kind, String how) {
        assumeFalse(
                "none".equals(System.getProperty("test.postgres")), "only a look for mutants goes without PostgreSQL");
        EmbeddedPostgres server = Server.RUNNING;
        String name = kind + DATABASES.incrementAndGet();
        execute(server, "CREATE DATABASE " + name + how);
        return url(server, name);
    }

    private static void execute(EmbeddedPostgres server, String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Removes a database that this class has made, even if it still has connections. */
    public static void drop(String url) {
        endSession(url);
        String name = url.replaceFirst("^.*/([^/?]+).*$", "$1");
        LENT.values().forEach(lent -> lent.remove(url));
        execute(Server.RUNNING, "DROP DATABASE " + name + " WITH (FORCE)");
    }

    /** Changes a database behind the program's back. */
    public static void execute(String url, String sql) {
        of(url, sql, session -> {
            try (Statement statement = session.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** A number that is asked for behind the program's back; 0 where there is no row. */
    public static long number(String url, String query) {
        return of(url, query, session -> number(session, query));
    }

    private static long number(Connection session, String query) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static <T> T of(String url, String what, PostgresSessions.Use<T> use) {
        try {
            return PostgresSessions.use(url, use);
        } catch (SQLException e) {
            throw new IllegalStateException(what, e);
        }
    }

    /** Closes the tests' own session with a database: it is kept open otherwise, and some statements need a database without connections. */
    public static void endSession(String url) {
        try {
            PostgresSessions.end(url);
        } catch (SQLException e) {
            throw new IllegalStateException(url, e);
        }
    }

    private static String url(EmbeddedPostgres server, String name) {
        return server.getJdbcUrl("postgres", name);
    }
}
