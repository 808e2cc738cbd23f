package dev.tollgate.storage;

import dev.tollgate.base.host.Printable;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies every table from one database to another of the same schema and compares what is there afterwards: the number of rows, a
 * checksum over all their values, and the sum of each amount. What tables there are and which must come first is asked of the
 * database, so that no list of them can be out of date. Neither connection is committed.
 */
record TableCopy(Connection from, Connection to) {

    private static final int BATCH_ROWS = 200; // a row may hold tens of KiB

    /** The rows of a table whose rows may hold a mebibyte each. */
    private static final int LARGE_ROWS = 8;

    private static final Set<String> LARGE = Set.of("kept_response", "file_piece", "job_line");
    private static final long MIX = 0x9E3779B97F4A7C15L;

    /** The content of a table, independent of the order of its rows. */
    record Sums(long rows, long checksum, Map<String, BigInteger> micros) {}

    /**
     * @return the tables with what was copied into them
     * @throws CannotOpen when a table of the target has rows already, or does not hold afterwards what it should
     */
    Map<String, Sums> run() throws SQLException {
        List<String> tables = tables();
        for (String table : tables) {
            requireEmpty(table);
        }
        Map<String, Sums> copied = new LinkedHashMap<>();
        for (String table : tables) {
            copied.put(table, copy(table));
        }
        for (String table : tables) {
            if (!sums(table).equals(copied.get(table))) {
                throw new CannotOpen("The copy of the table " + table + " does not hold what the original holds.");
            }
        }
        return copied;
    }

    /** Returns the tables, each before those that refer to it. */
    private List<String> tables() throws SQLException {
        DatabaseMetaData target = to.getMetaData();
        Set<String> names = new LinkedHashSet<>();
        try (ResultSet row = target.getTables(null, to.getSchema(), "%", new String[] {"TABLE"})) {
            while (row.next()) {
                names.add(row.getString("TABLE_NAME"));
            }
        }
        names.remove(Migrations.HISTORY);
        names.removeIf(name -> name.startsWith("sqlite_"));
        Set<String> ordered = new LinkedHashSet<>();
        for (String name : names) {
            addAfterItsParents(target, name, ordered);
        }
        return new ArrayList<>(ordered);
    }

    private void addAfterItsParents(DatabaseMetaData target, String table, Set<String> ordered) throws SQLException {
        List<String> parents = new ArrayList<>();
        try (ResultSet row = target.getImportedKeys(null, to.getSchema(), table)) {
            while (row.next()) {
                parents.add(row.getString("PKTABLE_NAME").toLowerCase(Locale.ROOT));
            }
        }
        for (String parent : parents) {
            if (!parent.equals(table) && !ordered.contains(parent)) {
                addAfterItsParents(target, parent, ordered);
            }
        }
        ordered.add(table);
    }

    private void requireEmpty(String table) throws SQLException {
        try (Statement statement = to.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1 FROM " + table + " LIMIT 1")) {
            if (row.next()) {
                throw new CannotOpen("The table " + table + " of the target is not empty; nothing was copied.");
            }
        }
    }

    private Sums copy(String table) throws SQLException {
        try (Statement select = from.createStatement()) {
            select.setFetchSize(batchRows(table));
            try (ResultSet row = select.executeQuery("SELECT * FROM " + table + order(table))) {
                return insert(table, row);
            }
        }
    }

    /** Returns the order of a table's rows: calls are copied by their starts, so that calls of the same time are stored next to each other. */
    private static String order(String table) {
        return table.equals("call") ? " ORDER BY id" : "";
    }

    private Sums insert(String table, ResultSet row) throws SQLException {
        List<String> columns = columns(row);
        String sql = "INSERT INTO " + table + " (" + String.join(", ", columns) + ") VALUES ("
                + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
        Summing summing = new Summing(columns);
        try (PreparedStatement insert = to.prepareStatement(sql)) {
            while (row.next()) {
                for (int i = 0; i < columns.size(); i++) {
                    Object value = row.getObject(i + 1);
                    if (value instanceof String text && text.indexOf('\0') >= 0) {
                        throw new CannotOpen("PostgreSQL cannot take a row of the table " + table + ": its column "
                                + columns.get(i) + " has U+0000. The row is " + named(columns, row)
                                + ". Change it with a tool of SQLite's, then run this again; nothing was copied.");
                    }
                    insert.setObject(i + 1, summing.add(i, value));
                }
                summing.next();
                insert.addBatch();
                if (summing.rows % batchRows(table) == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
        }
        return summing.sums();
    }

    private static int batchRows(String table) {
        return LARGE.contains(table) ? LARGE_ROWS : BATCH_ROWS;
    }

    /** Returns the name of a row by its first column, which is a key nearly everywhere. */
    private static String named(List<String> columns, ResultSet row) throws SQLException {
        return columns.getFirst() + " = " + Printable.line(String.valueOf(row.getObject(1)));
    }

    private Sums sums(String table) throws SQLException {
        try (Statement select = to.createStatement()) {
            select.setFetchSize(batchRows(table));
            try (ResultSet row = select.executeQuery("SELECT * FROM " + table)) {
                List<String> columns = columns(row);
                Summing summing = new Summing(columns);
                while (row.next()) {
                    for (int i = 0; i < columns.size(); i++) {
                        summing.add(i, row.getObject(i + 1));
                    }
                    summing.next();
                }
                return summing.sums();
            }
        }
    }

    private static List<String> columns(ResultSet row) throws SQLException {
        ResultSetMetaData meta = row.getMetaData();
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            columns.add(meta.getColumnName(i).toLowerCase(Locale.ROOT));
        }
        return columns;
    }

    private static final class Summing {

        private final List<String> columns;
        private final Map<String, BigInteger> micros = new LinkedHashMap<>();
        private long rows;
        private long checksum;
        private long ofThisRow;

        Summing(List<String> columns) {
            this.columns = columns;
        }

        @Nullable
        Object add(int column, @Nullable Object value) {
            String name = columns.get(column);
            ofThisRow += (name.hashCode() * 31L + print(value)) * MIX;
            ofThisRow ^= ofThisRow >>> 29;
            if (name.endsWith("_micros") && value instanceof Number number) {
                micros.merge(name, BigInteger.valueOf(number.longValue()), BigInteger::add);
            }
            return value;
        }

        private static int print(@Nullable Object value) {
            return value instanceof byte[] bytes
                    ? Arrays.hashCode(bytes)
                    : String.valueOf(value).hashCode();
        }

        void next() {
            checksum += ofThisRow;
            ofThisRow = 0;
            rows++;
        }

        Sums sums() {
            return new Sums(rows, checksum, micros);
        }
    }
}
