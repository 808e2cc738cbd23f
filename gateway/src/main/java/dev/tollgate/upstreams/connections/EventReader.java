package dev.tollgate.upstreams.connections;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads one streamed answer of server-sent events, and says whether it was whole: the end of the stream ends it, and after a finish reason a failure does
 * so, too (D38); without one, an end is a failure (D18). A provider's reader says what an event means.
 */
public abstract class EventReader implements AnswerReader {

    private static final Logger LOG = LoggerFactory.getLogger(EventReader.class);

    private final ErrorReader errors;
    private final SseReader sse = new SseReader(this::event);
    private List<UpstreamEvent> out = List.of();
    private @Nullable UpstreamFailure failure;
    private boolean over;

    protected EventReader(ErrorReader errors) {
        this.errors = errors;
    }

    /**
     * Reads an event.
     *
     * @param bytes valid only during the call
     * @param out takes what the event means
     * @throws JacksonException if it is no JSON
     */
    protected abstract void take(byte[] bytes, int from, int to, List<UpstreamEvent> out);

    /** Returns whether each candidate so far has had a finish reason, and there is one: the answer may end here. */
    protected abstract boolean mayEnd();

    /** Returns whether a part of the answer has come. */
    protected abstract boolean hasAnswered();

    /** Returns whether the node under {@code error} in the raw tail of a stream is an error. */
    protected abstract boolean isError(JsonNode error);

    /** Appends the unfinished events of a whole answer. */
    protected abstract void finish(List<UpstreamEvent> events);

    @Override
    public final boolean read(byte[] bytes, int length, List<UpstreamEvent> events) {
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
    public final @Nullable UpstreamFailure end(List<UpstreamEvent> events) {
        if (!over) {
            out = events;
            sse.end();
        }
        if (!over && mayEnd()) {
            over = true;
        } else if (!over) {
            JsonNode error = ErrorReader.error(sse.tail());
            stop(isError(error) ? reported(error) : broke("the stream ended before the answer did"));
        }
        return close(events);
    }

    @Override
    public final @Nullable UpstreamFailure cut(String why, List<UpstreamEvent> events) {
        if (!over) {
            stop(broke(why));
        }
        return close(events);
    }

    private @Nullable UpstreamFailure close(List<UpstreamEvent> events) {
        if (failure == null) {
            finish(events);
        }
        return failure;
    }

    private void event(byte[] bytes, int from, int to) {
        if (over) {
            return;
        }
        try {
            take(bytes, from, to, out);
        } catch (JacksonException unreadable) {
            stop(broke("an event is not JSON"));
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            LOG.error(Event.CALL_FAULT, "an event could not be read", e);
            stop(broke("an event could not be read"));
        }
    }

    /** Reads no more. @param why the failure if the answer may not end here */
    protected final void stop(UpstreamFailure why) {
        over = true;
        failure = mayEnd() ? null : why;
    }

    /** Returns the failure that an error reports. Before the response its code decides; afterwards it is a break. */
    protected final UpstreamFailure reported(JsonNode error) {
        UpstreamFailure its = errors.of(error);
        return hasAnswered() ? new UpstreamFailure(Kind.BROKEN, its.retryAfter(), its.detail()) : its;
    }

    protected final UpstreamFailure broke(String why) {
        return errors.of(hasAnswered() ? Kind.BROKEN : Kind.UNAVAILABLE, why);
    }
}
