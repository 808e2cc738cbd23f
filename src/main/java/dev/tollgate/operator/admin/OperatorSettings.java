package dev.tollgate.operator.admin;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.operator.settings.StoreSetting;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        Map<String, @Nullable String> values = new HashMap<>();
        values.put(name, value);
        set(by, values);
        return shown(named(name));
    }

    /**
     * Stores values for several settings, all or none. Needs a reason.
     *
     * @param values by the setting's name; null: forget what is stored
     */
    public void set(By by, Map<String, @Nullable String> values) throws Refused {
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>();
        try {
            by.needReason();
            for (Map.Entry<String, @Nullable String> each : values.entrySet()) {
                StoreSetting store = new StoreSetting(named(each.getKey()), each.getValue(), now);
                changes.add(store);
                changes.add(new Deed(
                        by.actor(),
                        "setting.set",
                        each.getKey(),
                        by.reason(),
                        now,
                        () -> new Deed.Changed(json(store.outcome().orElse(null)), json(each.getValue()))));
            }
            if (!changes.isEmpty()) {
                writer.commitAndWait(Unit.of(changes));
            }
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static Setting<?> named(String name) throws Refused {
        return SettingTable.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused(Refused.Why.NOT_FOUND, "There is no setting " + name + "."));
    }

    private static @Nullable String json(@Nullable String value) {
        return value == null ? null : new DeedJson().text("value", value).end();
    }
}
