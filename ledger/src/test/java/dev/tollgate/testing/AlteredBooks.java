package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Books of one database, in which one row is altered behind the program's back and mended again.
 *
 * @param differences what a check finds in a database
 * @param atFirst what it finds in the unaltered books
 */
public record AlteredBooks(
        String url, Database reading, Function<Database, List<String>> differences, List<String> atFirst)
        implements AutoCloseable {

    private static final Pattern TABLE = Pattern.compile("^(?:UPDATE|DELETE FROM|INSERT INTO) (\\w+)");

    /** The class of violated constraints. */
    private static final String CONSTRAINT = "23";

    /** Returns the arguments of tests: each alteration on each database. */
    public static Stream<Arguments> onBoth(List<String> alterations) {
        return Stream.of(Stores.values())
                .flatMap(stores -> alterations.stream().map(alteration -> Arguments.of(stores, alteration)));
    }

    /** Fills books. @param fill closes what it opens @param differences without those that unaltered books have anyway */
    public static AlteredBooks of(
            Stores stores,
            Path folder,
            Consumer<Supplier<Database>> fill,
            Function<Database, List<String>> differences) {
        boolean isFile = stores == Stores.SQLITE;
        String url = isFile ? "jdbc:sqlite:" + folder.resolve("tollgate.db") : Postgres.untouched();
        fill.accept(isFile ? BooksFixture.file(folder) : BooksFixture.server(url));
        Database reading = isFile ? Database.openReading(folder) : Database.openReading(url);
        return new AlteredBooks(url, reading, differences, differences.apply(reading));
    }

    /** Returns the differences after an alteration, without those of the unaltered books, or the refusal of a PostgreSQL whose table has a constraint. */
    public List<String> found(String alteration) throws SQLException {
        Matcher table = TABLE.matcher(alteration);
        assertThat(table.find()).isTrue();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    url.startsWith("jdbc:sqlite")
                            ? "PRAGMA ignore_check_constraints = 1"
                            : "SET session_replication_role = replica");
            statement.execute("CREATE TABLE unaltered AS SELECT * FROM " + table.group(1));
            List<String> found = new ArrayList<>();
            try {
                assertThat(statement.executeUpdate(alteration)).isPositive();
                found.addAll(differences.apply(reading));
                found.removeAll(atFirst);
            } catch (SQLException e) {
                if (!String.valueOf(e.getSQLState()).startsWith(CONSTRAINT)) {
                    throw e;
                }
                found.add(e.getMessage());
            } finally {
                statement.execute("DELETE FROM " + table.group(1));
                statement.execute("INSERT INTO " + table.group(1) + " SELECT * FROM unaltered");
                statement.execute("DROP TABLE unaltered");
            }
            return found;
        }
    }

    @Override
    public void close() {
        reading.close();
    }
}
