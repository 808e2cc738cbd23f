package dev.tollgate.protocols.chat;

import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.running.CallNow;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongSupplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stream of chunks with additional {@code cost} events for Tollgate's page script, at most four a second, and a {@code search} event for the
 * queries of a search. Other clients of the protocol ignore them. Amounts are micro-credits.
 */
final class CostStream extends ForwardingSink {

    private static final long EACH_NANOS = 250_000_000;
    private static final JsonMapper JSON = new JsonMapper();

    private final StreamedAnswer chunks;
    private final Outlet outlet;
    private final LongSupplier nanoTime;
    private long toldNanos;
    private long toldTokens = -1;
    private List<String> queries = List.of();

    CostStream(StreamedAnswer chunks, Outlet outlet, LongSupplier nanoTime) {
        super(chunks);
        this.chunks = chunks;
        this.outlet = outlet;
        this.nanoTime = nanoTime;
        this.toldNanos = nanoTime.getAsLong() - EACH_NANOS;
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        super.events(events);
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Searched searched) {
                queries = searched.words();
            }
        }
        if (!queries.isEmpty() && chunks.hasBegun() && !chunks.isMidway()) {
            write("search", JSON.writeValueAsString(queries));
            queries = List.of();
        }
    }

    private void write(String event, String data) {
        byte[] bytes = ("event: " + event + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
        outlet.write(bytes, bytes.length);
    }

    @Override
    public boolean wantsCost() {
        return chunks.hasBegun() && !chunks.isMidway() && nanoTime.getAsLong() - toldNanos >= EACH_NANOS;
    }

    @Override
    public void cost(CallNow now) {
        if (now.tokens() == toldTokens) {
            return;
        }
        toldTokens = now.tokens();
        toldNanos = nanoTime.getAsLong();
        write(
                "cost",
                JSON.createObjectNode()
                        .put("tokens", now.tokens())
                        .put("micros", now.micros())
                        .put("held", now.heldMicros())
                        .toString());
    }
}
