package dev.tollgate.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tests' own sessions with PostgreSQL, one for each database: a new session costs a hundred times what most queries do. A thread that finds
 * the session in use, as by a statement that waits for a lock, opens another. Thread-safe.
 */
final class PostgresSessions {

    /** What is done over a session, which commits each statement. What it sets is unset after it. */
    interface Use<T> {
        T of(Connection session) throws SQLException;
    }

    private static final Map<String, Connection> IDLE = new ConcurrentHashMap<>();

    private PostgresSessions() {}

    static <T> T use(String url, Use<T> use) throws SQLException {
        Connection idle = IDLE.remove(url);
        Connection session = idle != null && isAlive(idle) ? idle : DriverManager.getConnection(url);
        boolean done = false;
        try {
            T result = use.of(session);
            done = true;
            return result;
        } finally {
            giveBack(url, session, done);
        }
    }

    /** The server, or a test, may have ended it. */
    private static boolean isAlive(Connection session) {
        try (Statement statement = session.createStatement()) {
            statement.execute("RESET ALL");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private static void giveBack(String url, Connection session, boolean isGood) throws SQLException {
        Connection other = isGood && session.getAutoCommit() ? IDLE.putIfAbsent(url, session) : session;
        if (other != null) {
            session.close();
        }
    }

    /** Whoever counts sessions, or lets none in, wants none of these. */
    static void end(String url) throws SQLException {
        Connection idle = IDLE.remove(url);
        if (idle != null) {
            idle.close();
        }
    }
}
