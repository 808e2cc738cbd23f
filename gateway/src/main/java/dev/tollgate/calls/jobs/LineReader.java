package dev.tollgate.calls.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a batch's input one after the other (J26): passes over a byte order mark at its start and over blank lines, and takes lines that end
 * with {@code \r\n}. Holds one piece of the input and one line. Not thread-safe; reading blocks.
 */
public final class LineReader {

    /** The most bytes of a line (J23). */
    public static final int BYTES_MAX = 1 << 20;

    private static final int PIECE_BYTES = 256 << 10;
    private static final int MARK_BYTES = 3;

    private final InputStream in;
    private final byte[] piece = new byte[PIECE_BYTES];
    private int at;
    private int end;
    private byte[] line = new byte[0];
    private int length;

    /** The offset of the next byte. */
    private long place;

    /** The number of the last line. */
    private int number;

    /** A line of more than {@link #BYTES_MAX}. */
    public static final class TooLong extends IOException {

        private static final long serialVersionUID = 1;

        private final int number;

        TooLong(int number) {
            super("line " + number + " is too long");
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    /** @param in from its first byte on; its owner closes it */
    public LineReader(InputStream in) {
        this(in, 0, 0);
    }

    /**
     * Goes on in the middle of an input.
     *
     * @param in from the first byte of a line on
     * @param place the offset of that byte
     * @param before the number of the line before it
     */
    public LineReader(InputStream in, long place, int before) {
        this.in = in;
        this.place = place;
        this.number = before;
    }

    /** Returns the next line; null at the end. @throws TooLong for a longer one, after which nothing can be read */
    public @Nullable Line next() throws IOException {
        while (at < end || fill()) {
            long from = place;
            readLine();
            int skipped = from == 0 && startsWithMark() ? MARK_BYTES : 0;
            int its = length > skipped && line[length - 1] == '\r' ? length - 1 : length;
            if (!isBlank(skipped, its)) {
                number++;
                return new Line(number, from + skipped, Arrays.copyOfRange(line, skipped, its));
            }
        }
        return null;
    }

    /** Returns the offset behind the line that was read last. */
    public long place() {
        return place;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(piece));
        return end > 0;
    }

    /** Reads until the end of the line, which is the end of the input for the last one. */
    private void readLine() throws IOException {
        length = 0;
        do {
            int to = at;
            while (to < end && piece[to] != '\n') {
                to++;
            }
            append(to - at);
            if (to < end) {
                at = to + 1;
                place++;
                return;
            }
            at = to;
        } while (fill());
    }

    private void append(int count) throws IOException {
        if (length + count > BYTES_MAX + MARK_BYTES + 1) { // a mark, and the \r before the end
            throw new TooLong(number + 1);
        }
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + count));
        }
        System.arraycopy(piece, at, line, length, count);
        length += count;
        place += count;
    }

    private boolean startsWithMark() {
        return length >= MARK_BYTES && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
    }

    private boolean isBlank(int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                if (to - from > BYTES_MAX) {
                    throw new TooLong(number + 1);
                }
                return false;
            }
        }
        return true;
    }
}
