package dev.tollgate.upstreams.pool;

import org.jspecify.annotations.Nullable;

/**
 * Cleans an upstream's words before they are stored: model versions and ids. PostgreSQL rejects U+0000 and unpaired surrogates, and such a
 * word must not prevent the settlement of a call.
 */
public final class StoredWord {

    private static final int CHARS_MAX = 128;

    private StoredWord() {}

    /** Returns the word without unstorable and invisible characters, at most {@value #CHARS_MAX} characters; null if nothing is left. */
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

    /** Returns the id unchanged, since a changed id is useless; null if it cannot be stored. */
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
