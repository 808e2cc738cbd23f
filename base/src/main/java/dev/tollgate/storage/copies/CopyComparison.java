package dev.tollgate.storage.copies;

import dev.tollgate.storage.StoreUnavailable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.sqlite.SQLiteDataSource;

/**
 * Compares a copy of the books with an older one (C33): each row of a table whose rows are written once is in the newer one, column by column. It needs
 * no rule of the books, so it sees an altered value that verification cannot know. Blocks for a time that grows with the books.
 */
public final class CopyComparison {

    /** The number of sentences for a table. */
    private static final int LINES_MAX = 20;

    /** A table whose rows are written once. @param erased columns that an erasure empties */
    private record Once(List<String> key, Set<String> erased) {}

    private static final Map<String, Once> TABLES = tables();

    private CopyComparison() {}

    private static Map<String, Once> tables() {
        List<String> numbered = List.of("account_id", "number");
        Map<String, Once> tables = new LinkedHashMap<>();
        tables.put("call", new Once(numbered, Set.of()));
        tables.put("entry", new Once(numbered, Set.of()));
        tables.put("invoice", new Once(List.of("payment_id"), Set.of()));
        tables.put("price", new Once(List.of("version"), Set.of()));
        tables.put("audit_log", new Once(List.of("sequence"), Set.of()));
        tables.put("account_log", new Once(numbered, Set.of("address", "before_json", "after_json")));
        return tables;
    }

    /**
     * Looks for rows that are missing or altered.
     *
     * @param differences receives a sentence for each, and one with the number of others
     * @return whether both have the same schema; if not, nothing is compared
     * @throws StoreUnavailable if a file cannot be read
     */
    public static boolean run(Path newer, Path older, Consumer<String> differences) {
        try (Connection connection = open(newer);
                PreparedStatement attach = connection.prepareStatement("ATTACH DATABASE ? AS older")) {
            attach.setString(1, older.toAbsolutePath().toString());
            attach.execute();
            if (schema(connection, "main") != schema(connection, "older")) {
                return false;
            }
            for (Map.Entry<String, Once> table : TABLES.entrySet()) {
                compare(connection, table.getKey(), table.getValue(), differences);
            }
            return true;
        } catch (SQLException e) {
            throw new StoreUnavailable("the copies could not be compared", e);
        }
    }

    private static Connection open(Path file) throws SQLException {
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
        return source.getConnection();
    }

    private static long schema(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT MAX(version) FROM " + name + ".tollgate_schema")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static void compare(Connection connection, String table, Once once, Consumer<String> differences)
            throws SQLException {
        String on = String.join(
                " AND ", once.key().stream().map(it -> "n." + it + " = o." + it).toList());
        String key = String.join(
                " || '/' || ", once.key().stream().map(it -> "o." + it).toList());
        List<String> differs = new ArrayList<>();
        for (String column : columns(connection, table)) {
            if (!once.key().contains(column)) {
                String other = "o." + column + " IS NOT n." + column;
                differs.add(once.erased().contains(column) ? "n." + column + " IS NOT NULL AND " + other : other);
            }
        }
        String which = differs.stream()
                .map(it -> "WHEN " + it + " THEN '" + it.replaceAll(".*\\bn\\.", "") + "'")
                .reduce((one, other) -> one + " " + other)
                .orElseThrow();
        String missing = "n." + once.key().getFirst() + " IS NULL";
        String query = "SELECT " + key + ", CASE WHEN " + missing + " THEN '' " + which + " END FROM older." + table
                + " o LEFT JOIN main." + table + " n ON " + on + " WHERE " + missing + " OR "
                + String.join(" OR ", differs);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            long count = 0;
            while (row.next()) {
                if (++count <= LINES_MAX) {
                    String column = row.getString(2);
                    differences.accept("row " + row.getString(1) + " of the table " + table + " "
                            + (column.isEmpty()
                                    ? "is missing, and the copy of the day before has it"
                                    : "has another " + column + " than in the copy of the day before"));
                }
            }
            if (count > LINES_MAX) {
                differences.accept(
                        (count - LINES_MAX) + " further rows of the table " + table + " are missing or altered");
            }
        }
    }

    private static List<String> columns(Connection connection, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA older.table_info(" + table + ")")) {
            while (row.next()) {
                columns.add(row.getString("name"));
            }
        }
        return columns;
    }
}
