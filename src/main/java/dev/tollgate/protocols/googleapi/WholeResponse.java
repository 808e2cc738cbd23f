package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.SecondTry;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.protocols.door.KeptBytes;
import dev.tollgate.protocols.door.PacedAnswer;
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
    private final PacedAnswer paced;

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
        this.paced = new PacedAnswer(outlet);
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
        JsonPieces body = told.assembly.whole();
        return () -> {
            if (told.verdict != Verdict.FITS) {
                outlet().setHeader("x-tollgate-schema", told.verdict == Verdict.MISFIT ? "mismatch" : "unchecked");
            }
            paced.sendBody(body);
        };
    }

    @Override
    public void failed(ApiError error) {
        outlet().fail(error);
    }

    /** Events repeat what the chunks of their answer hold. */
    @Override
    public long keeps(List<UpstreamEvent> events) {
        return KeptBytes.of(events, event -> event instanceof UpstreamEvent.Raw raw ? raw.bytes() : 0);
    }

    @Override
    public boolean isSending() {
        return paced.isSending();
    }

    @Override
    public void onSent(Runnable then) {
        paced.onSent(then);
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
