package dev.tollgate.base.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every setting there is: the loader, the command line's help and docs/configuration.md are made from these rows. */
public final class SettingTable {

    /** Titles by the whole name of a setting, or by its first part. */
    private static final Map<String, String> GROUPS = titles();

    private static Map<String, String> titles() {
        Map<String, String> groups = new LinkedHashMap<>();
        List.of("port", "host", "public", "data", "database", "schema", "secret", "config")
                .forEach(prefix -> groups.put(prefix, "Basics"));
        List.of("gemini", "channels", "models", "upstream").forEach(prefix -> groups.put(prefix, "Upstream"));
        List.of("sandbox", "demo").forEach(prefix -> groups.put(prefix, "Sandbox and demo account"));
        List.of("brand", "pages").forEach(prefix -> groups.put(prefix, "Branding"));
        groups.put("sign-up", "Sign-up");
        groups.put("mail", "Mail");
        groups.put("oidc", "Single sign-on");
        groups.put("stripe", "Payments");
        groups.put("seller", "Invoices");
        List.of("operator", "console", "admin").forEach(prefix -> groups.put(prefix, "Operators"));
        List.of("http", "cors", "clients", "messages", "images", "codex").forEach(prefix -> groups.put(prefix, "HTTP"));
        List.of("limits", "batches").forEach(prefix -> groups.put(prefix, "Limits"));
        groups.put("responses", "Stored responses");
        List.of("media", "files").forEach(prefix -> groups.put(prefix, "Media"));
        groups.put("timeouts", "Timeouts");
        List.of("log", "http.access-log").forEach(prefix -> groups.put(prefix, "Logging"));
        groups.put("telemetry", "Telemetry");
        List.of("backup", "books").forEach(prefix -> groups.put(prefix, "Copies of the books"));
        return groups;
    }

    private static final List<Setting<?>> ALL = Stream.of(
                    ServerSettings.rows(), PageSettings.rows(), TrafficSettings.rows())
            .<Setting<?>>flatMap(List::stream)
            .toList();

    private SettingTable() {}

    /** Returns all settings in the order of the help and the documents. */
    public static List<Setting<?>> all() {
        return ALL;
    }

    /** Returns the settings that locate the data. Commands other than {@code serve} need only these. */
    public static List<Setting<?>> ofTheStore() {
        return List.of(ServerSettings.DATA, ServerSettings.CONFIG, ServerSettings.DATABASE, ServerSettings.SECRET_KEY);
    }

    /** Returns all settings by the title of their group, in the order of docs/configuration.md. */
    public static Map<String, List<Setting<?>>> groups() {
        Map<String, List<Setting<?>>> groups = new LinkedHashMap<>();
        GROUPS.values().forEach(group -> groups.putIfAbsent(group, new ArrayList<>()));
        ALL.forEach(setting ->
                groups.computeIfAbsent(group(setting), any -> new ArrayList<>()).add(setting));
        return groups;
    }

    /** Returns the title of a setting's group. */
    public static String group(Setting<?> setting) {
        String name = setting.name();
        String group = GROUPS.containsKey(name) ? GROUPS.get(name) : GROUPS.get(name.replaceFirst("\\..*", ""));
        if (group == null) {
            throw new IllegalArgumentException("name the group of settings like " + name);
        }
        return group;
    }

    /** Returns the part of docs/configuration.md that is generated: a heading for each group, a block for each setting. */
    public static String markdown() {
        StringBuilder text = new StringBuilder();
        groups().forEach((title, settings) -> {
            text.append("## ").append(title).append("\n\n");
            settings.forEach(setting -> text.append("### `%s`\n\n%s\n\n`%s` · `%s` · %s · default: %s%s\n\n"
                    .formatted(
                            setting.name(),
                            setting.doc(),
                            setting.option(),
                            setting.variable(),
                            setting.allowed(),
                            setting.defaultText().isEmpty() ? "none" : "`" + setting.defaultText() + "`",
                            setting.changeable() ? " · can be changed in the console" : "")));
        });
        return text.toString();
    }
}
