package dev.tollgate.upstreams.connections;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the events of a server-sent stream in chunks that may be cut anywhere, even inside a character. It works on bytes and copies them
 * only if an event continues in the next chunk. Lines end with LF, CR or CRLF.
 *
 * <p>A line that does not belong to such a stream but starts like JSON or HTML begins the raw tail: Google sends errors in the middle of a
 * stream that way (protocol 2.2).
 */
public final class SseReader {

    public static final int EVENT_BYTES_MAX = 16 * 1024 * 1024;
    static final int TAIL_BYTES_MAX = 64 * 1024;

    private static final byte[] NONE = {};
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /** The receiver of events' data; the array is valid only during the call. */
    public interface Sink {
        void event(byte[] bytes, int from, int to);
    }

    private final Sink sink;
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream(0);

    /** The bytes of earlier chunks that are still needed. */
    private byte[] held = NONE;

    private int heldLength;
    private int lineFrom;
    private int dataFrom = -1;
    private int dataTo;
    private @Nullable ByteArrayOutputStream joined;
    private boolean afterCarriageReturn;
    private boolean begun;

    public SseReader(Sink sink) {
        this.sink = sink;
    }

    /**
     * @param chunk valid only during the call
     * @param chunkLength the number of valid bytes
     * @return false if an event is larger than {@link #EVENT_BYTES_MAX}: nothing more can be read
     */
    public boolean read(byte[] chunk, int chunkLength) {
        byte[] bytes = chunk;
        int end = chunkLength;
        int scanned = heldLength;
        if (heldLength > 0) {
            append(chunk, chunkLength);
            bytes = held;
            end = heldLength;
        }
        scan(bytes, scanned, end);
        keep(bytes, end, heldLength > 0);
        return heldLength + (joined == null ? 0 : joined.size()) <= EVENT_BYTES_MAX;
    }

    /** Handles the end of the stream: an unfinished last line or event counts (D38). */
    public void end() {
        if (heldLength > lineFrom) {
            line(held, lineFrom, heldLength);
        }
        dispatch(held);
    }

    /** Returns the raw tail, at most {@link #TAIL_BYTES_MAX} bytes. */
    public byte[] tail() {
        return tail.toByteArray();
    }

    private void append(byte[] chunk, int chunkLength) {
        int length = heldLength + chunkLength;
        if (length > held.length) {
            held = Arrays.copyOf(held, Math.max(length, held.length * 2));
        }
        System.arraycopy(chunk, 0, held, heldLength, chunkLength);
        heldLength = length;
    }

    private void scan(byte[] bytes, int from, int end) {
        for (int at = from; at < end; at++) {
            byte b = bytes[at];
            if (b == '\n' && afterCarriageReturn) {
                lineFrom = at + 1;
                afterCarriageReturn = false;
            } else if (b == '\n' || b == '\r') {
                line(bytes, lineFrom, at);
                lineFrom = at + 1;
                afterCarriageReturn = b == '\r';
            } else {
                afterCarriageReturn = false;
            }
        }
    }

    private void keep(byte[] bytes, int end, boolean areHeld) {
        int from = dataFrom >= 0 ? dataFrom : lineFrom;
        if (from > 0 || !areHeld) {
            int length = end - from;
            if (length == 0) {
                letGo();
            } else if (length > held.length) {
                held = Arrays.copyOfRange(bytes, from, end);
            } else {
                System.arraycopy(bytes, from, held, 0, length);
            }
            heldLength = length;
            lineFrom -= from;
            if (dataFrom >= 0) {
                dataTo -= from;
                dataFrom = 0;
            }
        }
    }

    /**
     * Releases the buffer, since thousands of streams wait between whole events. An unchanged field costs the garbage collector nothing.
     */
    private void letGo() {
        if (held != NONE) {
            held = NONE;
        }
    }

    private void line(byte[] bytes, int lineFrom, int to) {
        int from = begun ? lineFrom : behindMark(bytes, lineFrom, to);
        begun = true;
        if (tail.size() > 0) {
            addToTail(bytes, from, to);
        } else if (from == to) {
            dispatch(bytes);
        } else if (isData(bytes, from, to)) {
            int start = Math.min(from + DATA.length + 1, to);
            data(bytes, start < to && bytes[start] == ' ' ? start + 1 : start, to);
        } else if (bytes[from] == '{' || bytes[from] == '[' || bytes[from] == '<') {
            dispatch(bytes);
            addToTail(bytes, from, to);
        }
        // Comments and fields that no provider needs are skipped.
    }

    private static int behindMark(byte[] bytes, int from, int to) {
        int end = from + BYTE_ORDER_MARK.length;
        boolean isMarked = end <= to && Arrays.equals(bytes, from, end, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
        return isMarked ? end : from;
    }

    /** Returns whether a line is a data field; a line with its name alone is an empty one. */
    private static boolean isData(byte[] bytes, int from, int to) {
        int end = from + DATA.length;
        return end <= to && Arrays.equals(bytes, from, end, DATA, 0, DATA.length) && (end == to || bytes[end] == ':');
    }

    private void data(byte[] bytes, int from, int to) {
        if (joined == null && dataFrom < 0) {
            dataFrom = from;
            dataTo = to;
            return;
        }
        if (joined == null) {
            joined = new ByteArrayOutputStream();
            joined.write(bytes, dataFrom, dataTo - dataFrom);
            dataFrom = -1;
        }
        joined.write('\n');
        joined.write(bytes, from, to - from);
    }

    private void dispatch(byte[] bytes) {
        if (joined != null) {
            byte[] whole = joined.toByteArray();
            joined = null;
            event(whole, 0, whole.length);
        } else if (dataFrom >= 0) {
            int from = dataFrom;
            dataFrom = -1;
            event(bytes, from, dataTo);
        }
    }

    /** Reports an event unless it has no data: servers send such events to keep connections open. */
    private void event(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\n' && bytes[i] != '\t') {
                sink.event(bytes, from, to);
                return;
            }
        }
    }

    private void addToTail(byte[] bytes, int from, int to) {
        int length = Math.min(to - from, TAIL_BYTES_MAX - 1 - tail.size());
        if (length >= 0) {
            tail.write(bytes, from, length);
            tail.write('\n');
        }
    }
}
