package dev.tollgate.storage.copies;

import dev.tollgate.base.host.Pace;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.storage.holdings.TableRule;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteDataSource;

/**
 * Compares a copy of the books with an older one (C33): each row of a table whose rows are written once is in the newer one, column by column. It needs
 * no rule of the books, so it sees an altered value that verification cannot know. Blocks for a time that grows with the books.
 */
public final class CopyComparison {

    /** The number of sentences for a table. */
    private static final int LINES_MAX = 20;

    /** The steps of SQLite's machine between two of the pace. */
    private static final int STEPS = 100_000;

    private CopyComparison() {}

    /** Calls the pace from SQLite's machine, through which no exception may pass. */
    private static final class Steps extends ProgressHandler {

        private final Pace pace;
        private @Nullable RuntimeException ended;

        Steps(Pace pace) {
            this.pace = pace;
        }

        @Override
        protected int progress() {
            try {
                pace.step();
                return 0;
            } catch (RuntimeException e) {
                ended = e;
                return 1; // interrupts the statement
            }
        }
    }

    /**
     * Compares a copy with the newest whole one of an earlier day in the folder of copies.
     *
     * @param books the copy's file, open nowhere else
     * @param copy its place in the folder
     * @param scratch an empty folder, in which the older copy is put
     * @param differences receives a sentence for each
     * @param altered receives a sentence for each copy that is not as it was stored
     * @param notes receives with which copy it is compared, or why not with one
     * @param pace slows it down
     * @throws CannotOpen if no copy of an earlier day is whole, or there is no room
     * @throws StoreUnavailable if a file cannot be read
     */
    public static void withDayBefore(
            Path books,
            Path copy,
            Path scratch,
            Consumer<String> differences,
            Consumer<String> altered,
            Consumer<String> notes,
            Pace pace) {
        CopyChoice before = CopyChoice.ofDaysBefore(copy);
        if (before == null) {
            notes.accept("There is no copy of an earlier day to compare with.");
            return;
        }
        Path read = scratch.resolve("tollgate.db");
        Path older = before.putInto(read, altered, notes);
        boolean isCompared = run(books, read, differences, pace);
        notes.accept(
                isCompared ? "It is compared with " + older + "." : older + " has another schema: it is not compared.");
    }

    /**
     * Looks for rows that are missing or altered.
     *
     * @param differences receives a sentence for each, and one with the number of others
     * @param pace slows it down
     * @return whether both have the same schema; if not, nothing is compared
     * @throws StoreUnavailable if a file cannot be read
     */
    public static boolean run(Path newer, Path older, Consumer<String> differences, Pace pace) {
        Steps steps = new Steps(pace);
        try (Connection connection = open(newer);
                PreparedStatement attach = connection.prepareStatement("ATTACH DATABASE ? AS older")) {
            attach.setString(1, older.toAbsolutePath().toString());
            attach.execute();
            ProgressHandler.setHandler(connection, STEPS, steps);
            if (schema(connection, "main") != schema(connection, "older")) {
                return false;
            }
            for (TableRule rule : TableRule.all()) {
                if (!rule.once().isEmpty()) {
                    compare(connection, rule, differences);
                }
            }
            return true;
        } catch (SQLException e) {
            if (steps.ended != null) {
                throw steps.ended;
            }
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

    private static void compare(Connection connection, TableRule rule, Consumer<String> differences)
            throws SQLException {
        String table = rule.table();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query(rule, columns(connection, table)))) {
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

    /** Returns a query for the rows that are missing or altered: the key, and the first altered column, empty for a missing row. */
    private static String query(TableRule rule, List<String> columns) {
        String on = String.join(
                " AND ",
                rule.once().stream().map(it -> "n." + it + " = o." + it).toList());
        String key = String.join(
                " || '/' || ", rule.once().stream().map(it -> "o." + it).toList());
        StringBuilder which = new StringBuilder();
        StringBuilder differs = new StringBuilder();
        for (String column : columns) {
            if (!rule.once().contains(column)) {
                String other = "o." + column + " IS NOT n." + column;
                String wrong = rule.emptied().contains(column) ? "n." + column + " IS NOT NULL AND " + other : other;
                which.append(" WHEN ")
                        .append(wrong)
                        .append(" THEN '")
                        .append(column)
                        .append('\'');
                differs.append(" OR ").append(wrong);
            }
        }
        String missing = "n." + rule.once().getFirst() + " IS NULL";
        return "SELECT " + key + ", CASE WHEN " + missing + " THEN ''" + which + " END FROM older." + rule.table()
                + " o LEFT JOIN main." + rule.table() + " n ON " + on + " WHERE " + missing + differs;
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
