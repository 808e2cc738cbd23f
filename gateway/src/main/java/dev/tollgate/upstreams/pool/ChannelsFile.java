package dev.tollgate.upstreams.pool;

import dev.tollgate.base.config.YamlFile;
import dev.tollgate.base.config.YamlNode;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.http.client.Timeouts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the channels file. No channel is opened before the whole file has been checked. */
public final class ChannelsFile {

    private static final int CHANNELS_MAX = 100;
    private static final String HEDGE_AFTER = "hedge_after";
    private static final String AFFINITY = "affinity";
    private static final Duration HEDGE_LEAST = Duration.ofMillis(100);
    private static final Duration HEDGE_MOST = Duration.ofMinutes(1);
    private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9.:_-]{1,128}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final Map<String, Provider> providers = new TreeMap<>();
    private final Map<String, String> catalogue;
    private final Timeouts defaults;
    private final UnaryOperator<@Nullable String> environment;

    /**
     * @param catalogue the upstream's name of each model on sale, by its id
     * @param defaults the timeouts of a channel that names none
     * @param environment a variable's value by its name; null if it is not set
     */
    public ChannelsFile(
            List<Provider> providers,
            Map<String, String> catalogue,
            Timeouts defaults,
            UnaryOperator<@Nullable String> environment) {
        providers.forEach(provider -> this.providers.put(provider.kind(), provider));
        this.catalogue = Map.copyOf(catalogue);
        this.defaults = defaults;
        this.environment = environment;
    }

    /** @throws dev.tollgate.base.config.ConfigException naming line, key and the allowed values; contains no secret */
    public PoolSpec read(Path file) {
        YamlNode whole = YamlFile.read(file).onlyWith("channels", HEDGE_AFTER, AFFINITY);
        YamlNode wait = whole.find(HEDGE_AFTER);
        YamlNode affinity = whole.find(AFFINITY);
        return new PoolSpec(
                channels(whole.need("channels")),
                wait == null ? null : wait.time(HEDGE_LEAST, HEDGE_MOST),
                affinity == null || affinity.choice(Map.of("on", true, "off", false)));
    }

    private List<ChannelSpec> channels(YamlNode channels) {
        List<YamlNode> items = channels.items();
        if (items.isEmpty() || items.size() > CHANNELS_MAX) {
            throw channels.complaint(
                    "holds " + items.size() + " channels; allowed are 1 to " + CHANNELS_MAX + " of them.");
        }
        List<ChannelSpec> specs = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (YamlNode item : items) {
            ChannelSpec spec = channel(item);
            if (!ids.add(spec.id())) {
                throw item.need("id").complaint("names a second channel '" + spec.id() + "'.");
            }
            specs.add(spec);
        }
        return List.copyOf(specs);
    }

    private ChannelSpec channel(YamlNode item) {
        Provider provider = item.need("kind").choice(providers);
        List<String> keys = new ArrayList<>(ChannelEntry.KEYS);
        keys.addAll(provider.keys());
        item.onlyWith(keys.toArray(String[]::new));
        String id = id(item.need("id"));
        Map<String, ChannelEntry.Named> models = models(item, provider);
        Opening opening = provider.read(new ChannelEntry(id, item, models, defaults, environment));
        Map<String, String> names = new LinkedHashMap<>();
        models.forEach((model, named) -> names.put(model, named.upstreamModel()));
        return new ChannelSpec(
                id,
                provider.kind(),
                number(item, "priority", 100, 1),
                number(item, "weight", 1_000, 1),
                number(item, "tools_max", ChannelSpec.FUNCTIONS_MAX, provider.functionsMax()),
                project(item, id),
                names,
                flex(item, names.keySet(), provider),
                tellsTrace(item),
                credentialExpires(item),
                opening);
    }

    /** Returns the models whose calls at flex the channel takes: those that an id or a prefix with {@code *} names. */
    private static Set<String> flex(YamlNode item, Set<String> models, Provider provider) {
        YamlNode node = item.find(ChannelEntry.FLEX);
        if (node == null) {
            return provider.grantsFlex() ? models : Set.of();
        }
        Set<String> granted = new HashSet<>();
        for (YamlNode each : node.items()) {
            String name = each.text();
            boolean isPrefix = name.endsWith("*");
            String start = isPrefix ? name.substring(0, name.length() - 1) : name;
            List<String> fitting = models.stream()
                    .filter(model -> isPrefix ? model.startsWith(start) : model.equals(name))
                    .toList();
            if (fitting.isEmpty()) {
                throw each.complaint("is '" + shortened(name)
                        + "', which is no model of this channel; allowed is the start of an id with * behind it, or "
                        + YamlNode.oneOf(models) + ".");
            }
            granted.addAll(fitting);
        }
        return granted;
    }

    /** Returns whether to send {@code traceparent}. Default: no, since providers have rejected unknown headers. */
    private static boolean tellsTrace(YamlNode item) {
        YamlNode node = item.find("traceparent");
        return node != null && node.choice(Map.of("send", true, "none", false));
    }

    /** Returns the start (UTC) of the day on which the credential ends; it must not be relied on from then on. */
    private static @Nullable Instant credentialExpires(YamlNode item) {
        YamlNode node = item.find("credential_expires");
        if (node == null) {
            return null;
        }
        Instant begin = WrittenTime.day(node.text(), ZoneOffset.UTC);
        if (begin == null) {
            throw node.wrong("a day like 2027-03-31");
        }
        return begin;
    }

    private static String id(YamlNode node) {
        if (!ID.matcher(node.text()).matches()) {
            throw node.wrong("1 to 64 of A-Z a-z 0-9 . _ -");
        }
        return node.text();
    }

    /** Returns what the channel shares the provider's cache by: its project and its region if it names one; else its id. */
    private static String project(YamlNode item, String id) {
        YamlNode node = item.find("project");
        if (node == null) {
            return id;
        }
        if (!PROJECT.matcher(node.text()).matches()) {
            throw node.wrong("1 to 128 of A-Z a-z 0-9 . : _ -");
        }
        YamlNode location = item.find("location");
        return location == null ? node.text() : node.text() + "/" + location.text();
    }

    private static int number(YamlNode item, String key, int most, int otherwise) {
        YamlNode node = item.find(key);
        return node == null ? otherwise : (int) node.wholeNumber(1, most);
    }

    private Map<String, ChannelEntry.Named> models(YamlNode item, Provider provider) {
        YamlNode node = provider.servesCatalogue() ? item.find("models") : item.need("models");
        Map<String, ChannelEntry.Named> models = new LinkedHashMap<>();
        if (node == null) {
            catalogue.forEach((id, name) -> models.put(id, new ChannelEntry.Named(name, null)));
        } else if (node.isList() && provider.servesCatalogue()) {
            node.items().forEach(model -> models.put(known(model, model.text()), named(model.text(), null)));
        } else {
            node.fields().forEach((id, name) -> models.put(known(name, id), named(name.text(), name)));
        }
        if (models.isEmpty()) {
            throw item.need("models")
                    .complaint("names no model; allowed is " + YamlNode.oneOf(catalogue.keySet()) + ".");
        }
        return models;
    }

    private ChannelEntry.Named named(String name, @Nullable YamlNode place) {
        return new ChannelEntry.Named(place == null ? String.valueOf(catalogue.get(name)) : name, place);
    }

    private String known(YamlNode place, String id) {
        if (!catalogue.containsKey(id)) {
            throw place.complaint("is of the model '" + shortened(id) + "', which is not on sale; allowed is "
                    + YamlNode.oneOf(catalogue.keySet()) + ".");
        }
        return id;
    }

    private static String shortened(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 60 ? printable.substring(0, 60) + "..." : printable;
    }
}
