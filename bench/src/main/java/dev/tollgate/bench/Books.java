package dev.tollgate.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A gateway's database while no gateway has it open, for rows without a real call. Nothing is synced: what a power cut leaves of it is to be
 * thrown away, what a killed process leaves is whole up to the last commit.
 */
final class Books implements AutoCloseable {

    private final Connection connection;
    private final BooksDialect dialect;

    private Books(Connection connection, BooksDialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    static Books open(String url) throws SQLException {
        boolean embedded = url.startsWith("jdbc:sqlite:");
        Books books =
                new Books(DriverManager.getConnection(url), embedded ? BooksDialect.SQLITE : BooksDialect.POSTGRESQL);
        List<String> begin = embedded
                ? List.of(
                        "PRAGMA journal_mode = TRUNCATE",
                        "PRAGMA synchronous = OFF",
                        "PRAGMA cache_size = -400000",
                        "PRAGMA temp_store = MEMORY")
                : List.of(
                        "SET session_replication_role = replica",
                        "SET synchronous_commit = off",
                        "SET work_mem = '256MB'");
        for (String sql : begin) {
            books.run(sql);
        }
        books.connection.setAutoCommit(false);
        return books;
    }

    BooksDialect dialect() {
        return dialect;
    }

    /** Only this benchmark's own numbers and words go into such a text. */
    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    boolean has(String table) throws SQLException {
        String sql = dialect == BooksDialect.SQLITE
                ? "SELECT COUNT(*) FROM sqlite_master WHERE name = '" + table + "'"
                : "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = '" + table + "'";
        return number(sql) > 0;
    }

    long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    /** As a server finds it that has run for long: its log as ever, its statistics known. */
    void settle() throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
        run(dialect == BooksDialect.SQLITE ? "PRAGMA journal_mode = WAL" : "VACUUM ANALYZE");
        connection.setAutoCommit(false);
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.close();
    }
}
