package dev.tollgate.models;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Fact;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.JsonNodeException;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tariff as JSON, with the names of the catalogue: rates in credits, absent where they follow another. The database, the operator's API
 * and the callers' price list share this form. Pure functions.
 */
public final class TariffJson {

    /** The facts of what is written, in the order of the form of a price. */
    public static final List<Fact> FACTS = facts();

    private TariffJson() {}

    private static List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        for (Rate rate : Rate.values()) {
            facts.add(new Fact(rate.key(), rate.head(), Fact.Kind.PRICE));
        }
        facts.add(new Fact("search_counts", sentence("Counted searches"))
                .saying(Map.of("queries", sentence("by query"), "calls", sentence("by call"))));
        facts.add(new Fact("above.prompt_tokens", sentence("Long prompts: above")));
        for (Rate rate : Rate.values()) {
            facts.add(new Fact("above." + rate.key(), sentence("Long prompts: {rate}", rate.word()), Fact.Kind.PRICE));
        }
        facts.add(new Fact("tiers.flex", sentence("Flex")));
        facts.add(new Fact("tiers.priority", sentence("Priority")));
        return List.copyOf(facts);
    }

    /** Adds the members of a tariff to an object. */
    public static void write(ObjectNode json, Tariff tariff) {
        write(json, tariff.rates());
        if (tariff.searchCounts() == Tariff.SearchCounts.CALLS) {
            json.put("search_counts", "calls");
        }
        PriceRates.Step step = tariff.above();
        if (step != null) {
            ObjectNode above = json.putObject("above").put("prompt_tokens", step.promptTokens());
            write(above, step.rates());
        }
        if (!tariff.tiers().equals(Tariff.Tiers.NONE)) {
            ObjectNode tiers = json.putObject("tiers");
            factor(tiers, "flex", tariff.tiers().flex());
            factor(tiers, "priority", tariff.tiers().priority());
        }
    }

    private static void write(ObjectNode json, PriceRates rates) {
        for (Rate rate : Rate.values()) {
            if (rates.has(rate)) {
                json.put(rate.key(), credits(rate.of(rates)));
            }
        }
    }

    private static void factor(ObjectNode tiers, String name, int factor) {
        if (factor > 0) {
            tiers.put(name, plain(BigDecimal.valueOf(factor, 4)));
        }
    }

    /** Returns an amount in credits. */
    public static BigDecimal credits(long micros) {
        return plain(BigDecimal.valueOf(micros, 6));
    }

    /** Returns a number without trailing zeros and without an exponent. */
    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /** Returns a tariff as it is kept in a row. */
    public static ObjectNode of(Tariff tariff) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        write(json, tariff);
        return json;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if a member is missing, malformed or out of range
     */
    public static Tariff read(JsonNode json) {
        try {
            return tariff(json);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a number of a price with too many decimals, or out of range", e);
        } catch (JsonNodeException e) {
            throw new IllegalArgumentException("a price with a member missing or malformed", e);
        }
    }

    private static Tariff tariff(JsonNode json) {
        JsonNode above = json.get("above");
        JsonNode tiers = json.get("tiers");
        return new Tariff(
                rates(json),
                above == null ? null : step(above),
                searchCounts(json.get("search_counts")),
                tiers == null
                        ? Tariff.Tiers.NONE
                        : new Tariff.Tiers(factor(tiers.get("flex")), factor(tiers.get("priority"))));
    }

    private static PriceRates.Step step(JsonNode above) {
        long promptTokens = above.required("prompt_tokens").decimalValue().longValueExact();
        return new PriceRates.Step(promptTokens, rates(above));
    }

    private static Tariff.SearchCounts searchCounts(@Nullable JsonNode word) {
        String counts = word == null ? "queries" : word.stringValue();
        return switch (counts) {
            case "queries" -> Tariff.SearchCounts.QUERIES;
            case "calls" -> Tariff.SearchCounts.CALLS;
            default -> throw new IllegalArgumentException("no search count: " + counts);
        };
    }

    private static PriceRates rates(JsonNode json) {
        return PriceRates.of(rate ->
                json.has(rate.key()) || !Rate.OPTIONAL.contains(rate) ? micros(json.required(rate.key())) : null);
    }

    private static long micros(JsonNode rate) {
        return rate.decimalValue().movePointRight(6).longValueExact();
    }

    private static int factor(@Nullable JsonNode factor) {
        return factor == null ? 0 : factor.decimalValue().movePointRight(4).intValueExact();
    }
}
