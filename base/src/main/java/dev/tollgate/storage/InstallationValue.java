package dev.tollgate.storage;

import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of an installation, for all of its servers. The first fixed one to come is kept, and is the outcome of all later ones; another
 * replaces what is there, or removes it: then the outcome is what was there, or empty.
 */
public final class InstallationValue extends Write<String> {

    private static final String FIND = "SELECT value FROM installation WHERE name = ?";

    private static final String LAST = "SELECT value FROM installation WHERE name LIKE ? ORDER BY name DESC LIMIT ?";

    private static final String REPLACE =
            "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    private final String name;
    private final String value;
    private final Way way;

    private enum Way {
        KEEP,
        REPLACE,
        REMOVE,
        REMOVE_EQUAL
    }

    /** A fixed value. */
    public InstallationValue(String name, String value) {
        this(name, value, Way.KEEP);
    }

    private InstallationValue(String name, String value, Way way) {
        this.name = name;
        this.value = value;
        this.way = way;
    }

    /** Makes a value that replaces the present one. */
    public static InstallationValue replacing(String name, String value) {
        return new InstallationValue(name, value, Way.REPLACE);
    }

    /** Makes a change that removes the present value. */
    public static InstallationValue removing(String name) {
        return new InstallationValue(name, "", Way.REMOVE);
    }

    /** Makes a change that removes the present value if it is this one. */
    public static InstallationValue removing(String name, String value) {
        return new InstallationValue(name, value, Way.REMOVE_EQUAL);
    }

    /** Returns the present value; null if there is none. */
    public static @Nullable String find(Sql sql, String name) throws SQLException {
        return sql.one(FIND, row -> row.getString(1), name);
    }

    /** Returns the values whose names have a beginning, the last names first. */
    public static List<String> last(Sql sql, String beginning, int most) throws SQLException {
        return sql.list(LAST, row -> row.getString(1), beginning + "%", most);
    }

    /** The part that keeps them. */
    public static Part<?> part() {
        return new WritePart<>(InstallationValue.class);
    }

    @Override
    protected String run(Statements statements) throws SQLException {
        return switch (way) {
            case KEEP -> kept(statements, name, value);
            case REPLACE -> {
                statements.run(REPLACE, name, value);
                yield value;
            }
            case REMOVE -> {
                String present = statements.one(FIND, row -> row.getString(1), name);
                remove(statements, name);
                yield present == null ? "" : present;
            }
            case REMOVE_EQUAL ->
                statements.run("DELETE FROM installation WHERE name = ? AND value = ?", name, value) == 0 ? "" : value;
        };
    }

    /** Sets a value, whatever it was. */
    public static void set(Statements statements, String name, String value) throws SQLException {
        statements.run(
                "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name,
                value);
    }

    public static void remove(Statements statements, String name) throws SQLException {
        statements.run("DELETE FROM installation WHERE name = ?", name);
    }

    public static String kept(Statements statements, String name, String value) throws SQLException {
        String present = statements.one(FIND, row -> row.getString(1), name);
        if (present != null) {
            return present;
        }
        // Of servers that start together one is the first.
        statements.run(
                "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", name, value);
        String kept = statements.one(FIND, row -> row.getString(1), name);
        return kept == null ? value : kept;
    }
}
