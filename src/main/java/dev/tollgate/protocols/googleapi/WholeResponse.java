package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.SecondTry;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One JSON object, assembled from the upstream's stream (D46); its size is bounded by the meter. */
final class WholeResponse extends GenerateAnswer {

    private final MeteredCall metered;
    private final boolean namesTier;
    private final SchemaChecks checks;
    private final @Nullable Draft draft;
    private final SecondTry<Told> tries;

    /** The state of one response of the upstream. */
    private static final class Told {

        private final Chunks chunks;
        private final Assembly assembly = new Assembly();
        private Verdict verdict = Verdict.FITS;

        Told(MeteredCall metered, boolean namesTier) {
            this.chunks = new Chunks(metered, namesTier);
        }
    }

    /**
     * @param namesTier whether the usage names the service tier that was granted
     * @param schema what the answer has to fit (D48)
     */
    WholeResponse(
            Outlet outlet, MeteredCall metered, boolean namesTier, @Nullable ObjectNode schema, SchemaChecks checks) {
        super(outlet);
        this.metered = metered;
        this.namesTier = namesTier;
        this.checks = checks;
        this.tries = new SecondTry<>(new Told(metered, namesTier));
        this.draft = schema == null ? null : new Checked(schema);
    }

    private Told told() {
        return tries.current();
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        Told told = told();
        told.chunks.of(events).forEach(told.assembly::add);
    }

    @Override
    public End end(Completion completion) {
        Told told = told();
        told.assembly.add(told.chunks.last(completion));
        byte[] body = GoogleJson.bytes(told.assembly.whole());
        return () -> {
            if (told.verdict != Verdict.FITS) {
                outlet().setHeader("x-tollgate-schema", told.verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
            }
            outlet().body(body.length);
            outlet().end(body, body.length);
        };
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
        return told().chunks.signed();
    }

    @Override
    public @Nullable Draft draft() {
        return draft;
    }

    /** A response with a schema. Each candidate that ended on its own must fit it. A candidate that was cut reports that by its finish reason. */
    private final class Checked implements Draft {

        private final ObjectNode schema;
        private Runnable abandoning = () -> {};

        Checked(ObjectNode schema) {
            this.schema = schema;
        }

        @Override
        public void check(Executor loop, Consumer<Boolean> then) {
            Told told = told();
            told.assembly.addCandidates(told.chunks.takeEnds());
            abandoning = checks.check(
                    metered.accountId(),
                    schema,
                    told.assembly.stopped(),
                    found -> loop.execute(() -> {
                        told.verdict = found;
                        then.accept(found != Verdict.MISFIT);
                    }));
        }

        @Override
        public void abandon() {
            abandoning.run();
        }

        @Override
        public void beginAnew() {
            tries.begin(new Told(metered, namesTier));
        }

        @Override
        public void takeBack() {
            tries.takeBack();
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
