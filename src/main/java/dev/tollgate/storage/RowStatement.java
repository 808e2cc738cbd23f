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
 * A statement that is run for many rows of a batch. Its text is written twice: for one row, which is run for each of them where the
 * database is in this process (SQLite), and for all rows at once, with an array for each column, where each run would be a trip
 * over the network (PostgreSQL). New rows go into an embedded database a few at a time. Immutable; what {@link #on} returns belongs to the writer's thread.
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
    static final int GROUP = 4;

    /**
     * Whatever fails, the writer rolls the whole batch back, so no statement needs to be undone alone: SQLite would copy each page that a
     * statement for several rows changes, in case of that.
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

    /**
     * @param columns name and type, as in {@code "id text"}; of the type {@code utf8} is a text that is given as bytes, which SQLite takes as they
     *     are
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

    /** Begins to run it. */
    public Rows on(Statements statements) throws SQLException {
        return on(statements, null);
    }

    /** As above, for a query. */
    public Rows on(Statements statements, @Nullable Reader reader) throws SQLException {
        if (statements.dialect() == Dialect.POSTGRESQL) {
            return new AtOnce(statements, many, types, reader);
        }
        return several == null ? new OneByOne(statements.of(one), reader) : new InGroups(statements, one, several);
    }

    /** Takes the values of each row in the order of the columns, then {@link #next}. Nothing is sure to have run before they are ended. */
    public sealed interface Rows permits OneByOne, InGroups, AtOnce {

        Rows text(@Nullable String value) throws SQLException;

        /** A text, for a column of {@link #insert} that is declared so. @param value of that alone, and not changed any more */
        Rows utf8(byte @Nullable [] value) throws SQLException;

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
}
