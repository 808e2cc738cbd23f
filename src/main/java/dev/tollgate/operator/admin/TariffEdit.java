package dev.tollgate.operator.admin;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.money.Credits;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import dev.tollgate.models.TariffJson;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Members of a price that an operator changes, with the names of the catalogue: as a JSON merge patch (RFC 7396), a member left out keeps its
 * value, and null removes it. The rules are those of the catalogue. Immutable.
 */
public final class TariffEdit {

    /** The members of a price's rates. */
    public static final List<String> MEMBERS = List.of(
            "input", "output", "cached_input", "audio_input", "search_per_1000", "search_counts", "above", "tiers");

    private static final List<String> RATES =
            List.of("prompt_tokens", "input", "output", "cached_input", "audio_input", "search_per_1000");
    private static final List<String> OPTIONAL = List.of("cached_input", "audio_input", "search_per_1000");
    private static final List<String> TIERS = List.of("flex", "priority");
    private static final int MICROS_DIGITS = 6;
    private static final int FACTOR_DIGITS = 4;
    private static final int STEP_TOKENS_MAX = 1_000_000_000;

    private final ObjectNode patch;

    private TariffEdit(ObjectNode patch) {
        this.patch = patch;
    }

    /** @param members the patch, with members of {@link #MEMBERS} alone */
    public static TariffEdit of(ObjectNode members) {
        return new TariffEdit(members.deepCopy());
    }

    /** Returns whether it names no rate. */
    boolean isEmpty() {
        return patch.valueStream().allMatch(value -> value.isObject() && value.isEmpty());
    }

    /**
     * Returns the tariff after this change.
     *
     * @param isUnits whether calls are charged in printed units, by input and output alone
     * @throws Refused with the member, its value and the allowed values
     */
    public Tariff applied(Tariff before, boolean isUnits) throws Refused {
        ObjectNode whole = whole(before);
        merge(whole, patch);
        removeFromStep(whole);
        if (!whole.path("search_per_1000").isNumber() && !patch.hasNonNull("search_counts")) {
            whole.remove("search_counts");
        }
        if (isUnits) {
            requirePlain(whole);
        }
        return read(whole);
    }

    /** Returns a tariff's members, with each rate in the step that the row has. */
    private static ObjectNode whole(Tariff tariff) {
        ObjectNode json = TariffJson.of(tariff);
        Step step = tariff.above();
        if (step != null && json.path("above") instanceof ObjectNode above) {
            if (tariff.rates().hasCached()) {
                above.put("cached_input", BigDecimal.valueOf(step.rates().cachedMicros(), MICROS_DIGITS));
            }
            if (tariff.rates().hasAudio()) {
                above.put("audio_input", BigDecimal.valueOf(step.rates().audioMicros(), MICROS_DIGITS));
            }
        }
        return json;
    }

    private static void merge(ObjectNode target, ObjectNode patch) {
        patch.forEachEntry((name, value) -> {
            if (value.isNull()) {
                target.remove(name);
            } else if (value instanceof ObjectNode inner) {
                ObjectNode into = target.path(name) instanceof ObjectNode present
                        ? present
                        : JsonNodeFactory.instance.objectNode();
                merge(into, inner);
                target.set(name, into);
            } else {
                target.set(name, value);
            }
        });
    }

    /** A rate that is removed is removed from the step, too, unless the patch names it there. */
    private void removeFromStep(ObjectNode whole) {
        if (whole.path("above") instanceof ObjectNode above) {
            OPTIONAL.stream()
                    .filter(name ->
                            patch.path(name).isNull() && !patch.path("above").hasNonNull(name))
                    .forEach(above::remove);
        }
    }

    private static void requirePlain(ObjectNode whole) throws Refused {
        for (String name : MEMBERS) {
            if (!name.equals("input") && !name.equals("output") && whole.has(name)) {
                throw wrong(
                        name, "is not possible: this model is charged in printed units, by 'input' and 'output' alone");
            }
        }
    }

    private static Tariff read(ObjectNode whole) throws Refused {
        PriceRates base = rates(whole, "", PriceRates.of(0, 0));
        JsonNode above = whole.get("above");
        Step step = above == null ? null : step(object("above", above, RATES), whole, base);
        JsonNode factors = whole.get("tiers");
        Tiers tiers = factors == null ? Tiers.NONE : tiers(object("tiers", factors, TIERS));
        requireProducts(step == null ? base : step.rates(), tiers);
        return new Tariff(base, step, searchCounts(whole.get("search_counts"), base), tiers);
    }

    private static PriceRates rates(ObjectNode json, String path, PriceRates least) throws Refused {
        long input = rate(json, path + "input", least.inputMicros(), PriceRates.MAX);
        long output = rate(json, path + "output", least.outputMicros(), PriceRates.MAX);
        return new PriceRates(
                input,
                output,
                json.has("cached_input") ? rate(json, path + "cached_input", least.cachedMicros(), input) : input,
                json.has("audio_input")
                        ? rate(json, path + "audio_input", Math.max(input, least.audioMicros()), PriceRates.MAX)
                        : input,
                json.has("search_per_1000")
                        ? rate(json, path + "search_per_1000", least.searchMicros(), PriceRates.MAX)
                        : 0);
    }

    /** Reads the rates of long prompts: each rate that the row has and no other, and none below it. */
    private static Step step(ObjectNode above, ObjectNode row, PriceRates base) throws Refused {
        JsonNode tokens = need("above.prompt_tokens", above.get("prompt_tokens"));
        long most = whole(tokens, 0);
        if (most < 1 || most > STEP_TOKENS_MAX) {
            throw notAllowed("above.prompt_tokens", tokens, "a whole number from 1 to " + STEP_TOKENS_MAX);
        }
        for (String name : RATES) {
            if (row.has(name)) {
                need("above." + name, above.get(name));
            }
        }
        for (String name : OPTIONAL) {
            requireOfRow(above, name, row.has(name));
        }
        Step step = new Step(most, rates(above, "above.", base));
        String alone = step.rateWithout(base);
        if (alone != null) {
            requireOfRow(above, alone, false);
        }
        return step;
    }

    private static void requireOfRow(ObjectNode above, String name, boolean isOfRow) throws Refused {
        JsonNode rate = above.get(name);
        if (!isOfRow && rate != null) {
            throw wrong(
                    "above." + name,
                    "is " + Shown.plain(rate.toString()) + ", but shorter prompts have no such rate; set '" + name
                            + "', too, or remove it here with null");
        }
    }

    private static Tiers tiers(ObjectNode tiers) throws Refused {
        return new Tiers(factor("tiers.flex", tiers.get("flex")), factor("tiers.priority", tiers.get("priority")));
    }

    private static int factor(String path, @Nullable JsonNode node) throws Refused {
        if (node == null) {
            return 0;
        }
        long factor = whole(node, FACTOR_DIGITS);
        if (factor < 1 || factor > Tiers.FACTOR_MAX) {
            throw notAllowed(path, node, "a number above 0, up to 100, with at most 4 decimals");
        }
        return Math.toIntExact(factor);
    }

    private static void requireProducts(PriceRates highest, Tiers tiers) throws Refused {
        for (ServiceTier tier : List.of(ServiceTier.FLEX, ServiceTier.PRIORITY)) {
            long most = Math.max(highest.outputMicros(), highest.audioMicros()); // a tier does not multiply searches
            if (BigDecimal.valueOf(most).multiply(factor(tiers, tier)).compareTo(BigDecimal.valueOf(PriceRates.MAX))
                    > 0) {
                throw wrong(
                        "tiers." + tier.word(),
                        "is " + factor(tiers, tier).toPlainString() + ", which makes a rate of " + credits(most)
                                + " higher than 1000000 credits, the most");
            }
        }
    }

    private static BigDecimal factor(Tiers tiers, ServiceTier tier) {
        return BigDecimal.valueOf(tiers.factor(tier), FACTOR_DIGITS).stripTrailingZeros();
    }

    private static SearchCounts searchCounts(@Nullable JsonNode node, PriceRates base) throws Refused {
        if (node == null) {
            return SearchCounts.QUERIES;
        }
        String word = node.isString() ? node.stringValue() : "";
        if (!word.equals("queries") && !word.equals("calls")) {
            throw notAllowed("search_counts", node, "queries or calls");
        }
        if (base.searchMicros() == 0) {
            throw wrong("search_counts", "needs 'search_per_1000', a rate above 0");
        }
        return word.equals("calls") ? SearchCounts.CALLS : SearchCounts.QUERIES;
    }

    private static ObjectNode object(String name, JsonNode node, List<String> allowed) throws Refused {
        if (!(node instanceof ObjectNode object)) {
            throw notAllowed(name, node, "an object with " + String.join(", ", allowed) + ", or null");
        }
        for (String member : object.propertyNames()) {
            if (!allowed.contains(member)) {
                throw wrong(
                        name + "." + Shown.plain(member), "is not known; allowed are " + String.join(", ", allowed));
            }
        }
        return object;
    }

    private static long rate(ObjectNode json, String path, long least, long most) throws Refused {
        JsonNode node = need(path, json.get(path.substring(path.indexOf('.') + 1)));
        long micros = whole(node, MICROS_DIGITS);
        if (micros < least || micros > most) {
            throw notAllowed(
                    path, node, "a number of credits from " + credits(least) + " to " + credits(most) + bounds(path));
        }
        return micros;
    }

    /** Returns the rates from which a rate's bounds come. */
    private static String bounds(String path) {
        String least = path.startsWith("above.") ? ", at least the rate of shorter prompts" : "";
        return path.endsWith("cached_input")
                ? least + ", at most the input rate"
                : path.endsWith("audio_input") ? least + ", at least the input rate" : least;
    }

    /** Returns a number times a power of ten; -1 if that is not a whole number, or far too large. */
    private static long whole(JsonNode node, int digits) {
        if (!node.isNumber()) {
            return -1;
        }
        BigDecimal number = node.decimalValue();
        if (number.precision() - number.scale() > 10 || number.scale() > 18) {
            return number.signum() == 0 ? 0 : -1;
        }
        try {
            return number.movePointRight(digits).longValueExact();
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private static JsonNode need(String path, @Nullable JsonNode node) throws Refused {
        if (node == null) {
            throw wrong(
                    path, path.startsWith("above.") ? "is missing: a step names each rate of the price" : "is missing");
        }
        return node;
    }

    private static String credits(long micros) {
        return Credits.text(micros);
    }

    private static Refused notAllowed(String path, JsonNode node, String allowed) {
        String value = node.isString() ? Shown.quoted(node.stringValue()) : Shown.plain(node.toString());
        return wrong(path, "is " + value + "; allowed is " + allowed);
    }

    private static Refused wrong(String path, String what) {
        return Refused.of(path, what);
    }
}
