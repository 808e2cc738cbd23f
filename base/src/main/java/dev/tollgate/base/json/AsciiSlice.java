package dev.tollgate.base.json;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A run of bytes that is meant to be ASCII: a string of the body where it stands, so that 32 MiB of base64 are not copied. */
public final class AsciiSlice {

    final byte[] bytes;
    public final int from;
    public final int to;

    public AsciiSlice(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /** Returns a slice in which each character outside of Latin-1 becomes {@code ?}, which no base64 holds. */
    public static AsciiSlice of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return new AsciiSlice(bytes, 0, bytes.length);
    }

    public int length() {
        return to - from;
    }

    public boolean isEmpty() {
        return from == to;
    }

    public AsciiSlice after(int start) {
        return new AsciiSlice(bytes, start, to);
    }

    /** The place of the byte among the next {@code within} bytes, or -1. */
    public int indexOf(char wanted, int within) {
        int end = (int) Math.min(to, (long) from + within);
        for (int i = from; i < end; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    public boolean startsWith(String lowerCasePrefix) {
        return length() >= lowerCasePrefix.length()
                && text(from, from + lowerCasePrefix.length())
                        .toLowerCase(Locale.ROOT)
                        .equals(lowerCasePrefix);
    }

    public String text(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }
}
