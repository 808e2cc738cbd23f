package dev.tollgate.running;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A channel's state, for the operator. Contains neither its address nor its credential.
 *
 * @param failures in a row
 * @param inFlight running calls
 * @param connections open connections to its upstream
 * @param openUntil null if the breaker is not open
 * @param credentialExpires null if the operator has not entered a date
 * @param mayStore whether the operator lets the provider store prompts and answers
 * @param lastError null if nothing has gone wrong
 * @param errors their numbers since this server opened the channel
 */
public record ChannelStatus(
        String id,
        String kind,
        BreakerState breaker,
        int failures,
        @Nullable Instant openUntil,
        int inFlight,
        int connections,
        @Nullable Instant credentialExpires,
        boolean mayStore,
        @Nullable LastError lastError,
        Map<UpstreamFailure.Kind, Long> errors,
        List<Model> models) {

    public enum BreakerState {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    public record LastError(UpstreamFailure.Kind kind, Instant time) {}

    /**
     * @param standing the model in use for it
     * @param rest null if it may be used
     * @param flexRest as {@code rest}, of calls at flex alone
     */
    public record Model(
            String id,
            Standing standing,
            int priority,
            int weight,
            @Nullable Resting rest,
            @Nullable Resting flexRest) {}

    /** @param reason {@code minute_quota}, {@code day_quota}, {@code limited} or {@code misconfigured} */
    public record Resting(String reason, Instant until) {}

    /** Returns whether calls are sent to it: not while its breaker is open or all its models rest. */
    public boolean isHealthy() {
        return breaker == BreakerState.CLOSED && models.stream().anyMatch(model -> model.rest() == null);
    }
}
