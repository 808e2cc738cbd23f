package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.log.Event;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.AnswerReader;
import dev.tollgate.upstreams.connections.SseReader;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Cost;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads one streamed answer. The end of the stream ends the answer, and after a finish reason a failure does so, too (D38); without one, an
 * end is a failure (D18), with or without a {@code [DONE]}.
 */
final class CompatReader implements AnswerReader {

    private static final Logger log = LoggerFactory.getLogger(CompatReader.class);
    private static final int CANDIDATES_MAX = 128;
    private static final String DONE = "[DONE]";

    private final CompatErrors errors;
    private final int candidatesExpected;
    private final boolean showsThoughts;
    private final boolean json;
    private final ServiceTier asked;
    private final boolean readsCost;
    private final SseReader sse = new SseReader(this::event);
    private final List<CompatCandidate> candidates = new ArrayList<>(1);
    private List<UpstreamEvent> out = List.of();
    private @Nullable UpstreamFailure failure;
    private boolean started;
    private boolean reported;
    private boolean answered;
    private boolean over;

    /**
     * @param candidatesExpected as many as were asked for
     * @param showsThoughts whether the caller wants them: servers send them unasked
     * @param json whether the answer was to be JSON, so that a fence around it is taken off
     * @param asked the service tier; such a server grants the standard one, because no other has been requested of it
     * @param readsCost whether the cost that the server reports counts
     */
    CompatReader(
            CompatErrors errors,
            int candidatesExpected,
            boolean showsThoughts,
            boolean json,
            ServiceTier asked,
            boolean readsCost) {
        this.errors = errors;
        this.candidatesExpected = candidatesExpected;
        this.showsThoughts = showsThoughts;
        this.json = json;
        this.asked = asked;
        this.readsCost = readsCost;
    }

    @Override
    public boolean read(byte[] bytes, int length, List<UpstreamEvent> events) {
        if (over) {
            return false;
        }
        out = events;
        if (!sse.read(bytes, length)) {
            stop(errors.of(Kind.BROKEN, "an event is larger than " + SseReader.EVENT_BYTES_MAX + " bytes"));
        }
        out = List.of(); // or they would live until the next ones come
        return !over;
    }

    @Override
    public @Nullable UpstreamFailure end(List<UpstreamEvent> events) {
        if (!over) {
            out = events;
            sse.end();
            JsonNode error = CompatErrors.error(sse.tail());
            if (!over) {
                stop(error.isMissingNode() ? broke("the stream ended before the answer did") : said(error));
            }
        }
        return close(events);
    }

    @Override
    public @Nullable UpstreamFailure cut(String why, List<UpstreamEvent> events) {
        if (!over) {
            stop(broke(why));
        }
        return close(events);
    }

    private @Nullable UpstreamFailure close(List<UpstreamEvent> events) {
        if (failure == null) {
            candidates.forEach(candidate -> candidate.close(events));
        }
        return failure;
    }

    @Override
    public boolean isWhole() {
        return mayEnd() && candidates.size() >= candidatesExpected;
    }

    private boolean mayEnd() {
        return !candidates.isEmpty() && candidates.stream().allMatch(CompatCandidate::isFinished);
    }

    private void event(byte[] bytes, int from, int to) {
        if (over || isDone(bytes, from, to)) {
            return;
        }
        try {
            JsonNode chunk = Json.tree(bytes, from, to);
            JsonNode error = chunk.path("error");
            if (error.isMissingNode() || error.isNull()) {
                take(chunk);
            } else {
                stop(said(error));
            }
        } catch (JacksonException unreadable) {
            stop(broke("an event is not JSON"));
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.CALL_FAULT, "an event could not be read", e);
            stop(broke("an event could not be read"));
        }
    }

    private static boolean isDone(byte[] bytes, int from, int to) {
        return to - from == DONE.length() && new String(bytes, from, to - from, StandardCharsets.US_ASCII).equals(DONE);
    }

    private void take(JsonNode chunk) {
        if (!started) {
            started = true;
            out.add(new UpstreamEvent.Started(text(chunk, "model"), text(chunk, "id")));
            if (asked != ServiceTier.STANDARD) {
                out.add(new UpstreamEvent.TierGranted(ServiceTier.STANDARD));
            }
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

    private void stop(UpstreamFailure why) {
        over = true;
        failure = mayEnd() ? null : why;
    }

    /** Returns the failure of an error. Before the response its code decides; afterwards it is a break. */
    private UpstreamFailure said(JsonNode error) {
        UpstreamFailure said = errors.of(error);
        return answered ? new UpstreamFailure(Kind.BROKEN, said.retryAfter(), said.detail()) : said;
    }

    private UpstreamFailure broke(String why) {
        return errors.of(answered ? Kind.BROKEN : Kind.UNAVAILABLE, why);
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
