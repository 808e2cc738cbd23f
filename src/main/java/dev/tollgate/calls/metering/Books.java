package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.PrintedUsage;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.rollups.CallFigures;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.models.Model;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The units of work of one call: what belongs together commits together. Used on the call's event loop, where outcomes are told, each
 * once and never before the method returns. A method that throws has offered nothing to the store.
 */
interface Books {

    /**
     * @param then told once it is decided; a hold may become durable only later, which {@link #confirm} waits for
     * @param lost told at most once, after a hold was told: it could not be written, and is nobody's any more
     */
    void reserve(
            String taskId, MeteredCall request, Bounds bounds, Consumer<Reservation> then, Consumer<ApiError> lost);

    /** Waits until a hold is durable. @param then told null, or why it will never be: then nothing may leave */
    void confirm(String taskId, Consumer<@Nullable ApiError> then);

    /** For an answer that goes on, if its key and account may go on, too (D54). */
    void extend(String taskId, MeteredCall request, long leastMicros, long wantedMicros, Consumer<Extension> then);

    /** For what was used already (D33): looks at balance and limits only. */
    void extendForUsed(String taskId, MeteredCall request, long wantedMicros, Consumer<Extension> then);

    /** Charges the call. Once this has returned only what is told counts: it is charged, or everything goes back. */
    void settle(Settlement settlement, Consumer<Settled> then);

    /**
     * Gives everything back. Never throws; tries until it is done, for a hold must not outlive its call.
     *
     * @param then told after the first try, whatever came of it
     */
    void giveBack(String taskId, String model, TaskStatus status, TaskResult result, Trace trace, Runnable then);

    /** Whether it is the caller's doing when the sink is full, and not that of our own disk (D19). */
    boolean callerHoldsBack();

    sealed interface Reservation {}

    /**
     * @param limit the word that the answer carries if it is cut where the hold ends (D32)
     * @param mayLeave whether what it covers may leave by now: where other nodes share the books it has to be durable first (D58)
     */
    record Held(long micros, String limit, BooleanSupplier mayLeave) implements Reservation {}

    /** @param worthCounting whether something could be spent, so that a better bound of the prompt may help (D31) */
    record Refused(ApiError error, boolean worthCounting) implements Reservation {}

    /** Somebody else's call has the idempotency key; the keeper knows. */
    record Lost() implements Reservation {}

    sealed interface Extension {}

    record Grown(long heldMicros) implements Extension {}

    /** @param nativeReason the word that the cut answer carries (D32) */
    record NotGrown(String nativeReason) implements Extension {}

    /** The store did not take it: nobody knows whether it could have grown. */
    record NotRecorded(ApiError error) implements Extension {}

    sealed interface Settled {}

    /** @param figures what was counted of it */
    record Charged(CallFigures figures) implements Settled {}

    record NotCharged(ApiError error) implements Settled {}

    /** How a call that is charged has ended. */
    enum End {
        COMPLETED(TaskStatus.COMPLETED),
        /** Cut by length; what was delivered is charged. */
        CUT(TaskStatus.COMPLETED),
        /** Cut by length within a piece: the hold is charged whole (D46). */
        CUT_HOLD_USED(TaskStatus.COMPLETED),
        /** The caller has left. */
        CANCELLED(TaskStatus.CANCELLED);

        private final TaskStatus status;

        End(TaskStatus status) {
            this.status = status;
        }

        TaskStatus status() {
            return status;
        }
    }

    /**
     * @param answerModel the model as the answer names it
     * @param printed the usage as it is printed
     * @param flags oddities of the usage
     * @param excess what was reported beyond what the call can come to (D53), or null
     * @param limits what the call can come to
     * @param tokensMaxApplied the maximum that a shrunk call ran with (D31)
     * @param signed what is kept of the answer for later turns
     * @param channel the name of the channel that answered
     * @param upstreamModel the upstream's name of the model that answered
     * @param trace how the call went
     */
    record Settlement(
            String taskId,
            MeteredCall request,
            String answerModel,
            Bill bill,
            PrintedUsage printed,
            Set<UsageFlag> flags,
            ExcessReports.@Nullable Excess excess,
            UsageLimits limits,
            @Nullable Long tokensMaxApplied,
            End end,
            List<SignedPart> signed,
            String channel,
            String upstreamModel,
            Trace trace) {

        Model model() {
            return request.model();
        }
    }

    /**
     * What a call comes to. Amounts are in micro-credits.
     *
     * @param dueMicros what its usage comes to
     * @param heldMicros what is held for it
     */
    record Bill(Usage usage, long dueMicros, long heldMicros, End end) {

        /**
         * What a whole answer has used beyond its hold is held first (D33); one that was cut or left is never charged above its hold (D19,
         * D32).
         */
        long missingMicros() {
            return end == End.COMPLETED ? Math.max(0, dueMicros - heldMicros) : 0;
        }

        Bill withHeld(long micros) {
            return new Bill(usage, dueMicros, micros, end);
        }

        /** What the customer pays. */
        long chargeMicros() {
            return end == End.CUT_HOLD_USED ? heldMicros : Math.min(dueMicros, heldMicros);
        }

        /** What nothing covers, which is the operator's. */
        long shortfallMicros() {
            return Math.max(0, dueMicros - chargeMicros());
        }

        /** Whether the whole hold is charged, which is more than the usage comes to (D46). */
        boolean isHoldCharged() {
            return chargeMicros() > dueMicros;
        }
    }
}
