package dev.tollgate.operator.settings;

import dev.tollgate.base.config.Setting;
import dev.tollgate.storage.Decision;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stores a setting's value, or forgets it. The outcome is what was stored before. */
public final class StoreSetting extends Decision<Optional<String>> {

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

    Instant at() {
        return at;
    }

    void was(@Nullable String before) {
        decide(Optional.ofNullable(before));
    }
}
