package dev.tollgate.upstreams.pool;

import org.jspecify.annotations.Nullable;

/**
 * Words of an upstream's that are stored: versions of models and ids. PostgreSQL takes neither U+0000 nor half a surrogate pair, and a word
 * that it does not take must not hold up the settlement of a call.
 */
public final class StoredWord {

    private static final int CHARS_MAX = 128;

    private StoredWord() {}

    /** The word without what cannot be stored or seen, at most {@value #CHARS_MAX} characters of it; null if nothing is left. */
    public static @Nullable String of(@Nullable String said) {
        if (said == null || isStorable(said)) {
            return said;
        }
        StringBuilder clean = new StringBuilder(CHARS_MAX);
        for (int at = 0; at < said.length(); ) {
            int c = said.codePointAt(at);
            at += Character.charCount(c);
            if (isPlain(c) && clean.length() + Character.charCount(c) <= CHARS_MAX) {
                clean.appendCodePoint(c);
            }
        }
        return clean.isEmpty() ? null : clean.toString();
    }

    /** An id, which is good only as it is; null for one that cannot be stored. */
    public static @Nullable String id(@Nullable String said) {
        return said == null || !isPlain(said) ? null : said;
    }

    private static boolean isStorable(String said) {
        return !said.isEmpty() && said.length() <= CHARS_MAX && isPlain(said);
    }

    private static boolean isPlain(String said) {
        for (int at = 0; at < said.length(); ) {
            int c = said.codePointAt(at);
            if (!isPlain(c)) {
                return false;
            }
            at += Character.charCount(c);
        }
        return true;
    }

    private static boolean isPlain(int c) {
        if (c >= ' ' && c < 0x7f) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
