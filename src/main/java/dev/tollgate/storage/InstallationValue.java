package dev.tollgate.storage;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value that an installation fixes once, for all of its servers: the first one to come is kept, and is the outcome of all later ones. */
public final class InstallationValue extends Decision<String> {

    private final String name;
    private final String value;

    public InstallationValue(String name, String value) {
        this.name = name;
        this.value = value;
    }

    /** The part that keeps them. */
    public static Part<?> part() {
        return new Values();
    }

    private static final class Values implements Part<InstallationValue> {

        @Override
        public Class<InstallationValue> type() {
            return InstallationValue.class;
        }

        @Override
        public void write(Statements statements, List<InstallationValue> changes) throws SQLException {
            for (InstallationValue change : changes) {
                String present = present(statements, change.name);
                if (present == null) {
                    insert(statements, change);
                    present = present(statements, change.name);
                }
                change.decide(present == null ? change.value : present);
            }
        }

        private static @Nullable String present(Statements statements, String name) throws SQLException {
            PreparedStatement select = statements.of("SELECT value FROM installation WHERE name = ?");
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }

        private static void insert(Statements statements, InstallationValue change) throws SQLException {
            PreparedStatement insert = statements.of( // Of servers that start together one is the first.
                    "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING");
            insert.setString(1, change.name);
            insert.setString(2, change.value);
            insert.executeUpdate();
        }
    }
}
