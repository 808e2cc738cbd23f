package dev.tollgate.calls.jobs;

import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.metering.Keeper;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.storage.Change;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A try of a job, or of a line: its claim goes with the hold, and its end with the charge. Confined to the call's event loop, except {@link #won}.
 */
public abstract class JobAnswer extends ForwardingSink implements Keeper {

    /**
     * The call of a try.
     *
     * @param id of the job
     * @param line 1, or the line's of a batch
     * @param place the first byte of a batch's line; null outside a batch
     * @param runner the name under which this server has taken the job
     */
    record Tried(String id, long line, @Nullable Long place, String runner) {}

    /** Makes the answer of a try. */
    @FunctionalInterface
    interface Form {

        /** Returns what the outlet may keep of the door's answer; null if the door keeps it. */
        default JobOutlet.@Nullable Keeps keeps() {
            return null;
        }

        /** @param door writes the response to the outlet */
        JobAnswer of(Sink door, JobOutlet outlet, JobTrial trial);
    }

    private final Tried tried;
    private final JobTrial trial;
    private JobParts.@Nullable Claim claim;
    private boolean isCancelled;

    /** @param door writes the response */
    JobAnswer(Sink door, Tried tried, JobTrial trial) {
        super(door);
        this.tried = tried;
        this.trial = trial;
    }

    /** Has the job end as cancelled, whatever its call says. */
    void cancel() {
        isCancelled = true;
    }

    boolean isCancelled() {
        return isCancelled;
    }

    @Override
    public List<Change> claim(Reserve reserve) {
        JobParts.Claim made =
                new JobParts.Claim(tried.id(), tried.line(), tried.place(), reserve.reservationId(), tried.runner());
        claim = made;
        return List.of(made, new JobChange.Confirm(tried.id(), tried.line(), reserve));
    }

    @Override
    public boolean won() {
        return claim != null && claim.outcome();
    }

    @Override
    public void lost() {
        trial.lost();
    }

    @Override
    public List<Change> free(Release release) {
        return List.of(new JobChange.Freed(tried.id(), tried.line(), release));
    }

    @Override
    public boolean callerHoldsBack() {
        return false;
    }

    @Override
    public void admitted(Admission admission) {
        super.admitted(admission);
        trial.admitted();
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        trial.heard();
        super.events(events);
    }
}
