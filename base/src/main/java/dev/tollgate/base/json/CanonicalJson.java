package dev.tollgate.base.json;

import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The canonical form of a JSON value: names sorted by UTF-16 code units, no white space, strings as in RFC 8785, numbers by
 * their value. For integers within ±(2^53 − 1) that is the RFC's form; others keep all their digits, which a double would not. Pure.
 */
public final class CanonicalJson {

    /** More zeros at the end of a number are an exponent: a short one must not become a long text. */
    private static final int ZEROS_MAX = 18;

    private static final HexFormat HEX = HexFormat.of();

    private CanonicalJson() {}

    /** @param value no deeper than its parser takes */
    public static String text(JsonNode value) {
        StringBuilder out = new StringBuilder(1_024);
        append(out, value);
        return out.toString();
    }

    private static void append(StringBuilder out, JsonNode value) {
        if (value.isObject()) {
            appendObject(out, value);
        } else if (value.isArray()) {
            char separator = '[';
            for (JsonNode element : value) {
                append(out.append(separator), element);
                separator = ',';
            }
            out.append(separator == '[' ? "[]" : "]");
        } else if (value.isString()) {
            append(out, value.stringValue());
        } else {
            out.append(value.isNumber() ? number(value.decimalValue()) : value.toString());
        }
    }

    private static void appendObject(StringBuilder out, JsonNode object) {
        Map<String, JsonNode> members = new TreeMap<>();
        object.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        char separator = '{';
        for (Map.Entry<String, JsonNode> member : members.entrySet()) {
            append(out.append(separator), member.getKey());
            append(out.append(':'), member.getValue());
            separator = ',';
        }
        out.append(separator == '{' ? "{}" : "}");
    }

    private static String number(BigDecimal value) {
        BigDecimal shortest = value.stripTrailingZeros();
        boolean isPlain = shortest.scale() < 0 && shortest.scale() >= -ZEROS_MAX;
        return (isPlain ? shortest.setScale(0) : shortest).toString();
    }

    /** A string, quoted. It must be well-formed UTF-16, or it has no bytes. */
    public static void append(StringBuilder out, String text) {
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
