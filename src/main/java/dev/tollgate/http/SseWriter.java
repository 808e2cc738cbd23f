package dev.tollgate.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An answer as a stream of server-sent events. The head leaves together with the first write; until then {@link
 * Exchange#fail} still makes a plain HTTP error of it. After the caller's departure every call does nothing.
 * Confined to the exchange's event loop.
 */
public final class SseWriter {

    private static final Buffer HEARTBEAT = Buffer.buffer(": keep-alive\n\n");

    private final Exchange exchange;
    private final HttpServerResponse response;
    private long heartbeatNanos = Long.MAX_VALUE;
    private long lastWriteNanos = System.nanoTime();
    private boolean wroteSinceSweep;
    private long fullSinceNanos;
    private boolean wasFull;

    SseWriter(Exchange exchange, HttpServerResponse response) {
        this.exchange = exchange;
        this.response = response;
    }

    /** Sends whole events (blank lines included) in one write; give it all that there is, not one by one. */
    public void write(Buffer events) {
        if (exchange.isStreaming()) {
            wroteSinceSweep = true;
            response.write(events);
        }
    }

    /** True while the caller reads more slowly than we write; stop asking upstream until {@link #onDrain}. */
    public boolean full() {
        return exchange.isStreaming() && response.writeQueueFull();
    }

    /** Called each time that there is room again; the last one given counts. */
    public void onDrain(Runnable drained) {
        if (exchange.isStreaming()) {
            response.drainHandler(room -> {
                wasFull = false;
                exchange.guard(drained);
            });
        }
    }

    /** From now on a comment line goes out after each such silence (D35), exact to the limits' sweep. */
    public void heartbeatAfter(Duration silence) {
        heartbeatNanos = silence.toNanos();
    }

    /** Sends the last events and ends the answer. */
    public void end(@Nullable Buffer last) {
        exchange.endStream(last);
    }

    void sweep(long nowNanos, long writeLimitNanos) {
        beat(nowNanos);
        if (!full()) {
            wasFull = false;
        } else if (!wasFull) {
            wasFull = true;
            fullSinceNanos = nowNanos;
        } else if (nowNanos - fullSinceNanos > writeLimitNanos) {
            exchange.reset();
        }
    }

    private void beat(long nowNanos) {
        if (wroteSinceSweep) {
            wroteSinceSweep = false;
            lastWriteNanos = nowNanos;
        } else if (nowNanos - lastWriteNanos >= heartbeatNanos && response.headWritten() && !full()) {
            lastWriteNanos = nowNanos;
            response.write(HEARTBEAT.copy());
        }
    }
}
