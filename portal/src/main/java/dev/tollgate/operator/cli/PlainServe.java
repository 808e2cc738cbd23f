package dev.tollgate.operator.cli;

import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code serve} with nothing but settings, read without picocli: its classes are of a format that is too old for the JVM's cache, so
 * that reading them takes longer than opening the database. Whatever has another form is left to picocli, which knows what is wrong
 * with it.
 */
final class PlainServe {

    private PlainServe() {}

    /** @return the values by the names of their settings; null where it is not as plain as that */
    static @Nullable Map<String, String> settings(String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("serve")) {
            return null;
        }
        Map<String, String> names = new HashMap<>();
        for (Setting<?> setting : SettingTable.all()) {
            names.put(setting.option(), setting.name());
        }
        Map<String, String> values = new HashMap<>();
        int next = 1;
        while (next < arguments.length) {
            String option = arguments[next++];
            int equals = option.indexOf('=');
            String name = names.get(equals < 0 ? option : option.substring(0, equals));
            String value =
                    equals >= 0 ? option.substring(equals + 1) : next < arguments.length ? arguments[next++] : "";
            if (name == null || !isPlain(value) || values.putIfAbsent(name, value) != null) {
                return null;
            }
        }
        return values;
    }

    /** Returns whether a value is present, and picocli would not read it as an option or as a file of arguments. */
    private static boolean isPlain(String value) {
        return !value.isEmpty() && !value.startsWith("-") && !value.startsWith("@") && !value.startsWith("\"");
    }
}
