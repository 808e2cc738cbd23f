package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.settings.StoredSettings.StoreSetting;
import dev.tollgate.storage.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** All settings with the sources of their values, and changes of those that may be changed. Thread-safe; {@link #set} blocks. */
public final class OperatorSettings {

    private static final Field<String> NAME =
            Field.text("name", sentence("Name")).help("Name of the setting.");
    private static final Field<String> VALUE =
            Field.text("value", sentence("Value")).optional().help("New value. Default: that of the setting.");

    /** Stores a value; without one the stored value is forgotten. The result is the setting as it is then. */
    public static final OperatorAction<OperatorSettings, SettingView> SET = OperatorAction.post(
                    "setting.set", sentence("Changed a setting"), "/admin/settings", "", NAME, VALUE)
            .does(OperatorSettings::set, (request, shown) -> json(shown));

    /** The values by the names of settings; null forgets what is stored. */
    private static final Field<JsonNode> VALUES = Field.raw("values");

    /** Stores values for several settings, all or none. The result is their number. */
    public static final OperatorAction<OperatorSettings, Integer> SAVE = OperatorAction.ofForms(SET.told(), VALUES)
            .button(sentence("Save settings"), sentence("Saved."))
            .does(OperatorSettings::save);

    private final CurrentSettings current;
    private final AuditedWriter writer;

    public OperatorSettings(CurrentSettings current, AuditedWriter writer) {
        this.current = current;
        this.writer = writer;
    }

    /**
     * A setting as it can be shown.
     *
     * @param value null if there is none, or if it is a secret
     * @param isSet whether there is a value; all that is shown of a secret
     * @param stored the stored value, though another source may win over it; null if there is none
     */
    public record SettingView(
            Setting<?> setting,
            @Nullable String value,
            boolean isSet,
            CurrentSettings.Source source,
            @Nullable String stored) {}

    /** {@code /admin/settings}. */
    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/admin/settings", request -> ActionRequest.list(all(), OperatorSettings::json, null)),
                SET.on(this));
    }

    private SettingView set(By by, AdminRequest request) {
        String name = request.need(NAME);
        Map<String, @Nullable String> values = new HashMap<>();
        values.put(name, request.get(VALUE));
        set(by, values);
        return view(named(name));
    }

    private int save(By by, AdminRequest request) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        request.need(VALUES)
                .forEachEntry((name, value) -> values.put(name, value.isNull() ? null : value.stringValue()));
        set(by, values);
        return values.size();
    }

    /** Returns the body of {@link #SAVE}. @param values by the setting's name; null: forget what is stored */
    public static ObjectNode saved(Map<String, @Nullable String> values) {
        ObjectNode body = ApiJson.MAPPER.createObjectNode();
        ObjectNode named = body.putObject(VALUES.name());
        values.forEach(named::put);
        return body;
    }

    private static ObjectNode json(SettingView shown) {
        return new AdminJson()
                .text("name", shown.setting().name())
                .text("value", shown.value())
                .flag("set", shown.isSet())
                .text("source", shown.source().name().toLowerCase(Locale.ROOT))
                .text("stored", shown.stored())
                .flag("changeable", shown.setting().changeable())
                .flag("secret", shown.setting().secret())
                .text("default", shown.setting().defaultText())
                .text("allowed", shown.setting().allowed().english())
                .node();
    }

    /** Returns all settings in the table's order. */
    public List<SettingView> all() {
        return SettingTable.all().stream().map(this::view).toList();
    }

    private SettingView view(Setting<?> setting) {
        String text = current.text(setting);
        return new SettingView(
                setting,
                setting.secret() ? null : text,
                text != null,
                current.source(setting),
                current.stored(setting));
    }

    /**
     * Stores values for several settings, all or none; they hold immediately unless argument, environment or file says something else. Needs a
     * reason.
     *
     * @param values by the setting's name; null: forget what is stored
     */
    private void set(By by, Map<String, @Nullable String> values) {
        List<Change> changes = new ArrayList<>();
        AuditedWriter.step(() -> {
            by.needReason();
            for (Map.Entry<String, @Nullable String> each : values.entrySet()) {
                StoreSetting store = new StoreSetting(named(each.getKey()), each.getValue(), writer.now());
                changes.add(store);
                changes.add(writer.row(
                        by,
                        SET.name(),
                        each.getKey(),
                        () -> new Deed.Changed(json(store.outcome().orElse(null)), json(each.getValue()))));
            }
            return changes;
        });
        if (!changes.isEmpty()) {
            writer.commit(changes);
        }
    }

    private static Setting<?> named(String name) {
        return SettingTable.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ApiException(404, sentence("There is no setting {name}.", name)));
    }

    private static @Nullable String json(@Nullable String value) {
        return value == null ? null : new AdminJson().text("value", value).end();
    }
}
