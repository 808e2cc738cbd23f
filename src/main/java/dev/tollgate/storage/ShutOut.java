package dev.tollgate.storage;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Shuts out the programs that misread rows which are there: those rows were written before their form did so, or while an older server ran. The
 * outcome has the living servers of such programs: while there is one, nothing is shut out.
 */
public final class ShutOut extends Write<List<String>> {

    private static final String VALUE = "SELECT value FROM installation WHERE name = ?";
    private static final String RAISE = "UPDATE installation SET value = ? WHERE name = ?";
    private static final String OLDER = "SELECT id FROM node WHERE schema_known < ? AND lease_until > "
            + Dialect.POSTGRESQL.nowMillis() + " ORDER BY id LIMIT 10";

    private static final String MISREADING = "SELECT id FROM node WHERE lease_until > " + Dialect.POSTGRESQL.nowMillis()
            + " AND schema_known < (SELECT CAST(value AS INTEGER) FROM installation WHERE name = '"
            + Migrations.COMPATIBLE_FROM + "') ORDER BY id LIMIT 10";

    /** Returns the living servers of programs that are shut out: a start in the instant of the commit may not have seen it. For a shared database. */
    public static List<String> misreading(Database database) {
        return database.read(sql -> sql.list(MISREADING, row -> row.getString(1)));
    }

    /** Returns the part that runs it. */
    public static Part<?> part() {
        return new WritePart<>(ShutOut.class);
    }

    @Override
    protected List<String> run(Statements statements) throws SQLException {
        List<String> older = new ArrayList<>();
        for (RowForm form : RowForm.values()) {
            if (statements.has(form.rows())) {
                older.addAll(before(statements, form));
            }
        }
        return older.stream().distinct().toList();
    }

    /**
     * Shuts out the programs that misread rows of a form, for a unit that writes one. No such server joins until the unit is committed.
     *
     * @return the living servers of such programs; if there is one, nothing is shut out, and no row of the form may be written
     */
    public static List<String> before(Statements statements, RowForm form) throws SQLException {
        String name = Migrations.COMPATIBLE_FROM;
        String from = statements.one(VALUE, row -> row.getString(1), name);
        if (from == null || Integer.parseInt(from) >= form.schema()) {
            return List.of();
        }
        List<String> older = List.of();
        if (statements.dialect() == Dialect.POSTGRESQL) { // an embedded database has one program
            statements.run("LOCK TABLE node IN SHARE MODE");
            older = statements.list(OLDER, row -> row.getString(1), form.schema());
        }
        if (older.isEmpty()) {
            statements.run(RAISE, Integer.toString(form.schema()), name);
        }
        return older;
    }
}
