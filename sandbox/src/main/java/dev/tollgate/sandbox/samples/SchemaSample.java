package dev.tollgate.sandbox.samples;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A value that follows a schema, in either of Google's two forms (protocol 1.5), members in property order. What the schema leaves open
 * is the {@link Filling}'s. Bounded in depth and size, recursion included.
 */
public final class SchemaSample {

    private static final int DEPTH_MAX = 16;
    private static final int OPTIONAL_DEPTH_MAX = 4;
    private static final int ITEMS_MAX = 10;
    private static final int NODES_MAX = 2_000;
    private static final int LENGTH_MAX = 1_000;

    private final JsonNode root;
    private final Prompt prompt;
    private final Filling filling;
    private int nodes;

    private SchemaSample(JsonNode root, Prompt prompt, Filling filling) {
        this.root = root;
        this.prompt = prompt;
        this.filling = filling;
    }

    public static JsonNode of(JsonNode schema, Prompt prompt) {
        return new SchemaSample(schema, prompt, new PromptFilling(prompt)).value(schema, "value", 0, 0);
    }

    /** The value of one property of {@code root}; its references are looked up there. */
    public static JsonNode ofProperty(JsonNode root, JsonNode schema, String name, Prompt prompt, Filling filling) {
        return new SchemaSample(root, prompt, filling).value(schema, name, 0, 1);
    }

    /** Property names in the order that the answer keeps: {@code propertyOrdering}, else as they are written. */
    public static List<String> order(JsonNode schema) {
        List<String> written = List.copyOf(schema.path("properties").propertyNames());
        List<String> ordering = schema.path("propertyOrdering")
                .valueStream()
                .map(JsonNode::asString)
                .filter(written::contains)
                .toList();
        return Stream.concat(ordering.stream(), written.stream()).distinct().toList();
    }

    public static boolean requires(JsonNode schema, String name) {
        return schema.path("required").valueStream().anyMatch(node -> node.asString("")
                .equals(name));
    }

    private JsonNode value(JsonNode schema, String name, int index, int depth) {
        nodes++;
        if (depth > DEPTH_MAX || nodes > NODES_MAX) {
            return JsonNodeFactory.instance.nullNode();
        }
        Optional<JsonNode> fixed = fixed(schema, name, index);
        if (fixed.isPresent()) {
            return fixed.get();
        }
        Optional<JsonNode> other = elsewhere(schema);
        return other.isPresent() ? value(other.get(), name, index, depth + 1) : typed(schema, name, index, depth);
    }

    private Optional<JsonNode> fixed(JsonNode schema, String name, int index) {
        JsonNode names = schema.path("enum");
        if (!names.isEmpty()) {
            return Optional.of(filling.oneOf(names, index));
        }
        return (filling.takesShown(name) ? Stream.of("const", "default", "example") : Stream.of("const"))
                .map(schema::path)
                .filter(node -> !node.isMissingNode())
                .findFirst();
    }

    /** A reference, or the first branch that is not null. */
    private Optional<JsonNode> elsewhere(JsonNode schema) {
        String reference = JsonTrees.text(schema, "$ref");
        if (reference.equals("#") || reference.startsWith("#/")) {
            return Optional.of(root.at(reference.substring(1)));
        }
        return branch(schema);
    }

    /** The first branch that is not null; empty without branches. */
    public static Optional<JsonNode> branch(JsonNode schema) {
        return Stream.of("anyOf", "oneOf", "allOf")
                .flatMap(name -> schema.path(name).valueStream())
                .filter(branch -> !type(branch).equals("null"))
                .findFirst();
    }

    /** Returns a type's name in small letters; the first that is not null if there are several. */
    public static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            return type.valueStream()
                    .map(node -> node.asString(""))
                    .filter(name -> !name.equals("null"))
                    .findFirst()
                    .orElse("null");
        }
        String fallback = schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
        return type.isString() ? type.stringValue().toLowerCase(Locale.ROOT) : fallback;
    }

    private JsonNode typed(JsonNode schema, String name, int index, int depth) {
        return switch (type(schema)) {
            case "object" -> object(schema, name, index, depth);
            case "array" -> array(schema, name, depth);
            case "integer" -> number(schema, name, index, 0);
            case "number" -> number(schema, name, index, 1);
            case "boolean" -> JsonNodeFactory.instance.booleanNode(filling.flag(name));
            case "null" -> JsonNodeFactory.instance.nullNode();
            default -> StringNode.valueOf(string(schema, name, index));
        };
    }

    private ObjectNode object(JsonNode schema, String parent, int index, int depth) {
        ObjectNode object = JsonTrees.object();
        for (String name : order(schema)) {
            JsonNode property = schema.path("properties").path(name);
            if (depth < OPTIONAL_DEPTH_MAX || requires(schema, name)) {
                object.set(name, value(property, filling.below(parent, name), index, depth + 1));
            } else if (mayBeNull(property)) {
                object.putNull(name);
            }
        }
        return object;
    }

    /** The end of a list of nested objects, as models write it: its readers often want every member. */
    private static boolean mayBeNull(JsonNode schema) {
        return schema.path("nullable").asBoolean(false)
                || schema.path("type").valueStream().anyMatch(type -> type.asString("")
                        .equals("null"))
                || Stream.of("anyOf", "oneOf")
                        .flatMap(name -> schema.path(name).valueStream())
                        .anyMatch(branch -> type(branch).equals("null"));
    }

    private ArrayNode array(JsonNode schema, String name, int depth) {
        ArrayNode array = JsonTrees.array();
        List<JsonNode> prefix = List.copyOf(schema.path("prefixItems").values());
        JsonNode items = schema.path("items");
        int size = prefix.isEmpty() || schema.has("minItems") ? size(schema, name, depth) : prefix.size();
        for (int i = 0; i < size; i++) {
            JsonNode each = i < prefix.size() ? prefix.get(i) : items;
            array.add(value(each, filling.item(name), i, depth + 1));
        }
        return array;
    }

    /** As many as the prompt asks for ("List 3 …"), else two; one when deep; within the schema's limits. */
    private int size(JsonNode schema, String name, int depth) {
        int standard = prompt.firstNumber()
                .filter(number -> number.matches("[1-9]|10"))
                .map(Integer::parseInt)
                .orElse(2);
        boolean texts = type(schema.path("items")).equals("string");
        int asked = texts ? filling.texts(name).orElse(standard) : standard;
        int wanted = depth >= OPTIONAL_DEPTH_MAX ? 1 : asked;
        int min = Math.min(ITEMS_MAX, limit(schema, "minItems", 0));
        return Math.max(min, Math.min(wanted, limit(schema, "maxItems", ITEMS_MAX)));
    }

    private static int limit(JsonNode schema, String name, int otherwise) {
        JsonNode limit = schema.path(name);
        String digits = limit.isString() ? limit.stringValue() : limit.toString();
        return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : otherwise;
    }

    private DecimalNode number(JsonNode schema, String name, int index, int scale) {
        BigDecimal sample = filling.number(name)
                .map(BigDecimal::new)
                .orElse(scale == 0 ? BigDecimal.valueOf(index + 1L) : BigDecimal.valueOf(index * 10L + 15, 1));
        BigDecimal value = scale == 0 ? BigDecimal.valueOf(sample.longValue()) : sample;
        if (schema.path("minimum").isNumber()) {
            value = value.max(schema.path("minimum").decimalValue());
        }
        if (schema.path("maximum").isNumber()) {
            value = value.min(schema.path("maximum").decimalValue());
        }
        return DecimalNode.valueOf(value);
    }

    private String string(JsonNode schema, String name, int index) {
        String text =
                switch (JsonTrees.text(schema, "format")) {
                    case "date-time" -> "2026-04-17T09:30:00Z";
                    case "date" -> "2026-04-17";
                    case "time" -> "09:30:00Z";
                    case "email" -> "ada@example.com";
                    case "uri" -> "https://example.com/";
                    case "uuid" -> "7d444840-9dc0-11d1-b245-5ffdce74fad2";
                    default -> filling.text(name, index);
                };
        return fit(text, limit(schema, "minLength", 0), limit(schema, "maxLength", LENGTH_MAX));
    }

    private static String fit(String text, int min, int max) {
        String padded = text.length() >= min ? text : text + "x".repeat(Math.min(LENGTH_MAX, min) - text.length());
        return padded.length() <= max ? padded : padded.substring(0, max);
    }

    /**
     * Fills an answer in JSON: places and numbers come from the prompt.
     *
     * @param prompt what was asked
     */
    private record PromptFilling(Prompt prompt) implements Filling {

        @Override
        public String text(String name, int index) {
            String key = name.toLowerCase(Locale.ROOT);
            if (!key.equals("city") && !key.equals("location")) {
                return Filling.sample(name, index);
            }
            List<String> places = new ArrayList<>(prompt.things());
            places.addAll(WORDS.getOrDefault(key, List.of()));
            return places.get(index % places.size());
        }

        @Override
        public Optional<String> number(String name) {
            return prompt.firstNumber();
        }
    }
}
