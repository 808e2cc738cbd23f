package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.kept.DeletedMeanwhile;
import dev.tollgate.calls.metering.ForwardingSink;
import dev.tollgate.calls.metering.Keeper;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.storage.Change;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A try of a job: its claim goes with the hold, and its end with the charge. The door keeps the response in the same unit, under the job's id; if it
 * cannot, nothing is charged. Confined to the call's event loop, except {@link #won}.
 */
public final class JobAnswer extends ForwardingSink implements Keeper {

    private static final ApiError TOO_LONG = ApiError.of(
                    ErrorCode.INTERNAL_ERROR,
                    "The answer is too long to be kept: with its input it takes more than 1 MiB when it is compressed. Nothing was charged.")
            .doNotRetry();

    private final JobOutlet outlet;
    private final Job job;
    private final String runner;
    private final Runnable admitted;
    private final Runnable lost;
    private JobParts.@Nullable Claim claim;
    private Job.State state = Job.State.COMPLETED;
    private boolean isKept;
    private boolean isCancelled;

    /**
     * @param door writes and keeps the response
     * @param outlet that it writes to
     * @param runner the name under which this server has taken the job
     * @param admitted runs when the call has a hold
     * @param lost runs if the job was taken by another server, or cancelled
     */
    JobAnswer(Sink door, JobOutlet outlet, Job job, String runner, Runnable admitted, Runnable lost) {
        super(door);
        this.outlet = outlet;
        this.job = job;
        this.runner = runner;
        this.admitted = admitted;
        this.lost = lost;
    }

    /** Has the job end as cancelled, whatever its call says. */
    void cancel() {
        isCancelled = true;
    }

    // ---- what goes with the books ----

    @Override
    public List<Change> claim(Reserve reserve) {
        JobParts.Claim made = new JobParts.Claim(job.id(), reserve.reservationId(), runner);
        claim = made;
        return List.of(made, new JobChange.Confirm(job.id(), reserve));
    }

    @Override
    public boolean won() {
        return claim != null && claim.outcome();
    }

    @Override
    public void lost() {
        lost.run();
    }

    @Override
    public void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
        if (isCancelled) {
            then.accept(List.of(new JobChange.Charged(job.id(), settle, Job.State.CANCELLED)));
        } else if (isKept) {
            outlet.whenLeft(error -> {
                if (error == null) {
                    then.accept(
                            List.of(new JobChange.Charged(job.id(), settle, state), new DeletedMeanwhile(job.id())));
                } else {
                    failed.accept(error);
                }
            });
        } else {
            failed.accept(TOO_LONG);
        }
    }

    @Override
    public List<Change> free(Release release) {
        return List.of(new JobChange.Freed(job.id(), release));
    }

    @Override
    public boolean callerHoldsBack() {
        return false;
    }

    // ---- what the door writes ----

    /** The response has the job's id, since its caller has known it before there was a call. */
    @Override
    public void admitted(Admission admission) {
        super.admitted(new Admission(job.id(), admission.maxTokensApplied(), admission.ignored()));
        admitted.run();
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Finish finish) {
                boolean isCut = finish.reason() == FinishReason.LENGTH || finish.reason() == FinishReason.FILTERED;
                state = isCut ? Job.State.INCOMPLETE : Job.State.COMPLETED;
            }
        }
        super.events(events);
    }

    /** The end is written before the charge: images are stored on their way, and without them the answer is not whole. */
    @Override
    public End end(Completion completion) {
        End end = super.end(completion);
        return End.with(() -> {}, settle -> {
            List<Change> kept = end.kept(settle);
            isKept = !kept.isEmpty();
            if (isKept) {
                end.send();
            }
            return kept;
        });
    }
}
