package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.kept.DeletedMeanwhile;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.storage.Change;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A try of a response or an interaction in the background. The door keeps it in the unit that charges for it, under the job's id; if it cannot, nothing
 * is charged.
 */
final class ResponseAnswer extends JobAnswer {

    private static final ApiError TOO_LONG = ApiError.of(
                    ErrorCode.INTERNAL_ERROR,
                    "The answer is too long to be kept: with its input it takes more than 1 MiB when it is compressed. Nothing was charged.")
            .doNotRetry();

    private final JobOutlet outlet;
    private final String id;
    private Job.State state = Job.State.COMPLETED;
    private boolean isKept;
    private @Nullable End rendered;
    private @Nullable DeletedMeanwhile deletion;

    private ResponseAnswer(Sink door, JobOutlet outlet, Tried tried, JobTrial trial) {
        super(door, tried, trial);
        this.outlet = outlet;
        this.id = tried.id();
    }

    /** Returns what makes the answers of a job. @param runner the name under which this server has taken it */
    static Form form(Job job, String runner) {
        Tried tried = new Tried(job.id(), 1, null, runner);
        return (door, outlet, trial) -> new ResponseAnswer(door, outlet, tried, trial);
    }

    @Override
    public void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
        if (isCancelled()) {
            then.accept(List.of(new JobChange.Charged(id, settle, Job.State.CANCELLED)));
        } else if (isKept) {
            outlet.whenLeft(error -> {
                if (error == null) {
                    DeletedMeanwhile its = new DeletedMeanwhile(id);
                    deletion = its;
                    then.accept(List.of(new JobChange.Charged(id, settle, state), its));
                } else {
                    failed.accept(error);
                }
            });
        } else {
            failed.accept(TOO_LONG);
        }
    }

    /** The response has the job's id, since its caller has known it before there was a call. */
    @Override
    public void admitted(Admission admission) {
        super.admitted(new Admission(id, admission.maxTokensApplied(), admission.ignored()));
    }

    private void forgetIfDeleted() {
        if (rendered != null && deletion != null && deletion.outcome()) {
            rendered.forget();
        }
    }

    @Override
    public void failed(ApiError error) {
        if (rendered != null) {
            rendered.forget();
        }
        super.failed(error);
    }

    /** The end is written before the charge: images are stored on their way, and without them the answer is not whole. */
    @Override
    public End end(Completion completion) {
        End end = super.end(completion);
        rendered = end;
        state = Job.State.of(end.status());
        return End.with(this::forgetIfDeleted, settle -> {
            List<Change> kept = end.kept(settle);
            isKept = !kept.isEmpty();
            if (isKept) {
                end.send();
            }
            return kept;
        });
    }
}
