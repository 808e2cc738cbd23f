package dev.tollgate.calls.metering;

import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A response of the upstream, from its request to its end: its usage, its batches that wait, and the part already shown. Confined to its call. */
final class AnswerUnderWay {

    private final UsageMeter usage;
    private final Delivery delivery;
    private final Backlog waiting;
    private final int attemptsBefore;
    private @Nullable SentCall sent;
    private UpstreamEvent.@Nullable Started started;
    private boolean ended;

    /** @param attemptsBefore number of upstream attempts for an earlier response of the same call */
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

    /** Returns the batches that have arrived but have not been shown. */
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

    /** Takes the upstream's names of the model and the response from the first events. */
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
        waiting.addRest();
    }

    /** Returns whether every candidate has a finish reason, including those that still wait. */
    boolean isFinished() {
        return delivery.allFinished(waiting.all());
    }
}
