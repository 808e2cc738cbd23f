package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.log.CallNotes;
import dev.tollgate.base.log.CallWatch;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.calls.jobs.JobRequest;
import dev.tollgate.calls.jobs.JobRunner;
import dev.tollgate.calls.jobs.JobStart;
import dev.tollgate.calls.jobs.JobTrial;
import dev.tollgate.calls.jobs.JobTrouble;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.lines.CallTerms;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.replay.IdempotencyKey;
import dev.tollgate.calls.replay.LargeBodies;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange.Accepted;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.RateHeaders;
import dev.tollgate.keys.RequestCount;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose callers do not wait (J30): accepts them as jobs, and makes their calls. Nothing is held until a call begins. Thread-safe.
 *
 * @param bodies refuses accounts that cannot pay
 * @param memory what the requests of jobs may take while they are checked or run
 * @param runner is woken by each acceptance; known once everything has been made
 */
public record BackgroundCalls(
        Calls calls,
        LargeBodies bodies,
        Jobs jobs,
        CompletionIds ids,
        MemoryBudget memory,
        Vertx vertx,
        Supplier<JobRunner> runner) {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /**
     * A request in the background that was accepted.
     *
     * @param id of its job
     * @param call as it would be made now; null if an earlier request had the same Idempotency-Key
     * @param object that its caller gets; empty in that case
     */
    record Acceptance(String id, @Nullable MeteredCall call, byte[] object) {

        private static final byte[] NOTHING = {};

        static Acceptance before(String id) {
            return new Acceptance(id, null, NOTHING);
        }
    }

    /** Shows what has become of a job whose request is repeated with its Idempotency-Key. */
    @FunctionalInterface
    public interface Repeated {
        void show(Exchange exchange, KeyCaller caller, String id);
    }

    /**
     * Checks a request as a call is checked, and accepts it. Blocks.
     *
     * @param body as it came
     * @param nameHash of an idempotency key; null without one
     * @param memory of the request
     * @throws dev.tollgate.base.error.ApiException as of any call that is refused without money; 402 for an account that cannot pay for the cheapest
     */
    <R> Acceptance accept(
            Protocol protocol,
            KeyCaller caller,
            Envelope envelope,
            Reading<R> reading,
            R request,
            byte[] body,
            @Nullable String nameHash,
            Lease memory) {
        if (nameHash != null) {
            String origin = caller.key().owner().originId();
            Accepted before = jobs.before(caller.accountId(), origin, nameHash, reading.print());
            if (before != null) {
                return accepted(before, Acceptance.before(""));
            }
        }
        String id = ids.next();
        Recorded recorded = new Recorded(envelope);
        Acceptance made = checked(protocol, caller, recorded, reading, request, id, memory);
        if (made.object().length > KeptResponses.RESPONSE_BYTES_MAX) {
            throw ApiError.invalid(
                            "instructions",
                            "'instructions' and 'tools' are repeated in the response. In the background they may take at most %d KiB, and they take %d."
                                    .formatted(KeptResponses.RESPONSE_BYTES_MAX >> 10, made.object().length >> 10))
                    .asException();
        }
        memory.take(JobRequest.PACKED_BYTES_MAX);
        byte[] packed = new JobRequest(recorded.headers, body, made.object()).packed();
        if (packed == null) {
            throw ApiError.invalid(reading.inputField(), "'" + reading.inputField() + "' " + JobRequest.TOO_LONG)
                    .asException();
        }
        Job.Kind kind = protocol.background().kind();
        return accepted(
                jobs.accept(id, caller.accountId(), caller.key().owner(), kind, nameHash, reading.print(), packed),
                made);
    }

    private Acceptance accepted(Accepted accepted, Acceptance made) {
        return switch (accepted) {
            case Accepted.Now _ -> {
                runner.get().wake();
                yield made;
            }
            case Accepted.Before before -> Acceptance.before(before.id());
            case Accepted.Refused refused -> throw refusal(refused).asException();
        };
    }

    private static ApiError refusal(Accepted.Refused refused) {
        return switch (refused) {
            case Accepted.OtherBody _ -> IdempotencyKey.usedForAnotherBody();
            case Accepted.TooMany full ->
                ApiError.later(
                        "The account has %,d responses and interactions in the background that have not ended, which is the maximum."
                                .formatted(full.openMax()),
                        MINUTE);
            case Accepted.TooLarge full ->
                ApiError.later(
                        "The account's requests in the background take %d MiB, which is the maximum."
                                .formatted(full.bytesMax() >> 20),
                        MINUTE);
            case Accepted.NoAccount _ ->
                ApiError.of(ErrorCode.INVALID_API_KEY, "The account of this API key is deleted.");
        };
    }

    /** Checks a request in the same way as the request of a call, without making the call. */
    private <R> Acceptance checked(
            Protocol protocol,
            KeyCaller caller,
            Recorded recorded,
            Reading<R> reading,
            R request,
            String id,
            Lease memory) {
        bodies.requireBalanceLater(caller.accountId(), calls.leastMicros(caller, reading.model(request)));
        countFreeWork(caller.accountId());
        if (reading.opensKept(request)) {
            calls.findKept(caller, reading, request, memory);
        }
        reading.openedWith(recorded);
        MeteredCall call = calls.prepare(
                protocol.name(), caller, reading, request, memory, arrival(protocol, id, new Unwatched()));
        return new Acceptance(id, call, reading.queued(request, id));
    }

    private void countFreeWork(String accountId) {
        try {
            calls.countFreeWork(accountId);
        } catch (ApiException refused) {
            Long most = RequestCount.freeWork(accountId).getFirst().rates().requests();
            String message =
                    "Too many requests, please slow down: an account may create %d responses a minute in the background that have not begun."
                            .formatted(most);
            throw refused.error().about(null, message).asException();
        }
    }

    /** Returns what makes the calls of a protocol's jobs. */
    public JobStart starting(Protocol protocol) {
        return (job, request, caller, trial) -> start(protocol, job, request, caller, trial);
    }

    /** Counts the request before it is unpacked. */
    private void start(Protocol protocol, Job job, byte[] packed, KeyCaller caller, JobTrial trial) {
        long bytes = JobRequest.plainBytes(packed);
        Lease lease = memory.lease(job.accountId(), null, bytes > KeptResponse.LARGE_BYTES);
        trial.onOver(lease::release);
        lease.take(packed.length + bytes);
        JobRequest request = JobRequest.of(packed);
        start(
                calls.open(protocol, caller, new KeptHead(request.headers())),
                protocol,
                job,
                request,
                caller,
                trial,
                lease);
    }

    private <R> void start(
            Reading<R> reading,
            Protocol protocol,
            Job job,
            JobRequest kept,
            KeyCaller caller,
            JobTrial trial,
            Lease lease) {
        countAgain(job, caller);
        R request = reading.take(kept.body(), lease);
        if (reading.opensKept(request)) {
            calls.findKept(caller, reading, request, lease);
        }
        MeteredCall call =
                calls.prepare(protocol.name(), caller, reading, request, lease, arrival(protocol, job.id(), trial));
        if (reading.lacksRoom(request)) {
            throw JobTrouble.NO_ROOM.asException();
        }
        trial.begin(
                vertx.getOrCreateContext(),
                outlet -> calls.sinkOfAccepted(reading, request, outlet, call),
                answer -> calls.meter().start(call, answer, answer));
    }

    /** The request of its creation counts for the first try; each further one is a request of its own. */
    private void countAgain(Job job, KeyCaller caller) {
        boolean isFirst =
                job.pause() == null && job.line().callId() == null && job.line().tries() == 0;
        Quotas.OverLimit refused = isFirst ? null : calls.meter().quotas().arrive(caller.quotas());
        if (refused != null) {
            throw RateHeaders.refusal(refused).asException();
        }
    }

    /** A job arrives when its call begins, so the prices and limits of that time count (J4). */
    private static Arrival arrival(Protocol protocol, String id, CallWatch watch) {
        return new Arrival(
                protocol.background().kind().shown(id),
                System.nanoTime(),
                protocol.background().route(),
                null,
                watch,
                CallTerms.OF_ANSWER);
    }

    /** Watches nothing: the call of an acceptance is never made. */
    private record Unwatched() implements CallWatch {

        @Override
        public void begun() {}

        @Override
        public boolean wantsNotes() {
            return false;
        }

        @Override
        public void over(CallNotes notes) {}
    }

    /** Notes the headers that are asked for: the job's call asks for the same. */
    private static final class Recorded implements Envelope {

        private final Envelope envelope;
        private final Map<String, List<String>> headers = new LinkedHashMap<>();

        Recorded(Envelope envelope) {
            this.envelope = envelope;
        }

        @Override
        public @Nullable String header(String name) {
            headers(name);
            return envelope.header(name);
        }

        @Override
        public List<String> headers(String name) {
            List<String> values = envelope.headers(name);
            if (!values.isEmpty()) {
                headers.put(name, values);
            }
            return values;
        }

        @Override
        public @Nullable String query(String name) {
            return envelope.query(name);
        }

        @Override
        public String pathParam(String name) {
            return envelope.pathParam(name);
        }
    }
}
