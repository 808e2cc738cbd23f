package dev.tollgate.http.exchange;

/**
 * Walks over the headers of a frame of zstd (RFC 8878, 3.1.1) without decoding it. One frame with nothing behind it is sound if it needs at most a
 * window of 8 MiB, its blocks hold at most 128 KiB, few of them are small, and it needs no dictionary. A small block may bring three tables to
 * decode three bytes; an encoder makes one only at the end, where it is flushed, and of contents that repeat.
 */
final class ZstdFrame {

    private static final int WINDOW_BYTES_MAX = 8 << 20;
    private static final int BLOCK_BYTES_MAX = 128 << 10;
    private static final int SMALL_BLOCK_BYTES = 1 << 10;
    private static final int SMALL_BLOCKS_MAX = 4_096;
    private static final long MAGIC = 0xFD2FB528L;
    private static final int UNSOUND = -1;

    private static final int RAW = 0;
    private static final int RUN = 1;
    private static final int COMPRESSED = 2;

    private final byte[] bytes;
    private final int length;
    private int at;

    private ZstdFrame(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    /** Returns the bytes of the window that a decoder needs, or of the content if the frame is decoded in one piece; negative if the frame is not sound. */
    static int window(byte[] bytes, int length) {
        ZstdFrame frame = new ZstdFrame(bytes, length);
        if (frame.number(4) != MAGIC) {
            return UNSOUND;
        }
        long window = frame.header();
        boolean isSound = window >= 0 && window <= WINDOW_BYTES_MAX && frame.isWholeBehindHeader();
        return isSound ? (int) window : UNSOUND;
    }

    private boolean hasChecksum() {
        return (bytes[4] & 0x04) != 0;
    }

    /** Reads the header of the frame. @return the window; negative if the header is not sound */
    private long header() {
        int descriptor = (int) number(1);
        boolean isReserved = (descriptor & 0x08) != 0;
        boolean hasDictionary = (descriptor & 0x03) != 0;
        if (at > length || isReserved || hasDictionary) {
            return UNSOUND;
        }
        boolean isSingle = (descriptor & 0x20) != 0;
        long window = isSingle ? 0 : windowOf((int) number(1));
        int size = descriptor >> 6;
        long content = size == 0 ? isSingle ? number(1) : 0 : size == 1 ? number(2) + 256 : number(1 << size);
        return isSingle ? content : window;
    }

    private static long windowOf(int descriptor) {
        long least = 1L << (10 + (descriptor >> 3));
        return least + least / 8 * (descriptor & 0x07);
    }

    private boolean isWholeBehindHeader() {
        boolean isLast = false;
        int small = 0;
        while (!isLast) {
            int header = (int) number(3);
            int size = header >> 3;
            small += size < SMALL_BLOCK_BYTES ? 1 : 0;
            if (at > length || size > BLOCK_BYTES_MAX || small > SMALL_BLOCKS_MAX) {
                return false;
            }
            isLast = (header & 1) != 0;
            switch (header >> 1 & 3) {
                case RAW, COMPRESSED -> at += size;
                case RUN -> at++;
                default -> {
                    return false;
                }
            }
        }
        return at + (hasChecksum() ? 4 : 0) == length;
    }

    /** Reads a little-endian number, and zeros behind the end, where {@link #at} then is. Values of eight bytes may turn negative. */
    private long number(int count) {
        long value = 0;
        for (int i = 0; i < count && at + i < length; i++) {
            value |= (bytes[at + i] & 0xffL) << 8 * i;
        }
        at += count;
        return value;
    }
}
