package dev.tollgate.generate;

import dev.tollgate.error.ApiError;
import dev.tollgate.metering.MeteredRequest;
import dev.tollgate.metering.Outlet;
import dev.tollgate.schema.SchemaChecks;
import dev.tollgate.schema.Verdict;
import dev.tollgate.signatures.SignedPart;
import dev.tollgate.upstream.UpstreamEvent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One JSON object, assembled from the upstream's stream (D46); its size is bounded by the meter. */
final class WholeAnswer extends Answer {

    private final MeteredRequest metered;
    private final SchemaChecks checks;
    private final @Nullable Draft draft;
    private Told told;
    private Verdict verdict = Verdict.FITS;

    /** What the upstream has said in one attempt. */
    private record Told(Chunks chunks, Assembly assembly) {

        private Told(MeteredRequest metered) {
            this(new Chunks(metered), new Assembly());
        }
    }

    /** @param schema what the answer has to fit (D48) */
    WholeAnswer(Outlet outlet, MeteredRequest metered, @Nullable ObjectNode schema, SchemaChecks checks) {
        super(outlet);
        this.metered = metered;
        this.checks = checks;
        this.told = new Told(metered);
        this.draft = schema == null ? null : new Checked(schema);
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        told.chunks().of(events).forEach(told.assembly()::add);
    }

    @Override
    public void completed(Completion completion) {
        told.assembly().add(told.chunks().last(completion));
        byte[] body = GoogleJson.bytes(told.assembly().whole());
        if (verdict != Verdict.FITS) {
            outlet().setHeader("x-tollgate-schema", verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
        }
        outlet().body(body.length);
        outlet().end(Buffer.buffer(body));
    }

    @Override
    public void failed(ApiError error) {
        outlet().fail(error);
    }

    @Override
    public boolean leavesWhole() {
        return true;
    }

    @Override
    public List<SignedPart> signed() {
        return told.chunks().signed();
    }

    @Override
    public @Nullable Draft draft() {
        return draft;
    }

    /** An answer under a schema: each candidate that ended by itself must fit it; one that was cut says so by its finish reason. */
    private final class Checked implements Draft {

        private final ObjectNode schema;
        private @Nullable Told aside;
        private Verdict verdictAside = Verdict.FITS;
        private Runnable abandoning = () -> {};

        Checked(ObjectNode schema) {
            this.schema = schema;
        }

        @Override
        public void check(Executor loop, Consumer<Boolean> then) {
            told.assembly().addCandidates(told.chunks().takeEnds());
            abandoning = checks.check(
                    metered.accountId(),
                    schema,
                    told.assembly().stopped(),
                    found -> loop.execute(() -> {
                        verdict = found;
                        then.accept(found != Verdict.MISFIT);
                    }));
        }

        @Override
        public void abandon() {
            abandoning.run();
        }

        @Override
        public void beginAnew() {
            verdictAside = verdict;
            aside = told;
            told = new Told(metered);
        }

        @Override
        public void takeBack() {
            verdict = verdictAside;
            if (aside != null) {
                told = aside;
            }
        }
    }

    @Override
    public boolean full() {
        return false;
    }

    @Override
    public void onDrain(Runnable resume) {
        // nothing waits for the caller until the body is whole
    }
}
