package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.words.Language;
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
import dev.tollgate.pages.words.Joined;
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
    public record OfGroup(Sentence words, PriceFacts standard) {}

    /** A price that is set for later. */
    public record Ahead(Instant at, PriceFacts price) {

        /** Returns the day, with the time unless it is midnight. */
        public String from() {
            String day = Display.day(at, ZoneOffset.UTC);
            return at.truncatedTo(ChronoUnit.DAYS).equals(at)
                    ? day
                    : say("{day}, {time} UTC", day, TimeForm.CLOCK.format(at.atZone(ZoneOffset.UTC)));
        }
    }

    private static final TimeForm DAY = TimeForm.DAY_OF_MONTH;
    private static final Sentence MAKES = sentence("Makes");
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

    /** @param name of what is said, which is the same of all models */
    public record Fact(Sentence name, String text) {}

    /** @param now the time by which prices come into force */
    public static ModelFacts of(Model sold, Catalogue catalogue, ModelLife life, Instant now) {
        Model model = life.offered(sold);
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
            return say("changes on {day}", day(end.at()));
        }
        return ahead.isEmpty()
                ? null
                : say("new price on {day}", day(ahead.getFirst().at()));
    }

    private static String day(Instant at) {
        return DAY.format(at.atZone(ZoneOffset.UTC));
    }

    /** Returns the coming changes, a sentence each. */
    public List<String> changes(Money money) {
        List<String> sentences = new ArrayList<>();
        if (end != null) {
            sentences.add(Joined.sentences(retirement(end, ahead.isEmpty()), inWords(differences)));
        }
        Pricing before = model.pricing();
        for (Ahead later : ahead) {
            Pricing then = later.price().pricing();
            sentences.add(say(
                    "From {from}: {changes}.",
                    later.from(),
                    PriceFacts.of(model, before).changesTo(then, money)));
            before = then;
        }
        return sentences;
    }

    private static @Nullable String inWords(List<Sentence> differences) {
        return differences.stream()
                .reduce((one, next) -> sentence("{a}; {b}", one, next))
                .map(all -> say("Differences: {differences}.", all))
                .orElse(null);
    }

    private static String retirement(ModelLife.Retirement end, boolean keepsPrice) {
        String successor = end.successor();
        if (end.isInEffect()) {
            return keepsPrice
                    ? say(
                            "The provider has retired this model. {successor} answers in its place. Name and price stay the same.",
                            successor)
                    : say(
                            "The provider has retired this model. {successor} answers in its place. The name stays the same.",
                            successor);
        }
        String day = Display.day(end.at(), ZoneOffset.UTC);
        return keepsPrice
                ? say(
                        "The provider retires this model on {day}. {successor} will then answer in its place. Name and price stay the same.",
                        day,
                        successor)
                : say(
                        "The provider retires this model on {day}. {successor} will then answer in its place. The name stays the same.",
                        day,
                        successor);
    }

    /** Returns what it takes and can do. */
    public List<ModelTag> tags() {
        if (model.isEmbedding()) {
            return List.of(ModelTag.EMBEDDINGS);
        }
        if (model.speaks()) {
            return List.of(ModelTag.SPEECH);
        }
        List<ModelTag> tags =
                new ArrayList<>(List.of(ModelTag.IMAGES, model.makesImages() ? ModelTag.MAKES_IMAGES : ModelTag.AUDIO));
        if (model.tools().functions()) {
            tags.add(ModelTag.FUNCTIONS);
        }
        if (model.tools().search()) {
            tags.add(ModelTag.SEARCH);
        }
        if (model.formats().json()) {
            tags.add(ModelTag.JSON);
        }
        return tags;
    }

    /** Returns the rate of cached tokens; null if they cost as much as others. */
    public @Nullable Long cachedMicros() {
        PriceRates rates = model.pricing().tariff().rates();
        return rates.has(Rate.CACHED_INPUT) ? Rate.CACHED_INPUT.of(rates) : null;
    }

    public String thoughts() {
        return thoughts(model.pricing());
    }

    /** Returns whether thoughts cost something. */
    public static String thoughts(Pricing pricing) {
        return pricing.reasoningBilled() ? say("billed as output") : say("free");
    }

    /** Returns what an account may use of it, on one line; null if there is no limit. */
    public @Nullable String limits() {
        CallLimits rates = model.rates();
        List<String> said = new ArrayList<>();
        if (rates.requests() != null) {
            said.add(say("{n} requests per minute", rates.requests()));
        }
        if (rates.tokens() != null) {
            said.add(say("{n} tokens per minute", rates.tokens()));
        }
        if (rates.concurrency() != null) {
            said.add(say("{n} concurrent calls", rates.concurrency()));
        }
        return said.isEmpty() ? null : Joined.facts(said.stream());
    }

    /** Returns a rate in the amounts that a page shows first, exactly. */
    public static String price(Money money, long micros) {
        return money == Money.DOLLARS ? dollars(micros) : Display.price(micros);
    }

    /** Returns a rate with its unit. */
    public static String withUnit(Money money, long micros) {
        return money == Money.DOLLARS ? dollars(micros) : say("{amount} credits", Display.price(micros));
    }

    /** Exact, with two decimals at least. */
    public static String dollars(long microsPerMillion) {
        BigDecimal dollars = BigDecimal.valueOf(microsPerMillion, 6)
                .multiply(DOLLARS_A_CREDIT)
                .stripTrailingZeros();
        String text = (dollars.scale() < 2 ? dollars.setScale(2) : dollars).toPlainString();
        return say("${amount}", text.replace('.', decimal()));
    }

    private static char decimal() {
        return Language.now().signs().decimal();
    }

    /** Returns a count of tokens as people say it, e.g. {@code 200K} or {@code 1M}: a context is a power of two or close to a round number. */
    public static String tokens(long tokens) {
        return tokens >= 1_000_000
                ? say("{millions}M", millions(tokens))
                : tokens >= 1_000 ? say("{thousands}K", String.valueOf(tokens / 1_000)) : Long.toString(tokens);
    }

    private static String millions(long tokens) {
        long tenths = tokens / 100_000 % 10;
        return tokens / 1_000_000 + (tenths == 0 ? "" : String.valueOf(decimal()) + tenths);
    }

    /** Returns what it can do and what not, by name. */
    public List<Fact> takes() {
        UpstreamModel upstream = model.upstream();
        if (upstream.embedding() != null) {
            return ofEmbedding(upstream.embedding());
        }
        if (upstream.speaks()) {
            return List.of(
                    new Fact(MAKES, say("speech of a text, with POST /v1/audio/speech")),
                    new Fact(sentence("Formats"), say("WAV, and PCM as it comes")));
        }
        List<Fact> facts = new ArrayList<>();
        if (upstream.images() != null) {
            facts.addAll(ofImages(upstream.images()));
        }
        facts.add(new Fact(sentence("Streams"), byDefault(model.streamByDefault())));
        facts.add(new Fact(sentence("Thoughts shown"), byDefault(model.thoughtsByDefault())));
        facts.add(new Fact(sentence("Reasoning effort"), efforts(model, upstream)));
        Long most = model.maxTokensByDefault();
        facts.add(new Fact(
                sentence("Default maximum"),
                most == null ? say("the model's limit") : say("{n} token | {n} tokens", most)));
        if (model.longTokensMax() > 0) {
            facts.add(new Fact(
                    sentence("Long responses"),
                    say("up to {tokens} tokens in several requests, with the Gemini API", model.longTokensMax())));
        }
        facts.add(new Fact(sentence("Tools"), tools(model)));
        facts.add(new Fact(sentence("Structured output"), formats(model.formats())));
        facts.add(new Fact(
                sentence("Responses per call (n)"),
                upstream.candidatesMax() == 1 ? "1" : say("up to {n}", upstream.candidatesMax())));
        facts.add(new Fact(sentence("Penalties"), yesOrNo(upstream.penalties())));
        facts.add(new Fact(sentence("Log probabilities"), yesOrNo(upstream.logprobs())));
        facts.add(new Fact(sentence("Continues an assistant's message"), yesOrNo(upstream.trailingAssistant())));
        return facts;
    }

    private List<Fact> ofImages(UpstreamModel.Images images) {
        return List.of(
                new Fact(MAKES, say("text and images, up to {n} in a response", model.imagesMax())),
                new Fact(
                        sentence("Image sizes"),
                        say(
                                "{sizes}; {size} by default",
                                Joined.facts(images.sizes().keySet().stream()),
                                images.size())),
                new Fact(sentence("Aspect ratios"), Joined.facts(images.ratios().stream())),
                new Fact(sentence("Images of a prompt"), say("up to {n}", images.inputs())));
    }

    private static String byDefault(boolean is) {
        return is ? say("by default") : say("on request");
    }

    private static List<Fact> ofEmbedding(EmbeddingRules rules) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(MAKES, say("embeddings, with POST /v1/embeddings")));
        facts.add(new Fact(
                sentence("Dimensions"), say("{least} to {most}", rules.dimensionsMin(), rules.dimensionsMax())));
        if (!rules.taskTypes().isEmpty()) {
            facts.add(new Fact(sentence("Task types"), Joined.facts(rules.taskTypes().stream())));
        }
        return facts;
    }

    private static String efforts(Model model, UpstreamModel upstream) {
        Set<Effort> efforts = upstream.thinking().efforts();
        if (efforts.isEmpty()) {
            return say("none");
        }
        String words = Joined.facts(efforts.stream().sorted().map(Effort::word));
        Effort usual = model.effortByDefault();
        return usual == null
                ? say("{efforts}; model default otherwise", words)
                : say("{efforts}; {effort} by default", words, usual.word());
    }

    private static String tools(Model model) {
        String others = Joined.facts(EnumSet.complementOf(EnumSet.of(ProviderTool.SEARCH)).stream()
                .filter(model::uses)
                .map(ProviderTool::snake));
        Model.Tools tools = model.tools();
        if (others.isEmpty()) {
            return tools(tools);
        }
        return tools.functions() || tools.search() ? say("{a}; {b}", tools(tools), others) : others;
    }

    private static String tools(Model.Tools tools) {
        if (!tools.functions()) {
            return tools.search() ? say("web search") : say("none");
        }
        if (!tools.search()) {
            return say("functions");
        }
        return tools.functionsWithSearch() ? say("functions and web search") : say("functions or web search");
    }

    private static String formats(Model.Formats formats) {
        if (!formats.json()) {
            return yesOrNo(false);
        }
        if (formats.jsonWithFunctions()) {
            return formats.jsonWithSearch() ? yesOrNo(true) : say("yes, not with web search");
        }
        return formats.jsonWithSearch() ? say("yes, not with functions") : say("yes, not with functions or web search");
    }

    private static String yesOrNo(boolean is) {
        return is ? say("model::yes") : say("model::no");
    }
}
