package dev.tollgate.calls.jobs;

import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Job;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The reasons why no further line of a batch may begin. Confined to the batch's thread. */
final class BatchStop {

    /** The time without a start after which a batch that rates hold back waits as a whole (J19). */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration EVERY = Duration.ofSeconds(2);

    private final Instant deadline;
    private boolean isCancelled;
    private @Nullable JobTrouble failure;
    private LineVerdict.@Nullable Paused pause;
    private @Nullable JobTrouble reason;
    private Instant notBefore = Instant.EPOCH;
    private Instant lastStart = Instant.EPOCH;

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

    /** A line has its hold. */
    void begun(Instant now) {
        lastStart = now;
    }

    /** Lets no line begin for a time, which is no pause. */
    void holdBack(Instant until) {
        notBefore = until;
    }

    boolean holdsBack(Instant now) {
        return now.isBefore(notBefore);
    }

    /** Returns whether to hold lines back instead of a pause: rates will have room soon. @param runs whether a line runs */
    boolean isShort(LineVerdict.Paused its, boolean runs) {
        return its.reason() == Job.Pause.RATES && (runs || its.dueAt().isBefore(lastStart.plus(PATIENCE)));
    }

    /** Returns the longest wait before the batch looks for lines again. @param firstDue of lines that wait; null for none */
    Duration wait(Instant now, @Nullable Instant firstDue) {
        Instant due = isSet(now) ? null : holdsBack(now) ? notBefore : firstDue;
        Duration left = due == null ? EVERY : Duration.between(now, due);
        return left.isNegative() ? BatchRun.TURN : left.compareTo(EVERY) < 0 ? left : EVERY;
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
