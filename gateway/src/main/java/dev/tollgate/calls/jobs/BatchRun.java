package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.jobs.LineQueue.Next;
import dev.tollgate.calls.lines.LineSlots;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Job;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A batch that this server has taken (J14–J20): checks its lines, starts them one after the other, and decides what becomes of each. Confined to its
 * thread, which blocks; the ends of lines reach it as events.
 */
final class BatchRun implements Runnable {

    /** Lines with an error and without a charge, from which on a batch fails that has fewer answers (J17). */
    static final int ERRORS_MAX = 1_000;

    /** Refusals of the provider in a row from which on a batch waits (J19). */
    static final int REFUSALS_MAX = 20;

    private static final int LOST_MAX = 3;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    static final Duration TURN = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(BatchRun.class);

    private final BatchBooks.Ground ground;
    private final BatchBooks books;
    private final BatchWork work;
    private final String runner;
    private final LinkedBlockingQueue<Happening> events = new LinkedBlockingQueue<>();
    private final Map<Integer, LineTry> running = new HashMap<>();
    private Batch batch;
    private final BatchStop stop;
    private boolean isLost;
    private boolean isProbing;
    private long chargedMicros;
    private long answered;
    private long failed;
    private int refusalsInRow;
    private @Nullable String full;

    BatchRun(Batch batch, String runner, BatchBooks.Ground ground) {
        this.batch = batch;
        this.runner = runner;
        this.ground = ground;
        this.books = new BatchBooks(batch, runner, ground);
        this.work = new BatchWork(batch, ground);
        this.stop = new BatchStop(batch);
        this.isProbing = batch.job().pause() != null;
        reckon(batch);
    }

    String runner() {
        return runner;
    }

    /** Has no further line begin. From any thread. */
    void cancel() {
        events.add(_ -> stop.cancel());
    }

    /** Something that has happened to the batch, or to one of its lines. */
    private interface Happening {
        void in(LineQueue lines);
    }

    @Override
    public void run() {
        try {
            if (!batch.isValidating() && ground.batches().details(batch) == null) {
                stop.fail(BatchBooks.GONE); // its secret key is gone: lines would run at other tiers
            }
            if (!batch.isValidating() || check()) {
                LineQueue lines =
                        new LineQueue(batch, ground.jobs(), ground.batches(), ground.inputs(), ground.readers());
                try {
                    run(lines);
                } finally {
                    lines.close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreException e) {
            log.warn(Event.STORE_UNAVAILABLE, "batch {} is looked at again: {}", batch.id(), e.getMessage());
            books.leave();
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.CALL_FAULT, "batch {} is looked at again", batch.id(), e);
            books.leave();
        }
    }

    // ---- to check ----

    /** Checks the lines. @return whether they may run */
    private boolean check() throws InterruptedException {
        StoredFile file = ground.inputs().find(batch);
        byte[] details = ground.batches().details(batch);
        KeyCaller payer = isOver() ? null : payer();
        if (batch.lost() >= LOST_MAX) {
            books.end(Job.State.FAILED, BatchBooks.LOST);
        } else if (isOver() || payer == null) {
            stop.commit(books, now());
        } else if (file == null || details == null) {
            books.end(Job.State.FAILED, BatchBooks.GONE);
        } else {
            LineDoor.CheckedLines checked = work.checked(file, details, payer);
            if (checked != null) {
                books.checked(checked);
                batch = Objects.requireNonNull(ground.batches().taken(batch.id()));
                return batch.job().isOpen() && batch.startedAt() != null;
            }
        }
        return false;
    }

    // ---- to run ----

    private void run(LineQueue lines) throws InterruptedException {
        while (!isLost) {
            happened(lines);
            if (ground.rounds().isStopped()) {
                return; // it is given back with the others
            }
            Next next = mayBegin() ? next(lines) : null;
            if (next != null) {
                begin(next, lines);
            } else if (isOver() && running.isEmpty() && !lines.hasOthers()) {
                stop.commit(books, now());
                return;
            } else if (!isOver() && running.isEmpty() && lines.isEmpty()) {
                books.end(Job.State.COMPLETED, null);
                return;
            } else {
                await(lines);
            }
        }
    }

    private boolean mayBegin() {
        return !isOver() && (!isProbing || running.isEmpty()) && !stop.holdsBack(now());
    }

    private @Nullable Next next(LineQueue lines) {
        try {
            return lines.next(now());
        } catch (LineQueue.Gone e) {
            stop.fail(BatchBooks.GONE);
            return null;
        }
    }

    private boolean isOver() {
        return stop.isSet(now());
    }

    /** Handles the events so far. */
    private void happened(LineQueue lines) {
        for (Happening event = events.poll(); event != null; event = events.poll()) {
            event.in(lines);
        }
    }

    /** Waits for an event, a line that is due, or two seconds; then looks at lines of servers that are gone. */
    private void await(LineQueue lines) throws InterruptedException {
        Duration most = stop.wait(now(), lines.firstDue());
        Happening event = events.poll(most.toMillis() + 1, TimeUnit.MILLISECONDS);
        if (event != null) {
            event.in(lines);
        } else if (lines.hasOthers()) {
            lines.lookAtOthers();
            Batch now = running.isEmpty() ? ground.batches().taken(batch.id()) : null;
            if (now != null) {
                reckon(now);
            }
        }
    }

    private void reckon(Batch now) {
        chargedMicros = now.job().chargedMicros();
        answered = now.completed();
        failed = now.failed();
    }

    private void begin(Next next, LineQueue lines) throws InterruptedException {
        String account = batch.job().accountId();
        LineSlots.Slot slot = ground.slots().enter(account, TURN.toNanos());
        if (slot == null || !ground.server().mayStart()) {
            lines.add(next);
            if (slot != null) {
                slot.close();
                Thread.sleep(TURN);
            }
            return;
        }
        LineTry attempt = attempt(next, slot);
        LineDoor.Prepared prepared = null;
        try {
            prepared = prepared(attempt, slot, lines);
            if (prepared != null) {
                ground.server().pace().awaitStart();
                attempt.begins(!running.isEmpty());
                running.put(next.line(), attempt);
                prepared.start();
            }
        } finally {
            if (prepared == null) {
                slot.close();
                attempt.trial().drop();
            }
        }
        if (full != null) {
            ground.slots().awaitRoom(account, full, TURN.toNanos());
            full = null;
        }
    }

    private LineTry attempt(Next next, LineSlots.Slot slot) {
        LineTry attempt = new LineTry(batch.job(), runner, next, ground);
        attempt.trial().whenEnded(error -> {
            if (error == null) {
                slot.answered();
            } else if (LineVerdict.isOfProvider(error, attempt.trial().hasHeard())) {
                slot.refused();
            }
            slot.close();
            events.add(its -> ended(attempt, error, its));
        });
        attempt.trial().whenAdmitted(() -> events.add(_ -> held()));
        return attempt;
    }

    /** Prepares the call of a line; null if it does not begin now. */
    private LineDoor.@Nullable Prepared prepared(LineTry attempt, LineSlots.Slot slot, LineQueue lines)
            throws InterruptedException {
        Next next = attempt.next();
        try {
            byte[] bytes = lines.bytes(next);
            KeyCaller payer = payer();
            if (payer == null) {
                lines.add(next);
                return null;
            }
            attempt.is(bytes);
            LineDoor.Prepared prepared = work.prepared(next.line(), bytes, payer, attempt.trial());
            attempt.is(prepared);
            if (isTooDear(prepared.mostMicros())) {
                if (running.isEmpty()) {
                    stop.pause(Job.Pause.PRICE, BatchBooks.DEAR, now().plus(MINUTE));
                }
                stop.holdBack(now().plus(MINUTE)); // running lines hold more than they cost
            } else if (slot.takes(prepared.modelId())) {
                return prepared;
            } else {
                full = prepared.modelId();
            }
            lines.add(next);
        } catch (LineQueue.Gone e) {
            stop.fail(BatchBooks.GONE);
        } catch (ApiException refused) {
            decide(attempt, refused.error(), lines);
        }
        return null;
    }

    private boolean isTooDear(long mostMicros) {
        long held =
                running.values().stream().mapToLong(each -> each.mostMicros()).sum();
        Long most = batch.maxMicros();
        return most != null && chargedMicros + held + mostMicros > most;
    }

    /** Returns the key that pays; null if it cannot be used, which lets the batch wait. */
    private @Nullable KeyCaller payer() {
        try {
            return work.payer();
        } catch (ApiException refused) {
            stop.pause(Job.Pause.KEY, JobTrouble.of(refused.error()), now().plus(MINUTE));
            return null;
        }
    }

    private Instant now() {
        return ground.clock().instant();
    }

    // ---- one line ----

    /** A line has its hold. */
    private void held() {
        stop.begun(now());
        if (batch.job().pause() != Job.Pause.PROVIDER) {
            goOn();
        }
    }

    /** The reason of the pause is gone. */
    private void goOn() {
        if (isProbing) {
            isProbing = false;
            books.resumed();
        }
    }

    private void ended(LineTry attempt, @Nullable ApiError error, LineQueue lines) {
        running.remove(attempt.next().line());
        stop.holdBack(Instant.EPOCH);
        if (attempt.trial().isLost()) {
            ground.ends().count(TryEnd.LOST);
            lost(attempt, lines);
        } else if (error != null) {
            decide(attempt, error, lines);
        } else {
            ground.ends().count(TryEnd.ANSWERED);
            chargedMicros += attempt.chargedMicros();
            answered++;
            refusalsInRow = 0;
            goOn();
        }
    }

    /** The claim was refused: the batch was cancelled, or is another server's. */
    private void lost(LineTry attempt, LineQueue lines) {
        Batch now = ground.batches().taken(batch.id());
        if (now == null || !now.job().isOpen() || !now.job().nodeId().equals(runner)) {
            isLost = true;
        } else if (now.job().cancelAt() != null) {
            stop.cancel();
        } else {
            lines.add(attempt.next());
        }
    }

    private void decide(LineTry attempt, ApiError error, LineQueue lines) {
        Next next = attempt.next();
        boolean heard = attempt.trial().hasHeard();
        Instant now = now();
        LineVerdict verdict = LineVerdict.of(error, heard, next.tries(), next.refusals(), now, ground.random());
        boolean isOfProvider = LineVerdict.isOfProvider(error, heard);
        switch (verdict) {
            case LineVerdict.Refused _ -> refused(attempt, error);
            case LineVerdict.Paused its -> {
                ground.ends().count(TryEnd.PAUSED);
                lines.add(next);
                if (LineVerdict.isHeldByRunning(error) && (attempt.hasOthers() || !running.isEmpty())) {
                    // Once none runs any more, it is tried again at once.
                    stop.holdBack(running.isEmpty() ? Instant.EPOCH : its.dueAt());
                } else if (!isProbing && stop.isShort(its, !running.isEmpty())) {
                    stop.holdBack(its.dueAt());
                } else {
                    stop.pause(its.reason(), JobTrouble.of(error), its.dueAt());
                }
            }
            case LineVerdict.Again again -> {
                ground.ends().count(TryEnd.RETRIED);
                boolean hasRow = next.hasRow() || attempt.trial().isAdmitted() || again.isTry();
                if (hasRow) {
                    books.waits(next, again.dueAt(), again.isTry() ? 1 : 0);
                }
                lines.add(next.later(hasRow, again.isTry() ? 1 : 0, isOfProvider ? 1 : 0, again.dueAt()));
            }
        }
        refusalsInRow = isOfProvider ? refusalsInRow + 1 : 0;
        if (refusalsInRow >= REFUSALS_MAX || isOfProvider && isProbing) {
            stop.pause(Job.Pause.PROVIDER, BatchBooks.OF_PROVIDER, now.plus(MINUTE));
        }
    }

    private void refused(LineTry attempt, ApiError error) {
        ground.ends().count(TryEnd.FAILED);
        books.refused(attempt.next(), attempt.name(ground.door()), error);
        failed++;
        goOn();
        if (failed >= ERRORS_MAX && failed > answered) {
            stop.fail(BatchBooks.TOO_MANY);
        }
    }
}
