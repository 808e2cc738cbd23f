package dev.tollgate.upstreams.connections;

/**
 * The text and thoughts of one candidate in whole characters. An upstream may cut a pair of surrogates between two pieces: its first half waits for
 * the next piece. A half without its other half becomes U+FFFD, since many JSON parsers refuse it; at the end it is left out, as a cut text
 * ends at a character's border.
 */
public final class WholeCharacters {

    private static final char REPLACEMENT = '\ufffd';

    private char halfOfText;
    private char halfOfThoughts;

    /** Takes a piece. @return the part of it that can be sent; may be empty */
    public String take(boolean isThought, String piece) {
        if (piece.isEmpty()) {
            return piece;
        }
        char before = isThought ? halfOfThoughts : halfOfText;
        char last = piece.charAt(piece.length() - 1);
        char half = Character.isHighSurrogate(last) ? last : 0;
        if (isThought) {
            halfOfThoughts = half;
        } else {
            halfOfText = half;
        }
        String text = half == 0 ? piece : piece.substring(0, piece.length() - 1);
        return whole(before == 0 ? text : before + text);
    }

    private static String whole(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints()
                        .map(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
                                ? REPLACEMENT
                                : point)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }
}
