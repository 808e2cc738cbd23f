package dev.tollgate.testing;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tollgate.storage.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * A real PostgreSQL of the oldest version that is supported. One server for all tests of a run, a database of its own for each test
 * that asks: the server brings itself, needs no installation, and ends with the run. Addresses are a superuser's, who may do behind the
 * program's back what a test needs; the program is given that of its own role ({@link #served}).
 */
public final class Postgres {

    private static final String TEMPLATE = "migrated";
    private static final Path ROLES = Path.of("deploy", "postgresql", "roles.sql");

    /** Of databases that have a schema, and so the roles' rights. */
    private static final String SERVED = "served";

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private Postgres() {}

    private static final class Server {

        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                Path data = Files.createTempDirectory("tollgate-postgres");
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .setRegisterShutdownHook(false)
                        .setServerConfig("max_connections", "200")
                        // It would visit each of hundreds of small databases once a minute.
                        .setServerConfig("autovacuum", "off")
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(server, data)));
                execute(server, "CREATE DATABASE " + TEMPLATE);
                Database.openShared(url(server, TEMPLATE)).close();
                execute(url(server, TEMPLATE), Files.readString(ROLES)); // copies of it have the rights, too
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

    /** The address of a fresh database with the newest schema and nothing in it. */
    public static String migrated() {
        return fresh(SERVED, " TEMPLATE " + TEMPLATE + " STRATEGY FILE_COPY"); // less work than a copy through the log
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

    /** The address of a copy of another database as it is now; nothing may be migrated meanwhile. @param sql run on the copy */
    public static String copied(String url, String sql) {
        String copy = migrated();
        try (Connection from = snapshot(url);
                Connection to = DriverManager.getConnection(copy);
                Statement statement = to.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            for (String table : tables(from)) {
                statement.execute("TRUNCATE " + table + " CASCADE");
            }
            for (String table : tables(from)) {
                new CopyManager(to.unwrap(BaseConnection.class))
                        .copyIn("COPY " + table + " FROM STDIN", new StringReader(rows(from, table)));
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

    /** Removes a database that one of the above has made, whoever is still connected to it. */
    public static void drop(String url) {
        String name = url.replaceFirst("^.*/([^/?]+).*$", "$1");
        execute(Server.RUNNING, "DROP DATABASE " + name + " WITH (FORCE)");
    }

    /** Changes a database behind the program's back. */
    public static void execute(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static String url(EmbeddedPostgres server, String name) {
        return server.getJdbcUrl("postgres", name);
    }
}
