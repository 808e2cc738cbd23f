package dev.tollgate.sandbox.playback;

import dev.tollgate.sandbox.scripting.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The pieces in which a text leaves. Images in it are filled up only here, with one string again and again: whole, an image of 40 MB would take
 * several times that in memory.
 */
final class FilledText {

    private static final int PIECE_CHARACTERS_MAX = 64 << 10;
    private static final String END_OF_PNG = "AAAAAElFTkSuQmCC";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final String FILLING = ALPHABET.repeat(PIECE_CHARACTERS_MAX / ALPHABET.length());

    private FilledText() {}

    static List<String> pieces(String text, Step.Images images) {
        if (images.filling() == 0 && (images.pieces() == 0 || !text.contains(END_OF_PNG))) {
            return List.of(text);
        }
        String[] between = images.filling() == 0 ? new String[] {text} : text.split(END_OF_PNG + "\"", -1);
        long filling = images.filling() / 3 * 4L;
        String padding = List.of("", "AA==", "AAA=").get(images.filling() % 3);
        int size = size(text.length() + filling * (between.length - 1), images.pieces());
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < between.length; i++) {
            if (i > 0) {
                String full = FILLING.substring(0, size);
                pieces.addAll(Collections.nCopies((int) (filling / size), full));
                pieces.add(full.substring(0, (int) (filling % size)) + padding + '"');
            }
            String part = between[i] + (i < between.length - 1 ? END_OF_PNG : "");
            for (int from = 0; from < part.length(); from += size) {
                pieces.add(part.substring(from, Math.min(part.length(), from + size)));
            }
        }
        return pieces;
    }

    /** The first half of the pieces' characters. */
    static List<String> half(String text, Step.Images images) {
        List<String> half = new ArrayList<>();
        List<String> pieces = pieces(text, images);
        long left = pieces.stream().mapToLong(String::length).sum() / 2;
        for (String piece : pieces) {
            if (left > 0) {
                half.add(piece.substring(0, (int) Math.min(left, piece.length())));
                left -= piece.length();
            }
        }
        return half;
    }

    /** Whole alphabets, so that the filling is the same however it is cut. */
    private static int size(long characters, int pieces) {
        long each = pieces == 0 ? PIECE_CHARACTERS_MAX : Math.ceilDiv(characters, pieces);
        return Math.toIntExact(
                Math.min(PIECE_CHARACTERS_MAX, Math.ceilDiv(each, ALPHABET.length()) * ALPHABET.length()));
    }
}
