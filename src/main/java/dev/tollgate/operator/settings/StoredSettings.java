package dev.tollgate.operator.settings;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The settings that are stored, as the database has them, and their way into effect. Thread-safe. */
public final class StoredSettings {

    /** How often a server looks for what another one has stored. */
    public static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final String ALL = "SELECT name, value FROM setting ORDER BY name";

    private final Database database;

    // guarded by this
    private CurrentSettings current = new CurrentSettings(Map.of());
    private Consumer<CurrentSettings> changed = settings -> {};
    private Map<String, String> known = Map.of();
    private long commits;

    public StoredSettings(Database database) {
        this.database = database;
    }

    /**
     * From now on the settings have what is stored. Blocks.
     *
     * @param changed told at once, and whenever something has changed; must not block
     */
    public void applyTo(CurrentSettings current, Consumer<CurrentSettings> changed) {
        synchronized (this) {
            this.current = current;
            this.changed = changed;
        }
        take(read());
        changed.accept(current);
    }

    /** Takes over what was stored since, by whichever server. Blocks. */
    public void look() {
        long before = commits();
        Map<String, String> values = read();
        synchronized (this) {
            if (commits == before) { // else it may be from before that commit
                take(values);
            }
        }
    }

    private synchronized long commits() {
        return commits;
    }

    private Map<String, String> read() {
        return database.read(connection -> {
            Map<String, String> values = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement(ALL);
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    values.put(row.getString(1), row.getString(2));
                }
            }
            return values;
        });
    }

    private synchronized void take(Map<String, String> values) {
        if (!values.equals(known)) {
            known = values;
            current.use(values);
            changed.accept(current);
        }
    }

    private synchronized void committed(List<StoreSetting> changes) {
        Map<String, String> values = new HashMap<>(known);
        for (StoreSetting change : changes) {
            if (change.value() == null) {
                values.remove(change.name());
            } else {
                values.put(change.name(), change.value());
            }
        }
        commits++;
        take(values);
    }

    /** Writes changes; what is committed holds before it is told. */
    public Part<?> part() {
        return new Values();
    }

    private final class Values implements Part<StoreSetting> {

        @Override
        public Class<StoreSetting> type() {
            return StoreSetting.class;
        }

        @Override
        public void write(Statements statements, List<StoreSetting> changes) throws SQLException {
            if (statements.dialect() == Dialect.POSTGRESQL) {
                statements.of("LOCK TABLE setting IN SHARE ROW EXCLUSIVE MODE").execute();
            }
            for (StoreSetting change : changes) {
                change.was(value(statements, change.name()));
                delete(statements, change.name());
                if (change.value() != null) {
                    insert(statements, change, change.value());
                }
            }
        }

        @Override
        public void committed(List<StoreSetting> changes) {
            StoredSettings.this.committed(changes);
        }

        private static @Nullable String value(Statements statements, String name) throws SQLException {
            PreparedStatement select = statements.of("SELECT value FROM setting WHERE name = ?");
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }

        private static void delete(Statements statements, String name) throws SQLException {
            PreparedStatement delete = statements.of("DELETE FROM setting WHERE name = ?");
            delete.setString(1, name);
            delete.executeUpdate();
        }

        private static void insert(Statements statements, StoreSetting change, String value) throws SQLException {
            PreparedStatement insert = statements.of("INSERT INTO setting (name, value, changed_at) VALUES (?, ?, ?)");
            insert.setString(1, change.name());
            insert.setString(2, value);
            insert.setLong(3, change.at().toEpochMilli());
            insert.executeUpdate();
        }
    }
}
