package dev.tollgate.http.exchange;

import dev.tollgate.http.SseWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A response that is written in pieces. The head is sent with the first of them; until then {@link dev.tollgate.http.Exchange#fail} still makes a plain HTTP error
 * of it. Does nothing after the caller has disconnected. Confined to the exchange's event loop.
 */
final class AnswerStream implements SseWriter {

    private static final byte[] NONE = {};
    private static final byte[] SPACE = {' '};

    private final Response response;
    private final Transport transport;
    private final String contentType;
    private final long bytes;
    private long bytesLeft;
    private @Nullable Heartbeat heartbeat;

    /** The number of the next event's bytes that heartbeats have sent. */
    private int sentAhead;

    private long lastWriteNanos = System.nanoTime();
    private boolean wroteSinceSweep;
    private long fullSinceNanos;
    private boolean wasFull;
    private boolean isRoomAwaited;
    private @Nullable Runnable drained;

    private record Heartbeat(long silenceNanos, byte[] bytes) {}

    /** @param bytes the length of the whole body, or {@link ResponseHead#STREAM} */
    AnswerStream(Response response, Transport transport, String contentType, long bytes) {
        this.response = response;
        this.transport = transport;
        this.contentType = contentType;
        this.bytes = bytes;
        this.bytesLeft = bytes;
    }

    @Override
    public void write(byte[] events, int length) {
        if (response.is(this) && length > 0) {
            wroteSinceSweep = true;
            ResponseHead head = begin();
            if (!response.isHead()) {
                bytesLeft -= length;
                byte[] left = left(events, length);
                transport.write(head, left, left == events ? length : left.length);
            } else if (head != null) {
                transport.write(head, NONE, 0);
            }
        }
    }

    @Override
    public void end(byte[] last, int length) {
        if (!response.is(this)) {
            return;
        }
        ResponseHead head = begin();
        int sent = response.isHead() ? 0 : length;
        bytesLeft -= sent;
        if (bytes >= 0 && bytesLeft != 0 && !response.isHead()) {
            response.closeAfterwards(); // the caller must not take the next response for the rest of this one
        }
        response.answered(200);
        byte[] left = left(last, sent);
        transport.end(head, left, left == last ? sent : left.length);
    }

    /** Returns what heartbeats have not sent of events. */
    private byte[] left(byte[] events, int length) {
        int sent = Math.min(sentAhead, length);
        sentAhead = 0;
        return sent == 0 ? events : Arrays.copyOfRange(events, sent, length);
    }

    /** Returns the head, completed, if it has not been sent. */
    private @Nullable ResponseHead begin() {
        if (!response.isUnsent()) {
            return null;
        }
        ResponseHead head = response.begin(200, contentType, bytes);
        response.dropRequestHeaders();
        return head;
    }

    @Override
    public int pieceBytes() {
        return transport.pieceBytes();
    }

    @Override
    public boolean full() {
        boolean full = response.is(this) && !transport.hasRoom();
        isRoomAwaited |= full;
        return full;
    }

    @Override
    public void onDrain(Runnable drained) {
        if (response.is(this)) {
            this.drained = drained;
        }
    }

    /** The connection has room again. In a later turn: this may be called in the middle of a write. */
    void hasRoom() {
        if (isRoomAwaited) {
            isRoomAwaited = false;
            transport.onLoop(this::resume);
        }
    }

    private void resume() {
        Runnable step = drained;
        if (step != null && response.is(this)) {
            wasFull = false;
            response.drained(step);
        }
    }

    @Override
    public void heartbeatAfter(Duration silence, String heartbeat) {
        this.heartbeat = new Heartbeat(silence.toNanos(), heartbeat.getBytes(StandardCharsets.US_ASCII));
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
        Heartbeat due = heartbeat;
        if (wroteSinceSweep) {
            wroteSinceSweep = false;
            lastWriteNanos = nowNanos;
        } else if (due != null
                && nowNanos - lastWriteNanos >= due.silenceNanos()
                && !response.isUnsent()
                && transport.isEmpty()) {
            lastWriteNanos = nowNanos;
            if (!response.isHead()) {
                byte[] bytes = sentAhead > 0 ? SPACE : due.bytes();
                transport.write(null, bytes, bytes.length);
                if (due.bytes()[due.bytes().length - 1] != '\n') {
                    sentAhead = due.bytes().length;
                }
            }
        }
    }
}
