package dev.tollgate.customers.keys;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.Allowlist;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.keys.Scope;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/** The fields of requests about a key. A field that is missing changes nothing, null takes a limit away. */
public final class KeyOptions {

    private static final Sentence NO_LIMIT = sentence("no limit");

    private static final Field<String> NAME = Field.text("name", sentence("Name"))
            .that(
                    CustomerKeys::isName,
                    sentence(
                            "{field} must be 1 to {most} printable characters without a space at either end.",
                            FIELD,
                            CustomerKeys.NAME_CHARS_MAX))
            .chars(1, CustomerKeys.NAME_CHARS_MAX)
            .help("Name of the key.");
    private static final Field<KeyKind> KIND = Field.choice(
                    "kind",
                    sentence("Kind"),
                    new Choice<>("api", sentence("API key"), KeyKind.API),
                    new Choice<>("management", sentence("management key"), KeyKind.MANAGEMENT))
            .orMissing()
            .standard("api")
            .help("api calls models; management administers its account.")
            .option("--kind api|management");
    private static final List<String> SCOPE_CODES = Scope.codes(Set.of(Scope.values()));
    private static final Field<Set<Scope>> SCOPES = Field.list(
                    "scopes", sentence("Scopes"), Scope.values().length, Field::string)
            .map(KeyOptions::scopes)
            .shaped(Schema.of("array").with("items", Schema.of("string").with("enum", SCOPE_CODES)))
            .orMissing()
            .help("Rights of a management key. Default: keys:read, keys:write and usage:read.")
            .option("--scopes SCOPE,...");
    private static final Field<Allowlist> ALLOW = Field.list(
                    "allow", sentence("Allowed addresses"), Allowlist.ENTRIES_MAX, KeyOptions::address)
            .map((path, texts) -> Allowlist.of(texts))
            .orNull(sentence("all addresses"))
            .help("Addresses and ranges that may use the key.")
            .option("--allow ADDRESS,...");
    private static final Field<Long> HOUR = Field.credits("hour", sentence("Credits per hour"))
            .orNull(NO_LIMIT)
            .help("Credits per calendar hour (UTC).")
            .option("--spend-hour CREDITS");
    private static final Field<Long> DAY = Field.credits("day", sentence("Credits per day"))
            .orNull(NO_LIMIT)
            .help("Credits per calendar day (UTC).")
            .option("--spend-day CREDITS");
    private static final Field<Long> TOTAL = Field.credits("total", sentence("Credits in all"))
            .orNull(NO_LIMIT)
            .help("Credits in total.")
            .option("--spend-total CREDITS");
    private static final Field<Body> SPEND = Field.object("spend", sentence("Spend limits"), HOUR, DAY, TOTAL)
            .orNull(NO_LIMIT)
            .help("Spend limits.");
    private static final Field<Long> REQUESTS = rate("requests", sentence("Requests per minute"))
            .help("Requests per minute.")
            .option("--rate N");
    private static final Field<Long> TOKENS = rate("tokens", sentence("Tokens per minute"))
            .help("Tokens per minute.")
            .option("--tokens N");
    private static final Field<Long> CONCURRENCY = rate("concurrency", sentence("Calls at the same time"))
            .help("Calls at the same time.")
            .option("--concurrency N");
    private static final Field<Body> RATES = Field.object("rates", sentence("Rates"), REQUESTS, TOKENS, CONCURRENCY)
            .orNull(NO_LIMIT)
            .help("Limits of requests, tokens and concurrent calls.");
    private static final Field<Long> MAX_INPUT_PRICE = price("max_input_price", sentence("Input price at most"))
            .help("Highest price of a million input tokens.")
            .option("--max-input-price CREDITS");
    private static final Field<Long> MAX_OUTPUT_PRICE = price("max_output_price", sentence("Output price at most"))
            .help("Highest price of a million output tokens.")
            .option("--max-output-price CREDITS");
    private static final Field<List<Named>> MODELS = Field.list(
                    "models",
                    sentence("Models"),
                    KeySettings.MODELS_MAX,
                    (path, value) -> new Named(path, Field.string(path, value)))
            .orNull(sentence("all models"))
            .help("Models that the key may call.")
            .option("--models ID,...");
    private static final Field<Instant> EXPIRES_AT = Field.time("expires_at", sentence("Expires"))
            .orNull(sentence("expiry::never"))
            .help("Expiry.");
    private static final Field<SortedMap<String, String>> TAGS = Field.of(
                    "tags", sentence("Tags"), KeyTags::read, KeyTags::pairs)
            .shaped(Schema.of("object")
                    .with("maxProperties", CallLabels.NAMES_MAX)
                    .with("additionalProperties", Schema.of("string")))
            .orNull(sentence("no tags"))
            .help("Tags of its calls, before those of a request.")
            .option("--tags NAME=VALUE,...");
    private static final Field<Boolean> DISABLED = Field.flag("disabled", sentence("Disabled"))
            .orMissing()
            .help("true: calls with the key are refused.")
            .option("--disabled true|false");
    private static final Field<String> TEAM = Field.of("team", sentence("Team"), KeyOptions::team, StringNode::valueOf)
            .shaped(Schema.of("string"))
            .orNull(sentence("a key of the account"))
            .help("Id of the team of a service key.");
    private static final Field<Boolean> OWN =
            Field.flag("own", sentence("Personal key")).orMissing();
    public static final Field<Duration> GRACE = Field.whole(
                    "grace_seconds", sentence("Old secret"), 0, KeyEdit.GRACE_MAX.toSeconds())
            .map((path, seconds) -> Duration.ofSeconds(seconds))
            .orMissing()
            .standard(0)
            .help("Seconds for which the old secret continues to work.");

    /** The facts of a stored key that are fields. */
    static final List<Fact> FACTS = Fact.of(List.of(
                    NAME,
                    KIND,
                    DISABLED,
                    SCOPES,
                    ALLOW,
                    SPEND,
                    RATES,
                    MAX_INPUT_PRICE,
                    MAX_OUTPUT_PRICE,
                    MODELS,
                    TAGS,
                    EXPIRES_AT,
                    TEAM))
            .toList();

    /** The fields of a new key that an operator makes. */
    public static final List<Field<?>> CREATE = List.of(
            ALLOW, EXPIRES_AT, KIND, MAX_INPUT_PRICE, MAX_OUTPUT_PRICE, MODELS, NAME, RATES, SCOPES, SPEND, TAGS);

    /** The fields of a new key that a customer's key makes, never a personal key: its secret could read what the member's keys have kept. */
    static final List<Field<?>> CREATE_BY_KEY =
            List.of(ALLOW, EXPIRES_AT, KIND, MAX_INPUT_PRICE, MAX_OUTPUT_PRICE, MODELS, NAME, RATES, SPEND, TAGS, TEAM);

    /** The fields of a new key that a person makes, who may own it. */
    static final List<Field<?>> CREATE_BY_PERSON = List.of(
            ALLOW,
            EXPIRES_AT,
            KIND,
            MAX_INPUT_PRICE,
            MAX_OUTPUT_PRICE,
            MODELS,
            NAME,
            OWN,
            RATES,
            SCOPES,
            SPEND,
            TAGS,
            TEAM);

    /** The fields of a change. */
    public static final List<Field<?>> CHANGE = List.of(
            ALLOW,
            DISABLED,
            EXPIRES_AT,
            MAX_INPUT_PRICE,
            MAX_OUTPUT_PRICE,
            MODELS,
            NAME.orMissing(),
            RATES,
            SPEND,
            TAGS,
            Field.fixed("kind"));

    /** The fields of limits that keys have together. */
    public static final List<Field<?>> LIMITS = List.of(REQUESTS, TOKENS, CONCURRENCY, SPEND);

    static final List<Field<?>> MOVE = List.of(TEAM.needed());
    static final List<Field<?>> ROTATE = List.of(GRACE);

    private KeyOptions() {}

    /** A change of a key. @param disabled null: stays as it is @param isAll whether that is all that is changed */
    public record Change(
            UnaryOperator<KeySettings> edit, @Nullable Boolean disabled, boolean isAll) {

        /** Returns whether the key is disabled and nothing else, which always works. */
        public boolean onlyDisables() {
            return isAll && Boolean.TRUE.equals(disabled);
        }
    }

    /**
     * Returns the settings of a new key.
     *
     * @param modelIds the id of a model by its id or an alias; null if there is none
     * @throws dev.tollgate.base.error.ApiException a 400 that names the field
     */
    public static KeySettings creation(Body body, Function<String, @Nullable String> modelIds, Instant now) {
        KeySettings named = KeySettings.named(body.need(NAME));
        KeySettings settings = edit(body, SpendLimits.NONE, modelIds).apply(named);
        Instant end = settings.expiresAt();
        if (end != null && !end.isAfter(now)) {
            throw Field.wrong(
                    "expires_at",
                    sentence(
                            "{field} must be in the future: {end} is past, it is {now}.",
                            FIELD,
                            end,
                            now.truncatedTo(ChronoUnit.SECONDS)));
        }
        if (body.has(KIND)) {
            settings = settings.withKind(body.need(KIND));
        }
        if (!body.has(SCOPES)) {
            return settings;
        }
        if (settings.kind() != KeyKind.MANAGEMENT) {
            throw Field.wrong("scopes", sentence("{field} can be chosen only for a management key.", FIELD));
        }
        return settings.withScopes(body.need(SCOPES));
    }

    /** Returns whether a new key is the personal key of who makes it. */
    static boolean isOwn(Body body) {
        return Boolean.TRUE.equals(body.get(OWN));
    }

    /** Returns the id of the team of a new key; empty for the account. */
    static String teamOf(Body body, KeySettings settings) {
        String team = Objects.requireNonNullElse(body.get(TEAM), "");
        if (!team.isEmpty() && settings.kind() == KeyKind.MANAGEMENT) {
            throw Field.wrong("team", sentence("{field} must be missing or null for a management key.", FIELD));
        }
        return team;
    }

    /** Returns the id of the team to which a key is moved; empty for the account. */
    static String teamOfMove(Body body) {
        if (!body.has(TEAM)) {
            throw Field.wrong("team", sentence("{field} is required.", FIELD));
        }
        return Objects.requireNonNullElse(body.get(TEAM), "");
    }

    /** Returns how long the old secret stays good: not at all if that is not there. */
    static Duration grace(Body body) {
        return body.has(GRACE) ? body.need(GRACE) : Duration.ZERO;
    }

    /**
     * Returns a change; all of it is read before any of it is done.
     *
     * @param present the key's limits: a stored one may be larger than what can be chosen today
     */
    public static Change change(Body body, SpendLimits present, Function<String, @Nullable String> modelIds) {
        body.requireSome(CHANGE);
        Boolean disabled = body.has(DISABLED) ? body.need(DISABLED) : null;
        return new Change(
                edit(body, present, modelIds), disabled, body.without(DISABLED).isEmpty());
    }

    private static UnaryOperator<KeySettings> edit(
            Body body, SpendLimits present, Function<String, @Nullable String> modelIds) {
        UnaryOperator<SpendLimits> spend = spend(body, present);
        UnaryOperator<CallLimits> rates = ratesOf(body);
        List<UnaryOperator<KeySettings>> edits = List.of(
                part(body, NAME, KeySettings::withName),
                part(body, ALLOW, (its, allow) -> its.withAllow(allow == null ? Allowlist.EVERYBODY : allow)),
                its -> its.withSpend(spend.apply(its.spend())),
                its -> its.withRates(rates.apply(its.rates())),
                part(
                        body,
                        MAX_INPUT_PRICE,
                        (its, price) -> its.withCeiling(its.ceiling().withInput(price))),
                part(
                        body,
                        MAX_OUTPUT_PRICE,
                        (its, price) -> its.withCeiling(its.ceiling().withOutput(price))),
                models(body, modelIds),
                part(body, TAGS, (its, tags) -> its.withTags(tags == null ? new TreeMap<>() : tags)),
                part(body, EXPIRES_AT, KeySettings::withExpiresAt));
        return settings -> {
            KeySettings edited = settings;
            for (UnaryOperator<KeySettings> edit : edits) {
                edited = edit.apply(edited);
            }
            return edited;
        };
    }

    private static <T> UnaryOperator<KeySettings> part(
            Body body, Field<T> field, BiFunction<KeySettings, @Nullable T, KeySettings> with) {
        T value = body.get(field);
        return body.has(field) ? settings -> with.apply(settings, value) : UnaryOperator.identity();
    }

    /** Returns the spend limits of keys as a body changes them. @param present as {@link #change} has it */
    public static UnaryOperator<SpendLimits> spend(Body body, SpendLimits present) {
        Body named = body.get(SPEND);
        if (named == null) {
            return body.has(SPEND) ? its -> SpendLimits.NONE : UnaryOperator.identity();
        }
        Long hour = named.amountOr(HOUR, present.hourMicros());
        Long day = named.amountOr(DAY, present.dayMicros());
        Long total = named.amountOr(TOTAL, present.totalMicros());
        return its -> new SpendLimits(
                named.has(HOUR) ? hour : its.hourMicros(),
                named.has(DAY) ? day : its.dayMicros(),
                named.has(TOTAL) ? total : its.totalMicros());
    }

    /** Returns the rates of keys as an object changes them. */
    public static UnaryOperator<CallLimits> rates(Body named) {
        Long requests = named.get(REQUESTS);
        Long tokens = named.get(TOKENS);
        Long concurrency = named.get(CONCURRENCY);
        return its -> new CallLimits(
                named.has(REQUESTS) ? requests : its.requests(),
                named.has(TOKENS) ? tokens : its.tokens(),
                named.has(CONCURRENCY) ? concurrency : its.concurrency());
    }

    private static UnaryOperator<CallLimits> ratesOf(Body body) {
        Body named = body.get(RATES);
        return named != null ? rates(named) : body.has(RATES) ? its -> CallLimits.NONE : UnaryOperator.identity();
    }

    /** A model as a request names it. @param path of the entry */
    private record Named(String path, String model) {}

    private static UnaryOperator<KeySettings> models(Body body, Function<String, @Nullable String> modelIds) {
        List<String> ids = new ArrayList<>();
        for (Named named : Objects.requireNonNullElse(body.get(MODELS), List.<Named>of())) {
            String id = modelIds.apply(named.model());
            if (id == null) {
                throw Field.wrong(
                        named.path(),
                        sentence("{field} names no model: '{model}'.", FIELD, MessageText.plain(named.model())));
            }
            if (!ids.contains(id)) {
                ids.add(id);
            }
        }
        return body.has(MODELS) ? its -> its.withModels(ids) : UnaryOperator.identity();
    }

    // ---- readers ----

    private static Field<Long> rate(String name, Sentence label) {
        return Field.whole(name, label, 1, CallLimits.MAX).orNull(NO_LIMIT);
    }

    private static Field<Long> price(String name, Sentence label) {
        return Field.credits(name, label)
                .that(
                        PriceCeiling::isPrice,
                        sentence(
                                "{field} must be a price: credits per million tokens, from 0 to {most}.",
                                FIELD,
                                Credits.text(PriceCeiling.MAX)))
                .kept(Fact.Kind.PRICE)
                .shaped(Schema.amounts().range(0, PriceCeiling.MAX / Credits.MICROS))
                .orNull(sentence("any price"));
    }

    private static Set<Scope> scopes(String path, List<String> codes) {
        if (codes.isEmpty() || !SCOPE_CODES.containsAll(codes)) {
            throw Field.wrong(
                    path, sentence("{field} must be one or more of {words}.", FIELD, String.join(", ", SCOPE_CODES)));
        }
        return Scope.parse(codes);
    }

    private static String address(String path, JsonNode value) {
        String text = Field.string(path, value);
        try {
            Allowlist.of(List.of(text));
        } catch (IllegalArgumentException e) {
            throw Field.wrong(
                    path, sentence("{field} must be an IP address or a CIDR block like 192.0.2.0/24.", FIELD));
        }
        return text;
    }

    private static String team(String path, JsonNode value) {
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw Field.wrong(path, sentence("{field} must be the id of a team.", FIELD));
        }
        return value.stringValue();
    }
}
