package dev.tollgate.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a stream of server-sent events. The head leaves together with the first write; until then {@link
 * Exchange#fail} still makes a plain HTTP error of it. After the caller's departure every call does nothing.
 * Confined to the exchange's event loop.
 */
public final class SseWriter implements Response.Stage {

    private static final byte[] NOTHING = {};
    private static final byte[] HEARTBEAT = ResponseHead.ascii(": keep-alive\n\n");
    private static final byte[] STREAM_HEADERS =
            ResponseHead.ascii("cache-control: no-cache\r\nx-accel-buffering: no\r\n");
    private static final byte[] CHUNKED = ResponseHead.ascii("transfer-encoding: chunked\r\n");
    private static final byte[] LINE = ResponseHead.ascii("\r\n");
    private static final byte[] LAST_CHUNK = ResponseHead.ascii("0\r\n\r\n");
    private static final byte[] LINE_AND_LAST_CHUNK = ResponseHead.ascii("\r\n0\r\n\r\n");

    /** A chunk's own lines, and the last chunk. */
    private static final int FRAME_BYTES = 24;

    private final Response response;
    private final CallerConnection connection;
    private final String contentType;
    private final boolean isSized;
    private final boolean isChunked;
    private @Nullable ResponseHead unsent;
    private long bytesLeft;
    private long heartbeatNanos = Long.MAX_VALUE;
    private long lastWriteNanos = System.nanoTime();
    private boolean wroteSinceSweep;
    private long fullSinceNanos;
    private boolean wasFull;
    private boolean isRoomAwaited;
    private @Nullable Runnable drained;

    /** @param bytes of the whole body, -1 where that shows only at its end */
    SseWriter(Response response, CallerConnection connection, ResponseHead head, String contentType, long bytes) {
        this.response = response;
        this.connection = connection;
        this.unsent = head;
        this.contentType = contentType;
        this.bytesLeft = bytes;
        this.isSized = bytes >= 0;
        this.isChunked = !isSized && !response.isHttp10();
    }

    /** Sends whole events (blank lines included) in one write; give it all that there is, not one by one. */
    public void write(byte[] events) {
        write(events, events.length);
    }

    /** The same of the first bytes of an array, which may be changed afterwards. */
    public void write(byte[] events, int length) {
        if (response.is(this) && length > 0) {
            wroteSinceSweep = true;
            int first = firstBytes(length);
            connection.write(framed(events, first, length), more(events, first, length, LINE));
        }
    }

    /** Ends the answer. */
    public void end() {
        end(NOTHING, 0);
    }

    /** Sends the last events and ends the answer. */
    public void end(byte[] last) {
        end(last, last.length);
    }

    /** The same of the first bytes of an array, which may be changed afterwards. */
    public void end(byte[] last, int length) {
        if (!response.is(this)) {
            return;
        }
        int first = firstBytes(length);
        ByteBuf out = framed(last, first, length);
        ByteBuf more = more(last, first, length, LINE_AND_LAST_CHUNK);
        if (isChunked && !response.isHead() && more == null) {
            out.writeBytes(LAST_CHUNK);
        }
        if (isSized && bytesLeft != 0 && !response.isHead()) {
            response.closeAfterwards(); // the caller shall not take the next answer for the rest of this one
        }
        response.answered(200, out, more);
    }

    /** How much of a write goes into its first buffer. */
    private int firstBytes(int length) {
        return Math.min(length, connection.pieceBytes());
    }

    /** A write's first bytes; where they are all, with what ends a chunk. */
    private ByteBuf framed(byte[] bytes, int first, int length) {
        ByteBuf out = begin(first + FRAME_BYTES);
        if (length == 0 || response.isHead()) {
            return out;
        }
        if (isChunked) {
            out.writeCharSequence(Integer.toHexString(length), StandardCharsets.US_ASCII);
            out.writeBytes(LINE).writeBytes(bytes, 0, first);
            return first == length ? out.writeBytes(LINE) : out;
        }
        bytesLeft -= length;
        return out.writeBytes(bytes, 0, first);
    }

    /** A copy of what does not go into the first buffer, for the array may be changed. @param chunkEnd follows it in a chunked body */
    private @Nullable ByteBuf more(byte[] bytes, int first, int length, byte[] chunkEnd) {
        if (first == length || response.isHead()) {
            return null;
        }
        byte[] copy = Arrays.copyOfRange(bytes, first, isChunked ? length + chunkEnd.length : length);
        if (isChunked) {
            System.arraycopy(chunkEnd, 0, copy, length - first, chunkEnd.length);
        }
        return Unpooled.wrappedBuffer(copy);
    }

    private ByteBuf begin(int room) {
        ResponseHead head = unsent;
        if (head == null) {
            return connection.buffer(room);
        }
        unsent = null;
        ByteBuf out = response.begin(head, 200, room);
        response.dropRequestHeaders();
        ResponseHead.writeField(out, "content-type", contentType);
        if (isSized) {
            Response.endWithLength(out, bytesLeft);
            return out;
        }
        out.writeBytes(STREAM_HEADERS);
        if (isChunked) {
            out.writeBytes(CHUNKED);
        }
        ResponseHead.writeEnd(out);
        return out;
    }

    /** Null once it has been sent. */
    @Nullable
    ResponseHead unsent() {
        return unsent;
    }

    /** True while the caller reads more slowly than we write; stop asking upstream until {@link #onDrain}. */
    public boolean full() {
        boolean full = response.is(this) && !connection.hasRoom();
        isRoomAwaited |= full;
        return full;
    }

    /** Called each time that there is room again after {@link #full} was true; the last one given counts. */
    public void onDrain(Runnable drained) {
        if (response.is(this)) {
            this.drained = drained;
        }
    }

    /** The connection has room again. In a turn of its own: this may be told in the middle of a write. */
    void hasRoom() {
        if (isRoomAwaited) {
            isRoomAwaited = false;
            connection.nextTurn(this::resume);
        }
    }

    private void resume() {
        Runnable step = drained;
        if (step != null && response.is(this)) {
            wasFull = false;
            response.drained(step);
        }
    }

    /** From now on a comment line goes out after each such silence (D35), exact to the limits' sweep. */
    public void heartbeatAfter(Duration silence) {
        heartbeatNanos = silence.toNanos();
    }

    void sweep(long nowNanos, long writeLimitNanos) {
        beat(nowNanos);
        if (!full()) {
            wasFull = false;
        } else if (!wasFull) {
            wasFull = true;
            fullSinceNanos = nowNanos;
        } else if (nowNanos - fullSinceNanos > writeLimitNanos) {
            response.reset();
        }
    }

    private void beat(long nowNanos) {
        if (wroteSinceSweep) {
            wroteSinceSweep = false;
            lastWriteNanos = nowNanos;
        } else if (nowNanos - lastWriteNanos >= heartbeatNanos && unsent == null && connection.isEmpty()) {
            lastWriteNanos = nowNanos;
            connection.write(framed(HEARTBEAT, HEARTBEAT.length, HEARTBEAT.length), null);
        }
    }
}
