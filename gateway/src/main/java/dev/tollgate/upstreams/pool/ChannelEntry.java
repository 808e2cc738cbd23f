package dev.tollgate.upstreams.pool;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.SecretFiles;
import dev.tollgate.base.config.YamlNode;
import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.http.client.Timeouts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An entry of the channels file, with the readers that several providers need. None of its error messages contains a secret. */
public record ChannelEntry(
        String id,
        YamlNode node,
        Map<String, Named> models,
        Timeouts defaults,
        UnaryOperator<@Nullable String> environment) {

    /** The key of the models that a channel grants at the service tier flex. */
    public static final String FLEX = "flex";

    /** The keys of every channel. */
    static final List<String> KEYS = List.of(
            "id",
            "kind",
            "models",
            "priority",
            "weight",
            "tools_max",
            FLEX,
            "project",
            "traceparent",
            "timeouts",
            "credential_expires",
            "base_url",
            "key",
            "key_env",
            "key_file");

    /** The key of channels that can say to Google what it stores. */
    public static final String STORE = "store";

    private static final int SECRET_BYTES_MAX = 64 * 1024;
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofDays(1);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,512}");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    /** @param place the node with the upstream's name of a model; null if the name is the catalogue's */
    record Named(String upstreamModel, @Nullable YamlNode place) {}

    /** Checks the form of each upstream model name in the file. */
    public void checkModels(Pattern pattern, String allowed) {
        models.values().forEach(named -> {
            if (named.place() != null && !pattern.matcher(named.upstreamModel()).matches()) {
                throw named.place().wrong(allowed);
            }
        });
    }

    /** Checks that each upstream model name in the file is known. */
    public void requireModels(Collection<String> known) {
        models.values().forEach(named -> {
            if (named.place() != null && !known.contains(named.upstreamModel())) {
                throw named.place().wrong(YamlNode.oneOf(known));
            }
        });
    }

    /** Returns null if the entry has none. */
    public @Nullable String baseUrl() {
        YamlNode url = node.find("base_url");
        return url == null ? null : url.baseUrl().toString();
    }

    /** Returns whether Google may store what is asked and answered. */
    public boolean mayStore() {
        YamlNode store = node.find(STORE);
        return store != null && store.choice(Map.of("true", true, "false", false));
    }

    public Timeouts timeouts() {
        YamlNode times = node.find("timeouts");
        if (times == null) {
            return defaults;
        }
        times.onlyWith("connect", "first", "idle");
        return new Timeouts(
                millis(times.find("connect"), defaults.connectMillis()),
                millis(times.find("first"), defaults.headMillis()),
                millis(times.find("idle"), defaults.idleMillis()),
                defaults.lingerMillis());
    }

    private static long millis(@Nullable YamlNode time, long otherwise) {
        return time == null ? otherwise : time.time(LEAST, MOST).toMillis();
    }

    /** Returns the secret from {@code key}, {@code key_env} or {@code key_file}; null if the entry has none of them. */
    public @Nullable Secret key() {
        List<YamlNode> given = Stream.of("key", "key_env", "key_file")
                .map(node::find)
                .filter(Objects::nonNull)
                .toList();
        if (given.size() > 1) {
            throw given.get(1).complaint("is a second key; allowed is one of key, key_env, key_file.");
        }
        return given.isEmpty() ? null : key(given.getFirst());
    }

    private Secret key(YamlNode place) {
        String text;
        if (place.equals(node.find("key"))) {
            text = place.text();
        } else if (place.equals(node.find("key_env"))) {
            text = variable(place);
        } else {
            text = file(place).value().strip();
        }
        if (!KEY.matcher(text).matches()) {
            throw place.complaint("is not a usable key; allowed is 1 to 512 printable characters without a space.");
        }
        return new Secret(text);
    }

    private String variable(YamlNode place) {
        if (!VARIABLE.matcher(place.text()).matches()) {
            throw place.complaint("is not the name of a variable; allowed are letters, digits and _.");
        }
        SecretFiles.Found found = new SecretFiles(environment).find(place.text(), place.text());
        if (found == null) {
            throw place.complaint("names a variable that is not set: " + place.text() + ".");
        }
        return found.text().strip();
    }

    /** Reads a regular file of at most 64 KiB that a key names. */
    public Secret file(YamlNode place) {
        try {
            byte[] bytes = OperatorFile.read(Path.of(place.text()), SECRET_BYTES_MAX);
            return new Secret(new String(bytes, StandardCharsets.UTF_8));
        } catch (OperatorFile.Unfit e) {
            throw place.complaint("names a file that " + e.getMessage() + ".");
        } catch (IOException | InvalidPathException e) {
            throw place.complaint(
                    "names a file that cannot be read (" + e.getClass().getSimpleName() + ").");
        }
    }
}
