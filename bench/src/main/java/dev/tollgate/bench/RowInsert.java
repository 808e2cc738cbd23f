package dev.tollgate.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * New rows of a table, written as the program's writer does: into SQLite the rows of four calls by one run, into PostgreSQL the rows of a batch by one, with
 * an array for each column. A column is {@code "name type"}, with the types text, bigint and bytea.
 */
final class RowInsert {

    private static final int GROUP = 4;

    /** Gives the rows of a call. */
    interface Rows extends Function<EndedCall, List<@Nullable Object[]>> {}

    private final List<String> types;
    private final String one;
    private final String several;
    private final String many;
    private final Rows embedded;
    private final Rows server;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    private RowInsert(
            String table, List<String> columns, int parameters, IntFunction<String> text, Rows embedded, Rows server) {
        List<String> names = columns.stream().map(it -> it.split(" ")[0]).toList();
        this.types = columns.stream().map(it -> it.split(" ")[1]).toList();
        this.embedded = embedded;
        this.server = server;
        String into = table + " (" + String.join(", ", names) + ")";
        this.one = "INSERT OR FAIL INTO " + into + " VALUES " + text.apply(1);
        this.several = "INSERT OR FAIL INTO " + into + " VALUES "
                + IntStream.range(0, GROUP)
                        .mapToObj(i -> text.apply(1 + i * parameters))
                        .collect(Collectors.joining(", "));
        this.many = "INSERT INTO " + into + " SELECT * FROM unnest(" + marks(names.size()) + ")";
    }

    /** @param row the values of a call's only row, in the order of the columns */
    static RowInsert row(String table, List<String> columns, Function<EndedCall, @Nullable Object[]> row) {
        Rows rows = call -> Collections.singletonList(row.apply(call));
        return new RowInsert(table, columns, columns.size(), first -> "(" + marks(columns.size()) + ")", rows, rows);
    }

    /**
     * @param parameters of all rows of a call in SQLite
     * @param text of these rows, with parameters numbered from the given number on
     * @param embedded these parameters
     * @param server the values of each row, in the order of the columns
     */
    static RowInsert rows(
            String table,
            List<String> columns,
            int parameters,
            IntFunction<String> text,
            Function<EndedCall, @Nullable Object[]> embedded,
            Rows server) {
        return new RowInsert(
                table, columns, parameters, text, call -> Collections.singletonList(embedded.apply(call)), server);
    }

    private static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    void run(Connection connection, boolean isEmbedded, List<EndedCall> calls) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>(calls.size());
        for (EndedCall call : calls) {
            rows.addAll((isEmbedded ? embedded : server).apply(call));
        }
        if (isEmbedded) {
            inGroups(connection, rows);
        } else {
            atOnce(connection, rows);
        }
    }

    private void inGroups(Connection connection, List<@Nullable Object[]> rows) throws SQLException {
        int i = 0;
        for (; i + GROUP <= rows.size(); i += GROUP) {
            insert(prepared(connection, several), rows.subList(i, i + GROUP));
        }
        for (; i < rows.size(); i++) {
            insert(prepared(connection, one), rows.subList(i, i + 1));
        }
    }

    private static void insert(PreparedStatement statement, List<@Nullable Object[]> rows) throws SQLException {
        int at = 1;
        for (@Nullable Object[] row : rows) {
            for (Object value : row) {
                switch (value) {
                    case null -> statement.setNull(at++, Types.VARCHAR);
                    case Long number -> statement.setLong(at++, number);
                    case byte[] bytes -> statement.setBytes(at++, bytes);
                    default -> statement.setString(at++, (String) value);
                }
            }
        }
        statement.executeUpdate();
    }

    private void atOnce(Connection connection, List<@Nullable Object[]> rows) throws SQLException {
        PreparedStatement statement = prepared(connection, many);
        for (int column = 0; column < types.size(); column++) {
            @Nullable
            Object[] array =
                    types.get(column).equals("bytea") ? new byte[rows.size()][] : new @Nullable Object[rows.size()];
            for (int row = 0; row < array.length; row++) {
                array[row] = rows.get(row)[column];
            }
            statement.setArray(column + 1, connection.createArrayOf(types.get(column), array));
        }
        statement.executeUpdate();
    }

    private PreparedStatement prepared(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }
}
