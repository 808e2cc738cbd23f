package dev.tollgate.storage;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is run for many rows of a batch. Its text is written twice: for one row, which is run for each of them where the
 * database is in this process (SQLite), and for all rows at once, with an array for each column, where each run would be a trip
 * over the network (PostgreSQL). Immutable; what {@link #on} returns belongs to the writer's thread.
 *
 * <pre>{@code
 * RowStatement.of(
 *         "UPDATE t SET a = ? WHERE id = ?",
 *         "UPDATE t SET a = r.a FROM unnest(?, ?) AS r (a, id) WHERE t.id = r.id",
 *         "bigint", "text");
 * }</pre>
 */
public final class RowStatement {

    /** Reads one row of a result. */
    @FunctionalInterface
    public interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    /** So many rows an insert into an embedded database takes at a time, since each run has its price; more gain nothing. */
    private static final int GROUP = 4;

    /**
     * Whatever fails, the writer rolls the whole batch back, so no statement needs to be undone alone: SQLite would copy each page that a
     * statement for several rows changes, in case of that.
     */
    private static final String INSERT = "INSERT OR FAIL INTO ";

    private final String one;
    private final @Nullable String several;
    private final String many;
    private final List<String> types;

    private RowStatement(String one, @Nullable String several, String many, List<String> types) {
        this.one = one;
        this.several = several;
        this.many = many;
        this.types = types;
    }

    /**
     * @param one with a parameter for each column
     * @param many with an array for each column, in the same order
     * @param types of the columns: {@code text} or {@code bigint}
     */
    public static RowStatement of(String one, String many, String... types) {
        return new RowStatement(one, null, many, List.of(types));
    }

    /**
     * An insert that is only run where the database is in this process.
     *
     * @param table with its columns, as in {@code "t (id, amount)"}
     * @param parameters how many a row has
     * @param row what is inserted for one: its values, in brackets, with their parameters numbered from the given number on
     */
    public static RowStatement embedded(String table, int parameters, IntFunction<String> row) {
        String rows = IntStream.range(0, GROUP)
                .mapToObj(i -> row.apply(1 + i * parameters))
                .collect(Collectors.joining(", "));
        return new RowStatement(
                INSERT + table + " VALUES " + row.apply(1), INSERT + table + " VALUES " + rows, "", List.of());
    }

    /** One that is only run where the database is a server. @param types of the columns: {@code text} or {@code bigint} */
    public static RowStatement shared(String many, String... types) {
        return new RowStatement("", null, many, List.of(types));
    }

    /** @param columns name and type, as in {@code "id text"} */
    public static RowStatement insert(String table, String... columns) {
        List<String> names = Arrays.stream(columns).map(it -> it.split(" ")[0]).toList();
        String[] types = Arrays.stream(columns).map(it -> it.split(" ")[1]).toArray(String[]::new);
        String into = table + " (" + String.join(", ", names) + ")";
        String marks = "(" + String.join(", ", names.stream().map(name -> "?").toList()) + ")";
        RowStatement embedded = embedded(into, names.size(), first -> marks);
        return new RowStatement(
                embedded.one,
                embedded.several,
                "INSERT INTO " + into + " SELECT * FROM unnest" + marks,
                List.of(types));
    }

    /** Begins to run it. */
    public Rows on(Statements statements) throws SQLException {
        return on(statements, null);
    }

    /** As above, for a query. */
    public Rows on(Statements statements, @Nullable Reader reader) throws SQLException {
        if (statements.dialect() == Dialect.POSTGRESQL) {
            return new AtOnce(statements, reader);
        }
        return several == null ? new OneByOne(statements.of(one), reader) : new InGroups(statements, one, several);
    }

    /** Takes the values of each row in the order of the columns, then {@link #next}. Nothing is sure to have run before they are ended. */
    public sealed interface Rows {

        Rows text(@Nullable String value) throws SQLException;

        Rows number(long value) throws SQLException;

        Rows number(@Nullable Long value) throws SQLException;

        /** Ends a row. */
        void next() throws SQLException;

        /** Ends them all. Nothing is run where there was no row. What is read has been read; what is written will be, before the commit. */
        void finish() throws SQLException;

        /** As above; what is read may be read later, with the next that is read at once. */
        void finishLater() throws SQLException;

        /** As the first, for an update: the batch fails when it has not met a row for each of those given. */
        void finishEach() throws SQLException;
    }

    private static final class OneByOne implements Rows {

        private final PreparedStatement statement;
        private final @Nullable Reader reader;
        private int index;
        private int rows;
        private int met;

        OneByOne(PreparedStatement statement, @Nullable Reader reader) {
            this.statement = statement;
            this.reader = reader;
        }

        @Override
        public Rows text(@Nullable String value) throws SQLException {
            index++;
            if (value == null) {
                statement.setNull(index, Types.VARCHAR);
            } else {
                statement.setString(index, value);
            }
            return this;
        }

        @Override
        public Rows number(long value) throws SQLException {
            statement.setLong(++index, value);
            return this;
        }

        @Override
        public Rows number(@Nullable Long value) throws SQLException {
            if (value == null) {
                statement.setNull(++index, Types.BIGINT);
                return this;
            }
            return number(value.longValue());
        }

        @Override
        public void next() throws SQLException {
            if (reader == null) {
                met += statement.executeUpdate();
            } else {
                try (ResultSet row = statement.executeQuery()) {
                    Statements.readAll(row, reader);
                }
            }
            rows++;
            index = 0;
        }

        @Override
        public void finish() {}

        @Override
        public void finishLater() {}

        @Override
        public void finishEach() {
            Statements.require(rows, met);
        }
    }

    private static final class InGroups implements Rows {

        private final Statements statements;
        private final String one;
        private final String several;
        private final List<@Nullable Object> values = new ArrayList<>();
        private int rows;

        InGroups(Statements statements, String one, String several) {
            this.statements = statements;
            this.one = one;
            this.several = several;
        }

        @Override
        public Rows text(@Nullable String value) {
            values.add(value);
            return this;
        }

        @Override
        public Rows number(long value) {
            values.add(value);
            return this;
        }

        @Override
        public Rows number(@Nullable Long value) {
            values.add(value);
            return this;
        }

        @Override
        public void next() throws SQLException {
            if (++rows == GROUP) {
                insert(several, values);
                values.clear();
                rows = 0;
            }
        }

        @Override
        public void finish() throws SQLException {
            int columns = rows == 0 ? 0 : values.size() / rows;
            for (int row = 0; row < rows; row++) {
                insert(one, values.subList(row * columns, (row + 1) * columns));
            }
            values.clear();
            rows = 0;
        }

        @Override
        public void finishLater() throws SQLException {
            finish();
        }

        @Override
        public void finishEach() throws SQLException {
            finish(); // an insert meets each row or fails
        }

        private void insert(String sql, List<@Nullable Object> row) throws SQLException {
            PreparedStatement statement = statements.of(sql);
            for (int i = 0; i < row.size(); i++) {
                switch (row.get(i)) {
                    case String text -> statement.setString(i + 1, text);
                    case Long number -> statement.setLong(i + 1, number);
                    case null, default -> statement.setNull(i + 1, Types.NULL);
                }
            }
            statement.executeUpdate();
        }
    }

    private final class AtOnce implements Rows {

        private final Statements statements;
        private final @Nullable Reader reader;
        private final List<List<@Nullable Object>> columns = new ArrayList<>();
        private int index;
        private int rows;

        AtOnce(Statements statements, @Nullable Reader reader) {
            this.statements = statements;
            this.reader = reader;
            types.forEach(type -> columns.add(new ArrayList<>()));
        }

        @Override
        public Rows text(@Nullable String value) {
            columns.get(index++).add(value);
            return this;
        }

        @Override
        public Rows number(long value) {
            columns.get(index++).add(value);
            return this;
        }

        @Override
        public Rows number(@Nullable Long value) {
            columns.get(index++).add(value);
            return this;
        }

        @Override
        public void next() {
            index = 0;
            rows++;
        }

        @Override
        public void finish() throws SQLException {
            finishLater();
            if (reader != null) {
                statements.runLater();
            }
        }

        @Override
        public void finishLater() throws SQLException {
            if (rows == 0) {
                return;
            }
            if (reader == null) {
                statements.writeLater(many, arrays(), Statements.ANY);
            } else {
                statements.readLater(many, arrays(), reader);
            }
        }

        @Override
        public void finishEach() throws SQLException {
            if (rows > 0) {
                statements.writeLater(many, arrays(), rows);
            }
        }

        private List<Array> arrays() throws SQLException {
            List<Array> arrays = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                String type = types.get(i);
                Object[] elements = columns.get(i).toArray(type.equals("text") ? new String[0] : new Long[0]);
                arrays.add(statements.array(type, elements));
            }
            return arrays;
        }
    }
}
