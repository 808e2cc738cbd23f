package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs of this server (J11–J20, J33). Thread-safe: rounds follow one another, and each try has a virtual thread until its call runs on an event
 * loop.
 */
public final class JobRunner {

    /** The interval between rounds. What this server has accepted does not wait for one. */
    public static final Duration EVERY = Duration.ofSeconds(2);

    /** The most jobs that run on a server (J12). */
    static final int RUNNING_MAX = 64;

    /** The most jobs of one account that run on a server (J12). */
    static final int RUNNING_OF_ACCOUNT_MAX = 16;

    /** The most tries of paused jobs of one account at the same time: an account without credits may have a thousand such jobs. */
    static final int RETRIES_OF_ACCOUNT_MAX = 2;

    /** Units that wait for the writer, above which no try begins (J13). */
    private static final int WAITING_MAX = 200;

    private static final Duration AGAIN = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private final Jobs jobs;
    private final Payer payer;
    private final Supplier<String> nodeId;
    private final BooleanSupplier mayStart;
    private final Map<Job.Kind, JobStart> starts;
    private final InstantSource clock;
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private final Rounds rounds = new Rounds(System::nanoTime, this::look);
    private final Pace pace;
    private final Ends ends = new Ends();

    /** A job in memory. @param runner the name under which it was taken */
    private record Running(Job job, String runner, JobTrial trial) {

        /** Returns whether the job has paused, and its new try has no hold yet. */
        boolean isRetry() {
            return job.pause() != null && !trial.isAdmitted();
        }
    }

    /**
     * The server that runners belong to.
     *
     * @param waiting units for the writer
     * @param pace of all starts
     */
    public record Server(Supplier<String> nodeId, BooleanSupplier mayServe, IntSupplier waiting, Pace pace) {

        public Server(Supplier<String> nodeId, BooleanSupplier mayServe, IntSupplier waiting) {
            this(nodeId, mayServe, waiting, new Pace(System::nanoTime));
        }

        /** Returns whether a try may begin now. */
        boolean mayStart() {
            return mayServe.getAsBoolean() && waiting.getAsInt() <= WAITING_MAX;
        }
    }

    public JobRunner(Jobs jobs, Keys keys, Server server, Map<Job.Kind, JobStart> starts, InstantSource clock) {
        this.jobs = jobs;
        this.payer = new Payer(keys);
        this.nodeId = server.nodeId();
        this.mayStart = server::mayStart;
        this.pace = server.pace();
        this.starts = Map.copyOf(starts);
        this.clock = clock;
    }

    /** Begins a round soon, e.g. for an accepted job. Does not block. */
    public void wake() {
        rounds.wake();
    }

    /** Ends cancelled jobs, then takes and begins due ones. Blocks while another round runs. @throws StoreException if the database fails */
    public void round() {
        rounds.now();
    }

    private boolean look() {
        String runner = Jobs.runner(nodeId.get());
        if (!running.isEmpty()) {
            jobs.cancelled(runner).forEach(this::cancel);
        }
        int room = mayStart.getAsBoolean() ? RUNNING_MAX - running.size() : 0;
        int most = Math.min(room, pace.startsLeft());
        if (most <= 0) {
            return room > 0;
        }
        List<Job> taken = jobs.takeAnswers(runner, most, new InHand(runner));
        pace.started(taken.size());
        for (int i = 0; i < taken.size(); i++) {
            begin(taken.get(i), runner, Pace.BETWEEN_STARTS.multipliedBy(i));
        }
        return taken.size() == most && most < room;
    }

    private final class InHand implements Jobs.Hand {

        private final String runner;

        InHand(String runner) {
            this.runner = runner;
        }

        @Override
        public boolean has(String id) {
            Running its = running.get(id);
            return its != null && its.runner.equals(runner);
        }

        @Override
        public boolean hasRoom(String accountId, int further) {
            return count(accountId, _ -> true) + further <= RUNNING_OF_ACCOUNT_MAX;
        }

        @Override
        public boolean mayRetry(String accountId, int further) {
            return count(accountId, Running::isRetry) + further <= RETRIES_OF_ACCOUNT_MAX;
        }

        private long count(String accountId, Predicate<Running> which) {
            return running.values().stream()
                    .filter(each -> each.job.accountId().equals(accountId) && which.test(each))
                    .count();
        }
    }

    /** Ends a job's call, if it runs on this server. From any thread. */
    public void cancel(String id) {
        Running its = running.get(id);
        if (its != null) {
            its.trial.cancel();
        }
    }

    /** Begins no more tries. Running calls have their time to end. */
    public void stop() {
        rounds.stop();
    }

    /** Gives this server's jobs back, once their calls have ended. Blocks. */
    public void leave() {
        try {
            jobs.leave(Jobs.runner(nodeId.get()));
        } catch (StoreException e) {
            log.warn(
                    Event.STORE_UNAVAILABLE,
                    "jobs were not given back, and wait until this server is gone: {}",
                    e.getMessage());
        }
    }

    /** Returns the number of jobs that this server has taken. */
    public int size() {
        return running.size();
    }

    /** Returns the number of tries with this end since the start. */
    public long ended(TryEnd end) {
        return ends.of(end);
    }

    private void count(TryEnd end) {
        ends.count(end);
    }

    /** The ends of tries since the start, counted. Thread-safe. */
    static final class Ends {

        private final AtomicLongArray counts = new AtomicLongArray(TryEnd.values().length);

        void count(TryEnd end) {
            counts.incrementAndGet(end.ordinal());
        }

        long of(TryEnd end) {
            return counts.get(end.ordinal());
        }
    }

    // ---- one try ----

    /** @param after the delay of its first try: many tries at the same time would delay other calls */
    private void begin(Job job, String runner, Duration after) {
        JobTrial trial = new JobTrial(job.id(), ResponseAnswer.form(job, runner));
        Running its = new Running(job, runner, trial);
        trial.whenEnded(error -> ended(its, error));
        trial.whenAdmitted(job.pause() == null ? () -> {} : this::wake);
        running.put(job.id(), its);
        Thread.ofVirtual().name("job").start(() -> {
            try {
                Thread.sleep(after);
                tryOnce(its);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ApiException refused) {
                trial.refused(refused.error());
            } catch (StoreException e) {
                trial.refused(Records.unreadable(e));
            } catch (JobRequest.Damaged e) {
                log.error(Event.CALL_FAULT, "the request of job {} is damaged", job.id(), e);
                trial.refused(JobTrouble.DAMAGED);
            } catch (RuntimeException | Error e) {
                Fatal.check(e);
                log.error(Event.CALL_FAULT, "job {} could not be tried", job.id(), e);
                trial.refused(JobTrial.FAULT);
            }
        });
    }

    private void tryOnce(Running its) {
        Job job = its.job();
        if (rounds.isStopped()) {
            return; // it is given back with the others
        }
        if (job.line().runs()) {
            // Its server is gone. While the hold stands, this waits for its return.
            commit(new JobChange.Lost(
                    job.id(), 1, Objects.requireNonNull(job.line().callId())));
            waitFor(EVERY, its);
            return;
        }
        if (job.cancelAt() != null) {
            its.trial().cancel();
            end(its, Job.State.CANCELLED, null);
            return;
        }
        ApiError late = late(job);
        if (late != null) {
            end(its, Job.State.FAILED, late);
            return;
        }
        byte[] request = jobs.request(job);
        if (request == null) {
            end(its, Job.State.FAILED, JobTrouble.UNREADABLE);
            return;
        }
        Objects.requireNonNull(starts.get(job.kind())).start(job, request, payer.of(job), its.trial());
    }

    private @Nullable ApiError late(Job job) {
        if (job.line().tries() >= Verdict.TRIES_MAX) {
            return JobTrouble.LOST;
        }
        if (clock.instant().isBefore(job.deadline())) {
            return null;
        }
        byte[] sealed = job.line().trouble();
        byte[] trouble = sealed == null ? null : jobs.open(job.id(), 1, sealed);
        String last = trouble == null ? "" : JobTrouble.of(trouble).message() + " ";
        return JobTrouble.tooLate(last);
    }

    // ---- what becomes of it ----

    /** Ends a try, on any thread. @param error null if the books know the end, or if its caller has cancelled it */
    private void ended(Running its, @Nullable ApiError error) {
        Thread.ofVirtual().name("job-end").start(() -> {
            try {
                conclude(its, error);
            } catch (RuntimeException | Error e) {
                Fatal.check(e);
                log.error(
                        Event.CALL_FAULT,
                        "job {} could not be concluded, and is looked at again",
                        its.job().id(),
                        e);
                waitFor(EVERY, its);
            }
        });
    }

    private void conclude(Running its, @Nullable ApiError error) {
        if (its.trial().isCancelled()) {
            count(TryEnd.CANCELLED);
            end(its, Job.State.CANCELLED, null); // unless its call was charged, which has ended it
        } else if (error != null) {
            decide(its, error);
        } else if (its.trial().isLost()) {
            count(TryEnd.LOST);
            waitFor(EVERY, its);
        } else {
            count(TryEnd.ANSWERED);
            letGo(its);
        }
    }

    private void decide(Running its, ApiError error) {
        Job job = its.job();
        Instant now = clock.instant();
        Verdict verdict = Verdict.of(error, job, now);
        if (verdict == null) {
            count(TryEnd.FAILED);
            end(its, Job.State.FAILED, error);
        } else {
            count(verdict.pause() == null ? TryEnd.RETRIED : TryEnd.PAUSED);
            byte[] trouble = jobs.seal(job.id(), 1, JobTrouble.of(error).bytes());
            int tries = verdict.isTry() ? 1 : 0;
            commit(new JobChange.Wait(job.id(), its.runner(), verdict.pause(), now, verdict.dueAt(), tries, trouble));
            letGo(its);
        }
    }

    private void end(Running its, Job.State state, @Nullable ApiError error) {
        String id = its.job().id();
        byte[] trouble =
                error == null ? null : jobs.seal(id, 1, JobTrouble.of(error).bytes());
        commit(new JobChange.Ended(id, its.runner(), state, clock.instant(), trouble));
        letGo(its);
    }

    private void waitFor(Duration time, Running its) {
        Instant now = clock.instant();
        commit(new JobChange.Wait(its.job().id(), its.runner(), null, now, now.plus(time), 0, null));
        letGo(its);
    }

    /** Makes room for the next job. */
    private void letGo(Running its) {
        running.remove(its.job().id(), its);
        wake();
    }

    /** Commits, and tries again until the database takes it: otherwise no server would run the job again while this one lives. */
    private void commit(JobChange change) {
        while (true) {
            try {
                jobs.commit(change);
                return;
            } catch (StoreException e) {
                log.warn(
                        Event.STORE_UNAVAILABLE,
                        "job {} could not be written, and is tried again: {}",
                        change.id(),
                        e.getMessage());
                if (rounds.isStopped()) {
                    return;
                }
            }
            try {
                Thread.sleep(AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
