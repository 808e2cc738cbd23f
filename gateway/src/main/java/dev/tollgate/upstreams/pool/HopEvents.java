package dev.tollgate.upstreams.pool;

import dev.tollgate.models.Count;
import dev.tollgate.upstreams.hops.HopEnd;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Replaces the upstream's tokens by ours, in every chunk of a hop that has one. A hop that brings an answer no further ends it: with the
 * same token, without output, or after very many hops, some clients would ask for the next one without end and pay for each (H8). Confined to its attempt.
 */
final class HopEvents {

    private static final String TOKEN = NativeAsk.CONTINUATION;
    private static final String REASON = "finishReason";
    private static final String GOES_ON = "CONTINUATION";
    private static final String ENDS = "MAX_TOKENS";

    private final Hops hops;
    private final ModelRoute route;
    private long reported = -1;
    private boolean wrote;
    private @Nullable HopEnd ended;

    HopEvents(Hops hops, ModelRoute route) {
        this.hops = hops;
        this.route = route;
    }

    /** Returns how the hop has ended; null if as any answer, or not yet. */
    @Nullable
    HopEnd ended() {
        return ended;
    }

    /** Returns events with their tokens sealed; the same list if there is nothing to change. */
    List<UpstreamEvent> sealed(List<UpstreamEvent> events) {
        List<UpstreamEvent> changed = events;
        boolean isCounted = false;
        for (int i = 0; i < events.size(); i++) {
            switch (events.get(i)) {
                case UpstreamEvent.Usage usage -> {
                    isCounted |= isSound(usage.of(Count.COMPLETION)) && isSound(usage.of(Count.REASONING));
                    reported = isCounted ? Math.max(reported, output(usage)) : reported;
                }
                case UpstreamEvent.Text text -> wrote |= !text.text().isEmpty();
                case UpstreamEvent.Thought thought -> wrote |= !thought.text().isEmpty();
                case UpstreamEvent.ToolCall call -> wrote = true;
                case UpstreamEvent.Raw raw -> {
                    if (endsHere(raw.chunk(), isCounted)) {
                        changed = changed == events ? new ArrayList<>(events) : changed;
                        end(changed, i);
                    }
                    isCounted = false;
                }
                default -> {
                    // says nothing of a hop
                }
            }
        }
        return changed;
    }

    /** Returns whether a count was reported, or left out, as a zero is; a negative one says nothing. */
    private static boolean isSound(long count) {
        return count >= 0 || count == UpstreamEvent.Usage.ABSENT;
    }

    private static long output(UpstreamEvent.Usage usage) {
        long sum = Math.max(0, usage.of(Count.COMPLETION)) + Math.max(0, usage.of(Count.REASONING));
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Seals a chunk's token, or takes it out. @return whether the chunk was to go on, and does not */
    private boolean endsHere(ObjectNode chunk, boolean isCounted) {
        boolean ends = false;
        for (JsonNode each : chunk.path("candidates")) {
            if (each instanceof ObjectNode candidate && (candidate.has(TOKEN) || goesOn(candidate))) {
                String token = next(candidate, isCounted);
                boolean goesOn = goesOn(candidate);
                boolean stops = token == null && goesOn;
                ended = stops ? HopEnd.STUCK : goesOn ? HopEnd.CONTINUED : ended;
                if (token == null) {
                    candidate.remove(TOKEN);
                } else {
                    candidate.put(TOKEN, token);
                }
                if (stops) {
                    candidate.put(REASON, ENDS);
                }
                ends |= stops;
            }
        }
        return ends;
    }

    private static boolean goesOn(ObjectNode candidate) {
        return candidate.path(REASON).asString("").equals(GOES_ON);
    }

    /** Returns the token behind a chunk; null if the answer is not to go on from there. */
    private @Nullable String next(ObjectNode candidate, boolean isCounted) {
        String token = candidate.path(TOKEN).asString("");
        boolean hasProgress = reported < 0 ? wrote : reported > 0;
        HopToken from = hops.from();
        boolean isSame = from != null && from.upstreams().equals(token);
        if (token.isEmpty() || token.length() > HopToken.CHARS_MAX || isSame || !hasProgress || hops.isLast()) {
            return null;
        }
        long output = isCounted ? hops.before() + Math.min(hops.contextMax(), reported) : hops.contextMax();
        return hops.seal()
                .seal(new HopToken(
                        route.channel().id(),
                        route.projectPlace(),
                        hops.number(),
                        Math.min(hops.contextMax(), output),
                        token));
    }

    /** Replaces the reason in the event before a chunk. @param raw the chunk's place */
    private static void end(List<UpstreamEvent> events, int raw) {
        for (int i = raw - 1; i >= 0 && !(events.get(i) instanceof UpstreamEvent.Raw); i--) {
            if (events.get(i) instanceof UpstreamEvent.Finish finish
                    && finish.nativeReason().equals(GOES_ON)) {
                events.set(i, new UpstreamEvent.Finish(finish.candidate(), FinishReason.LENGTH, ENDS));
            }
        }
    }
}
