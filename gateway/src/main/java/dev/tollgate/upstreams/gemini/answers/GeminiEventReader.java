package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.log.Event;
import dev.tollgate.http.client.AnswerHead;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.AnswerReader;
import dev.tollgate.upstreams.connections.FinishReasons;
import dev.tollgate.upstreams.connections.SseReader;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads one streamed answer: bytes in, events out, however the bytes were cut. Tells at last whether the answer was whole: the
 * end of the stream ends it, and after a finish reason a failure does so, too (D38); without one, an end is a failure (D18).
 */
public final class GeminiEventReader implements AnswerReader {

    private static final Logger LOG = LoggerFactory.getLogger(GeminiEventReader.class);

    private static final String TIER_HEADER = "x-gemini-service-tier";

    private final GeminiErrors errors;
    private final GeminiStream stream;
    private final SseReader sse;
    private final RepeatedTexts repeated = new RepeatedTexts();
    private final boolean keepsRaw;
    private List<UpstreamEvent> out = List.of();
    private @Nullable UpstreamFailure failure;
    private boolean over;

    /**
     * @param json whether the answer was to be JSON
     * @param keepsRaw whether the chunks themselves are wanted, in which citations stand already, and not their citations
     */
    public GeminiEventReader(GeminiErrors errors, boolean json, int candidatesExpected, boolean keepsRaw) {
        this.errors = errors;
        this.stream = new GeminiStream(!keepsRaw, json, candidatesExpected);
        this.sse = new SseReader(this::event);
        this.keepsRaw = keepsRaw;
    }

    @Override
    public void head(AnswerHead head) {
        stream.granted(GrantedTier.of(head.header(TIER_HEADER)));
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
            if (stream.mayEnd()) {
                over = true;
            } else if (!over) {
                JsonNode error = GeminiErrors.error(sse.tail());
                stop(error.isObject() ? saidError(error) : broke("the stream ended before the answer did"));
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
            stream.close(events);
        }
        return failure;
    }

    @Override
    public boolean isWhole() {
        return stream.isWhole();
    }

    private void event(byte[] bytes, int from, int to) {
        if (over) {
            return;
        }
        try {
            GeminiChunk common = ChunkScanner.ofThread().read(bytes, from, to, repeated);
            GeminiChunk chunk = common == null ? GeminiChunkReader.read(bytes, from, to) : common;
            if (chunk.error() != null && !chunk.error().isNull()) {
                stop(saidError(chunk.error()));
            } else {
                String failed = failed(chunk);
                if (failed != null) {
                    stop(broke("the finish reason " + failed));
                    return;
                }
                ObjectNode tree = keepsRaw ? Json.object(bytes, from, to) : null;
                stream.accept(chunk, out);
                UpstreamEvent raw = tree == null ? null : stream.raw(tree, to - from);
                if (raw != null) {
                    out.add(raw);
                }
            }
        } catch (JacksonException unreadable) {
            stop(broke("an event is not JSON"));
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            LOG.error(Event.CALL_FAULT, "an event could not be read", e);
            stop(broke("an event could not be read"));
        }
    }

    /** Returns the word with which a failed server replaced a finish reason; null if there is none. */
    private static @Nullable String failed(GeminiChunk chunk) {
        List<GeminiChunk.Candidate> candidates = chunk.candidates();
        for (int i = 0; i < candidates.size(); i++) {
            String word = candidates.get(i).finishReason();
            if (word != null && FinishReasons.sayFailure(word)) {
                return word;
            }
        }
        return null;
    }

    private void stop(UpstreamFailure why) {
        over = true;
        failure = stream.mayEnd() ? null : why;
    }

    /** Returns the failure of an error. Before the response its code decides; afterwards it is a break. */
    private UpstreamFailure saidError(JsonNode error) {
        UpstreamFailure said = errors.of(error);
        return stream.hasAnswered() ? new UpstreamFailure(Kind.BROKEN, said.retryAfter(), said.detail()) : said;
    }

    private UpstreamFailure broke(String why) {
        return errors.of(stream.hasAnswered() ? Kind.BROKEN : Kind.UNAVAILABLE, why);
    }
}
