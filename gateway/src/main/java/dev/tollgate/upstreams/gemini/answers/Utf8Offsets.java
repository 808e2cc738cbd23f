package dev.tollgate.upstreams.gemini.answers;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The positions of a text's characters in its UTF-8 bytes, without the text itself: any answer may have citations at its end, so the whole
 * text would have to be kept. Uses no memory for ASCII, and a bit a byte from the first other character on, up to {@value #BYTES_MAX} bytes
 * of text; later positions are clamped. Not safe for several threads.
 */
final class Utf8Offsets {

    static final int BYTES_MAX = 4 * 1024 * 1024;

    private static final int UTF8_MAX = 4;

    private @Nullable BitSet continuations;
    private int length;
    private boolean halfPair;
    private long @Nullable [] words;
    private int[] before = {};

    /** Appends a piece of the text. A pair of surrogates may be split between two. */
    void add(String piece) {
        words = null;
        int i = halfPair ? 0 : ascii(piece);
        for (; i < piece.length(); i++) {
            add(piece.charAt(i));
        }
    }

    /** @return how many characters at the beginning were ASCII and have been added */
    private int ascii(String piece) {
        int plain = 0;
        while (plain < piece.length() && piece.charAt(plain) < 0x80) {
            plain++;
        }
        length += Math.min(plain, Math.max(0, BYTES_MAX - UTF8_MAX + 1 - length));
        return plain;
    }

    /** A surrogate without its other half is one byte, as the JDK writes it. */
    private void add(char unit) {
        if (halfPair) {
            halfPair = false;
            if (Character.isLowSurrogate(unit)) {
                grow(UTF8_MAX);
                return;
            }
            grow(1);
        }
        if (unit < 0x80) {
            grow(1);
        } else if (Character.isHighSurrogate(unit)) {
            halfPair = true;
        } else if (Character.isLowSurrogate(unit)) {
            grow(1);
        } else {
            grow(unit < 0x800 ? 2 : 3);
        }
    }

    private void grow(int bytes) {
        if (length <= BYTES_MAX - UTF8_MAX) {
            if (bytes > 1) {
                known().set(length + 1, length + bytes);
            }
            length += bytes;
        }
    }

    private BitSet known() {
        if (continuations == null) {
            continuations = new BitSet();
        }
        return continuations;
    }

    /** Returns how many code points begin before a byte, which is clamped to the text; inside a character it is the character's begin. */
    int codePoints(long bytes) {
        int at = Math.clamp(bytes, 0, length);
        if (continuations == null) {
            return at;
        }
        int whole = at - continuationsBefore(at);
        return continuations.get(at) ? whole - 1 : whole;
    }

    private int continuationsBefore(int at) {
        long[] all = words == null ? counted() : words;
        int word = at / Long.SIZE;
        if (word >= all.length) {
            return before[all.length];
        }
        return before[word] + Long.bitCount(all[word] & ((1L << at) - 1));
    }

    private long[] counted() {
        long[] all = known().toLongArray();
        before = new int[all.length + 1];
        for (int i = 0; i < all.length; i++) {
            before[i + 1] = before[i] + Long.bitCount(all[i]);
        }
        words = all;
        return all;
    }
}
