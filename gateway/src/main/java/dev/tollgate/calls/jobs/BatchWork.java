package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.log.Event;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.Batch;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what the lines of a batch need before they have a call, on threads on which accounts take turns. Confined to the batch's thread, which blocks. */
final class BatchWork {

    private static final Logger log = LoggerFactory.getLogger(BatchWork.class);

    private static final Duration PAYER_KEPT = Duration.ofSeconds(1);
    private static final Duration ROOM_KEPT = Duration.ofSeconds(2);

    private final Batch batch;
    private final BatchBooks.Ground ground;
    private @Nullable KeyCaller payer;
    private long payerUntilNanos;
    private long roomUntilNanos = System.nanoTime();
    private byte @Nullable [] details;

    BatchWork(Batch batch, BatchBooks.Ground ground) {
        this.batch = batch;
        this.ground = ground;
    }

    /** Returns the key that pays, as it is now, or was a second ago. @throws ApiException if it cannot be used */
    KeyCaller payer() {
        if (payer == null || System.nanoTime() - payerUntilNanos > 0) {
            payer = null;
            payer = ground.payer().of(batch.job());
            payerUntilNanos = System.nanoTime() + PAYER_KEPT.toNanos();
        }
        return payer;
    }

    /** Checks the lines; null if the server stops. @param details of the batch, as they were accepted */
    LineDoor.@Nullable CheckedLines checked(StoredFile file, byte[] details, KeyCaller payer)
            throws InterruptedException {
        LineDoor.CheckedLines checked = worked(() -> {
            try (InputStream in = ground.inputs().from(file, 0)) {
                return ground.door().check(batch.endpoint(), payer, details, in, ground.rounds()::isStopped);
            } catch (IOException e) {
                throw new StoreException("the input of batch " + batch.id() + " cannot be read", e);
            }
        });
        return ground.rounds().isStopped() ? null : checked;
    }

    /** Prepares the call of a line. @throws ApiException if it is refused, or a fault of ours keeps it from that: the other lines go on */
    LineDoor.Prepared prepared(int line, byte[] bytes, KeyCaller payer, JobTrial trial) throws InterruptedException {
        byte[] its = details == null ? ground.batches().details(batch) : details;
        if (its == null) {
            throw new StoreException("the details of batch " + batch.id() + " cannot be read");
        }
        details = its;
        requireRoom();
        try {
            return worked(() -> ground.door().prepare(batch.id(), batch.endpoint(), its, line, bytes, payer, trial));
        } catch (ApiException | StoreException known) {
            throw known;
        } catch (RuntimeException e) {
            log.error(Event.CALL_FAULT, "line {} of batch {} could not be begun", line, batch.id(), e);
            throw JobTrial.FAULT.asException();
        }
    }

    private void requireRoom() {
        long now = System.nanoTime();
        if (now - roomUntilNanos > 0) {
            if (!ground.inputs().hasRoom(batch.job().accountId())) {
                throw JobTrouble.NO_ROOM_FOR_RESULTS.asException();
            }
            roomUntilNanos = now + ROOM_KEPT.toNanos();
        }
    }

    private interface Work<T> {
        T done();
    }

    private <T> T worked(Work<T> work) throws InterruptedException {
        Workers.Job<T> job = ground.workers().start(batch.job().accountId(), _ -> work.done());
        if (job == null) {
            throw new StoreException("too much work waits");
        }
        try {
            return job.result().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException("a line could not be worked on", e.getCause());
        }
    }
}
