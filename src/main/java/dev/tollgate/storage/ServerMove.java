package dev.tollgate.storage;

import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Carries an embedded installation over to a PostgreSQL: all of it or nothing, and only where both sides hold the same afterwards. */
public final class ServerMove {

    private ServerMove() {}

    /** What becomes of files beside the database. */
    @FunctionalInterface
    public interface Step {

        /** @return a line of what was done; nothing is committed by it */
        String run(Connection to) throws SQLException;
    }

    /**
     * Copies the data folder's database into one that holds nothing yet. The folder is locked meanwhile and stays as it is.
     *
     * @param url {@code jdbc:postgresql://…}
     * @param last what a store adds to the copy, in the same transaction
     * @return a line for each table: its rows and the sums of its amounts, the same on both sides; then the last step's
     * @throws CannotOpen when the folder is in use or holds no database, when the target holds something or is not to be reached
     * @throws StoreUnavailable when one of the two fails meanwhile
     */
    public static List<String> run(Path folder, String url, Step last) {
        SqliteFile file = new SqliteFile(folder);
        if (!file.exists()) {
            throw new CannotOpen("There is no database in " + folder + ".");
        }
        DataFolder.make(folder);
        try (DataLock lock = DataLock.take(folder)) {
            file.makePrivate();
            Migrations.run(file);
            PostgresServer server = new PostgresServer(url);
            Migrations.run(server);
            Migrations.requireOurs(file);
            Migrations.requireOurs(server);
            return copy(file, server, last);
        }
    }

    private static List<String> copy(SqliteFile file, PostgresServer server, Step last) {
        try (Connection from = file.source().getConnection();
                Connection to = server.source().getConnection()) {
            from.setAutoCommit(false);
            to.setAutoCommit(false);
            List<String> lines = new ArrayList<>();
            new TableCopy(from, to).run().forEach((table, sums) -> lines.add(line(table, sums)));
            lines.add(last.run(to));
            commit(to);
            return lines;
        } catch (SQLException e) {
            throw new StoreUnavailable("the data could not be copied", e);
        }
    }

    private static void commit(Connection to) throws SQLException {
        try {
            to.commit();
        } catch (SQLException e) {
            if (Failures.kind(e) == Failures.Kind.DISCONNECTED) {
                throw new StoreUnavailable(
                        "the connection broke while the copy was being committed: all of it is there, or nothing;"
                                + " run this again, and if it finds a table that is not empty, all of it is there",
                        e);
            }
            throw e;
        }
    }

    private static String line(String table, TableCopy.Sums sums) {
        StringBuilder line =
                new StringBuilder(table).append(": ").append(sums.rows()).append(" rows");
        sums.micros()
                .forEach((column, sum) ->
                        line.append(", ").append(column).append(' ').append(credits(sum)));
        return line.toString();
    }

    private static String credits(BigInteger micros) {
        return new java.math.BigDecimal(micros, 6).toPlainString();
    }
}
