package dev.tollgate.sandbox.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What can be known of a medium from its bytes without holding them: its type by its first bytes, the size of a picture, the
 * pages of a PDF. Fed in pieces, by one thread at a time.
 */
public final class MediaFacts {

    private static final int HEAD_BYTES_MAX = 64 << 10;
    private static final byte[] PAGE = "/Type/Page".getBytes(StandardCharsets.US_ASCII);

    private byte[] head = {};
    private int headBytes;
    private long bytes;
    private int matched;
    private int pages;

    public void accept(byte[] piece, int from, int length) {
        int kept = Math.min(length, HEAD_BYTES_MAX - headBytes);
        head = kept == 0 ? head : Arrays.copyOf(head, headBytes + kept);
        System.arraycopy(piece, from, head, headBytes, kept);
        headBytes += kept;
        bytes += length;
        for (int i = from; i < from + length; i++) {
            countPage(piece[i]);
        }
    }

    public long bytes() {
        return bytes;
    }

    /** At least 1; only of use for a PDF. */
    public int pages() {
        return Math.max(1, matched == PAGE.length ? pages + 1 : pages);
    }

    /** The type that the first bytes tell, or an empty string. */
    public String type() {
        if (starts(0, 0x89, 'P', 'N', 'G')) {
            return "image/png";
        }
        if (starts(0, 0xFF, 0xD8, 0xFF)) {
            return "image/jpeg";
        }
        if (starts(0, 'G', 'I', 'F', '8')) {
            return "image/gif";
        }
        if (starts(0, 'R', 'I', 'F', 'F')) {
            return starts(8, 'W', 'E', 'B', 'P') ? "image/webp" : starts(8, 'W', 'A', 'V', 'E') ? "audio/wav" : "";
        }
        return starts(0, '%', 'P', 'D', 'F', '-') ? "application/pdf" : "";
    }

    /** Width and height in pixels; 0 and 0 where they are not known. */
    public int[] size() {
        return switch (type()) {
            case "image/png" -> headBytes >= 24 ? new int[] {number(16, 4), number(20, 4)} : unknown();
            case "image/gif" ->
                headBytes >= 10
                        ? new int[] {number(7, 1) << 8 | number(6, 1), number(9, 1) << 8 | number(8, 1)}
                        : unknown();
            case "image/jpeg" -> jpegSize();
            default -> unknown();
        };
    }

    /** White space between the words is left out; "/Pages" is not a page. */
    private void countPage(byte next) {
        if (next == ' ' || next == '\r' || next == '\n') {
            return;
        }
        if (matched == PAGE.length) {
            pages += next == 's' ? 0 : 1;
            matched = 0;
        }
        matched = next == PAGE[matched] ? matched + 1 : next == PAGE[0] ? 1 : 0;
    }

    /** Skips segments until a frame starts. */
    private int[] jpegSize() {
        int at = 2;
        while (at + 9 <= headBytes && number(at, 1) == 0xFF) {
            int marker = number(at + 1, 1);
            boolean frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
            if (frame) {
                return new int[] {number(at + 7, 2), number(at + 5, 2)};
            }
            at += 2 + Math.max(2, number(at + 2, 2));
        }
        return unknown();
    }

    private static int[] unknown() {
        return new int[] {0, 0};
    }

    private boolean starts(int at, int... expected) {
        byte[] wanted = new byte[expected.length];
        for (int i = 0; i < expected.length; i++) {
            wanted[i] = (byte) expected[i];
        }
        return headBytes >= at + wanted.length && Arrays.equals(head, at, at + wanted.length, wanted, 0, wanted.length);
    }

    /** Most significant byte first; never negative. */
    private int number(int at, int length) {
        int number = 0;
        for (int i = at; i < at + length; i++) {
            number = number << 8 | head[i] & 0xFF;
        }
        return number & Integer.MAX_VALUE;
    }
}
