package dev.tollgate.calls.jobs;

import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Job;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The reasons why no further line of a batch may begin. Confined to the batch's thread. */
final class BatchStop {

    private final Instant deadline;
    private boolean isCancelled;
    private @Nullable JobTrouble failure;
    private LineVerdict.@Nullable Paused pause;
    private @Nullable JobTrouble reason;

    BatchStop(Batch batch) {
        this.deadline = batch.job().deadline();
        this.isCancelled = batch.job().cancelAt() != null;
    }

    /** The batch is to end as cancelled. */
    void cancel() {
        isCancelled = true;
    }

    /** The batch is to end as failed. */
    void fail(JobTrouble why) {
        failure = why;
    }

    /** Lets the batch wait, at the latest until its deadline. The first reason counts. */
    void pause(Job.Pause why, JobTrouble words, Instant dueAt) {
        if (pause == null) {
            pause = new LineVerdict.Paused(why, dueAt.isBefore(deadline) ? dueAt : deadline);
            reason = words;
        }
    }

    /** Returns whether there is a reason. */
    boolean isSet(Instant now) {
        return isCancelled || failure != null || pause != null || isLate(now);
    }

    private boolean isLate(Instant now) {
        return !now.isBefore(deadline);
    }

    /** Ends the batch, or lets it wait, once no line runs. */
    void commit(BatchBooks books, Instant now) {
        LineVerdict.Paused its = pause;
        if (isCancelled) {
            books.end(Job.State.CANCELLED, null);
        } else if (isLate(now)) {
            books.end(Job.State.EXPIRED, null);
        } else if (failure != null) {
            books.end(Job.State.FAILED, failure);
        } else if (its != null) {
            books.paused(its, reason);
        }
    }
}
