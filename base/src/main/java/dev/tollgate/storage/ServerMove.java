package dev.tollgate.storage;

import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Copies an embedded installation to PostgreSQL: all of it or nothing, and only if both sides hold the same afterwards. */
public final class ServerMove {

    private ServerMove() {}

    /** The move of files next to the database. */
    @FunctionalInterface
    public interface Step {

        /** Moves the files, without a commit. @return the result in one line */
        String run(Connection to) throws SQLException;
    }

    /**
     * Copies the data folder's database into an empty one. The folder stays locked during the copy and is not changed.
     *
     * @param url {@code jdbc:postgresql://…}
     * @param last a step that adds to the copy in the same transaction
     * @return a line for each table: its rows and the sums of its amounts, the same on both sides; then the last step's
     * @throws CannotOpen if the folder is in use or holds no database, or the target is not empty or cannot be reached
     * @throws StoreUnavailable if one of the two fails during the copy
     */
    public static List<String> run(Path folder, String url, Step last) {
        SqliteFile file = new SqliteFile(folder);
        if (!file.exists()) {
            throw new CannotOpen("There is no database in " + folder + ".");
        }
        file.requireRelease();
        DataFolder.make(folder);
        try (DataLock lock = DataLock.take(folder)) {
            file.makePrivate();
            new OpenSign(file).checkAndRemove();
            Migrations.run(file);
            PostgresServer server = new PostgresServer(url, folder, PostgresServer.Use.COMMAND);
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
