package dev.tollgate.storage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is run for many rows of a batch. It has two texts: SQLite runs the first for each row, PostgreSQL the second once for
 * all rows, with an array for each column, since each run would be a trip over the network. New rows go into an embedded database a few at a time. Immutable; what {@link #on} returns belongs to the writer's thread.
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

    /** The rows of one insert into an embedded database: each run has a cost, and more rows gain nothing. */
    static final int GROUP = 4;

    /**
     * The writer rolls the whole batch back after any failure, so SQLite need not be able to undo a single statement, for which it would
     * copy each page that a statement for several rows changes.
     */
    private static final String INSERT = "INSERT OR FAIL INTO ";

    private static final String UTF8 = "utf8";

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
     * @param types of the columns: {@code text}, {@code bigint} or {@code bytea}
     */
    public static RowStatement of(String one, String many, String... types) {
        return new RowStatement(one, null, many, List.of(types));
    }

    /**
     * Makes an insert for an embedded database only.
     *
     * @param table with its columns, as in {@code "t (id, amount)"}
     * @param parameters of one row
     * @param row the values of one row, in brackets, with parameters numbered from the given number on
     */
    public static RowStatement embedded(String table, int parameters, IntFunction<String> row) {
        String rows = IntStream.range(0, GROUP)
                .mapToObj(i -> row.apply(1 + i * parameters))
                .collect(Collectors.joining(", "));
        return new RowStatement(
                INSERT + table + " VALUES " + row.apply(1), INSERT + table + " VALUES " + rows, "", List.of());
    }

    /** Makes a statement for a server only. @param types of the columns: {@code text}, {@code bigint} or {@code bytea} */
    public static RowStatement shared(String many, String... types) {
        return new RowStatement("", null, many, List.of(types));
    }

    /**
     * @param columns name and type, as in {@code "id text"}; {@code utf8} is a text given as bytes, which SQLite stores without conversion
     */
    public static RowStatement insert(String table, String... columns) {
        List<String> names = Arrays.stream(columns).map(it -> it.split(" ")[0]).toList();
        List<String> kinds = Arrays.stream(columns).map(it -> it.split(" ")[1]).toList();
        String into = table + " (" + String.join(", ", names) + ")";
        String marks = brackets(kinds, kind -> kind.equals(UTF8) ? "CAST(? AS text)" : "?");
        RowStatement embedded = embedded(into, names.size(), first -> marks);
        return new RowStatement(
                embedded.one,
                embedded.several,
                "INSERT INTO " + into + " SELECT * FROM unnest" + brackets(kinds, kind -> "?"),
                kinds.stream().map(kind -> kind.equals(UTF8) ? "text" : kind).toList());
    }

    private static String brackets(List<String> kinds, UnaryOperator<String> mark) {
        return kinds.stream().map(mark).collect(Collectors.joining(", ", "(", ")"));
    }

    /** Begins a run that returns no rows. */
    public Rows on(Statements statements) throws SQLException {
        return on(statements, null);
    }

    /** Begins a run of a query. */
    public Rows on(Statements statements, @Nullable Reader reader) throws SQLException {
        if (statements.dialect() == Dialect.POSTGRESQL) {
            return new AtOnce(statements, many, types, reader);
        }
        return several == null ? new OneByOne(statements.of(one), reader) : new InGroups(statements, one, several);
    }

    /** Receives the values of each row in the order of the columns, then {@link #next}. A row may run only when all are finished. */
    public sealed interface Rows permits OneByOne, InGroups, AtOnce {

        Rows text(@Nullable String value) throws SQLException;

        /** Adds a text for a {@code utf8} column of {@link #insert}. @param value not changed after the call */
        Rows utf8(byte @Nullable [] value) throws SQLException;

        /** Adds a value for a {@code bytea} column of {@link #insert}, or of an update. @param value not changed after the call */
        Rows bytes(byte @Nullable [] value) throws SQLException;

        Rows number(long value) throws SQLException;

        Rows number(@Nullable Long value) throws SQLException;

        /** Ends a row. */
        void next() throws SQLException;

        /** Ends the rows. Without rows nothing runs. Results have been read on return; writes run before the commit. */
        void finish() throws SQLException;

        /** Ends the rows. Results may be read later, with the next query whose result is needed immediately. */
        void finishLater() throws SQLException;

        /** Ends the rows of an update: the batch fails unless there was a row for each of those given. */
        void finishEach() throws SQLException;
    }
}
