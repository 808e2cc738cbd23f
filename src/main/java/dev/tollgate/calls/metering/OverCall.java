package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.Tried;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call that is over, read on its event loop while its {@link CallObserver} is told.
 *
 * @param error the error that the caller gets instead of the answer's end, or null
 * @param isStreamed whether the answer left as it came, and not in one piece
 * @param charge null if nothing was charged
 * @param channel the operator's name of the channel that answered or was asked last; empty if none was
 * @param upstreamModel the upstream's name of the model there; empty likewise
 * @param answeringVersion the upstream's name of the model that answered, if it said one
 * @param finishReason the latest end of a candidate that was shown; null if there was none
 * @param sent the requests to upstreams, in their order
 * @param callerWaits how often the answer waited for its caller to read
 * @param holdWaits how often the answer waited for its hold, to grow or to become durable
 */
public record OverCall(
        String taskId,
        MeteredCall request,
        CallOutcome outcome,
        @Nullable ApiError error,
        boolean isStreamed,
        CallSteps steps,
        @Nullable Charge charge,
        String channel,
        String upstreamModel,
        @Nullable String answeringVersion,
        @Nullable FinishReason finishReason,
        List<SentCall> sent,
        int callerWaits,
        int holdWaits) {

    /**
     * What a call was charged. Amounts are micro-credits.
     *
     * @param usage raw counts
     * @param shortfallMicros used, and covered by nothing
     * @param upstreamCostMicros the upstream's list price of the day, rounded up; 0 if no price is known
     * @param flags oddities of the reported usage
     * @param isExcessive whether more was reported than the call can come to (D53)
     */
    public record Charge(
            Usage usage,
            long micros,
            long shortfallMicros,
            long upstreamCostMicros,
            Set<UsageFlag> flags,
            boolean isExcessive) {}

    /** Returns the raw counts that were charged for, or null if nothing was charged. */
    public @Nullable Usage usage() {
        return charge == null ? null : charge.usage();
    }

    /** Returns the charge in micro-credits, 0 if nothing was charged. */
    public long chargedMicros() {
        return charge == null ? 0 : charge.micros();
    }

    /** Returns how often an upstream was asked. */
    public int attempts() {
        int attempts = 0;
        for (int i = 0; i < sent.size(); i++) {
            attempts += sent.get(i).count();
        }
        return attempts;
    }

    /** Returns the results of the attempts in the order of their ends; of those that answered as long as no other did. A new list each time. */
    public List<Tried> tried() {
        return sent.stream().flatMap(call -> call.tried().stream()).toList();
    }
}
