package dev.tollgate.receipts;

import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * RFC 8785 for what receipts are made of: objects, strings and integers. Integers stay within ±(2^53 − 1), where the RFC's numbers
 * are exact and look like themselves. Pure.
 */
final class CanonicalJson {

    static final long INTEGER_MAX = (1L << 53) - 1;

    private static final int DEPTH_MAX = 8;
    private static final int NUMBER_CHARS_MAX = 20;
    private static final HexFormat HEX = HexFormat.of();

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .build())
            .build();

    private CanonicalJson() {}

    /**
     * Reads one object: its values are {@link String}, {@link Long} and objects again. The names are sorted as the RFC has it, by
     * UTF-16 code units.
     *
     * @throws IllegalArgumentException when it is anything else; the message quotes nothing
     */
    static SortedMap<String, Object> parse(String text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not a JSON object");
            }
            SortedMap<String, Object> object = object(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("more than one JSON value");
            }
            return object;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON as it is used here", e);
        }
    }

    private static SortedMap<String, Object> object(JsonParser parser) {
        SortedMap<String, Object> members = new TreeMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static Object value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> integer(parser.getLongValue());
            default -> throw new IllegalArgumentException("a value that receipts do not have");
        };
    }

    private static Long integer(long value) {
        if (value > INTEGER_MAX || value < -INTEGER_MAX) {
            throw new IllegalArgumentException("an integer that a double does not hold exactly");
        }
        return value;
    }

    /** The one form of an object as {@link #parse} gives it. */
    static String text(SortedMap<String, ?> object) {
        StringBuilder out = new StringBuilder(1_024);
        append(out, object);
        return out.toString();
    }

    private static void append(StringBuilder out, Map<?, ?> object) {
        char separator = '{';
        for (Map.Entry<?, ?> member : object.entrySet()) {
            out.append(separator);
            append(out, (String) member.getKey());
            out.append(':');
            switch (member.getValue()) {
                case String text -> append(out, text);
                case Long integer -> out.append(integer(integer).longValue());
                case Map<?, ?> inner -> append(out, inner);
                default -> throw new IllegalArgumentException("a value that receipts do not have");
            }
            separator = ',';
        }
        out.append(separator == '{' ? "{}" : "}");
    }

    /** A string, quoted. It must be well-formed UTF-16, or it has no bytes. */
    static void append(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c != '"' && c != '\\') {
                out.append(c);
            } else {
                escape(out, c);
            }
        }
        out.append('"');
    }

    private static void escape(StringBuilder out, char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\t' -> out.append("\\t");
            case '\n' -> out.append("\\n");
            case '\f' -> out.append("\\f");
            case '\r' -> out.append("\\r");
            default -> out.append("\\u00").append(HEX.toHexDigits((byte) c));
        }
    }
}
