package dev.tollgate.stress;

import dev.tollgate.testing.Randomly;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Random JSON values of one body, and the many ways in which a string can be spelled. */
final class RandomLiterals {

    private static final int SPECIAL_PLACES = 41;
    private static final int LONG_TEXT_BYTES = 64 * 1024;
    private static final int NAME_CHARS_MAX = 10_000;
    private static final int NESTING_MAX = 64;

    private static final String NAME_CHARS = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-";

    /** As they stand between quotes; each is valid. */
    private static final List<String> SPECIALS = List.of(
            "\\\"",
            "\\\\",
            "\\/",
            "/",
            "\\n",
            "\\t",
            "\\b",
            "\\f",
            "\\r",
            "\\u0000",
            "\\u0041",
            "\\u00e9",
            "\\u4F60",
            "\\ud83d\\ude00",
            "\\uD83D\\uDE00",
            "\u007f",
            "\u0080",
            "\u00e9",
            "\u07ff",
            "\u0800",
            "\u2028",
            "\\u2028",
            "\u4f60",
            "\ufeff",
            "\uffff",
            "\\uffff",
            "\ud83d\ude00",
            "\udbff\udfff");

    /** Half characters, which the format allows and UTF-8 does not. */
    private static final List<String> HALVES = List.of(
            "\\ud83d", "\\ude00", "\\ud83d\\ud83d", "\\ude00\\ud83d", "\\ud83d\\n", "\\ud83d\\u0041", "\\uD83Dx");

    private static final List<String> BROKEN = List.of(
            "\u0000", "\u0001", "\n", "\t", "\u001f", "\\", "\\u", "\\u00", "\\u00g0", "\\x", "\\'", "\\u d83", "\"");

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "0.0",
            "1.0",
            "1.50",
            "-1",
            "1e3",
            "1E+3",
            "1e-7",
            "1e308",
            "1e999",
            "1e1001",
            "1e-1001",
            "1e99999999999",
            "0.0e2147483648",
            "-0.0",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827");

    private final Random random;
    private final int escaping;
    private final boolean isHostile;

    RandomLiterals(Random random) {
        this.random = random;
        this.escaping = random.nextInt(4);
        this.isHostile = random.nextInt(6) == 0;
    }

    /** @param kind as the grammar names it */
    void write(String kind, StringBuilder out) {
        switch (kind) {
            case "text" -> text(out);
            case "words" -> string(words(), out);
            case "name" -> string(name(), out);
            case "odd" -> text(out);
            case "bool" -> out.append(random.nextBoolean());
            case "small" -> out.append(random.nextInt(5));
            case "int" -> out.append(random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(100));
            case "count" -> out.append(1 + random.nextInt(20_000));
            case "num" -> number(out);
            case "json" -> json(0, out);
            case "object" -> object(0, out);
            case "b64" ->
                out.append('"').append("QUJD".repeat(random.nextInt(9))).append('"');
            case "space" -> out.append(" \n\t".charAt(random.nextInt(3)));
            default -> throw new IllegalArgumentException(kind);
        }
    }

    // ---- strings ----

    private void text(StringBuilder out) {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> string(words(), out);
            case 4, 5, 6, 7 -> special(random.nextInt(SPECIAL_PLACES), 1, out);
            case 8 -> special(random.nextInt(SPECIAL_PLACES), 2, out);
            case 9, 10 -> string(Randomly.text(random, 40, false), out);
            case 11 -> string(Randomly.text(random, 400, isHostile), out);
            case 12, 13 -> string(code(), out);
            case 14 -> {
                StringBuilder json = new StringBuilder();
                json(0, json);
                string(json.toString(), out);
            }
            case 15 -> string(" \n".repeat(random.nextInt(3)), out);
            case 16 -> string("\u4f60\u597d\ud83d\ude00".repeat(random.nextInt(40)), out);
            case 17 -> hostile(out);
            case 18 -> veryLong(out);
            default -> string("a".repeat(random.nextInt(300)), out);
        }
    }

    /** Plain letters with a special character at any place, so that it stands at each place of a machine word. */
    private void special(int length, int specials, StringBuilder out) {
        StringBuilder letters = new StringBuilder("a".repeat(length));
        for (int i = 0; i < specials; i++) {
            letters.insert(random.nextInt(length + 1), SPECIALS.get(random.nextInt(SPECIALS.size())));
        }
        out.append('"').append(letters).append('"');
    }

    private void hostile(StringBuilder out) {
        if (!isHostile) {
            special(random.nextInt(SPECIAL_PLACES), 3, out);
            return;
        }
        List<String> what = random.nextBoolean() ? HALVES : BROKEN;
        int length = random.nextInt(SPECIAL_PLACES);
        int at = random.nextBoolean() ? length : random.nextInt(length + 1);
        out.append('"').append("a".repeat(at));
        out.append(what.get(random.nextInt(what.size())));
        out.append("a".repeat(length - at)).append('"');
    }

    /** Around the length from which a text is long, or well above. */
    private void veryLong(StringBuilder out) {
        if (random.nextInt(50) != 0) {
            special(random.nextInt(2_000), 3, out);
            return;
        }
        int length = random.nextInt(3) == 0 ? random.nextInt(2 * LONG_TEXT_BYTES) : LONG_TEXT_BYTES;
        String start = SPECIALS.get(random.nextInt(SPECIALS.size()));
        out.append('"').append(random.nextInt(3) == 0 ? start : "");
        out.append("a".repeat(Math.max(0, length - 24 + random.nextInt(32))));
        for (int i = random.nextInt(4); i > 0; i--) {
            out.append(SPECIALS.get(random.nextInt(SPECIALS.size())));
            out.append("b".repeat(random.nextBoolean() ? 0 : random.nextInt(9)));
        }
        out.append(isHostile && random.nextInt(4) == 0 ? HALVES.get(random.nextInt(HALVES.size())) : "");
        out.append('"');
    }

    private String words() {
        StringBuilder words = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            words.append("lorem ipsum dolor".split(" ")[random.nextInt(3)]).append(i == 0 ? "" : " ");
        }
        return words.toString();
    }

    private String code() {
        StringBuilder code = new StringBuilder();
        for (int i = random.nextInt(30); i >= 0; i--) {
            code.append("    if (a[").append(i).append("] == \"x\\n\") {\n\treturn '/';\n}\n");
        }
        return code.toString();
    }

    private String name() {
        int length = random.nextInt(400) == 0
                ? List.of(64, 65, NAME_CHARS_MAX, NAME_CHARS_MAX + 1).get(random.nextInt(4))
                : 1 + random.nextInt(9);
        StringBuilder name = new StringBuilder();
        while (name.length() < length) {
            name.append(NAME_CHARS.charAt(random.nextInt(NAME_CHARS.length())));
        }
        return name.toString();
    }

    /** Writes a string in this body's way: with no more escapes than needed, all but ASCII escaped, or some characters here and there. */
    void string(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean must = c < ' ' || c == '"' || c == '\\' || isHalf(text, i);
            boolean may = escaping == 1 && c > '~' || escaping == 2 && random.nextInt(12) == 0;
            boolean isPair = !must && Character.isSurrogate(c);
            if (must || may) {
                escaped(c, out);
                if (isPair) {
                    escaped(text.charAt(++i), out);
                }
            } else {
                out.append(c);
                if (isPair) {
                    out.append(text.charAt(++i));
                }
            }
        }
        out.append('"');
    }

    private static boolean isHalf(String text, int at) {
        char c = text.charAt(at);
        return Character.isSurrogate(c)
                && !(Character.isHighSurrogate(c)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1)));
    }

    private void escaped(char c, StringBuilder out) {
        int at = "\"\\/\b\f\n\r\t".indexOf(c);
        if (at >= 0 && random.nextInt(8) != 0) {
            out.append('\\').append("\"\\/bfnrt".charAt(at));
        } else {
            String digits = String.format(Locale.ROOT, "%04x", (int) c);
            out.append("\\u").append(random.nextBoolean() ? digits : digits.toUpperCase(Locale.ROOT));
        }
    }

    // ---- other values ----

    private void number(StringBuilder out) {
        switch (random.nextInt(isHostile ? 4 : 8)) {
            case 0 -> out.append(NUMBERS.get(random.nextInt(NUMBERS.size())));
            case 1 -> out.append(random.nextInt(40) == 0 ? "1".repeat(995 + random.nextInt(10)) : "1");
            case 2 -> out.append(random.nextInt(100) / 50.0);
            default -> out.append(random.nextInt(3));
        }
    }

    private void json(int depth, StringBuilder out) {
        switch (random.nextInt(depth > 3 ? 6 : 10)) {
            case 0 -> out.append("null");
            case 1 -> out.append(random.nextBoolean());
            case 2, 3 -> number(out);
            case 4, 5 -> text(out);
            case 6 -> deep(out);
            case 7 -> array(depth, out);
            default -> object(depth, out);
        }
    }

    private void array(int depth, StringBuilder out) {
        out.append('[');
        for (int i = random.nextInt(4); i > 0; i--) {
            json(depth + 1, out);
            out.append(i == 1 ? "" : random.nextBoolean() ? "," : ", ");
        }
        out.append(']');
    }

    private void object(int depth, StringBuilder out) {
        out.append('{');
        for (int i = random.nextInt(4); i > 0; i--) {
            string(random.nextInt(30) == 0 ? "a" : name(), out);
            out.append(random.nextBoolean() ? ":" : " : ");
            json(depth + 1, out);
            out.append(i == 1 ? "" : ",");
        }
        out.append('}');
    }

    private void deep(StringBuilder out) {
        int levels = random.nextInt(50) == 0 ? NESTING_MAX - 12 + random.nextInt(16) : random.nextInt(5);
        boolean isArray = random.nextBoolean();
        out.append((isArray ? "[" : "{\"a\":").repeat(levels)).append('1');
        out.append((isArray ? "]" : "}").repeat(levels));
    }
}
