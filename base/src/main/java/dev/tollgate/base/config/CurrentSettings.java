package dev.tollgate.base.config;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings that may be changed while the program runs, as they hold now, and where each setting's value comes from: argument over
 * environment over file over stored over default. Thread-safe; reading one takes no lock.
 */
public final class CurrentSettings {

    /** The origin of a value. */
    public enum Source {
        ARGUMENT,
        ENVIRONMENT,
        FILE,
        STORED,
        DEFAULT
    }

    /** A value that was chosen before the start. @param text of a secret something else, so that it is nowhere shown */
    public record Chosen(String text, Source source) {}

    private final Map<String, Chosen> chosen;
    private volatile Map<String, String> stored = Map.of();

    /** @param chosen by the setting's name */
    public CurrentSettings(Map<String, Chosen> chosen) {
        this.chosen = Map.copyOf(chosen);
    }

    /** Replaces the stored values. @param stored by the setting's name; what is not known, not changeable or not allowed counts for nothing */
    public void use(Map<String, String> stored) {
        this.stored = Map.copyOf(stored);
    }

    /** The value that holds now; null where there is none. */
    public <T> @Nullable T find(Setting<T> setting) {
        String text = text(setting);
        return text == null ? null : setting.read(text);
    }

    /** The text of the value that holds now; null where there is none. */
    public @Nullable String text(Setting<?> setting) {
        return switch (source(setting)) {
            case ARGUMENT, ENVIRONMENT, FILE ->
                Objects.requireNonNull(chosen.get(setting.name())).text();
            case STORED -> stored.get(setting.name());
            case DEFAULT -> setting.defaultText().isEmpty() ? null : setting.defaultText();
        };
    }

    public Source source(Setting<?> setting) {
        Chosen before = chosen.get(setting.name());
        if (before != null) {
            return before.source();
        }
        String text = stored.get(setting.name());
        return setting.changeable() && text != null && setting.allows(text) ? Source.STORED : Source.DEFAULT;
    }

    /** Returns the stored value, in force or not; null if none is stored. */
    public @Nullable String stored(Setting<?> setting) {
        return stored.get(setting.name());
    }
}
