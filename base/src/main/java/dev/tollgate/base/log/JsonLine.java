package dev.tollgate.base.log;

import org.jspecify.annotations.Nullable;

/** A JSON object in one line; its names are ours. */
final class JsonLine {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder json = new StringBuilder(320).append('{');

    void text(String name, String value) {
        name(name);
        json.append('"');
        for (int i = 0; i < value.length(); i++) {
            character(value.charAt(i));
        }
        json.append('"');
    }

    /** Adds a member, unless its value is null or empty. */
    void known(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            text(name, value);
        }
    }

    void number(String name, long value) {
        name(name);
        json.append(value);
    }

    String end() {
        return json.append("}\n").toString();
    }

    private void name(String name) {
        if (json.length() > 1) {
            json.append(',');
        }
        json.append('"').append(name).append("\":");
    }

    /** Texts were made printable before. */
    private void character(char c) {
        switch (c) {
            case '"' -> json.append("\\\"");
            case '\\' -> json.append("\\\\");
            case '\n' -> json.append("\\n");
            case '\t' -> json.append("\\t");
            default -> {
                if (c < ' ' || c == 0x7f) {
                    escape(c);
                } else {
                    json.append(c);
                }
            }
        }
    }

    private void escape(char c) {
        json.append("\\u")
                .append(HEX[c >> 12 & 15])
                .append(HEX[c >> 8 & 15])
                .append(HEX[c >> 4 & 15])
                .append(HEX[c & 15]);
    }
}
