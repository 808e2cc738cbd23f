package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.calls.lines.LineSlots;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.BatchChange;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commits what a server decides about a batch that it has taken. Each change counts only while the server has it. Blocks. */
record BatchBooks(Batch batch, String runner, Ground ground) {

    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final int REFUSED = 400;

    static final JobTrouble GONE = new JobTrouble("input_gone", "The input file is gone.");
    static final JobTrouble TOO_MANY = new JobTrouble(
            "too_many_errors",
            "The batch has ended early: %,d lines have failed, which is more than have an answer."
                    .formatted(BatchRun.ERRORS_MAX));
    static final JobTrouble LOST = new JobTrouble(
            "internal_error", "The servers that checked the lines have stopped before the end. Nothing was charged.");
    static final JobTrouble OF_PROVIDER =
            new JobTrouble("upstream_error", "The model's provider has refused the last tries.");
    static final JobTrouble DEAR = new JobTrouble(
            "price_above_limit",
            "The next line could cost more than is left of the batch's most, which was reckoned when its lines were checked.");

    private static final Logger log = LoggerFactory.getLogger(BatchBooks.class);

    /**
     * The parts that all batches of a server share.
     *
     * @param room for answers that are stored
     * @param slots of lines: a line has one while it runs
     */
    record Ground(
            Jobs jobs,
            Batches batches,
            Payer payer,
            LineQueue.Inputs inputs,
            LineQueue.Readers readers,
            LineDoor door,
            Workers workers,
            AnswerRoom room,
            LineSlots slots,
            JobRunner.Server server,
            Rounds rounds,
            JobRunner.Ends ends,
            RandomGenerator random,
            InstantSource clock) {}

    private Instant now() {
        return ground.clock().instant();
    }

    /** Lets the lines run, or ends the batch, by what its check has found. */
    void checked(LineDoor.CheckedLines checked) {
        byte[] sealed = ground.jobs().seal(batch.id(), 0, checked.details());
        if (checked.failed()) {
            ground.jobs().commit(new BatchChange.Details(batch.id(), runner, sealed));
            end(Job.State.FAILED, null);
        } else {
            ground.jobs()
                    .commit(new BatchChange.Checked(
                            batch.id(),
                            runner,
                            now(),
                            checked.lines(),
                            checked.minMicros(),
                            checked.maxMicros(),
                            sealed));
        }
    }

    /** Lets a line wait. @param tries that have ended since, and count */
    void waits(LineQueue.Next line, Instant dueAt, int tries) {
        ground.jobs().commit(new BatchChange.LineWaits(batch.id(), runner, line.line(), line.place(), dueAt, tries));
    }

    /** Ends a line with an error. @param name null if it has none that can be read */
    void refused(LineQueue.Next line, @Nullable String name, ApiError error) {
        ApiError shown = error.status() >= REFUSED ? error : error.withStatus(REFUSED);
        byte[] result =
                LineResult.refusal(batch.id(), line.line(), name, shown.status(), ErrorFormat.PLATFORM.render(shown));
        byte[] sealed = ground.jobs().seal(batch.id(), line.line(), LineResult.packed(result));
        ground.jobs()
                .commit(new BatchChange.LineRefused(
                        batch.id(), runner, line.line(), line.place(), shown.status(), sealed, result.length));
    }

    /** Lets the whole batch wait. */
    void paused(LineVerdict.Paused pause, @Nullable JobTrouble why) {
        details(why);
        ground.jobs().commit(new JobChange.Wait(batch.id(), runner, pause.reason(), now(), pause.dueAt(), 0, null));
    }

    /** Ends the pause of the batch. */
    void resumed() {
        ground.jobs().commit(new BatchChange.Resumed(batch.id(), runner));
    }

    /** Ends the batch. @param why it has failed; null without a reason */
    void end(Job.State state, @Nullable JobTrouble why) {
        if (why != null || batch.job().pause() != null) {
            details(why);
        }
        ground.jobs().commit(new BatchChange.BatchEnded(batch.id(), runner, state, now()));
    }

    private void details(@Nullable JobTrouble why) {
        byte[] details = ground.batches().details(batch);
        if (details != null) {
            byte[] sealed = ground.jobs().seal(batch.id(), 0, ground.door().detailsWith(details, why));
            ground.jobs().commit(new BatchChange.Details(batch.id(), runner, sealed));
        }
    }

    /** Gives the batch back after a fault. Lines that run go on: who takes the batch next waits for them. */
    void leave() {
        try {
            Thread.sleep(EVERY);
            ground.jobs().commit(new JobChange.Wait(batch.id(), runner, null, now(), now().plus(EVERY), 0, null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "batch {} was not given back: {}", batch.id(), e.getMessage());
        }
    }
}
