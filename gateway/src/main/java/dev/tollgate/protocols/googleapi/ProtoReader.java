package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.memory.Tally;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Normalises a message: JSON for protocol buffers has names in camel or snake case, enums in any case, one object instead of a list, numbers as
 * strings, and null or an enum's zero for absent (protocol 1.2). Unknown names are refused, as Google does, because their cost has no known bound.
 */
final class ProtoReader {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int SHOWN_CHARS_MAX = 60;
    private static final int DIGITS_MAX = 20;
    private static final int EXPONENT_MAX = 308;

    private final Tally tally;
    private final Spelling spelling;

    private ProtoReader(Tally tally, Spelling spelling) {
        this.tally = tally;
        this.spelling = spelling;
    }

    /**
     * Returns a new tree. It shares with the given one the parts that callers may write freely: arguments and JSON Schemas.
     *
     * @param tally charged for the new tree
     * @param spelling notes the members in snake case
     * @throws ApiException a 400 in Google's words
     */
    static ObjectNode read(String message, ObjectNode body, Tally tally, Spelling spelling) {
        return new ProtoReader(tally, spelling).read(message, body, "");
    }

    /** @param path the message's path in snake case; empty for the whole body */
    private ObjectNode read(String message, ObjectNode tree, String path) {
        tally.object();
        ObjectNode read = NODES.objectNode();
        for (Map.Entry<String, JsonNode> member : tree.properties()) {
            ProtoMessages.Field field = ProtoMessages.field(message, member.getKey());
            if (field == null) {
                throw unknown(member.getKey(), path);
            }
            if (!member.getValue().isNull()) {
                String at = path.isEmpty()
                        ? ProtoMessages.snake(field.name())
                        : path + "." + ProtoMessages.snake(field.name());
                if (read.has(field.name())) {
                    throw refuse(at, "Invalid value at '" + at + "' (oneof), the field is given twice.");
                }
                tally.name(at);
                if (!member.getKey().equals(field.name())) {
                    tally.name(at);
                    spelling.add(at);
                }
                JsonNode value = any(field, member.getValue(), at);
                if (!isAbsent(field, member.getValue(), value)) {
                    read.set(field.name(), value);
                }
            }
        }
        return read;
    }

    /** A message is absent, too, if it had nothing but enums that say nothing; a schema takes any value then. */
    private static boolean isAbsent(ProtoMessages.Field field, JsonNode given, JsonNode read) {
        boolean emptied =
                read.isObject() && read.isEmpty() && given.valueStream().anyMatch(value -> !value.isNull());
        return ProtoMessages.isZero(field, read)
                || emptied && !field.map() && !field.type().equals("Schema");
    }

    private JsonNode any(ProtoMessages.Field field, JsonNode given, String path) {
        if (field.map()) {
            return map(field, object(given, path), path);
        }
        return field.repeated() ? list(field, given, path) : value(field, given, path);
    }

    private ObjectNode map(ProtoMessages.Field field, ObjectNode given, String path) {
        tally.object();
        ObjectNode map = NODES.objectNode();
        int i = 0;
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            String at = path + "[" + i++ + "].value";
            tally.name(at);
            map.set(entry.getKey(), value(field, entry.getValue(), at));
        }
        return map;
    }

    private ArrayNode list(ProtoMessages.Field field, JsonNode given, String path) {
        tally.array();
        List<JsonNode> elements = given.isArray() ? List.copyOf(given.values()) : List.of(given);
        ArrayNode list = NODES.arrayNode(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            tally.scalar();
            JsonNode value = value(field, elements.get(i), path + "[" + i + "]");
            if (!ProtoMessages.isZero(field, value)) {
                list.add(value);
            }
        }
        return list;
    }

    private JsonNode value(ProtoMessages.Field field, JsonNode given, String path) {
        if (ProtoMessages.isMessage(field.type())) {
            return read(field.type(), object(given, path), path);
        }
        Set<String> words = ProtoMessages.words(field.type());
        if (words != null) {
            return word(words, given, path);
        }
        return switch (field.type()) {
            case "string" -> given.isString() ? given : wrong(path, "TYPE_STRING", given);
            case "word" ->
                given.isString()
                        ? NODES.stringNode(given.stringValue().toUpperCase(Locale.ROOT))
                        : wrong(path, "TYPE_ENUM", given);
            case "bool" -> given.isBoolean() ? given : wrong(path, "TYPE_BOOL", given);
            case "int" -> integer(given, path);
            case "long" -> given.isIntegralNumber() || given.isString() ? given : wrong(path, "TYPE_INT64", given);
            case "number" -> given.isNumber() ? given : wrong(path, "TYPE_FLOAT", given);
            case "finite" ->
                given.isNumber() && isFinite(given.decimalValue()) ? given : wrong(path, "TYPE_FLOAT", given);
            case "object" -> object(given, path);
            default -> given;
        };
    }

    private static JsonNode word(Set<String> words, JsonNode given, String path) {
        String said = given.isString() ? given.stringValue().toUpperCase(Locale.ROOT) : "";
        return words.contains(said) ? NODES.stringNode(said) : wrong(path, "TYPE_ENUM", given);
    }

    private static ObjectNode object(JsonNode given, String path) {
        if (given instanceof ObjectNode object) {
            return object;
        }
        throw refuse(path, "Invalid value at '" + path + "' (a message), " + shown(given));
    }

    /** Returns whether a number fits 64-bit floating point. */
    private static boolean isFinite(BigDecimal number) {
        return (long) number.precision() - number.scale() <= EXPONENT_MAX;
    }

    /** Returns a 32-bit integer, which may also be written as a string or with a fraction of zero. */
    private static JsonNode integer(JsonNode given, String path) {
        String digits = given.isString() ? given.stringValue() : given.isNumber() ? given.asString() : "";
        if (digits.length() <= DIGITS_MAX) {
            try {
                return NODES.numberNode(new BigDecimal(digits).intValueExact());
            } catch (ArithmeticException | NumberFormatException e) {
                return wrong(path, "TYPE_INT32", given);
            }
        }
        return wrong(path, "TYPE_INT32", given);
    }

    private static JsonNode wrong(String path, String type, JsonNode given) {
        throw refuse(path, "Invalid value at '" + path + "' (" + type + "), " + shown(given));
    }

    private static ApiException unknown(String name, String path) {
        String where = path.isEmpty() ? "" : " at '" + path + "'";
        return refuse(
                path.isEmpty() ? null : path,
                "Invalid JSON payload received. Unknown name \"" + clean(name) + "\"" + where + ": Cannot find field.");
    }

    private static ApiException refuse(@Nullable String path, String message) {
        return ApiError.invalid(path, message).asException();
    }

    private static String shown(JsonNode given) {
        return given.isObject() ? "an object" : given.isArray() ? "an array" : clean(given.asString());
    }

    private static String clean(String text) {
        String cut = text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "..." : text;
        return cut.replaceAll("[\\p{Cntrl}\\p{Cs}\\p{Cf}]", "?");
    }
}
