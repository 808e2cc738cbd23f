package dev.tollgate.protocols.batches;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.jobs.Line;
import dev.tollgate.calls.jobs.LineReader;
import dev.tollgate.calls.metering.PriceEstimate;
import dev.tollgate.calls.replay.Sha256;
import dev.tollgate.protocols.door.LineCalls.Checked;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A pass over the input of a batch: each line is read and checked as its door would (J27, J28). For one thread; blocks. */
final class InputCheck {

    /** The most lines of a batch (J23). */
    static final int LINES_MAX = 50_000;

    /** The most lines that doors may refuse of a batch that runs. */
    static final int REFUSED_MAX = 1_000;

    private static final String EMPTY = "empty_file";
    private static final String TOO_MANY = "too_many_tasks";
    private static final String TOO_LONG = "line_too_long";
    private static final String DOUBLED = "duplicate_custom_id";
    private static final String REFUSED = "too_many_invalid_requests";
    private static final int HASH_CHARS = 64;
    private static final int SERVER_FAULT = 500;
    private static final int TRIES_MAX = 100;
    private static final Duration SOON = Duration.ofMillis(100);

    /** Checks a line as its door would. */
    @FunctionalInterface
    interface Door {

        /** @throws ApiException if it refuses the line, or cannot check it now */
        Checked check(RequestLine line, Lease memory);
    }

    private final Endpoint endpoint;
    private final ReadLimits limits;
    private final Door door;
    private final Supplier<Lease> leases;
    private final Instant now;
    private final Instant deadline;

    private final Set<String> ids = new HashSet<>();
    private final List<LineFault> faults = new ArrayList<>();
    private final List<LineFault> refusals = new ArrayList<>();
    private final Map<String, Integer> tiers = new TreeMap<>();
    private final LineNotes notes = new LineNotes();
    private int lines;
    private int refused;
    private long minMicros;
    private long maxMicros;
    private int idBytes;

    /**
     * @param leases opens one for each line
     * @param now from when on lines may begin
     * @param deadline from when on none begins
     */
    InputCheck(Endpoint endpoint, ReadLimits limits, Door door, Supplier<Lease> leases, Instant now, Instant deadline) {
        this.endpoint = endpoint;
        this.limits = limits;
        this.door = door;
        this.leases = leases;
        this.now = now;
        this.deadline = deadline;
    }

    /**
     * @param input from its first byte on
     * @param stopped asked before each line
     * @return null if it was stopped
     * @throws ApiException 503 if a line cannot be checked now
     */
    @Nullable
    Findings of(InputStream input, BooleanSupplier stopped) throws IOException {
        LineReader reader = new LineReader(input);
        try {
            for (Line line = reader.next(); line != null && !isUnfit(); line = reader.next()) {
                if (stopped.getAsBoolean()) {
                    return null;
                }
                take(line, stopped);
            }
        } catch (LineReader.TooLong e) {
            lines = e.number();
            String message = "The line has more than %,d bytes, which is the most.".formatted(LineReader.BYTES_MAX);
            faults.add(new LineFault(TOO_LONG, e.number(), message, null));
        }
        if (lines == 0) {
            faults.add(new LineFault(EMPTY, null, "The input file has no lines.", null));
        }
        return found();
    }

    /** Returns whether there is no use in reading on. */
    private boolean isUnfit() {
        return faults.size() >= Findings.FAULTS_MAX || lines > LINES_MAX || refused > REFUSED_MAX;
    }

    /** A line that was read, and what its door says. @param refusal null if the door would serve it */
    private record Taken(
            RequestLine request,
            @Nullable Checked checked,
            @Nullable ApiError refusal) {}

    private void take(Line line, BooleanSupplier stopped) {
        lines++;
        if (lines > LINES_MAX) {
            String message = "The input file has more than %,d lines, which is the most.".formatted(LINES_MAX);
            faults.add(new LineFault(TOO_MANY, line.number(), message, null));
            return;
        }
        try {
            Taken taken = patiently(line, stopped);
            id(line.number(), taken.request().customId());
            if (taken.refusal() != null) {
                refused(line.number(), taken.refusal());
            } else if (taken.checked() != null) {
                served(taken.request(), taken.checked());
            }
        } catch (RequestLine.Unfit unfit) {
            faults.add(unfit.fault(line.number()));
        }
    }

    /** Waits for memory and the database: neither is a reason to refuse a line. */
    private Taken patiently(Line line, BooleanSupplier stopped) throws RequestLine.Unfit {
        for (int tries = 1; ; tries++) {
            try {
                return taken(line);
            } catch (ApiException busy) {
                if (tries == TRIES_MAX || stopped.getAsBoolean()) {
                    throw busy;
                }
            }
            LockSupport.parkNanos(SOON.toNanos());
        }
    }

    private Taken taken(Line line) throws RequestLine.Unfit {
        Lease memory = leases.get();
        try {
            memory.take(line.bytes().length);
            RequestLine request = RequestLine.read(line, endpoint, limits, memory);
            // Once the input is unfit, more of its faults are all that is of interest.
            return faults.isEmpty() ? checked(request, memory) : new Taken(request, null, null);
        } finally {
            memory.release();
        }
    }

    private Taken checked(RequestLine request, Lease memory) {
        try {
            return new Taken(request, door.check(request, memory), null);
        } catch (ApiException refused) {
            if (refused.error().status() >= SERVER_FAULT) {
                throw refused;
            }
            return new Taken(request, null, refused.error());
        }
    }

    private void id(int number, String customId) {
        byte[] utf8 = customId.getBytes(StandardCharsets.UTF_8);
        idBytes = Math.max(idBytes, (int) Utf8Buffer.escapedBytes(customId) + 2);
        if (!ids.add(customId.length() < HASH_CHARS ? customId : Sha256.of("", utf8))) {
            String message = "The custom_id is that of an earlier line. Each line of a batch needs its own.";
            faults.add(new LineFault(DOUBLED, number, message, "custom_id"));
        }
    }

    private void served(RequestLine request, Checked checked) {
        ServiceTier tier = checked.call() == null
                ? ServiceTier.STANDARD
                : checked.call().ask().tier();
        PriceEstimate price = checked.call() == null
                ? PriceEstimate.unread(deadline, now, checked.model())
                : PriceEstimate.until(deadline, checked.call());
        minMicros = Math.addExact(minMicros, price.leastMicros());
        maxMicros = Math.addExact(maxMicros, price.mostMicros());
        tiers.merge(tier.word(), 1, Integer::sum);
        notes.line(checked.model(), tier, request.passedOver());
    }

    private void refused(int number, ApiError error) {
        refused++;
        if (refusals.size() < Findings.FAULTS_MAX) {
            refusals.add(LineFault.of(error.code().code(), number, error));
        }
    }

    private Findings found() {
        List<LineFault> all = new ArrayList<>(faults);
        if (faults.isEmpty() && refused > REFUSED_MAX) {
            String message =
                    "More than %,d lines cannot be served. These are the first of them.".formatted(REFUSED_MAX);
            all.add(new LineFault(REFUSED, null, message, null));
        }
        boolean isUnfit = !all.isEmpty();
        if (faults.isEmpty()) {
            refusals.stream().limit(Findings.FAULTS_MAX - all.size()).forEach(all::add);
        }
        return new Findings(
                lines, refused, minMicros, maxMicros, tiers, notes.notes(), notes.onlyModel(), isUnfit, all, idBytes);
    }
}
