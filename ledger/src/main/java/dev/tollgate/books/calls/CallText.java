package dev.tollgate.books.calls;

import org.jspecify.annotations.Nullable;

/** Brings texts of upstreams and callers into a form that both databases store and give back byte for byte. */
public final class CallText {

    private static final int NAME_CHARS_MAX = 64;

    private CallText() {}

    /** Returns a text whose half characters and U+0000 are question marks. */
    public static String stored(String text) {
        StringBuilder plain = null;
        for (int i = 0; i < text.length(); i++) {
            char it = text.charAt(i);
            boolean isPair = Character.isHighSurrogate(it)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (isPair) {
                i++;
            } else if (it == 0 || Character.isSurrogate(it)) {
                plain = plain == null ? new StringBuilder(text) : plain;
                plain.setCharAt(i, '?');
            }
        }
        return plain == null ? text : plain.toString();
    }

    /** Returns the first 64 characters of a name; those that are not plain ASCII, or need an escape in JSON, are question marks. */
    public static String name(String name) {
        int chars = Math.min(name.length(), NAME_CHARS_MAX);
        StringBuilder plain = null;
        for (int i = 0; i < chars; i++) {
            char it = name.charAt(i);
            if (it < ' ' || it > '~' || it == '"' || it == '\\') {
                plain = plain == null ? new StringBuilder(name) : plain;
                plain.setCharAt(i, '?');
            }
        }
        return plain == null ? name.substring(0, chars) : plain.substring(0, chars);
    }

    /** Returns the name, or null without one. */
    public static @Nullable String nameOrNull(@Nullable String name) {
        return name == null ? null : name(name);
    }
}
