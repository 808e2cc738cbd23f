package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.hops.HopEnd;
import dev.tollgate.upstreams.pool.AttemptRecord;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import dev.tollgate.upstreams.sessions.CacheUse;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call that is over. Read on its event loop, while its {@link CallObserver} is called.
 *
 * @param error the error that the caller receives instead of the end of the response; null if there is none
 * @param isStreamed whether the response left piece by piece, and not as a whole
 * @param charge null if nothing was charged
 * @param costs what its attempts cost the operator
 * @param costsRefused channels that have said a cost that was not believed
 * @param cache its use of the provider's cache; null if nothing is known of it
 * @param channel the operator's name of the channel that answered or was asked last; empty if no channel was asked
 * @param upstreamModel the upstream's name of the model there; empty if no channel was asked
 * @param answeringVersion the version of the model that answered, as the upstream reported it; null if it did not
 * @param finishReason the latest finish reason that was shown; null if there was none
 * @param sent the requests to upstreams, in their order
 * @param callerWaits number of times that the response waited for its caller to read
 * @param holdWaits number of times that the response waited for its hold to grow or to become durable
 */
public record OverCall(
        String taskId,
        MeteredCall request,
        CallOutcome outcome,
        @Nullable ApiError error,
        boolean isStreamed,
        CallSteps steps,
        @Nullable Charge charge,
        List<Cost> costs,
        List<String> costsRefused,
        @Nullable CacheUse cache,
        String channel,
        String upstreamModel,
        @Nullable String answeringVersion,
        @Nullable FinishReason finishReason,
        List<SentCall> sent,
        int callerWaits,
        int holdWaits) {

    /**
     * The charge of a call. Amounts are in micro-credits.
     *
     * @param usage raw counts
     * @param shortfallMicros usage that neither hold nor balance covers
     * @param flags oddities of the reported usage
     * @param isExcessive whether the upstream reported more than the call can use (D53)
     * @param granted the service tier that the upstream has named, which may be dearer than the charged one
     */
    public record Charge(
            Usage usage,
            long micros,
            long shortfallMicros,
            Set<UsageFlag> flags,
            boolean isExcessive,
            ServiceTier granted) {}

    /**
     * The cost of an attempt's usage for the operator.
     *
     * @param micros micro-credits at the upstream's list price, rounded up; 0 if the price is not known
     */
    public record Cost(String channel, long micros) {}

    /** Returns whether it was a try of a job, whose caller did not wait for it (J2). */
    public boolean isOfJob() {
        Arrival arrival = request.arrival();
        return arrival != null && CallDetails.Course.isOfJob(arrival.requestId());
    }

    /** Returns whether it was a try of a job that upstreams refused before a word: the books have no call, and it is made again. */
    public boolean isRefusedTry() {
        return isOfJob() && outcome == CallOutcome.FAILED_UPSTREAM && !steps.has(CallStep.HEARD);
    }

    /** Returns the raw counts that were charged for, or null if nothing was charged. */
    public @Nullable Usage usage() {
        return charge == null ? null : charge.usage();
    }

    /** Returns the charge in micro-credits, 0 if nothing was charged. */
    public long chargedMicros() {
        return charge == null ? 0 : charge.micros();
    }

    /** Returns the number of upstream attempts. */
    public int attempts() {
        int attempts = 0;
        for (int i = 0; i < sent.size(); i++) {
            attempts += sent.get(i).count();
        }
        return attempts;
    }

    /** Returns how its hop of a long response has ended; null if the response is a single one, or no upstream was asked. */
    public @Nullable HopEnd hopEnd() {
        return sent.isEmpty() ? null : sent.getLast().hopEnd();
    }

    /** Returns the results of the upstream attempts, in the order of their ends, in a new list. */
    public List<AttemptRecord> tried() {
        return sent.stream().flatMap(call -> call.tried().stream()).toList();
    }
}
