package dev.tollgate.books.calls;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a call besides its hold and what the ledger decides.
 *
 * @param model as the answer named it; null: as it was asked for
 * @param error null exactly unless the call has failed
 * @param flags bits of {@link CallFlag}
 * @param maxTokensApplied the maximum that a shrunk call ran with (decision D31), or null
 * @param bill null exactly if nothing is charged because the hold was released
 */
public record CallDetails(
        CallEnd end,
        @Nullable String model,
        @Nullable CallError error,
        int flags,
        @Nullable Long maxTokensApplied,
        Times times,
        @Nullable Bill bill,
        Course course) {

    private static final int MESSAGE_CHARS_MAX = 4_096;

    /** The end of a call whose server has died (decision D34). */
    public static final CallDetails ABANDONED = new CallDetails(
            CallEnd.ABANDONED,
            null,
            new CallError("internal_error", "The server stopped before the call had ended. Nothing was charged."),
            0,
            null,
            Times.NONE,
            null,
            Course.NONE);

    public CallDetails {
        if ((error != null) != (end.status() == TaskStatus.FAILED)) {
            throw new IllegalArgumentException("a call that has failed has an error, and no other");
        }
        model = model == null ? null : CallText.stored(model);
    }

    public boolean is(CallFlag flag) {
        return flag.isIn(flags);
    }

    /** Returns these details with a mark. */
    public CallDetails with(CallFlag flag) {
        return new CallDetails(end, model, error, flags | flag.bit(), maxTokensApplied, times, bill, course);
    }

    /** Returns the usage beyond a charge. */
    public long shortfallMicros(long chargedMicros) {
        return bill == null ? 0 : Math.max(0, bill.dueMicros() - chargedMicros);
    }

    /** Returns the cost of all attempts in micro-credits; null if one is not known, as of a call whose server has died. */
    public @Nullable Long costMicros() {
        return end == CallEnd.ABANDONED ? null : course.costMicros();
    }

    /**
     * Returns whether this is a try of a job that all its providers have refused before the first byte. It costs nothing, so it leaves no call (J2).
     * A try that the server itself has ended, as at its stop, has not been refused.
     */
    public boolean isRefusedTry() {
        List<Tried> tried = course.tried();
        return course.isOfJob()
                && end == CallEnd.FAILED
                && times.firstByteMicros() < 0
                && course.costs().isEmpty()
                && tried != null
                && tried.stream().allMatch(Tried::isFailed);
    }

    /** Returns whether the response came to its end, so that its time counts. */
    public boolean isTimed() {
        return end == CallEnd.COMPLETED && times.firstByteMicros() >= 0 && times.doneMicros() >= 0;
    }

    /** Returns the milliseconds from the first byte of a completed answer to its end; 0 for others. */
    public long timedMillis() {
        return isTimed() ? (times.doneMicros() - times.firstByteMicros()) / 1_000 : 0;
    }

    /** An error of the closed list. */
    public record CallError(String code, String message) {

        public CallError {
            if (message.length() > MESSAGE_CHARS_MAX) {
                throw new IllegalArgumentException("more than " + MESSAGE_CHARS_MAX + " characters");
            }
            message = CallText.stored(message);
        }
    }

    /** The times of the steps in microseconds from the request's arrival; {@link #NEVER} for a step that did not take place. */
    public record Times(
            long reservedMicros, long askedMicros, long firstByteMicros, long doneMicros, long settledMicros) {

        public static final long NEVER = -1;

        public static final Times NONE = new Times(NEVER, NEVER, NEVER, NEVER, NEVER);

        /** Returns the milliseconds to the first byte, or {@link #NEVER}. */
        public long firstByteMillis() {
            return firstByteMicros < 0 ? NEVER : firstByteMicros / 1_000;
        }
    }

    /**
     * The origin of a charge.
     *
     * @param price the version of the price
     * @param pricedAt the time at which that price was in force: the arrival of the call
     * @param usage the raw counts, at the tier that is charged
     * @param form in which the usage is printed
     * @param granted the tier by which the upstream charges
     * @param stepTokens the step that the prompt is above; 0 if it is above none
     * @param dueMicros the price of the counts
     */
    public record Bill(
            String price,
            Instant pricedAt,
            Usage usage,
            UsageForm form,
            ServiceTier granted,
            long stepTokens,
            long dueMicros) {

        public static Bill of(Pricing pricing, Instant at, Usage usage, UsageForm form, ServiceTier granted) {
            return new Bill(
                    pricing.version(),
                    at,
                    usage,
                    form,
                    granted,
                    pricing.tariff().stepOf(usage),
                    pricing.chargeMicros(usage));
        }
    }

    /**
     * The way of a call.
     *
     * @param requestId empty if the call did not come by HTTP; a call of a job has the id of its answer or line, see {@link #isOfJob}
     * @param channel the channel that answered or was asked last; empty if none was asked
     * @param upstreamModel the upstream's name of the model there; empty if none was asked
     * @param upstreamId the upstream's own id of the answer, or null
     * @param filter the provider's word for the filter that stopped the response, or null
     * @param ignored the fields without effect
     * @param costs of the attempts with usage; of a charged call the answer's first
     * @param costPrice the version of the upstream's list price; null if it is not known
     * @param attempts see {@link CallTexts}; null if a single attempt answered and nothing else has a cost
     * @param stoppedBy the limit or budget that has cut the response, as a JSON object without names; or null
     * @param tried the attempts of {@code attempts}, for the roll-ups; null, as in a course that was read: see {@link #isAnsweredOnce}
     */
    public record Course(
            String requestId,
            String channel,
            String upstreamModel,
            @Nullable String upstreamId,
            @Nullable String filter,
            List<String> ignored,
            List<AttemptCost> costs,
            @Nullable String costPrice,
            @Nullable CacheUsed cache,
            @Nullable String attempts,
            @Nullable String stoppedBy,
            @Nullable List<Tried> tried) {

        private static final String RESPONSE = "resp_";
        private static final String INTERACTION = "v1_";

        public static final Course NONE =
                new Course("", "", "", null, null, List.of(), List.of(), null, null, null, null);

        public Course {
            ignored = List.copyOf(ignored);
            costs = List.copyOf(costs);
            tried = tried == null ? null : List.copyOf(tried);
        }

        /** Makes the course of a call with a single attempt that answered, or none. */
        public Course(
                String requestId,
                String channel,
                String upstreamModel,
                @Nullable String upstreamId,
                @Nullable String filter,
                List<String> ignored,
                List<AttemptCost> costs,
                @Nullable String costPrice,
                @Nullable CacheUsed cache,
                @Nullable String attempts,
                @Nullable String stoppedBy) {
            this(
                    requestId,
                    channel,
                    upstreamModel,
                    upstreamId,
                    filter,
                    ignored,
                    costs,
                    costPrice,
                    cache,
                    attempts,
                    stoppedBy,
                    null);
        }

        /** Returns whether the call is a try of a job: ids of requests that come by HTTP begin otherwise. */
        public boolean isOfJob() {
            return isOfJob(requestId);
        }

        /** Returns whether a call with such an id of its request is a try of a job. */
        public static boolean isOfJob(String requestId) {
            return requestId.startsWith(RESPONSE)
                    || requestId.startsWith(INTERACTION)
                    || requestId.startsWith(BatchLine.PREFIX);
        }

        /** Returns whether this is the channel, and the upstream's name of the model, of the call itself. */
        public boolean isBy(String aChannel, String aModel) {
            return aChannel.equals(channel) && aModel.equals(upstreamModel);
        }

        /** Returns whether a call with such times had a single attempt, which answered, and has no list of attempts. */
        public boolean isAnsweredOnce(Times times) {
            return tried == null && !channel.isEmpty() && times.firstByteMicros() >= 0;
        }

        /** Returns this course with the text of its attempts. */
        public Course with(String attempts) {
            return new Course(
                    requestId,
                    channel,
                    upstreamModel,
                    upstreamId,
                    filter,
                    ignored,
                    costs,
                    costPrice,
                    cache,
                    attempts,
                    stoppedBy,
                    tried);
        }

        /** Returns the sum of all costs in micro-credits; null if one is not known. */
        public @Nullable Long costMicros() {
            long sum = 0;
            for (AttemptCost cost : costs) {
                if (cost.micros() == AttemptCost.UNKNOWN) {
                    return null;
                }
                sum += cost.micros();
            }
            return sum;
        }
    }

    /**
     * An attempt as the roll-ups count it.
     *
     * @param upstreamModel the upstream's name of the model that was sent
     * @param isFailed whether it ended with a failure: not with an answer or empty, and not because it was no longer needed
     */
    public record Tried(String channel, String upstreamModel, boolean isFailed) {}

    /**
     * The use of the provider's cache (E86); the cached tokens are among the counts.
     *
     * @param session the word for what names the session
     * @param expectedTokens the tokens of an earlier prompt that this one begins with, too
     * @param reason why fewer were cached than the half; null if the half was
     * @param place the caller's field where the prompt differs from the earlier one, or null
     * @param idleSeconds the time since the earlier prompt; null if it is not known
     * @param savedMicros null, like the next, if the price has no rate for cached tokens
     * @param missedMicros what the expected tokens cost more because they were not cached
     */
    public record CacheUsed(
            String session,
            long expectedTokens,
            @Nullable String reason,
            @Nullable String place,
            @Nullable Long idleSeconds,
            @Nullable Long savedMicros,
            @Nullable Long missedMicros) {}
}
