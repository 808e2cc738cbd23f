package dev.tollgate.base.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A value of a YAML file that knows where it stands, so that every complaint names the file, the line, the key, what came and
 * what is allowed. Scalars are kept as they are written: a decimal never passes through floating point.
 */
public final class YamlNode {

    private static final int SHOWN_CHARS_MAX = 60;

    private final String place;
    private final String path;
    private final @Nullable Object value;

    /**
     * @param place file and line
     * @param path dotted key path, empty for the whole file
     * @param value null, a {@code String}, a {@code List<YamlNode>} or a {@code Map<String, YamlNode>}
     */
    YamlNode(String place, String path, @Nullable Object value) {
        this.place = place;
        this.path = path;
        this.value = value;
    }

    public String place() {
        return place;
    }

    public String path() {
        return path;
    }

    @Nullable
    Object raw() {
        return value;
    }

    public boolean isNull() {
        return value == null;
    }

    public boolean isMapping() {
        return value instanceof Map;
    }

    public boolean isList() {
        return value instanceof List;
    }

    /** A scalar's text. */
    public String text() {
        if (value instanceof String text) {
            return text;
        }
        throw wrong("a single value");
    }

    @SuppressWarnings("unchecked")
    public List<YamlNode> items() {
        if (value instanceof List<?> list) {
            return (List<YamlNode>) list;
        }
        throw wrong("a list");
    }

    @SuppressWarnings("unchecked")
    public Map<String, YamlNode> fields() {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, YamlNode>) map;
        }
        throw wrong("a mapping");
    }

    /** The texts of a list. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>();
        items().forEach(item -> texts.add(item.text()));
        return texts;
    }

    /** Refuses every key that is not allowed here. */
    public YamlNode onlyWith(String... allowed) {
        for (Map.Entry<String, YamlNode> field : fields().entrySet()) {
            if (!List.of(allowed).contains(field.getKey())) {
                throw field.getValue().unknownKey(List.of(allowed));
            }
        }
        return this;
    }

    /** The value under a key that must be there. */
    public YamlNode need(String key) {
        YamlNode node = find(key);
        if (node == null) {
            throw new ConfigException(place + ": " + below(key) + " is missing.");
        }
        return node;
    }

    /** The value under a key, null where the key is absent or its value empty. */
    public @Nullable YamlNode find(String key) {
        YamlNode node = fields().get(key);
        return node == null || node.isNull() ? null : node;
    }

    public boolean bool() {
        return choice(Map.of("true", true, "false", false));
    }

    public long wholeNumber(long least, long most) {
        String allowed = "a whole number from " + least + " to " + most;
        try {
            long number = Long.parseLong(text());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(allowed);
        }
        throw wrong(allowed);
    }

    /** An exact decimal times {@code scale}; see {@link Decimals}. */
    public long decimal(long scale, long most) {
        try {
            return Decimals.times(text(), scale, most);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    /** A time like 500ms, 30s, 10m or 1h. */
    public Duration time(Duration least, Duration most) {
        return as(Kind.time(least, most));
    }

    /** An http or https URL without query, the slash at its end cut off. */
    public URI baseUrl() {
        return as(Kind.baseUrl());
    }

    private <T> T as(Kind<T> kind) {
        String text = text();
        T read = kind.reader().apply(text);
        if (read == null) {
            // An address may carry a password before its @.
            throw text.contains("@")
                    ? complaint("is not valid; allowed is " + kind.allowed() + ".")
                    : wrong(kind.allowed().english());
        }
        return read;
    }

    /** Returns the value of one of a few words. */
    public <T> T choice(Map<String, T> words) {
        T chosen = words.get(text());
        if (chosen == null) {
            throw wrong(oneOf(words.keySet()));
        }
        return chosen;
    }

    /** The complaint that something else is allowed here. */
    public ConfigException wrong(String allowed) {
        return new ConfigException(place + ": " + named() + " is " + shown() + "; allowed is " + allowed + ".");
    }

    /** A complaint in other words. */
    public ConfigException complaint(String sentence) {
        return new ConfigException(place + ": " + named() + " " + sentence);
    }

    ConfigException unknownKey(Collection<String> allowed) {
        return new ConfigException(place + ": " + named() + " is an unknown key; allowed is " + oneOf(allowed) + ".");
    }

    /** "one of a, b, c". */
    public static String oneOf(Collection<String> words) {
        return "one of " + String.join(", ", new TreeSet<>(words));
    }

    private String named() {
        return path.isEmpty() ? "the file" : path;
    }

    private String below(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String shown() {
        if (value instanceof String text) {
            return "'" + (text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "..." : text) + "'";
        }
        return value == null ? "empty" : isList() ? "a list" : "a mapping";
    }

    static YamlNode mapping(String place, String path, Map<String, YamlNode> fields) {
        return new YamlNode(place, path, fields);
    }
}
