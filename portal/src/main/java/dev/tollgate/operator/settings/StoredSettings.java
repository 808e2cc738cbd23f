package dev.tollgate.operator.settings;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Setting;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The settings that are stored, as the database has them, and their way into effect. Thread-safe. */
public final class StoredSettings {

    /** The interval at which a server looks for settings that another one has stored. */
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
     * Applies the stored settings, now and after each change. Blocks.
     *
     * @param changed called immediately and after each change; must not block
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
        return database.read(sql -> {
            Map<String, String> values = new HashMap<>();
            sql.each(ALL, row -> values.put(row.getString(1), row.getString(2)));
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
            if (change.value == null) {
                values.remove(change.name);
            } else {
                values.put(change.name, change.value);
            }
        }
        commits++;
        take(values);
    }

    /** Returns the writer of changes: a change is committed before it is announced. */
    public Part<?> part() {
        return new Values();
    }

    private final class Values extends WritePart<StoreSetting> {

        Values() {
            super(StoreSetting.class);
        }

        @Override
        public void write(Statements statements, List<StoreSetting> changes) throws SQLException {
            statements.lockTable("setting");
            super.write(statements, changes);
        }

        @Override
        public void committed(List<StoreSetting> changes) {
            StoredSettings.this.committed(changes);
        }
    }

    /** Stores a setting's value, or forgets it. The outcome is what was stored before. */
    public static final class StoreSetting extends Write<Optional<String>> {

        private final String name;
        private final @Nullable String value;
        private final Instant at;

        /**
         * @param value null: forget what is stored
         * @throws IllegalArgumentException with a sentence, for what must not be changed or is not allowed
         */
        public StoreSetting(Setting<?> setting, @Nullable String value, Instant at) {
            if (!setting.changeable()) {
                throw new Mistake(sentence("{setting} cannot be changed while the program runs.", setting.name()));
            }
            if (value != null && !setting.allows(value)) {
                throw new Mistake(sentence("{setting} allows {allowed}.", setting.name(), setting.allowed()));
            }
            this.name = setting.name();
            this.value = value;
            this.at = at;
        }

        @Override
        protected Optional<String> run(Statements statements) throws SQLException {
            String before = statements.one("SELECT value FROM setting WHERE name = ?", row -> row.getString(1), name);
            statements.run("DELETE FROM setting WHERE name = ?", name);
            if (value != null) {
                statements.run("INSERT INTO setting (name, value, changed_at) VALUES (?, ?, ?)", name, value, at);
            }
            return Optional.ofNullable(before);
        }
    }
}
