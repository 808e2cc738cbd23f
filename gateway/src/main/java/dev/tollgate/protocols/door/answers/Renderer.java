package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A door's words for one response of the upstream. A second response that may replace the first (D48) has a renderer of its own. The bytes of a stream are
 * written as events come, and the stream begins when the first of them are there; a response that leaves as a whole writes nothing before its
 * end. Confined to its call.
 */
public interface Renderer {

    /** Sets the door's own headers, once, as soon as the call has a hold. */
    default void head(AnswerHeaders headers) {}

    /** Sets what the response shows of the upstream in headers, before it begins. @param first the upstream's first event */
    default void upstream(AnswerHeaders headers, UpstreamEvent first) {
        headers.upstreamId(first);
    }

    /** Writes that the response is under way, if the door has an event for it: the stream has written nothing for a while, and perhaps has not begun. */
    default void waiting(JsonPieces out) {}

    /** Takes at least one event. */
    void events(List<UpstreamEvent> events, JsonPieces out);

    /** Returns about how many bytes of heap are kept of an event until the end. */
    long keeps(UpstreamEvent event);

    /** Returns the texts that the model ended on its own, which a schema is checked against (D48). Empty for a door without schemas. */
    default List<String> texts() {
        return List.of();
    }

    /** Returns why the response cannot be shown, which fails the call; null if it can. */
    default @Nullable ApiError unshowable() {
        return null;
    }

    /** Writes the end, or the whole response. */
    void end(Sink.Completion completion, JsonPieces out);

    /** Returns the end that was written, with the door's own changes for the unit of the settlement. @param send sends it */
    default Sink.End ended(Runnable send) {
        return send::run;
    }

    /** Writes the failure of a stream and its end. Writes nothing if the failure may leave as a plain error, because nothing has been written before. */
    void failed(ApiError error, JsonPieces out);

    /** Returns the shown parts that later turns need and that the caller may not send back. Empty for a door without later turns. */
    default List<SignedPart> signed() {
        return List.of();
    }
}
