package dev.tollgate.base.json;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Numbers of JSON on their way to a reader that keeps each number as a double, as Google's Struct does (D45). */
public final class Doubles {

    /** Every number of so many digits is a double's shortest form. */
    private static final int SURE_CHARS = 15;

    /** The largest exponent that is written out to compare. */
    private static final int EXPONENT_MAX = 1_000;

    private Doubles() {}

    /** Returns whether a double holds a number of JSON digit for digit: what is printed of the double is the same number. */
    public static boolean hold(String number) {
        if (number.length() <= SURE_CHARS && number.indexOf('e') < 0 && number.indexOf('E') < 0) {
            return true;
        }
        double its = Double.parseDouble(number);
        if (Double.isInfinite(its)) {
            return false;
        }
        try {
            BigDecimal exact = new BigDecimal(number);
            return Math.abs((long) exact.scale()) <= EXPONENT_MAX
                    && exact.compareTo(new BigDecimal(Double.toString(its))) == 0;
        } catch (NumberFormatException exponentBeyond32Bits) {
            return false;
        }
    }

    /** Returns whether a double holds each number of a value. */
    public static boolean hold(JsonNode value) {
        return value.isNumber()
                ? value.isInt() || hold(value.asString())
                : value.valueStream().allMatch(Doubles::hold);
    }

    /**
     * Returns JSON in which each number that a double does not hold is a string; nothing else changes.
     *
     * @param json one valid value
     */
    public static String quoted(String json) {
        if (!mayLose(json)) {
            return json;
        }
        StringBuilder quoted = new StringBuilder(json.length() + 16);
        int from = 0;
        try (JsonParser parser = Json.MAPPER.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isNumeric() && !hold(parser.getString())) {
                    int at = (int) parser.currentTokenLocation().getCharOffset();
                    int end = at + parser.getStringLength();
                    quoted.append(json, from, at)
                            .append('"')
                            .append(json, at, end)
                            .append('"');
                    from = end;
                }
            }
        }
        return quoted.append(json, from, json.length()).toString();
    }

    /** Returns a tree in which each number that a double does not hold is a string. Looks at each number once, however deep it stands. */
    public static JsonNode quoted(JsonNode value) {
        JsonNode changed = changed(value);
        return changed == null ? value : changed;
    }

    /** Returns null if nothing changes. */
    private static @Nullable JsonNode changed(JsonNode value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value.isNumber()) {
            return hold(value) ? null : nodes.stringNode(value.asString());
        }
        ArrayNode list = null;
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            JsonNode its = changed(value.get(i));
            if (its != null) {
                list = list == null ? nodes.arrayNode().addAll(value.values()) : list;
                list.set(i, its);
            }
        }
        ObjectNode object = null;
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            JsonNode its = changed(member.getValue());
            if (its != null) {
                object = object == null ? nodes.objectNode().setAll((ObjectNode) value) : object;
                object.set(member.getKey(), its);
            }
        }
        return list == null ? object : list;
    }

    /** Returns false for most texts without such a number: only the others are parsed. */
    private static boolean mayLose(String json) {
        int run = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean isDigit = c >= '0' && c <= '9';
            if (run > 0 && (c == 'e' || c == 'E') || run >= SURE_CHARS && isDigit) {
                return true;
            }
            run = isDigit || c == '.' && run > 0 ? run + 1 : 0;
        }
        return false;
    }
}
