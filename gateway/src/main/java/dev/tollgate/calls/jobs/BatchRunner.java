package dev.tollgate.calls.jobs;

import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.calls.lines.LineSlots;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.Keys;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Runs the batches of this server (J11, J12), each on a virtual thread of its own. Thread-safe. */
public final class BatchRunner implements AutoCloseable {

    /** The most batches that a server has taken (J11). */
    static final int TAKEN_MAX = 256;

    private final Jobs jobs;
    private final Batches batches;
    private final Supplier<String> nodeId;
    private final Rounds rounds = new Rounds(System::nanoTime, this::look);
    private final Workers workers =
            new Workers(Workers.halfOfTheCores(16_384, 1_024), Workers.threads("batch-lines", 0));
    private final BatchBooks.Ground ground;
    private final JobRunner.Ends ends = new JobRunner.Ends();
    private final Map<String, BatchRun> running = new ConcurrentHashMap<>();

    /**
     * @param room for answers that are stored
     * @param lines that run on a server at the same time; half of them are an account's most
     */
    public BatchRunner(
            Jobs jobs,
            Batches batches,
            Keys keys,
            JobRunner.Server server,
            LineQueue.Inputs inputs,
            LineDoor door,
            AnswerRoom room,
            int lines,
            RandomGenerator random,
            InstantSource clock) {
        this.jobs = jobs;
        this.batches = batches;
        this.nodeId = server.nodeId();
        LineSlots slots = new LineSlots(lines, System::nanoTime);
        this.ground = new BatchBooks.Ground(
                jobs,
                batches,
                new Payer(keys),
                inputs,
                new LineQueue.Readers(),
                door,
                workers,
                room,
                slots,
                server,
                rounds,
                ends,
                random,
                clock);
    }

    /** Begins a round soon, e.g. for an accepted batch. Does not block. */
    public void wake() {
        rounds.wake();
    }

    /** Cancels, then takes and begins due batches. Blocks while another round runs. @throws dev.tollgate.storage.StoreException if the database fails */
    public void round() {
        rounds.now();
    }

    private boolean look() {
        String runner = Jobs.runner(nodeId.get());
        if (!running.isEmpty()) {
            jobs.cancelled(runner).forEach(this::cancel);
        }
        int room = TAKEN_MAX - running.size();
        if (room <= 0 || !ground.server().mayStart()) {
            return false;
        }
        List<Job> taken = jobs.takeBatches(runner, room, new InHand(runner));
        for (Job each : taken) {
            Batch batch = batches.taken(each.id());
            if (batch != null) {
                begin(new BatchRun(batch, runner, ground), each.id());
            }
        }
        return false;
    }

    private void begin(BatchRun run, String id) {
        running.put(id, run);
        Thread.ofVirtual().name("batch").start(() -> {
            try {
                run.run();
            } finally {
                running.remove(id, run);
                wake();
            }
        });
    }

    /** Has no further line of a batch begin, if it runs on this server. From any thread. */
    public void cancel(String id) {
        BatchRun run = running.get(id);
        if (run != null) {
            run.cancel();
        }
    }

    /** Begins no more lines. Running ones have their time to end. */
    public void stop() {
        rounds.stop();
    }

    /** Returns the number of tries of lines with this end since the start. */
    public long ended(TryEnd end) {
        return ends.of(end);
    }

    @Override
    public void close() {
        rounds.stop();
        workers.close();
    }

    private final class InHand implements Jobs.Hand {

        private final String runner;

        InHand(String runner) {
            this.runner = runner;
        }

        @Override
        public boolean has(String id) {
            BatchRun its = running.get(id);
            return its != null && its.runner().equals(runner);
        }

        @Override
        public boolean hasRoom(String accountId, int further) {
            return true;
        }

        @Override
        public boolean mayRetry(String accountId, int further) {
            return true;
        }
    }
}
