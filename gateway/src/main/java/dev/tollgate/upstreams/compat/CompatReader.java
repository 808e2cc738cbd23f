package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Json;
import dev.tollgate.upstreams.connections.EventReader;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Cost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads one streamed answer of an OpenAI-compatible server. A {@code [DONE]} says nothing. */
final class CompatReader extends EventReader {

    private static final int CANDIDATES_MAX = 128;
    private static final String DONE = "[DONE]";

    private final int candidatesExpected;
    private final boolean showsThoughts;
    private final boolean json;
    private final ServiceTier asked;
    private final boolean readsCost;
    private final List<CompatCandidate> candidates = new ArrayList<>(1);
    private boolean started;
    private boolean reported;
    private boolean answered;

    /**
     * @param candidatesExpected as many as were asked for
     * @param showsThoughts whether the caller wants them: servers send them unasked
     * @param json whether the answer was to be JSON, so that a fence around it is taken off
     * @param asked the service tier; flex is granted if the server names it, no other one has been requested of it
     * @param readsCost whether the cost that the server reports counts
     */
    CompatReader(
            CompatErrors errors,
            int candidatesExpected,
            boolean showsThoughts,
            boolean json,
            ServiceTier asked,
            boolean readsCost) {
        super(errors);
        this.candidatesExpected = candidatesExpected;
        this.showsThoughts = showsThoughts;
        this.json = json;
        this.asked = asked;
        this.readsCost = readsCost;
    }

    @Override
    protected boolean isError(JsonNode error) {
        return !error.isMissingNode();
    }

    @Override
    protected void finish(List<UpstreamEvent> events) {
        candidates.forEach(candidate -> candidate.close(events));
    }

    @Override
    protected boolean hasAnswered() {
        return answered;
    }

    @Override
    public boolean isWhole() {
        return mayEnd() && candidates.size() >= candidatesExpected;
    }

    @Override
    protected boolean mayEnd() {
        return !candidates.isEmpty() && candidates.stream().allMatch(CompatCandidate::isFinished);
    }

    @Override
    protected void take(byte[] bytes, int from, int to, List<UpstreamEvent> out) {
        if (isDone(bytes, from, to)) {
            return;
        }
        JsonNode chunk = Json.tree(bytes, from, to);
        JsonNode error = chunk.path("error");
        if (error.isMissingNode() || error.isNull()) {
            take(chunk, out);
        } else {
            stop(reported(error));
        }
    }

    private static boolean isDone(byte[] bytes, int from, int to) {
        return to - from == DONE.length() && new String(bytes, from, to - from, StandardCharsets.US_ASCII).equals(DONE);
    }

    private void take(JsonNode chunk, List<UpstreamEvent> out) {
        if (!started) {
            started = true;
            out.add(new UpstreamEvent.Started(text(chunk, "model"), text(chunk, "id")));
            if (asked != ServiceTier.STANDARD) {
                out.add(new UpstreamEvent.TierGranted(ServiceTier.STANDARD));
            }
        }
        if (asked == ServiceTier.FLEX) {
            ServiceTier.of(String.valueOf(text(chunk, "service_tier")))
                    .ifPresent(granted -> out.add(new UpstreamEvent.TierGranted(granted)));
        }
        UpstreamEvent.Usage usage = CompatUsage.of(chunk.path("usage"));
        if (usage != null) {
            out.add(usage);
            reported = true;
        } else if (reported && !chunk.path("choices").isEmpty()) {
            out.add(UpstreamEvent.Unreported.FROM_HERE);
            reported = false;
        }
        UpstreamEvent.Cost cost = readsCost ? CompatCost.of(chunk.path("usage")) : null;
        if (cost != null) {
            out.add(cost);
        }
        for (JsonNode choice : chunk.path("choices").values()) {
            int index = choice.path("index").asInt(0);
            if (index >= 0 && index < CANDIDATES_MAX) {
                String failed = candidate(index).take(choice, out);
                answered |= candidate(index).hasAnswered();
                if (failed != null) {
                    stop(broke("the finish reason " + failed));
                    return;
                }
            }
        }
        if (candidates.stream().anyMatch(CompatCandidate::isTooLong)) {
            stop(broke("a tool call is too long"));
        }
    }

    private CompatCandidate candidate(int index) {
        while (candidates.size() <= index) {
            candidates.add(new CompatCandidate(candidates.size(), showsThoughts, json));
        }
        return candidates.get(index);
    }

    static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.asString() : null;
    }

    /** The thought signature of a call or a message, as Google's own compatible endpoint sends it (protocol 2.4, rule 9). */
    static @Nullable String signature(JsonNode node) {
        return text(node.path("extra_content").path("google"), "thought_signature");
    }

    /** Reads {@code usage.cost}: what a server says that it charged, in US dollars, as OpenRouter does. */
    private static final class CompatCost {

        private CompatCost() {}

        /** Null if nothing is said. */
        static @Nullable Cost of(JsonNode usage) {
            JsonNode cost = usage.path("cost");
            if (cost.isMissingNode() || cost.isNull()) {
                return null;
            }
            return cost.isNumber() ? Cost.ofDollars(cost.decimalValue()) : new Cost(Cost.ODD);
        }
    }
}
