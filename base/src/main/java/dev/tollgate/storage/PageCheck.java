package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Looks through all pages of the embedded database for damage. It cannot see a changed value: SQLite has no checksums. */
final class PageCheck {

    private static final int LINES_MAX = 20;

    /** The quick check does not notice if one page was written over another. */
    private static final String LOOK = "PRAGMA integrity_check(" + LINES_MAX + ")";

    private static final String SOUND = "ok";

    private PageCheck() {}

    // An altered value that a table would refuse is no damaged page: the checks of the books name it.
    private static final String WITHOUT_CONSTRAINTS = "PRAGMA ignore_check_constraints = 1";

    private static Statement looking(Connection connection) throws SQLException {
        Statement statement = connection.createStatement();
        statement.execute(WITHOUT_CONSTRAINTS);
        return statement;
    }

    /** @return a sentence for each damage, {@value #LINES_MAX} at most @throws StoreUnavailable if the file cannot be read */
    static List<String> run(SqliteFile file) {
        List<String> found = new ArrayList<>();
        try {
            look(file, found);
        } catch (SQLException e) {
            if (!Failures.isDamage(e)) {
                throw new StoreUnavailable("the database could not be read", e);
            }
            found.add(damage(file, String.valueOf(e.getMessage())));
        }
        return found;
    }

    private static void look(SqliteFile file, List<String> found) throws SQLException {
        try (Connection connection = file.source().getConnection();
                Statement look = looking(connection);
                ResultSet row = look.executeQuery(LOOK)) {
            while (row.next()) {
                String line = row.getString(1);
                if (!SOUND.equals(line)) {
                    found.add(damage(file, line.strip().replaceAll("\\s*\\R\\s*", "; ")));
                }
            }
        }
    }

    private static String damage(SqliteFile file, String what) {
        return "the file " + file.file() + " is damaged: " + what + "; " + Failures.NEXT_STEP;
    }

    /**
     * Returns the failure to open a file, or the damage that the check finds. A file that the check cannot begin with is no damaged database: it may be
     * none at all.
     */
    static CannotOpen explain(SqliteFile file, CannotOpen failure) {
        List<String> found = new ArrayList<>();
        try {
            look(file, found);
        } catch (SQLException e) {
            if (found.isEmpty()) {
                return new CannotOpen(String.valueOf(failure.getMessage()));
            }
        }
        return found.isEmpty()
                ? failure
                : new CannotOpen(
                        found.getFirst() + ".",
                        new org.sqlite.SQLiteException(found.getFirst(), org.sqlite.SQLiteErrorCode.SQLITE_CORRUPT));
    }
}
