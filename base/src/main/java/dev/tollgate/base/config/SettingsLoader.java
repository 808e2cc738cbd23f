package dev.tollgate.base.config;

import static dev.tollgate.base.config.PageSettings.*;
import static dev.tollgate.base.config.ServerSettings.*;
import static dev.tollgate.base.config.SettingTable.all;
import static dev.tollgate.base.config.TrafficSettings.*;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings: argument over environment over file over default. What is not valid is a {@link ConfigException} that
 * names the argument, the variable, or the file and line.
 */
public final class SettingsLoader {

    private static final String PREFIX = "TOLLGATE_";
    private static final int SHOWN_CHARS_MAX = 60;
    private static final String HIDDEN = "(secret)";

    /** @param place where it stands, as a complaint names it */
    private record Found(String text, String place, CurrentSettings.Source source) {}

    private final Map<String, Found> found = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    private SettingsLoader() {}

    /**
     * @param arguments values by setting's name, {@code http.trusted-hops} and the like
     * @param environment all of it; an empty variable counts as not set
     */
    public static Settings load(Map<String, String> arguments, Map<String, String> environment) {
        SettingsLoader loader = new SettingsLoader();
        loader.takeEnvironment(environment);
        loader.takeArguments(arguments);
        loader.takeFile(loader.find(CONFIG));
        loader.takeProxies(environment);
        return loader.settings();
    }

    private void takeEnvironment(Map<String, String> environment) {
        SecretFiles secrets = new SecretFiles(environment::get);
        for (Setting<?> setting : all()) {
            if (setting.secret()) {
                takeSecret(setting, secrets.find(setting.variable(), setting.name()));
            } else {
                String text = environment.getOrDefault(setting.variable(), "");
                if (!text.isEmpty()) {
                    found.put(setting.name(), new Found(text, setting.variable(), CurrentSettings.Source.ENVIRONMENT));
                }
            }
        }
        warnOfUnknown(environment);
    }

    private void takeSecret(Setting<?> setting, SecretFiles.@Nullable Found secret) {
        if (secret != null) {
            found.put(setting.name(), new Found(secret.text(), secret.place(), CurrentSettings.Source.ENVIRONMENT));
        }
    }

    // Not an error: a container platform may set variables of this prefix for a service of our name.
    private void warnOfUnknown(Map<String, String> environment) {
        var known = all().stream().map(Setting::variable).collect(Collectors.toSet());
        all().stream().filter(Setting::secret).forEach(secret -> known.add(secret.variable() + SecretFiles.SUFFIX));
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                warnings.add(name + " is not the name of a setting; it has no effect.");
            }
        }
    }

    private void takeArguments(Map<String, String> arguments) {
        arguments.forEach((name, text) -> {
            Setting<?> setting = byName(name);
            if (setting == null) {
                throw new ConfigException("--" + name.replace('.', '-') + " is not the name of a setting.");
            }
            found.put(name, new Found(text, setting.option(), CurrentSettings.Source.ARGUMENT));
        });
    }

    private void takeFile(@Nullable Path file) {
        if (file != null) {
            takeFields(YamlFile.read(file));
        }
    }

    private void takeFields(YamlNode mapping) {
        for (YamlNode node : mapping.fields().values()) {
            Setting<?> setting = byName(node.path());
            if (setting != null && !setting.equals(CONFIG)) {
                takeValue(setting, node);
            } else if (node.isMapping()) {
                takeFields(node);
            } else {
                throw node.unknownKey(all().stream()
                        .filter(it -> !it.equals(CONFIG))
                        .map(Setting::name)
                        .toList());
            }
        }
    }

    private void takeValue(Setting<?> setting, YamlNode node) {
        if (!node.isNull()) {
            String text = node.isList() ? String.join(",", node.texts()) : node.text();
            found.putIfAbsent(
                    setting.name(), new Found(text, node.place() + ": " + node.path(), CurrentSettings.Source.FILE));
        }
    }

    /** The variables that other programs know are defaults: a bad value in one of them must not stop the start. */
    private void takeProxies(Map<String, String> environment) {
        String proxy = first(environment, "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY");
        if (proxy != null && !isSet(UPSTREAM_PROXY)) {
            String value = Objects.requireNonNull(environment.get(proxy)).strip();
            if (UPSTREAM_PROXY.allows(value)) {
                found.put(UPSTREAM_PROXY.name(), new Found(value, proxy, CurrentSettings.Source.ENVIRONMENT));
            } else {
                warnings.add(
                        proxy + " has no effect; allowed is " + UPSTREAM_PROXY.allowed() + ". Set upstream.proxy.");
            }
        }
        String direct = first(environment, "NO_PROXY");
        if (direct != null && !isSet(UPSTREAM_NO_PROXY)) {
            List<String> known = new ArrayList<>();
            for (String host : Objects.requireNonNull(environment.get(direct))
                    .replaceFirst("^[,\\s]+", "")
                    .split("[,\\s]+")) {
                if (UPSTREAM_NO_PROXY.allows(host)) {
                    known.add(host);
                } else {
                    warnings.add(direct + ": '" + shorten(host) + "' has no effect; upstream.no-proxy takes "
                            + UPSTREAM_NO_PROXY.allowed() + ".");
                }
            }
            String text = String.join(",", known);
            if (UPSTREAM_NO_PROXY.allows(text)) {
                found.put(UPSTREAM_NO_PROXY.name(), new Found(text, direct, CurrentSettings.Source.ENVIRONMENT));
            }
        }
    }

    /** Returns the first variable that has a value; the spelling in lower case comes before the other, as in curl. */
    private static @Nullable String first(Map<String, String> environment, String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Stream.of(name.toLowerCase(Locale.ROOT), name))
                .filter(name -> !environment.getOrDefault(name, "").isBlank())
                .findFirst()
                .orElse(null);
    }

    /** Some are asked for only when they are needed, and then it is too late to say that one is not allowed. */
    private void checkAll() {
        all().stream().filter(this::isSet).forEach(this::find);
    }

    private Settings settings() {
        checkAll();
        if (isSet(CHANNELS_FILE) && (isSet(GEMINI_API_KEY) || isSet(GEMINI_BASE_URL))) {
            warnings.add("With channels.file, gemini.api-key and gemini.base-url have no effect.");
        }
        Map<String, String> texts = new HashMap<>();
        found.forEach((name, value) -> texts.put(name, value.text()));
        Settings each = new Settings(texts, Settings.Together.NONE, chosen(), warnings);
        Settings.Together together = new JointSettings(each, this::place, warnings).read();
        return new Settings(texts, together, chosen(), warnings);
    }

    private String place(Setting<?> setting) {
        return Objects.requireNonNull(found.get(setting.name())).place();
    }

    private Map<String, CurrentSettings.Chosen> chosen() {
        Map<String, CurrentSettings.Chosen> chosen = new HashMap<>();
        for (Setting<?> setting : all()) {
            Found value = found.get(setting.name());
            if (value != null) {
                String text = setting.secret() ? HIDDEN : value.text();
                chosen.put(setting.name(), new CurrentSettings.Chosen(text, value.source()));
            }
        }
        return chosen;
    }

    private boolean isSet(Setting<?> setting) {
        return found.containsKey(setting.name());
    }

    /** Null where it is not set and has no default. */
    private <T> @Nullable T find(Setting<T> setting) {
        Found value = found.get(setting.name());
        if (value == null) {
            return setting.defaultText().isEmpty() ? null : setting.read(setting.defaultText());
        }
        T read = setting.read(value.text());
        if (read == null) {
            throw new ConfigException(complaint(setting, value));
        }
        return read;
    }

    private static String complaint(Setting<?> setting, Found value) {
        // An address may carry a password before its @.
        boolean hidden = setting.secret() || value.text().contains("@");
        String shown = hidden ? "not valid" : "'" + shorten(value.text()) + "'";
        return value.place() + " is " + shown + "; allowed is " + setting.allowed() + ".";
    }

    private static String shorten(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > SHOWN_CHARS_MAX ? printable.substring(0, SHOWN_CHARS_MAX) + "..." : printable;
    }

    private static @Nullable Setting<?> byName(String name) {
        return all().stream().filter(it -> it.name().equals(name)).findFirst().orElse(null);
    }
}
