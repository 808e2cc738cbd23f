package dev.tollgate.protocols.chat;

import dev.tollgate.calls.metering.CallNow;
import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.protocols.door.StreamedAnswer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/**
 * A stream of chunks with additional {@code cost} events for Tollgate's page script, at most four a second. Other clients of the protocol ignore
 * them. Amounts are micro-credits.
 */
final class CostStream extends ForwardingSink {

    private static final long EACH_NANOS = 250_000_000;

    private final StreamedAnswer chunks;
    private final Outlet outlet;
    private final LongSupplier nanoTime;
    private long toldNanos;
    private long toldTokens = -1;

    CostStream(StreamedAnswer chunks, Outlet outlet, LongSupplier nanoTime) {
        super(chunks);
        this.chunks = chunks;
        this.outlet = outlet;
        this.nanoTime = nanoTime;
        this.toldNanos = nanoTime.getAsLong() - EACH_NANOS;
    }

    @Override
    public boolean wantsCost() {
        return chunks.hasBegun() && nanoTime.getAsLong() - toldNanos >= EACH_NANOS;
    }

    @Override
    public void cost(CallNow now) {
        if (now.tokens() == toldTokens) {
            return;
        }
        toldTokens = now.tokens();
        toldNanos = nanoTime.getAsLong();
        byte[] event = ("event: cost\ndata: {\"tokens\":" + now.tokens() + ",\"micros\":" + now.micros() + ",\"held\":"
                        + now.heldMicros() + "}\n\n")
                .getBytes(StandardCharsets.US_ASCII);
        outlet.write(event, event.length);
    }
}
