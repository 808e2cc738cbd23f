package dev.tollgate.testing;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ends of calls of which only a part matters to a test. */
public final class Ended {

    /** The version of the price of such calls, which no catalogue has. */
    public static final String PRICE = "test@1";

    private Ended() {}

    /** Charges a call for what it is due. */
    public static Settle settle(String id, long chargeMicros, Instant at) {
        return settle(id, chargeMicros, 0, at);
    }

    /** Charges a call whose balance or limits were asked for the shortfall. */
    public static Settle settle(String id, long chargeMicros, long shortfallMicros, Instant at) {
        return settle(id, chargeMicros, shortfallMicros, true, at);
    }

    public static Settle settle(String id, long chargeMicros, long shortfallMicros, boolean isUncovered, Instant at) {
        boolean counts = isUncovered && shortfallMicros > 0;
        CallDetails details = charged(CallEnd.COMPLETED, null, Usage.NONE, chargeMicros + shortfallMicros, at);
        return new Settle(id, chargeMicros, counts ? details.with(CallFlag.UNCOVERED) : details, at);
    }

    /** Charges a call that the answer named. */
    public static Settle settle(String id, long chargeMicros, CallEnd end, String model, Usage usage, Instant at) {
        return new Settle(id, chargeMicros, charged(end, model, usage, chargeMicros, at), at);
    }

    /** Returns the details of a charged call without a course. */
    public static CallDetails charged(CallEnd end, @Nullable String model, Usage usage, long dueMicros, Instant at) {
        return charged(end, model, usage, dueMicros, Times.NONE, course("", "", List.of()), at);
    }

    public static CallDetails charged(
            CallEnd end, @Nullable String model, Usage usage, long dueMicros, Times times, Course course, Instant at) {
        Bill bill = new Bill(PRICE, at, usage, UsageForm.TOKENS, ServiceTier.STANDARD, 0, dueMicros);
        return new CallDetails(end, model, null, 0, null, times, bill, course);
    }

    /** Returns a course by a channel. @param costs the answer's first */
    public static Course course(String channel, String upstreamModel, List<AttemptCost> costs) {
        return new Course("", channel, upstreamModel, null, null, List.of(), costs, null, null, null, null);
    }

    /** Releases the hold of a call that has failed. */
    public static Release release(String id, Instant at) {
        return new Release(id, released(CallEnd.FAILED, course("", "", List.of())), at);
    }

    /** Releases the hold of a call whose server has died. */
    public static Release expire(String id, Instant at) {
        return new Release(id, CallDetails.ABANDONED, at);
    }

    public static CallDetails released(CallEnd end, Course course) {
        CallError error = end.status() == TaskStatus.FAILED ? new CallError("upstream_error", "x") : null;
        return new CallDetails(end, null, error, 0, null, Times.NONE, null, course);
    }
}
