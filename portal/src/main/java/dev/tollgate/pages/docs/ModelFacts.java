package dev.tollgate.pages.docs;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.EmbeddingRules;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model as pages describe it, with its texts.
 *
 * @param model with the rules and the price in force
 * @param ahead the prices that are set for later, the earliest first
 * @param end its retirement at the provider; null if none is near
 * @param differences of the model that answers after that
 * @param group the price group by which the price is not the standard one; null without one
 */
public record ModelFacts(
        Model model,
        List<Ahead> ahead,
        ModelLife.@Nullable Retirement end,
        List<Sentence> differences,
        @Nullable OfGroup group) {

    /** A price group. @param words the group with its factor for the model @param standard the standard price in force */
    public record OfGroup(String words, PriceFacts standard) {}

    /** A price that is set for later. */
    public record Ahead(Instant at, PriceFacts price) {

        /** Returns the day, with the time unless it is midnight. */
        public String from() {
            String day = Display.day(at, ZoneOffset.UTC);
            return at.truncatedTo(ChronoUnit.DAYS).equals(at)
                    ? day
                    : day + ", " + TimeForm.CLOCK.format(at.atZone(ZoneOffset.UTC)) + " UTC";
        }
    }

    private static final TimeForm DAY = TimeForm.DAY_OF_MONTH;
    private static final BigDecimal DOLLARS_A_CREDIT = new BigDecimal("0.005");

    /**
     * The order of lists: models that stay before those that retire; text, images, speech, embeddings; the newest version first, and otherwise as the
     * catalogue has them.
     */
    public static final Comparator<ModelFacts> NEWEST = Comparator.<ModelFacts, Boolean>comparing(
                    facts -> facts.end() != null)
            .thenComparing(facts -> kind(facts.model()))
            .thenComparing(facts -> -version(facts.model().upstream().name()));

    private static int kind(Model model) {
        if (model.isEmbedding()) {
            return 3;
        }
        if (model.speaks()) {
            return 2;
        }
        return model.makesImages() ? 1 : 0;
    }

    private static final Pattern VERSION = Pattern.compile("(?<!\\d)(\\d{1,2})(?:\\.(\\d{1,2}))?(?!\\d)");

    /** Returns the version in a name in hundredths, e.g. 308 of {@code gemini-3.8-flash}; 0 if it has none. */
    private static int version(String name) {
        Matcher version = VERSION.matcher(name);
        return version.find()
                ? 100 * Integer.parseInt(version.group(1))
                        + Integer.parseInt(Objects.requireNonNullElse(version.group(2), "0"))
                : 0;
    }

    /** @param name of what is said */
    public record Fact(String name, String text) {}

    /** @param now the time by which prices come into force */
    public static ModelFacts of(Model model, Catalogue catalogue, ModelLife life, Instant now) {
        List<Ahead> ahead = model.prices().after(now).stream()
                .map(price -> new Ahead(price.from(), PriceFacts.of(model, price.pricing())))
                .toList();
        return new ModelFacts(
                life.current(model),
                ahead,
                life.retirement(model),
                new Foresight(catalogue, life, now).differences(model),
                null);
    }

    ModelFacts inGroup(OfGroup named) {
        return new ModelFacts(model, ahead, end, differences, named);
    }

    /** Returns the price in force. */
    public PriceFacts price() {
        return PriceFacts.of(model, model.pricing());
    }

    /** Returns the next change in two or three words, for the list; null if none is near. */
    public @Nullable String badge() {
        if (end != null && !end.isInEffect()) {
            return "changes on " + day(end.at());
        }
        return ahead.isEmpty() ? null : "new price on " + day(ahead.getFirst().at());
    }

    private static String day(Instant at) {
        return DAY.format(at.atZone(ZoneOffset.UTC));
    }

    /** Returns the coming changes, a sentence each. */
    public List<String> changes(Money money) {
        List<String> sentences = new ArrayList<>();
        if (end != null) {
            sentences.add(retirement(end, ahead.isEmpty())
                    + (differences.isEmpty()
                            ? ""
                            : " Differences: "
                                    + String.join(
                                            "; ",
                                            differences.stream()
                                                    .map(Sentence::said)
                                                    .toList()) + "."));
        }
        Pricing before = model.pricing();
        for (Ahead later : ahead) {
            Pricing then = later.price().pricing();
            sentences.add(
                    "From " + later.from() + ": " + PriceFacts.of(model, before).changesTo(then, money) + ".");
            before = then;
        }
        return sentences;
    }

    private static String retirement(ModelLife.Retirement end, boolean keepsPrice) {
        String rest = keepsPrice ? " Name and price stay the same." : " The name stays the same.";
        return end.isInEffect()
                ? "The provider has retired this model. " + end.successor() + " answers in its place." + rest
                : "The provider retires this model on " + Display.day(end.at(), ZoneOffset.UTC) + ". " + end.successor()
                        + " will then answer in its place." + rest;
    }

    /** Returns what it takes and can do, a word each. */
    public List<String> tags() {
        if (model.isEmbedding()) {
            return List.of("embeddings");
        }
        if (model.speaks()) {
            return List.of("makes speech");
        }
        List<String> tags =
                new ArrayList<>(model.makesImages() ? List.of("images", "makes images") : List.of("images", "audio"));
        if (model.tools().functions()) {
            tags.add("functions");
        }
        if (model.tools().search()) {
            tags.add("search");
        }
        if (model.formats().json()) {
            tags.add("JSON");
        }
        return tags;
    }

    /** Returns the rate of cached tokens; null if they cost as much as others. */
    public @Nullable Long cachedMicros() {
        PriceRates rates = model.pricing().tariff().rates();
        return rates.has(Rate.CACHED_INPUT) ? Rate.CACHED_INPUT.of(rates) : null;
    }

    /** Returns one line for each rate in credits apart from input and output, and for each coming change. */
    List<String> otherRates() {
        List<String> lines = new ArrayList<>(price().others());
        lines.addAll(changes(Money.CREDITS));
        return lines;
    }

    public String thoughts() {
        return thoughts(model.pricing());
    }

    /** Returns whether thoughts cost something. */
    public static String thoughts(Pricing pricing) {
        return pricing.reasoningBilled() ? "billed as output" : "free";
    }

    /** Returns what an account may use of it, on one line; a dash if there is no limit. */
    public String limits() {
        CallLimits rates = model.rates();
        List<String> said = new ArrayList<>();
        if (rates.requests() != null) {
            said.add(Display.number(rates.requests()) + " requests per minute");
        }
        if (rates.tokens() != null) {
            said.add(Display.number(rates.tokens()) + " tokens per minute");
        }
        if (rates.concurrency() != null) {
            said.add(Display.number(rates.concurrency()) + " concurrent calls");
        }
        return said.isEmpty() ? "–" : String.join(", ", said);
    }

    /** Returns a rate in the amounts that a page shows first, exactly. */
    public static String price(Money money, long micros) {
        return money == Money.DOLLARS ? dollars(micros) : Display.price(micros);
    }

    /** Exact, with two decimals at least. */
    public static String dollars(long microsPerMillion) {
        BigDecimal dollars = BigDecimal.valueOf(microsPerMillion, 6)
                .multiply(DOLLARS_A_CREDIT)
                .stripTrailingZeros();
        return "$" + (dollars.scale() < 2 ? dollars.setScale(2) : dollars).toPlainString();
    }

    /** Returns a count of tokens as people say it, e.g. {@code 200K} or {@code 1M}: a context is a power of two or close to a round number. */
    public static String tokens(long tokens) {
        return tokens >= 1_000_000
                ? tokens / 1_000_000 + (tokens % 1_000_000 >= 100_000 ? "." + tokens % 1_000_000 / 100_000 : "") + "M"
                : tokens >= 1_000 ? tokens / 1_000 + "K" : Long.toString(tokens);
    }

    /** Returns what it can do and what not, by name. */
    public List<Fact> takes() {
        UpstreamModel upstream = model.upstream();
        if (upstream.embedding() != null) {
            return ofEmbedding(upstream.embedding());
        }
        if (upstream.speaks()) {
            return List.of(
                    new Fact("Makes", "speech of a text, with POST /v1/audio/speech"),
                    new Fact("Formats", "WAV, and PCM as it comes"));
        }
        List<Fact> facts = new ArrayList<>();
        UpstreamModel.Images images = upstream.images();
        if (images != null) {
            facts.add(new Fact("Makes", "text and images, up to " + model.imagesMax() + " in a response"));
            facts.add(new Fact(
                    "Image sizes", String.join(", ", images.sizes().keySet()) + "; " + images.size() + " by default"));
            facts.add(new Fact("Aspect ratios", String.join(", ", images.ratios())));
            facts.add(new Fact("Images of a prompt", "up to " + images.inputs()));
        }
        facts.add(new Fact("Streams", model.streamByDefault() ? "by default" : "on request"));
        facts.add(new Fact("Thoughts shown", model.thoughtsByDefault() ? "by default" : "on request"));
        facts.add(new Fact("Reasoning effort", efforts(model, upstream)));
        Long most = model.maxTokensByDefault();
        facts.add(new Fact("Default maximum", most == null ? "the model's limit" : Display.count(most, "token")));
        facts.add(new Fact("Tools", tools(model)));
        facts.add(new Fact("Structured output", formats(model.formats())));
        facts.add(new Fact(
                "Responses per call (n)", upstream.candidatesMax() == 1 ? "1" : "up to " + upstream.candidatesMax()));
        facts.add(new Fact("Penalties", yesOrNo(upstream.penalties())));
        facts.add(new Fact("Log probabilities", yesOrNo(upstream.logprobs())));
        facts.add(new Fact("Continues an assistant's message", yesOrNo(upstream.trailingAssistant())));
        return facts;
    }

    private static List<Fact> ofEmbedding(EmbeddingRules rules) {
        String words = String.join(", ", rules.taskTypes());
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Makes", "embeddings, with POST /v1/embeddings"));
        facts.add(new Fact(
                "Dimensions", Display.number(rules.dimensionsMin()) + " to " + Display.number(rules.dimensionsMax())));
        if (!words.isEmpty()) {
            facts.add(new Fact("Task types", words));
        }
        return facts;
    }

    private static String efforts(Model model, UpstreamModel upstream) {
        Set<Effort> efforts = upstream.thinking().efforts();
        if (efforts.isEmpty()) {
            return "none";
        }
        String words = efforts.stream().sorted().map(Effort::word).collect(Collectors.joining(", "));
        Effort usual = model.effortByDefault();
        return words + (usual == null ? "; model default otherwise" : "; " + usual.word() + " by default");
    }

    private static String tools(Model model) {
        String others = EnumSet.complementOf(EnumSet.of(ProviderTool.SEARCH)).stream()
                .filter(model::uses)
                .map(ProviderTool::snake)
                .collect(Collectors.joining(", "));
        String tools = tools(model.tools());
        return others.isEmpty() ? tools : tools.equals("none") ? others : tools + "; " + others;
    }

    private static String tools(Model.Tools tools) {
        if (!tools.functions() && !tools.search()) {
            return "none";
        }
        if (!tools.functions() || !tools.search()) {
            return tools.functions() ? "functions" : "web search";
        }
        return tools.functionsWithSearch() ? "functions and web search" : "functions or web search";
    }

    private static String formats(Model.Formats formats) {
        if (!formats.json()) {
            return "no";
        }
        List<String> not = new ArrayList<>();
        if (!formats.jsonWithFunctions()) {
            not.add("functions");
        }
        if (!formats.jsonWithSearch()) {
            not.add("web search");
        }
        return not.isEmpty() ? "yes" : "yes, not with " + String.join(" or ", not);
    }

    private static String yesOrNo(boolean is) {
        return is ? "yes" : "no";
    }
}
