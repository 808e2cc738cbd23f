package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.BatchChange;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A try of a batch's line. Its result is packed before the charge, and is kept in the unit of the charge. */
final class LineAnswer extends JobAnswer {

    /** The most bytes of an answer (J23). */
    private static final int BYTES_MAX = 4 << 20;

    private static final ApiError BUSY = ApiError.of(
                    ErrorCode.INTERNAL_ERROR, "The service is too busy to keep the answer. Please try again.")
            .withStatus(503);

    /**
     * The store of results.
     *
     * @param workers pack them
     * @param room for answers from when they are rendered until they are stored
     */
    record Keeping(Jobs jobs, Workers workers, AnswerRoom room) {}

    /** Others wait for a line's room as long as its result is being stored: nothing ends it earlier. */
    private static final AnswerRoom.Holder STORING = new AnswerRoom.Holder() {

        @Override
        public void again() {}

        @Override
        public void leave() {}

        @Override
        public void close() {}
    };

    /** The line whose answers it makes. @param charged receives the charge of an answer, before it is in the books */
    interface Of {

        /** Returns the line's name; known once it is prepared. */
        String customId();

        void charged(long micros);
    }

    private final JobOutlet outlet;
    private final Tried tried;
    private final Of line;
    private final Keeping keeping;
    private final JobTrial trial;
    private List<String> ignored = List.of();
    private Batch.@Nullable Tokens tokens;
    private String callId = "";

    private LineAnswer(Sink door, JobOutlet outlet, Tried tried, JobTrial trial, Of its, Keeping keeping) {
        super(door, tried, trial);
        this.outlet = outlet;
        this.tried = tried;
        this.trial = trial;
        this.line = its;
        this.keeping = keeping;
    }

    /** Returns what makes the answers of a line. @param place the first byte of the line */
    static Form form(Job job, String runner, long line, long place, Of its, Keeping keeping) {
        Tried tried = new Tried(job.id(), line, place, runner);
        return new Form() {

            @Override
            public JobOutlet.Keeps keeps() {
                return new JobOutlet.Keeps(BYTES_MAX, keeping.room().share(job.accountId(), STORING, true));
            }

            @Override
            public JobAnswer of(Sink door, JobOutlet outlet, JobTrial trial) {
                return new LineAnswer(door, outlet, tried, trial, its, keeping);
            }
        };
    }

    @Override
    public void admitted(Admission admission) {
        callId = admission.taskId();
        ignored = admission.ignored();
        super.admitted(admission);
    }

    @Override
    public End end(Completion completion) {
        Usage usage = completion.tokens();
        tokens = new Batch.Tokens(
                usage.inputTokens(),
                usage.cachedWithinPrompt(),
                usage.candidatesTokens() + usage.thoughtsTokens(),
                usage.thoughtsTokens());
        End end = super.end(completion);
        end.send();
        return End.with(() -> {}, end::kept);
    }

    @Override
    public void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
        outlet.whenLeft(error -> {
            if (error != null) {
                failed.accept(error);
            } else {
                pack(accountId, settle, then, failed);
            }
        });
    }

    private void pack(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
        List<String> all = new ArrayList<>(ignored);
        all.addAll(outlet.ignored());
        byte[] body = outlet.taken();
        line.charged(settle.chargeMicros());
        var job = keeping.workers().start(accountId, _ -> {
            byte[] shown = LineResult.answer(callId, line.customId(), body, all);
            byte[] sealed = keeping.jobs().seal(tried.id(), tried.line(), LineResult.packed(shown));
            return new BatchChange.LineCharged(
                    tried.id(), tried.line(), settle, sealed, shown.length, Objects.requireNonNull(tokens));
        });
        if (job == null) {
            failed.accept(BUSY);
            return;
        }
        job.result()
                .whenComplete((change, fault) -> trial.later(() -> {
                    if (fault == null) {
                        then.accept(List.of(change));
                    } else {
                        failed.accept(JobTrial.FAULT);
                    }
                }));
    }
}
