package dev.tollgate.operator.settings;

import dev.tollgate.base.config.Setting;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stores a setting's value, or forgets it. The outcome is what was stored before. */
public final class StoreSetting extends Write<Optional<String>> {

    private final String name;
    private final @Nullable String value;
    private final Instant at;

    /**
     * @param value null: forget what is stored
     * @throws IllegalArgumentException with a sentence, for what must not be changed or is not allowed
     */
    public StoreSetting(Setting<?> setting, @Nullable String value, Instant at) {
        if (!setting.changeable()) {
            throw new IllegalArgumentException(setting.name() + " cannot be changed while the program runs.");
        }
        if (value != null && !setting.allows(value)) {
            throw new IllegalArgumentException(setting.name() + " allows " + setting.allowed() + ".");
        }
        this.name = setting.name();
        this.value = value;
        this.at = at;
    }

    String name() {
        return name;
    }

    @Nullable
    String value() {
        return value;
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
