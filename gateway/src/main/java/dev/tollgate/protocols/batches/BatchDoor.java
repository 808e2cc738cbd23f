package dev.tollgate.protocols.batches;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.json.LookAhead;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.calls.jobs.JobTrial;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.calls.jobs.Line;
import dev.tollgate.calls.jobs.LineDoor;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.Meter;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.PriceEstimate;
import dev.tollgate.jobs.Job;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.KeptHead;
import dev.tollgate.protocols.door.LineCalls;
import dev.tollgate.protocols.door.LineCalls.Checked;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.upstreams.pool.EmbedAsk;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks the lines of batches, and makes their calls, each by its endpoint's door (J26–J28). Thread-safe; blocks.
 *
 * @param protocols one for each endpoint
 * @param memory what lines may take while they are checked or run
 */
public record BatchDoor(
        LineCalls calls,
        Meter meter,
        Map<String, Protocol> protocols,
        ReadLimits limits,
        MemoryBudget memory,
        Vertx vertx)
        implements LineDoor {

    /** The lines of one input, each at the tier that was decided for its model. For one thread. */
    private final class Lines implements InputCheck.Door {

        private final Endpoint endpoint;
        private final KeyCaller caller;
        private final KeptHead head;
        private final Map<String, ServiceTier> tiers = new HashMap<>();

        Lines(Endpoint endpoint, KeyCaller caller, KeptHead head) {
            this.endpoint = endpoint;
            this.caller = caller;
            this.head = head;
        }

        @Override
        public Checked check(RequestLine line, Lease lease) {
            boolean isAtFlex = !line.hasTier() && isAtFlex(line.model());
            Checked checked = calls.check(protocol(endpoint), caller, head, endpoint.body(line, isAtFlex), lease);
            requireFewInputs(checked.call());
            return checked;
        }

        /** Returns whether lines without a word ask for flex: if the price has it, and a channel grants it (J3). */
        private boolean isAtFlex(@Nullable String name) {
            Model model = name == null || !endpoint.isOfAnswers() ? null : calls.offered(caller, name);
            return model != null
                    && tiers.computeIfAbsent(
                                    model.id(),
                                    _ -> model.pricing().offers(ServiceTier.FLEX)
                                            ? ServiceTier.FLEX
                                            : ServiceTier.STANDARD)
                            == ServiceTier.FLEX;
        }
    }

    private Protocol protocol(Endpoint endpoint) {
        return Objects.requireNonNull(protocols.get(endpoint.path()), endpoint.path());
    }

    private static Endpoint endpoint(String path) {
        return Objects.requireNonNull(Endpoint.of(path), path);
    }

    private static void requireFewInputs(@Nullable MeteredCall call) {
        if (call != null && call.ask() instanceof EmbedAsk ask && ask.inputs().size() > Endpoint.INPUTS_MAX) {
            throw ApiError.invalid(
                            "input",
                            "'input' must have at most %d strings in a line of a batch, got %,d."
                                    .formatted(Endpoint.INPUTS_MAX, ask.inputs().size()))
                    .asException();
        }
    }

    /** The result of a check, and the tiers of the models. */
    record Found(Findings findings, Map<String, ServiceTier> tiers) {}

    /** Checks an input. @return null if it was stopped */
    @Nullable
    Found check(Endpoint endpoint, KeyCaller caller, KeptHead head, InputStream input, BooleanSupplier stopped)
            throws IOException {
        Lines lines = new Lines(endpoint, caller, head);
        Instant now = calls.now();
        Findings findings = new InputCheck(
                        endpoint,
                        limits,
                        lines,
                        () -> memory.lease(caller.accountId(), null, false),
                        now,
                        now.plus(Job.OPEN_MAX))
                .of(input, stopped);
        return findings == null ? null : new Found(findings, lines.tiers);
    }

    @Override
    public CheckedLines check(
            String endpoint, KeyCaller caller, byte[] details, InputStream input, BooleanSupplier stopped)
            throws IOException {
        BatchDetails its = BatchDetails.of(details);
        Found found = check(endpoint(endpoint), caller, new KeptHead(its.labels()), input, stopped);
        if (found == null) {
            return new CheckedLines(0, 0, 0, details, false);
        }
        Findings findings = found.findings();
        return new CheckedLines(
                findings.lines(),
                findings.minMicros(),
                findings.maxMicros(),
                its.with(findings, found.tiers()).bytes(),
                findings.isUnfit());
    }

    @Override
    public byte[] detailsWith(byte[] details, @Nullable JobTrouble reason) {
        return BatchDetails.of(details).with(reason).bytes();
    }

    @Override
    public @Nullable String customId(byte[] line) {
        return LookAhead.string(line, "custom_id");
    }

    @Override
    public Prepared prepare(
            String id, String endpoint, byte[] details, long line, byte[] bytes, KeyCaller caller, JobTrial trial) {
        Lease lease = memory.lease(caller.accountId(), null, bytes.length > KeptResponse.LARGE_BYTES);
        trial.onOver(lease::release);
        lease.take(bytes.length);
        Endpoint its = endpoint(endpoint);
        RequestLine request = read(new Line(Math.toIntExact(line), 0, bytes), its, lease);
        BatchDetails kept = BatchDetails.of(details);
        boolean isAtFlex = isAtFlex(request, kept, caller);
        byte[] body = its.body(request, isAtFlex);
        CallTerms terms = new CallTerms.OfLine(isAtFlex);
        Arrival arrival =
                new Arrival(new BatchLine(id, line).requestId(), System.nanoTime(), endpoint, null, trial, terms);
        LineCalls.Prepared prepared =
                calls.prepare(protocol(its), caller, new KeptHead(kept.labels()), body, lease, arrival);
        requireFewInputs(prepared.call());
        return new Ready(request, prepared, meter, vertx, trial);
    }

    private RequestLine read(Line line, Endpoint endpoint, Lease lease) {
        try {
            return RequestLine.read(line, endpoint, limits, lease);
        } catch (RequestLine.Unfit unfit) {
            throw unfit.error().asException();
        }
    }

    /** Returns whether a line runs at flex alone, as the check has decided for its model. */
    private boolean isAtFlex(RequestLine line, BatchDetails details, KeyCaller caller) {
        Model model = line.model() == null || line.hasTier() ? null : calls.offered(caller, line.model());
        return model != null && details.tiers().get(model.id()) == ServiceTier.FLEX;
    }

    private record Ready(RequestLine request, LineCalls.Prepared prepared, Meter meter, Vertx vertx, JobTrial trial)
            implements Prepared {

        @Override
        public String customId() {
            return request.customId();
        }

        @Override
        public String modelId() {
            return prepared.call().model().id();
        }

        @Override
        public long mostMicros() {
            return PriceEstimate.of(prepared.call(), Optional.empty()).mostMicros();
        }

        @Override
        public void start() {
            trial.begin(
                    vertx.getOrCreateContext(),
                    outlet -> {
                        request.passedOver().forEach(outlet::ignore);
                        return prepared.sink().apply(outlet);
                    },
                    answer -> meter.start(prepared.call(), answer, answer));
        }
    }
}
