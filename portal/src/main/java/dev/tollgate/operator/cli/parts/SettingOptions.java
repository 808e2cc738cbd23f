package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Makes settings into options of a command, and reads them back. */
public final class SettingOptions {

    private SettingOptions() {}

    /** All of them: what serve takes. */
    public static void addAll(CommandSpec command) {
        add(command, SettingTable.all());
    }

    /** Adds the options that locate the data. */
    public static void addOfTheStore(CommandSpec command) {
        add(command, SettingTable.ofTheStore());
    }

    private static void add(CommandSpec command, List<Setting<?>> settings) {
        settings.forEach(setting -> command.addOption(option(setting)));
    }

    // Read by the loader, which knows what is allowed and names the place in its complaint.
    private static OptionSpec option(Setting<?> setting) {
        return OptionSpec.builder(setting.option())
                .type(String.class)
                .paramLabel("VALUE")
                .description(description(setting).replace("%", "%%"))
                .build();
    }

    private static String description(Setting<?> setting) {
        String standard = setting.defaultText().isEmpty() ? "" : " Default: " + setting.defaultText() + ".";
        return setting.doc() + " It is " + setting.allowed() + "." + standard + " [" + setting.variable() + "]";
    }

    /** @throws dev.tollgate.base.config.ConfigException where a value is not allowed */
    static Settings read(CommandSpec command, Map<String, String> environment) {
        Map<String, String> arguments = new HashMap<>();
        for (Setting<?> setting : SettingTable.all()) {
            OptionSpec option = command.findOption(setting.option());
            if (option != null && option.getValue() instanceof String text) {
                arguments.put(setting.name(), text);
            }
        }
        return SettingsLoader.load(arguments, environment);
    }
}
