package dev.tollgate.models;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rules of a price as it is written, in the catalogue or in a request of the operator (P1, P2, P4). Pure functions.
 *
 * @param unit in which the rates are written
 * @param scale micro-credits of the unit
 */
public record TariffRules(String unit, long scale) {

    /** The rules of prices in credits. */
    public static final TariffRules OF_CREDITS = new TariffRules("credits", 1_000_000);

    private static final String CREDITS = OF_CREDITS.unit;

    private static final List<String> RATES =
            Stream.of(Rate.values()).map(Rate::key).toList();

    /** The members of a price's rates. */
    public static final List<String> MEMBERS = Stream.concat(
                    RATES.stream(), Stream.of("search_counts", "above", "tiers"))
            .toList();

    private static final List<String> STEP =
            Stream.concat(Stream.of("prompt_tokens"), RATES.stream()).toList();
    private static final List<String> TIERS = List.of("flex", "priority");
    private static final int STEP_TOKENS_MAX = 1_000_000_000;

    /**
     * A member that is not allowed.
     *
     * @param field its name; the name of an inner object's member follows a dot
     * @param sentence with {@link ApiError#FIELD}
     * @param allowed what is allowed instead; null if the sentence names no value
     */
    public record Refusal(
            String field, Sentence sentence, @Nullable Sentence allowed) {

        /** Returns what follows the name in English, without the full stop. */
        public String what() {
            String message = ApiError.invalid(field, sentence).message();
            return message.substring(field.length() + 3, message.length() - 1);
        }
    }

    /** A price breaks a rule. */
    public static final class NotAllowed extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Refusal refusal;

        NotAllowed(Refusal refusal) {
            super("'" + refusal.field() + "' " + refusal.what());
            this.refusal = refusal;
        }

        public Refusal refusal() {
            return refusal;
        }
    }

    /** Adds a member as it was typed: a number if it is a plain decimal, otherwise a text, which the rules refuse. */
    public static void put(ObjectNode json, String name, String text) {
        if (text.matches("[0-9]{1,15}(\\.[0-9]{1,12})?")) {
            json.put(name, new BigDecimal(text));
        } else {
            json.put(name, text);
        }
    }

    /** Returns the price of its members. */
    public Tariff read(ObjectNode whole) throws NotAllowed {
        PriceRates base = rates(whole, "", PriceRates.of(0, 0));
        JsonNode above = whole.get("above");
        Step step = above == null ? null : step(object("above", above, STEP), whole, base);
        JsonNode factors = whole.get("tiers");
        Tiers tiers = factors == null ? Tiers.NONE : tiers(object("tiers", factors, TIERS));
        requireProducts(step == null ? base : step.rates(), tiers);
        return new Tariff(base, step, searchCounts(whole.get("search_counts"), base), tiers);
    }

    private PriceRates rates(ObjectNode json, String path, PriceRates least) throws NotAllowed {
        PriceRates rates = PriceRates.of(0, 0);
        Map<Rate, Long> written = new EnumMap<>(Rate.class);
        for (Rate rate : Rate.values()) {
            if (json.has(rate.key()) || !Rate.OPTIONAL.contains(rate)) {
                written.put(rate, rate(json, path, rate, rates, least));
                rates = PriceRates.of(written::get);
            }
        }
        return rates;
    }

    /** @param rates those that are read already @param least the rates of shorter prompts */
    private long rate(ObjectNode json, String path, Rate rate, PriceRates rates, PriceRates least) throws NotAllowed {
        Rate low = rate.least();
        Rate high = rate.most();
        long from = Math.max(low == null ? 0 : low.of(rates), rate.of(least));
        boolean isOfFree = rate == Rate.IMAGE_OUTPUT && rates.outputMicros() == 0; // holds count in output tokens
        long to = isOfFree ? 0 : high == null ? PriceRates.MAX : high.of(rates);
        JsonNode node = need(path, rate.key(), json);
        long micros = whole(node, scale);
        if (micros < from || micros > to) {
            List<Sentence> allowed = new ArrayList<>(
                    List.of(sentence("a number of {unit} from {from} to {to}", word(), amount(from), amount(to))));
            if (!path.isEmpty()) {
                allowed.add(sentence("at least the rate of shorter prompts"));
            }
            if (low != null) {
                allowed.add(sentence("at least the {rate} rate", low.word()));
            }
            if (high != null) {
                allowed.add(sentence("at most the {rate} rate", high.word()));
            }
            if (node.isNumber() && micros == NONE) {
                allowed.add(sentence("with at most {decimals} decimals", Integer.toString(decimals())));
            }
            throw notAllowed(
                    path + rate.key(),
                    node,
                    allowed.stream()
                            .reduce((a, b) -> sentence("{a}, {b}", a, b))
                            .orElseThrow());
        }
        return micros;
    }

    /** Reads the rates of long prompts: each rate that the row has and no other, and none below it. */
    private Step step(ObjectNode above, ObjectNode row, PriceRates base) throws NotAllowed {
        JsonNode tokens = need("above.", "prompt_tokens", above);
        long most = whole(tokens, 1);
        if (most < 1 || most > STEP_TOKENS_MAX) {
            throw notAllowed(
                    "above.prompt_tokens",
                    tokens,
                    sentence("a whole number from {least} to {most}", "1", Integer.toString(STEP_TOKENS_MAX)));
        }
        for (String name : RATES) {
            if (row.has(name)) {
                need("above.", name, above);
            }
        }
        for (Rate rate : Rate.OPTIONAL) {
            requireOfRow(above, rate, row.has(rate.key()));
        }
        Step step = new Step(most, rates(above, "above.", base));
        Rate alone = step.rateWithout(base);
        if (alone != null) {
            requireOfRow(above, alone, false);
        }
        return step;
    }

    private static void requireOfRow(ObjectNode above, Rate rate, boolean isOfRow) throws NotAllowed {
        if (!isOfRow && above.has(rate.key())) {
            throw wrong(
                    "above." + rate.key(),
                    sentence(
                            "{field} is a rate that the price has for long prompts alone; name it for shorter ones, too, or not at all.",
                            FIELD));
        }
    }

    private static Tiers tiers(ObjectNode tiers) throws NotAllowed {
        return new Tiers(factor("tiers.flex", tiers.get("flex")), factor("tiers.priority", tiers.get("priority")));
    }

    private static int factor(String path, @Nullable JsonNode node) throws NotAllowed {
        if (node == null) {
            return 0;
        }
        long factor = whole(node, Tiers.ONE);
        if (factor < 1 || factor > Tiers.FACTOR_MAX) {
            throw notAllowed(path, node, sentence("a number above 0, up to 100, with at most 4 decimals"));
        }
        return Math.toIntExact(factor);
    }

    private void requireProducts(PriceRates highest, Tiers tiers) throws NotAllowed {
        BigDecimal most = BigDecimal.valueOf(highest.highestOfTokens()); // a tier does not multiply searches
        for (ServiceTier tier : List.of(ServiceTier.FLEX, ServiceTier.PRIORITY)) {
            BigDecimal factor = BigDecimal.valueOf(tiers.factor(tier), 4).stripTrailingZeros();
            if (most.multiply(factor).compareTo(BigDecimal.valueOf(PriceRates.MAX)) > 0) {
                throw wrong(
                        "tiers." + tier.word(),
                        sentence(
                                "{field} is {factor}, which makes a rate of {rate} higher than {max} {unit}, the most.",
                                FIELD,
                                factor.toPlainString(),
                                amount(highest.highestOfTokens()),
                                amount(PriceRates.MAX),
                                word()));
            }
        }
    }

    private static SearchCounts searchCounts(@Nullable JsonNode node, PriceRates base) throws NotAllowed {
        if (node == null) {
            return SearchCounts.QUERIES;
        }
        String word = node.isString() ? node.stringValue() : "";
        if (!word.equals("queries") && !word.equals("calls")) {
            throw notAllowed("search_counts", node, Sentence.either(List.of("queries", "calls")));
        }
        if (!base.has(Rate.SEARCH)) {
            throw wrong("search_counts", sentence("{field} needs 'search_per_1000', a rate above 0.", FIELD));
        }
        return word.equals("calls") ? SearchCounts.CALLS : SearchCounts.QUERIES;
    }

    private static ObjectNode object(String name, JsonNode node, List<String> allowed) throws NotAllowed {
        if (!(node instanceof ObjectNode object)) {
            throw notAllowed(name, node, sentence("an object with {names}, or null", String.join(", ", allowed)));
        }
        for (String member : object.propertyNames()) {
            if (!allowed.contains(member)) {
                throw wrong(
                        name + "." + MessageText.plain(member),
                        sentence("{field} is not known; allowed are {names}.", FIELD, String.join(", ", allowed)));
            }
        }
        return object;
    }

    private static final long NONE = -1;

    /** Returns a number times a scale; {@value #NONE} if that is not a whole number, or far too large. */
    private static long whole(JsonNode node, long scale) {
        if (!node.isNumber()) {
            return NONE;
        }
        BigDecimal number = node.decimalValue();
        if (number.precision() - number.scale() > 15 || number.scale() > 18) {
            return number.signum() == 0 ? 0 : NONE;
        }
        try {
            return number.multiply(BigDecimal.valueOf(scale)).longValueExact();
        } catch (ArithmeticException e) {
            return NONE;
        }
    }

    private static JsonNode need(String path, String name, ObjectNode json) throws NotAllowed {
        JsonNode node = json.get(name);
        if (node == null) {
            throw wrong(
                    path + name,
                    path.isEmpty()
                            ? sentence("{field} is missing.", FIELD)
                            : sentence("{field} is missing: a step names each rate of the price.", FIELD));
        }
        return node;
    }

    private int decimals() {
        return BigDecimal.ONE.divide(BigDecimal.valueOf(scale)).scale();
    }

    private String amount(long micros) {
        return BigDecimal.valueOf(micros)
                .divide(BigDecimal.valueOf(scale))
                .stripTrailingZeros()
                .toPlainString();
    }

    private Sentence word() {
        return unit.equals(CREDITS) ? sentence("unit::credits") : Sentence.asItIs(unit);
    }

    private static NotAllowed notAllowed(String path, JsonNode node, Sentence allowed) {
        String value = node.isString() ? MessageText.quoted(node.stringValue()) : MessageText.plain(node.toString());
        Sentence refusal = sentence("{field} is {value}; allowed is {allowed}.", FIELD, value, allowed);
        return new NotAllowed(new Refusal(path, refusal, allowed));
    }

    private static NotAllowed wrong(String path, Sentence refusal) {
        return new NotAllowed(new Refusal(path, refusal, null));
    }
}
