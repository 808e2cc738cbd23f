package dev.tollgate.base.json;

import java.util.List;

/** A caller's values in words fit for an error message: short, and without characters that do not show. */
public final class MessageText {

    private static final int CHARS_MAX = 60;

    private MessageText() {}

    public static String quoted(String text) {
        return '"' + plain(text) + '"';
    }

    public static String plain(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), CHARS_MAX); i++) {
            char c = text.charAt(i);
            shown.append(isVisible(c) ? c : '?');
        }
        return text.length() > CHARS_MAX ? shown.append("...").toString() : shown.toString();
    }

    /** Surrogates too, since a cut could leave half a pair. */
    private static boolean isVisible(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** {@code a, b or c}. */
    public static String list(List<String> words) {
        int last = words.size() - 1;
        return last == 0 ? words.getFirst() : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    /** Returns a range for a message, without bounds that are only the machine's. */
    public static String range(long min, long max) {
        if (max == Integer.MAX_VALUE || max == Long.MAX_VALUE) {
            return min == Long.MIN_VALUE ? "of 64 bits" : "of at least " + min;
        }
        return between(min, max);
    }

    public static String between(long min, long max) {
        return "between " + min + " and " + max;
    }

    public static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
