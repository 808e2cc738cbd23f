package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.metering.Bounds.UsageLimits;
import dev.tollgate.models.Model;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.Change;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The units of work of one call. Changes that belong together commit together. Used on the call's event loop, where each outcome is reported once,
 * never before the method returns. A method that throws has offered nothing to the store.
 */
interface Books {

    /**
     * Reserves the call's hold.
     *
     * @param mayRunOnLess whether a call that may use the provider's tools may hold less than its most (D31): no count of its prompt follows
     * @param then receives the decision; the hold may become durable later, see {@link #confirm}
     * @param lost called at most once, after a hold was granted: the hold could not be written and does not exist
     */
    void reserve(
            String taskId,
            MeteredCall request,
            Bounds bounds,
            boolean mayRunOnLess,
            Consumer<Reservation> then,
            Consumer<ApiError> lost);

    /**
     * Asks, before the hold, whether the account may make a further call that may end free although its upstream reports usage (E72).
     *
     * @param then receives null, or the refusal
     * @return false if calls like this one do not end so; then nothing is received
     */
    boolean mayEndFree(MeteredCall request, Consumer<@Nullable ApiError> then);

    /** Returns whether the call was let in by {@link #mayEndFree}: an end without an answer is free. */
    boolean hasFreeEnd();

    /** Waits until a hold is durable. @param then receives null, or the reason why it never will be; in that case nothing may leave */
    void confirm(String taskId, Consumer<@Nullable ApiError> then);

    /** Extends the hold for a response that continues, if its key and account may still be used (D54). */
    void extend(String taskId, MeteredCall request, long leastMicros, long wantedMicros, Consumer<Extension> then);

    /** Extends the hold for reported usage that has already happened (D19, D32, D33). Checks only balance and limits. */
    void extendForUsed(String taskId, MeteredCall request, long wantedMicros, Consumer<Extension> then);

    /** Charges the call. After this method has returned, only the reported outcome counts: the call is charged, or the hold is released in full. */
    void settle(Settlement settlement, Consumer<Settled> then);

    /**
     * Has {@link #giveBack}, which follows, count toward the free answers of the account (E72).
     *
     * @param answers of the upstream that were made for nothing
     * @param unshown whether there was an answer that the door could not show
     */
    void endsFree(MeteredCall request, int answers, boolean unshown);

    /**
     * Releases the hold in full as {@link #giveBack} does, if the account has room for one more free answer (E72).
     *
     * @param then receives false if it has not: then the hold is as before
     */
    void giveBackIfFree(String taskId, MeteredCall request, CallDetails details, Consumer<Boolean> then);

    /**
     * Releases the hold in full. Never throws, and retries until it succeeds, because a hold must not outlive its call.
     *
     * @param then called after the first try, successful or not
     */
    void giveBack(String taskId, CallDetails details, Runnable then);

    /** Returns whether a full sink is due to the caller, and not to Tollgate's own disk (D19). */
    boolean callerHoldsBack();

    sealed interface Reservation {}

    /**
     * A hold that was granted.
     *
     * @param onLess whether the provider's tools may exceed it (D31)
     * @param limit the native finish reason if the response is cut where the hold ends (D32)
     * @param limitedBy the limit or budget that reduced the hold; null if none did
     * @param mayLeave whether output that the hold covers may leave; if several nodes share the books, only once the hold is durable (D58)
     */
    record Held(
            long micros, boolean onLess, String limit, Shortage.@Nullable OfLimit limitedBy, BooleanSupplier mayLeave)
            implements Reservation {}

    /** @param worthCounting whether the account can spend anything, so a closer bound of the prompt may help (D31) */
    record NotHeld(ApiError error, boolean worthCounting) implements Reservation {}

    /** Another call has the idempotency key. The keeper knows which. */
    record Lost() implements Reservation {}

    sealed interface Extension {}

    record Grown(long heldMicros) implements Extension {}

    /**
     * @param nativeReason the native finish reason of the cut response (D32)
     * @param stoppedBy the limit or budget without room; null for another reason
     */
    record NotGrown(String nativeReason, Shortage.@Nullable OfLimit stoppedBy) implements Extension {

        NotGrown(String nativeReason) {
            this(nativeReason, null);
        }
    }

    /** The store failed. It is unknown whether the hold could have grown. */
    record NotRecorded(ApiError error) implements Extension {}

    sealed interface Settled {}

    record Charged() implements Settled {}

    record NotCharged(ApiError error) implements Settled {}

    /** The way in which a charged call ended. */
    enum End {
        COMPLETED,
        /** Cut by length. Delivered output is charged. */
        CUT,
        /** Cut by length within a piece. The whole hold is charged (D46). */
        CUT_HOLD_USED,
        /** The caller disconnected. */
        CANCELLED
    }

    /**
     * The data of a settlement.
     *
     * @param answerModel the model's name in the response
     * @param printed the usage as the response prints it
     * @param flags oddities of the usage
     * @param excess reported usage above the call's limits (D53); null if there is none
     * @param limits the highest usage that the call can have
     * @param tokensMaxApplied the maximum of a call that ran with less than its caller asked for (D31)
     * @param signed parts of the response that later turns need
     * @param kept the door's own changes for the unit of the settlement
     * @param tier the service tier that was granted, by which the upstream's cost is reckoned
     * @param channel the name of the channel that answered
     * @param upstreamModel the upstream's name of the model that answered
     * @param trace the course of the call
     * @param freeAnswers of the upstream that were made for nothing, e.g. of one of several images (E72)
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
            Function<Settle, List<Change>> kept,
            ServiceTier tier,
            String channel,
            String upstreamModel,
            Trace trace,
            int freeAnswers) {

        Model model() {
            return request.model();
        }
    }

    /**
     * The price of a call. Amounts are in micro-credits.
     *
     * @param dueMicros price of the usage
     * @param reportedMicros price of the part that the upstream has reported: the due amount unless something is estimated, and never more
     * @param heldMicros amount held for the call
     */
    record Bill(Usage usage, long dueMicros, long reportedMicros, long heldMicros, End end) {

        public Bill {
            // Cached tokens of a prompt that was not reported are none, and its tools may then add more: what is
            // reported can cost more than the whole.
            reportedMicros = Math.min(reportedMicros, dueMicros);
        }

        /** Returns the amount by which the reported usage exceeds the hold. It is held first (D33); an estimate never is (D19). */
        long missingMicros() {
            return Math.max(0, reportedMicros - heldMicros);
        }

        Bill withHeld(long micros) {
            return new Bill(usage, dueMicros, reportedMicros, micros, end);
        }

        /** Returns the bill whose balance and limits could not be asked for more than the hold. */
        Bill unasked() {
            return new Bill(usage, dueMicros, Math.min(reportedMicros, heldMicros), heldMicros, end);
        }

        /** Returns the amount that the customer pays. */
        long chargeMicros() {
            return end == End.CUT_HOLD_USED ? heldMicros : Math.min(dueMicros, heldMicros);
        }

        /** Returns the amount that is not charged. The operator bears it. */
        long shortfallMicros() {
            return Math.max(0, dueMicros - chargeMicros());
        }

        /** Returns whether balance or limits were asked for reported usage and did not cover it. Only such a shortfall counts against the account (D33). */
        boolean isUncovered() {
            return reportedMicros > chargeMicros();
        }

        /** Returns whether the whole hold is charged, which is more than the price of the usage (D46). */
        boolean isHoldCharged() {
            return chargeMicros() > dueMicros;
        }
    }

    /**
     * The course of a call, for its row.
     *
     * @param flags bits of {@link dev.tollgate.books.calls.CallFlag}
     * @param costs renders the list of its costs; null if it has none
     */
    record Trace(
            int flags,
            CallDetails.Times times,
            CallDetails.Course course,
            @Nullable Supplier<String> costs) {

        /** The trace of a call about which nothing is known. */
        static final Trace NONE = new Trace(0, CallDetails.Times.NONE, CallDetails.Course.NONE, null);

        /** Returns the course of a call without a charge. Its row has no counts: the counts of its costs are among its attempts. */
        CallDetails.Course uncharged() {
            return course.attempts() != null || costs == null
                    ? course
                    : course.with(CallTexts.attempts(CallTexts.attempts(course, times), costs.get()));
        }
    }
}
