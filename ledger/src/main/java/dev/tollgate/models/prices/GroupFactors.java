package dev.tollgate.models.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.base.fields.TypedUnit;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.models.Pricing;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The factors of a version of a price group, in thousandths (Z1). Of a model counts the entry with its id, otherwise the longest entry that begins its
 * id, otherwise the factor for all; factors never multiply each other. Immutable.
 *
 * @param factor of all models without an entry
 * @param models by a model's id, or by the beginning of ids with {@code *} after it
 */
public record GroupFactors(int factor, SortedMap<String, Integer> models) {

    /** The highest factor, twice the standard price. */
    public static final int MAX = 2_000;

    /** The most entries of a version. */
    public static final int ENTRIES_MAX = 200;

    private static final Sentence ALLOWED =
            sentence("a whole number of thousandths from 1 to {max}", Integer.toString(MAX));

    private static final Sentence PERCENTAGES = sentence(
            "a percentage from {least} to {most} in steps of {least}",
            TypedUnit.PERCENT.text(1),
            TypedUnit.PERCENT.text(MAX));

    public static final Field<Integer> FACTOR = Field.<Integer>of(
                    "factor", sentence("Factor"), GroupFactors::factor, Typed::number)
            .kept(Fact.Kind.FACTOR)
            .shaped(Schema.of("integer").range(1, MAX))
            .help("Thousandths of the standard price: 850 is 15 percent below it.")
            .option("--factor N")
            .asked(TypedUnit.PERCENT.input(
                    sentence("All models, in % of the standard price"), PERCENTAGES, GroupFactors::isFactor))
            .hinted(sentence("90 is 10 % below standard. Commands and the API count thousandths: 900."));

    public static final Field<Map<String, Integer>> MODELS = Field.of(
                    "models", sentence("Models"), GroupFactors::models, Typed::models)
            .kept(Fact.Kind.FACTOR)
            .shaped(Schema.of("object")
                    .with("maxProperties", ENTRIES_MAX)
                    .with("additionalProperties", Schema.of("integer").range(1, MAX)))
            .help("Own factors by a model's id, or by the beginning of ids with * after it; the longest counts.")
            .option("--models MODEL=FACTOR,...")
            .asked(new Field.Input(
                    sentence("Models with their own percentage"),
                    sentence(
                            "A line each: a model's id, or the beginning of ids with *, and its percentage, like: gemini-4-* 90"),
                    "textarea",
                    Typed::percentages))
            .optional();

    public GroupFactors {
        models = new TreeMap<>(models);
    }

    /** Returns the factor of a model, by its id. */
    public int of(String modelId) {
        Integer exact = models.get(modelId);
        if (exact != null) {
            return exact;
        }
        int length = 0;
        int found = factor;
        for (Map.Entry<String, Integer> entry : models.entrySet()) {
            String key = entry.getKey();
            int begin = key.length() - 1;
            if (begin >= length && ModelPatterns.isBegin(key) && ModelPatterns.matches(key, modelId)) {
                length = begin;
                found = entry.getValue();
            }
        }
        return found;
    }

    /** Returns the price of a model in a group with these factors. @param group as {@link Pricing#inGroup} has it */
    public Pricing of(String modelId, Pricing standard, String group) {
        return standard.inGroup(of(modelId), group);
    }

    /** Returns a factor against the standard price, as in {@code 15 % below standard}. */
    public static Sentence words(int factor) {
        String percent = BigDecimal.valueOf(Math.abs(Pricing.GROUP_ONE - factor), 1)
                .stripTrailingZeros()
                .toPlainString();
        return switch (Integer.signum(factor - Pricing.GROUP_ONE)) {
            case -1 -> sentence("{percent} % below standard", percent);
            case 1 -> sentence("{percent} % above standard", percent);
            default -> sentence("standard");
        };
    }

    /** Returns these factors as their row keeps them. */
    public String body() {
        return json().toString();
    }

    /** Returns these factors as JSON. */
    public ObjectNode json() {
        ObjectNode json = ApiJson.MAPPER.createObjectNode().put("factor", factor);
        ObjectNode entries = json.putObject("models");
        models.forEach(entries::put);
        return json;
    }

    /** Returns the factor of all models without an entry, as a form has it. */
    public String typedFactor() {
        return TypedUnit.PERCENT.text(factor);
    }

    /** Returns the entries on a line each, as a form has them. */
    public String typed() {
        return models.entrySet().stream()
                .map(entry -> entry.getKey() + " " + TypedUnit.PERCENT.text(entry.getValue()))
                .collect(Collectors.joining("\n"));
    }

    /** Reads what {@link #body} wrote. @throws RuntimeException if it is malformed */
    static GroupFactors read(String body) {
        JsonNode json = ApiJson.MAPPER.readTree(body);
        SortedMap<String, Integer> models = new TreeMap<>();
        json.required("models")
                .properties()
                .forEach(entry -> models.put(entry.getKey(), entry.getValue().intValue()));
        return new GroupFactors(json.required("factor").intValue(), models);
    }

    private static boolean isFactor(long thousandths) {
        return thousandths >= 1 && thousandths <= MAX;
    }

    private static int factor(String path, JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong() && isFactor(value.longValue())) {
            return value.intValue();
        }
        throw Field.notAllowed(path, value, ALLOWED);
    }

    private static Map<String, Integer> models(String path, JsonNode value) {
        if (!(value instanceof ObjectNode object)) {
            throw Field.notAllowed(path, value, sentence("an object with {factor} for each model", ALLOWED));
        }
        if (object.size() > ENTRIES_MAX) {
            throw Field.wrong(
                    path,
                    sentence(
                            "{field} has {count} entries; allowed are {max}.",
                            FIELD,
                            Integer.toString(object.size()),
                            Integer.toString(ENTRIES_MAX)));
        }
        Map<String, Integer> models = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (!ModelPatterns.isPattern(entry.getKey())) {
                throw Field.wrong(
                        path,
                        sentence(
                                "{field} has an entry for {name}; allowed is a model's id, or the beginning of ids with * after it, like {example}.",
                                FIELD,
                                MessageText.quoted(entry.getKey()),
                                "gemini-4-*"));
            }
            models.put(entry.getKey(), factor(path + "." + entry.getKey(), entry.getValue()));
        }
        return models;
    }

    /** The fields as a form or a command has them. */
    private static final class Typed {

        private static final Pattern LINES = Pattern.compile("[\\n,]");
        private static final Pattern WORDS = Pattern.compile("[\\s=]+(?=[^\\s=]*$)");

        static JsonNode number(String text) {
            String digits = text.strip();
            return digits.matches("[0-9]{1,9}")
                    ? ApiJson.MAPPER.getNodeFactory().numberNode(Integer.parseInt(digits))
                    : StringNode.valueOf(digits);
        }

        /** Reads entries of a form, which have percentages, as {@link #models} reads a command's. @throws Mistake for another text */
        static JsonNode percentages(String text) {
            return entries(
                    text,
                    (model, percent) -> LongNode.valueOf(TypedUnit.PERCENT.need(
                            Sentence.asItIs(model), percent, PERCENTAGES, GroupFactors::isFactor)));
        }

        /** Reads entries that are separated by commas or line ends: the id, a space or an equals sign, and the factor. */
        static JsonNode models(String text) {
            return entries(text, (model, factor) -> factor.isEmpty() ? StringNode.valueOf("") : number(factor));
        }

        /** @param factor reads the text after a model's id, which may be empty */
        private static JsonNode entries(String text, BiFunction<String, String, JsonNode> factor) {
            ObjectNode models = ApiJson.MAPPER.createObjectNode();
            Stream.of(LINES.split(text))
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .forEach(line -> {
                        String[] words = WORDS.split(line.replaceFirst("\\s+%$", "%"), 2);
                        models.set(words[0], factor.apply(words[0], words.length == 2 ? words[1] : ""));
                    });
            return models;
        }
    }
}
