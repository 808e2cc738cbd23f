package dev.tollgate.testing;

import dev.tollgate.storage.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL of the oldest version that is supported. One server for all tests of a run, a database of its own for each test
 * that asks: the server brings itself, needs no installation, and ends with the run.
 */
public final class Postgres {

    private static final String TEMPLATE = "migrated";
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private Postgres() {}

    private static final class Server {

        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                        .start();
                execute(server, "CREATE DATABASE " + TEMPLATE);
                Database.openShared(url(server, TEMPLATE)).close();
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The address of a fresh database with the newest schema and nothing in it. */
    public static String migrated() {
        return fresh(" TEMPLATE " + TEMPLATE);
    }

    /** The address of a fresh database without a schema. */
    public static String empty() {
        return fresh("");
    }

    private static String fresh(String how) {
        EmbeddedPostgres server = Server.RUNNING;
        String name = "test" + DATABASES.incrementAndGet();
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
