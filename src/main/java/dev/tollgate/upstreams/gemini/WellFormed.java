package dev.tollgate.upstreams.gemini;

/** Text that UTF-8 can carry. Clients that cut strings by UTF-16 units send half characters, which Gemini refuses. */
final class WellFormed {

    private WellFormed() {}

    /** The text with each unpaired surrogate replaced by U+FFFD; the same object where there is none. */
    static String text(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    return replaced(text);
                }
                i++;
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }
}
