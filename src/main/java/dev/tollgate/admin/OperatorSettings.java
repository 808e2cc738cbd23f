package dev.tollgate.admin;

import dev.tollgate.config.CurrentSettings;
import dev.tollgate.config.Setting;
import dev.tollgate.config.SettingTable;
import dev.tollgate.deeds.Deed;
import dev.tollgate.settings.StoreSetting;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All settings with where their values come from, and how those are changed that may be. Thread-safe; {@link #set} blocks. */
public final class OperatorSettings {

    private final CurrentSettings current;
    private final Writer writer;
    private final InstantSource clock;

    public OperatorSettings(CurrentSettings current, Writer writer, InstantSource clock) {
        this.current = current;
        this.writer = writer;
        this.clock = clock;
    }

    /**
     * A setting as it can be shown.
     *
     * @param value null where there is none, or where it is a secret
     * @param isSet whether there is a value; all that is told of a secret
     * @param stored what is stored of it, though something else may win over it; null where nothing is
     */
    public record Shown(
            Setting<?> setting,
            @Nullable String value,
            boolean isSet,
            CurrentSettings.Source source,
            @Nullable String stored) {}

    /** In the table's order. */
    public List<Shown> all() {
        return SettingTable.all().stream().map(this::shown).toList();
    }

    private Shown shown(Setting<?> setting) {
        String text = current.text(setting);
        return new Shown(
                setting,
                setting.secret() ? null : text,
                text != null,
                current.source(setting),
                current.stored(setting));
    }

    /**
     * Stores a value, which holds at once where neither argument nor environment nor file says something else. Needs a reason.
     *
     * @param value null: forget what is stored
     */
    public Shown set(By by, String name, @Nullable String value) throws Refused {
        Setting<?> setting = SettingTable.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused(Refused.Why.NOT_FOUND, "There is no setting " + name + "."));
        Instant now = clock.instant();
        try {
            by.needReason();
            StoreSetting store = new StoreSetting(setting, value, now);
            Deed deed = new Deed(
                    by.actor(),
                    "setting.set",
                    name,
                    by.reason(),
                    now,
                    () -> new Deed.Changed(json(store.outcome().orElse(null)), json(value)));
            writer.commitAndWait(Unit.of(store, deed));
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
        return shown(setting);
    }

    private static @Nullable String json(@Nullable String value) {
        return value == null ? null : new DeedJson().text("value", value).end();
    }
}
