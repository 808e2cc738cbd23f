package dev.tollgate.history;

import dev.tollgate.tasks.TaskStatus;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which calls are wanted; null and an empty set leave a matter open.
 *
 * @param from calls that ended then or later
 * @param to calls that ended before
 * @param statuses among these
 * @param model as it was asked for
 * @param flag one of the usage's flags
 * @param overMicros calls that were charged more, micro-credits; -1 for all
 */
public record CallFilter(
        @Nullable Instant from,
        @Nullable Instant to,
        Set<TaskStatus> statuses,
        @Nullable String model,
        @Nullable String keyId,
        @Nullable String door,
        @Nullable String flag,
        long overMicros) {

    public static final CallFilter ALL = new CallFilter(null, null, Set.of(), null, null, null, null, -1);

    public CallFilter {
        statuses = Set.copyOf(statuses);
    }

    /** All that ended in a span, of a model and a key where they are given. */
    public static CallFilter of(Span span, @Nullable String model, @Nullable String keyId) {
        return new CallFilter(span.from(), span.to(), Set.of(), model, keyId, null, null, -1);
    }

    /** Running calls are asked for by their status, or where nothing is said of status, time or charge. */
    boolean wantsRunning() {
        return statuses.isEmpty()
                ? from == null && to == null && flag == null && overMicros < 0
                : statuses.contains(TaskStatus.PROCESSING);
    }

    boolean takes(CallRow call) {
        Instant end = call.endedAt();
        return (statuses.isEmpty() || statuses.contains(call.status()))
                && (model == null || model.equals(call.modelId()))
                && (keyId == null || keyId.equals(call.keyId()))
                && (door == null || door.equals(call.door()))
                && (flag == null || call.flags().contains(flag))
                && call.chargeMicros() > overMicros
                && (from == null || (end != null && !end.isBefore(from)))
                && (to == null || (end != null && end.isBefore(to)));
    }
}
