package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One answer of the upstream's, from when it is asked for: what it comes to, what waits and what was shown of it. Confined to its call. */
final class AnswerUnderWay {

    private final UsageMeter usage;
    private final Delivery delivery;
    private final Backlog waiting;
    private final int attemptsBefore;
    private @Nullable SentCall sent;
    private UpstreamEvent.@Nullable Started started;
    private boolean ended;

    /** @param attemptsBefore how often the upstream was asked for an answer before this one */
    AnswerUnderWay(UsageMeter usage, Delivery delivery, Backlog waiting, int attemptsBefore) {
        this.usage = usage;
        this.delivery = delivery;
        this.waiting = waiting;
        this.attemptsBefore = attemptsBefore;
    }

    UsageMeter usage() {
        return usage;
    }

    Delivery delivery() {
        return delivery;
    }

    /** What has come and nobody has been shown yet. */
    Backlog waiting() {
        return waiting;
    }

    @Nullable
    SentCall sent() {
        return sent;
    }

    void sentAs(SentCall call) {
        sent = call;
    }

    int attempts() {
        return attemptsBefore + (sent == null ? 0 : sent.count());
    }

    /** The first events say how the upstream calls itself and the answer. */
    void hears(List<UpstreamEvent> events) {
        if (started == null && events.getFirst() instanceof UpstreamEvent.Started first) {
            started = first;
        }
    }

    void take(List<UpstreamEvent> events) {
        waiting.add(events);
    }

    /** Returns the upstream's name of the model that answers, if it has said one. */
    @Nullable
    String version() {
        return started == null ? null : started.modelVersion();
    }

    /** Returns the upstream's own id of the answer, if it has said one. */
    @Nullable
    String responseId() {
        return started == null ? null : started.responseId();
    }

    boolean isEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }

    /** Whether every candidate has had its end, what waits included. */
    boolean isFinished() {
        return delivery.allFinished(waiting.batches());
    }
}
