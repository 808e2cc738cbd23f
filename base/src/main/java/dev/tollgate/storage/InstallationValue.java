package dev.tollgate.storage;

import java.sql.SQLException;

/** A value that an installation fixes once, for all of its servers: the first one to come is kept, and is the outcome of all later ones. */
public final class InstallationValue extends Write<String> {

    private static final String FIND = "SELECT value FROM installation WHERE name = ?";

    private final String name;
    private final String value;

    public InstallationValue(String name, String value) {
        this.name = name;
        this.value = value;
    }

    /** The part that keeps them. */
    public static Part<?> part() {
        return new WritePart<>(InstallationValue.class);
    }

    @Override
    protected String run(Statements statements) throws SQLException {
        return kept(statements, name, value);
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
