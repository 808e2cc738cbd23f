package dev.tollgate.models;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.YamlFile;
import dev.tollgate.base.config.YamlNode;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.http.limits.CallLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a catalogue: the built-in file, or an operator's file that replaces it, with the rows of a vendor's file (C15). Every mistake, including an unknown key, is a
 * {@link ConfigException} with file, line, key, the value and the allowed values.
 */
public final class CatalogueLoader {

    private static final String BUILT_IN = "/models.yaml";
    private static final int MODELS_MAX = 1_000;
    private static final String WORD_FOR_MODELS_OWN = "model";
    private static final String WORD_FOR_NO_MAXIMUM = "none";

    private static final String[] FILE_KEYS = {"created", "models", "upstream_models"};

    private static final String[] KEYS = {
        "id",
        CatalogueEmbedding.KIND,
        "aliases",
        "active",
        "upstream",
        "answers_as",
        "price",
        "usage",
        "defaults",
        "tools",
        "response_format",
        "rates",
        "call_seconds_max",
        "images_max",
        "long_tokens"
    };

    /** Characters that need no quoting in a URL path and in a header, including the slash (D26). */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

    private final Map<String, UpstreamModel> upstreams = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Map<String, String> pricePlaces = new HashMap<>();

    private CatalogueLoader() {}

    /** Returns a copy of the built-in catalogue for this caller alone, which may set prices in it. */
    public static Catalogue builtIn() {
        return BuiltIn.CATALOGUE.apart();
    }

    /** The built-in catalogue, read once from the program. */
    private static final class BuiltIn {

        static final Catalogue CATALOGUE = readBuiltIn();
    }

    private static Catalogue readBuiltIn() {
        return new CatalogueLoader().catalogue(builtInNode(), List.of());
    }

    private static YamlNode builtInNode() {
        try (InputStream in = builtInFile()) {
            return YamlFile.read("models.yaml", in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream builtInFile() {
        return Objects.requireNonNull(CatalogueLoader.class.getResourceAsStream(BUILT_IN), BUILT_IN);
    }

    /** Writes the built-in catalogue to a file that {@link #load} reads. @throws IOException if it cannot be written, or exists */
    public static void copyBuiltIn(Path to) throws IOException {
        try (InputStream in = builtInFile()) {
            Files.copy(in, to);
        }
    }

    /** Reads an operator's catalogue, which replaces the built-in one. */
    public static Catalogue load(Path file) {
        return load(file, Facts.OWN);
    }

    /** Reads the catalogue that the settings choose. */
    public static Catalogue of(Settings settings) {
        Path vendor = settings.find(ServerSettings.MODELS_VENDOR_FILE);
        return of(settings, vendor == null ? Facts.OWN : Facts.of(vendor));
    }

    /** Reads the catalogue that the settings choose, as it would be with other facts of the vendor. */
    public static Catalogue of(Settings settings, Facts facts) {
        Path models = settings.find(ServerSettings.MODELS_FILE);
        return models == null && facts == Facts.OWN ? builtIn() : load(models, facts);
    }

    private static Catalogue load(@Nullable Path models, Facts facts) {
        return new CatalogueLoader().catalogue(models == null ? builtInNode() : YamlFile.read(models), facts.rows());
    }

    /**
     * The facts of a vendor about its models (C15): the rows of {@code upstream_models} of a file, which win by name over rows of the catalogue.
     *
     * @param file null for none, or for the built-in file
     */
    public record Facts(@Nullable Path file, boolean isBuiltIn) {

        /** No facts but the catalogue's own. */
        public static final Facts OWN = new Facts(null, false);

        /** The rows of the built-in catalogue. */
        public static final Facts BUILT_IN = new Facts(null, true);

        public static Facts of(Path file) {
            return new Facts(file, false);
        }

        /** Returns the names of its rows. */
        public Set<String> names() {
            return byName(rows()).keySet();
        }

        private List<YamlNode> rows() {
            if (file == null) {
                return isBuiltIn ? upstreamRows(builtInNode()) : List.of();
            }
            return upstreamRows(YamlFile.read(file));
        }
    }

    private static List<YamlNode> upstreamRows(YamlNode file) {
        return CatalogueLoader.rows(file.onlyWith(FILE_KEYS).need("upstream_models"));
    }

    /** @param facts rows that win over rows of the file */
    private Catalogue catalogue(YamlNode file, List<YamlNode> facts) {
        Instant created = instant(file.onlyWith(FILE_KEYS).need("created"));
        boolean isWhole = file.find("upstream_models") != null;
        Map<String, YamlNode> rows = byName(upstreamRows(isWhole ? file : builtInNode()));
        Set<String> own = isWhole ? new HashSet<>(rows.keySet()) : new HashSet<>();
        byName(facts).forEach((name, row) -> {
            rows.put(name, row);
            own.remove(name);
        });
        rows.forEach((name, row) -> upstreams.put(name, CatalogueUpstream.read(row)));
        rows.values().forEach(this::checkRetirements);
        List<Model> models = new ArrayList<>();
        rows(file.need("models")).forEach(row -> models.add(model(row)));
        return new Catalogue(created, models, List.copyOf(upstreams.values()), pricePlaces, own);
    }

    private static Map<String, YamlNode> byName(List<YamlNode> rows) {
        Map<String, YamlNode> byName = new LinkedHashMap<>();
        for (YamlNode row : rows) {
            String name = row.need("name").text();
            if (byName.put(name, row) != null) {
                throw row.need("name").complaint("'" + name + "' is given a second time.");
            }
        }
        return byName;
    }

    /** Checks that the successors of a model have rules and do not lead back to it. */
    private void checkRetirements(YamlNode row) {
        YamlNode retires = row.find("retires");
        if (retires == null) {
            return;
        }
        String name = row.need("name").text();
        retires.fields().forEach((kind, end) -> {
            YamlNode becomes = end.need("becomes");
            UpstreamModel next = upstream(becomes, false);
            for (int steps = 0; next != null; steps++) {
                if (next.name().equals(name) || steps > upstreams.size()) {
                    throw becomes.complaint("leads back to '" + name + "' itself; allowed is a model that stays.");
                }
                UpstreamModel.Retirement further = next.retirements().get(kind);
                next = further == null ? null : upstreams.get(further.becomes());
            }
        });
    }

    private Model model(YamlNode row) {
        if (CatalogueEmbedding.isOne(row)) {
            return embedding(row);
        }
        row.onlyWith(KEYS);
        UpstreamModel upstream = upstream(row.need("upstream"), false);
        PriceSchedule prices = CataloguePrice.read(row.need("price"), pricePlaces);
        YamlNode defaults = row.need("defaults");
        defaults.onlyWith("stream", "include_thoughts", "reasoning_effort", "max_tokens");
        return new Model(
                name(row.need("id")),
                aliases(row.find("aliases")),
                row.need("active").bool(),
                upstream,
                prices.dated().getFirst().pricing(),
                usageForm(row, prices),
                row.need("answers_as").choice(Map.of("upstream", true, "requested", false)),
                defaults.need("stream").bool(),
                defaults.need("include_thoughts").bool(),
                effort(defaults.need("reasoning_effort"), upstream),
                maxTokens(defaults.need("max_tokens"), upstream),
                tools(row.need("tools")),
                formats(row.need("response_format")),
                rates(row.find("rates")),
                prices,
                callTime(row.find("call_seconds_max")),
                imagesMax(row, upstream, prices),
                longTokens(row.find("long_tokens"), upstream));
    }

    /** Returns a row's own maximum of a long answer, below the upstream model's; null without one. */
    private static @Nullable Long longTokens(@Nullable YamlNode node, UpstreamModel upstream) {
        if (node == null) {
            return null;
        }
        long tokens = node.wholeNumber(0, Long.MAX_VALUE);
        if (tokens != 0 && (tokens <= upstream.outputTokensMax() || tokens > upstream.longTokensMax())) {
            throw node.wrong(
                    upstream.longTokensMax() == 0
                            ? "0, as '" + upstream.name() + "' has no 'long_tokens'"
                            : "0, or a whole number above " + upstream.outputTokensMax() + " and up to "
                                    + upstream.longTokensMax());
        }
        return tokens;
    }

    /** Returns the most images of an answer. Checks that a row about images is of a model that makes some, and has what their holds need. */
    private static int imagesMax(YamlNode row, UpstreamModel upstream, PriceSchedule prices) {
        boolean hasRate =
                prices.dated().stream().anyMatch(it -> it.pricing().tariff().has(Rate.IMAGE_OUTPUT));
        YamlNode most = row.find("images_max");
        if (upstream.images() == null && (hasRate || most != null)) {
            throw (most == null ? row.need("price") : most)
                    .complaint(
                            "is about images, and '" + upstream.name() + "' has no 'images' that say which it makes.");
        }
        boolean isBound = upstream.images() != null || upstream.speaks();
        String makes = "as '" + upstream.name() + "' makes " + (upstream.speaks() ? "speech" : "images");
        if (isBound && !row.need("usage").text().equals("openai")) {
            throw row.need("usage").wrong("openai, " + makes);
        }
        YamlNode max = row.need("defaults").need("max_tokens");
        if (isBound && max.text().equals(WORD_FOR_NO_MAXIMUM)) {
            throw max.wrong("a number of tokens" + (upstream.speaks() ? ", " : " for text and thoughts, ") + makes);
        }
        return most == null ? Model.IMAGES_MAX : Math.toIntExact(most.wholeNumber(1, 10));
    }

    private Model embedding(YamlNode row) {
        row.onlyWith(
                "id", CatalogueEmbedding.KIND, "aliases", "active", "upstream", "price", "rates", "call_seconds_max");
        return CatalogueEmbedding.model(
                name(row.need("id")),
                aliases(row.find("aliases")),
                row.need("active").bool(),
                upstream(row.need("upstream"), true),
                CataloguePrice.readOfEmbeddings(row.need("price"), pricePlaces),
                rates(row.find("rates")),
                callTime(row.find("call_seconds_max")));
    }

    private static List<YamlNode> rows(YamlNode list) {
        List<YamlNode> rows = list.items();
        if (rows.isEmpty() || rows.size() > MODELS_MAX) {
            throw list.wrong("a list of 1 to " + MODELS_MAX + " entries");
        }
        return rows;
    }

    private UpstreamModel upstream(YamlNode node, boolean isOfEmbeddings) {
        UpstreamModel upstream = node.choice(upstreams);
        if ((upstream.embedding() != null) != isOfEmbeddings) {
            throw node.complaint(
                    "'" + upstream.name() + "' is of the other kind; allowed is an upstream model with 'kind: "
                            + (isOfEmbeddings ? "embedding" : "chat") + "', as this row has it.");
        }
        return upstream;
    }

    private List<String> aliases(@Nullable YamlNode list) {
        return list == null ? List.of() : list.items().stream().map(this::name).toList();
    }

    private String name(YamlNode node) {
        String name = checkedName(node);
        if (!taken.add(name)) {
            throw node.complaint("'" + name + "' names another model already.");
        }
        return name;
    }

    static String checkedName(YamlNode node) {
        if (!NAME.matcher(node.text()).matches()) {
            throw node.wrong("1 to 128 of A-Z a-z 0-9 . _ : / -, beginning with a letter or a digit");
        }
        return node.text();
    }

    private static Model.UsageForm usageForm(YamlNode row, PriceSchedule prices) {
        YamlNode node = row.need("usage");
        Model.UsageForm form = node.choice(Map.of(
                "tokens", Model.UsageForm.TOKENS, "units", Model.UsageForm.UNITS, "openai", Model.UsageForm.OPENAI));
        for (PriceSchedule.Dated price : prices.dated()) {
            Pricing pricing = price.pricing();
            // Units are the steps of the components; a rounded total has none.
            if (form == Model.UsageForm.UNITS && pricing.rounding().form() != Pricing.Rounding.Form.NEAREST_COMPONENT) {
                throw node.wrong("tokens, as price.rounding is not nearest-component");
            }
            if (form == Model.UsageForm.UNITS && !pricing.tariff().isPlain()) {
                throw node.complaint("is units: such a price has 'input' and 'output' alone, without "
                        + Rate.OPTIONAL.stream().map(Rate::key).collect(Collectors.joining(", "))
                        + ", above and tiers.");
            }
            if (form == Model.UsageForm.OPENAI && !pricing.reasoningBilled()) {
                throw node.wrong("tokens, as price.reasoning is not billed");
            }
        }
        return form;
    }

    private static @Nullable Effort effort(YamlNode node, UpstreamModel upstream) {
        String word = node.text();
        if (word.equals(WORD_FOR_MODELS_OWN)) {
            return null;
        }
        List<String> allowed = new ArrayList<>();
        upstream.thinking().efforts().forEach(effort -> allowed.add(effort.word()));
        if (!allowed.contains(word)) {
            allowed.add(WORD_FOR_MODELS_OWN);
            throw node.wrong(YamlNode.oneOf(allowed));
        }
        return Effort.of(word);
    }

    private static @Nullable Long maxTokens(YamlNode node, UpstreamModel upstream) {
        return node.text().equals(WORD_FOR_NO_MAXIMUM) ? null : node.wholeNumber(1, upstream.outputTokensMax());
    }

    private static Model.Tools tools(YamlNode node) {
        node.onlyWith(
                "functions", "search", "together", "searches_max", "url_context", "code_execution", "tool_tokens_max");
        YamlNode most = node.find("searches_max");
        YamlNode tokens = node.find("tool_tokens_max");
        return new Model.Tools(
                node.need("functions").bool(),
                node.need("search").bool(),
                node.need("together").bool(),
                most == null ? Model.Tools.SEARCHES_MAX : Math.toIntExact(most.wholeNumber(1, 1_000)),
                isTrue(node.find("url_context")),
                isTrue(node.find("code_execution")),
                tokens == null ? Model.Tools.TOKENS_MAX : tokens.wholeNumber(1, 10_000_000));
    }

    private static boolean isTrue(@Nullable YamlNode node) {
        return node != null && node.bool();
    }

    private static Model.Formats formats(YamlNode node) {
        node.onlyWith("json", "with_functions", "with_search");
        return new Model.Formats(
                node.need("json").bool(),
                node.need("with_functions").bool(),
                node.need("with_search").bool());
    }

    private static CallLimits rates(@Nullable YamlNode node) {
        if (node == null) {
            return CallLimits.NONE;
        }
        node.onlyWith("requests", "tokens", "concurrency");
        return new CallLimits(rate(node.find("requests")), rate(node.find("tokens")), rate(node.find("concurrency")));
    }

    private static @Nullable Duration callTime(@Nullable YamlNode node) {
        return node == null ? null : Duration.ofSeconds(node.wholeNumber(1, Model.CALL_TIME_MAX.toSeconds()));
    }

    private static @Nullable Long rate(@Nullable YamlNode node) {
        return node == null ? null : Long.valueOf(node.wholeNumber(1, CallLimits.MAX));
    }

    static Instant instant(YamlNode node) {
        Instant time = WrittenTime.time(node.text());
        if (time == null) {
            throw node.wrong("a time like 2026-11-01T00:00:00Z or 2026-12-01T00:00:00-08:00");
        }
        return time;
    }
}
