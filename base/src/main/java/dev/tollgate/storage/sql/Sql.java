package dev.tollgate.storage.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statements over one connection. Their texts are constant; values are parameters: a {@link String}, {@link Long}, {@link Integer}, {@code byte[]}
 * or null as it is, an {@link Instant} as milliseconds since 1970, a {@link Boolean} as 1 or 0. All methods block, and throw the
 * driver's {@link SQLException} unchanged, so that the transaction around them ends as it does for a statement of JDBC.
 */
public abstract class Sql {

    /** Uses a statement while it is open. */
    @FunctionalInterface
    protected interface Use<T extends @Nullable Object> {
        T of(PreparedStatement statement) throws SQLException;
    }

    /** Runs {@code use} with the statement of a text, and closes that afterwards unless this keeps its statements. */
    protected abstract <T extends @Nullable Object> T with(String text, Use<T> use) throws SQLException;

    /** Runs a statement that returns no rows. @return the number of rows that it changed */
    public final int run(String text, @Nullable Object... parameters) throws SQLException {
        return with(text, statement -> {
            bind(statement, parameters);
            return statement.executeUpdate();
        });
    }

    /** Returns all rows, in their order. */
    public final <T extends @Nullable Object> List<T> list(
            String text, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        return with(text, statement -> {
            bind(statement, parameters);
            List<T> rows = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.add(reader.read(row));
                }
            }
            return rows;
        });
    }

    /** Returns the first row; null if there is none. */
    public final <T> @Nullable T one(
            String text, RowReader<? extends @Nullable T> reader, @Nullable Object... parameters) throws SQLException {
        return with(text, statement -> {
            bind(statement, parameters);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? reader.read(row) : null;
            }
        });
    }

    /** Gives each row, in their order, to a visitor that keeps no row. */
    public final void each(String text, RowVisitor visitor, @Nullable Object... parameters) throws SQLException {
        with(text, statement -> {
            bind(statement, parameters);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    visitor.visit(row);
                }
            }
            return null;
        });
    }

    /**
     * Gives rows, in their order, to a visitor that says after each whether it wants another one.
     *
     * @param atOnce the number of rows that a server sends at a time, above 0
     */
    public final void scan(String text, int atOnce, RowScan visitor, @Nullable Object... parameters)
            throws SQLException {
        with(text, statement -> {
            bind(statement, parameters);
            statement.setFetchSize(atOnce);
            try (ResultSet row = statement.executeQuery()) {
                boolean more = true;
                while (more && row.next()) {
                    more = visitor.visit(row);
                }
            }
            return null;
        });
    }

    /** Returns whether there is a row. */
    public final boolean has(String text, @Nullable Object... parameters) throws SQLException {
        return one(text, row -> true, parameters) != null;
    }

    /** Returns the number in the first column of the first row; 0 if there is no row or the column is null. */
    public final long number(String text, @Nullable Object... parameters) throws SQLException {
        Long number = one(text, row -> row.getLong(1), parameters);
        return number == null ? 0 : number;
    }

    private static void bind(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            bind(statement, i + 1, parameters[i]);
        }
    }

    private static void bind(PreparedStatement statement, int index, @Nullable Object parameter) throws SQLException {
        switch (parameter) {
            case null -> statement.setNull(index, Types.NULL);
            case String text -> statement.setString(index, text);
            case Long number -> statement.setLong(index, number);
            case Integer number -> statement.setInt(index, number);
            case Boolean flag -> statement.setInt(index, flag ? 1 : 0);
            case Instant time -> statement.setLong(index, time.toEpochMilli());
            case byte[] bytes -> statement.setBytes(index, bytes);
            default -> throw new IllegalArgumentException("no parameter: " + parameter.getClass());
        }
    }

    /** Makes a value of the present row of a result. */
    @FunctionalInterface
    public interface RowReader<T extends @Nullable Object> {

        /** @throws SQLException as the driver gave it */
        T read(ResultSet row) throws SQLException;
    }

    /** Takes the present row of a result. */
    @FunctionalInterface
    public interface RowVisitor {

        /** @throws SQLException as the driver gave it */
        void visit(ResultSet row) throws SQLException;
    }

    /** Takes the present row of a result and says whether to go on. */
    @FunctionalInterface
    public interface RowScan {

        /**
         * @return whether the next row is wanted
         * @throws SQLException as the driver gave it
         */
        boolean visit(ResultSet row) throws SQLException;
    }
}
