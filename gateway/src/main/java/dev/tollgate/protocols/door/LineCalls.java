package dev.tollgate.protocols.door;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.Arrival;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.models.Model;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads requests of batches' lines as their doors read them, and prepares their calls (J14, J27). Blocks. Thread-safe. */
public record LineCalls(Calls calls) {

    /**
     * A line as its door would serve it.
     *
     * @param model at the present price
     * @param call null if the request goes on from kept content, which a check does not open
     */
    public record Checked(Model model, @Nullable MeteredCall call) {}

    /**
     * A call that may begin.
     *
     * @param sink makes what writes the answer to an outlet
     */
    public record Prepared(MeteredCall call, Function<Outlet, Sink> sink) {}

    /**
     * Returns the headers of a batch's creation that label the calls of all its lines.
     *
     * @throws dev.tollgate.base.error.ApiException a 400 for a header of another form
     */
    public Map<String, List<String>> labels(KeyCaller caller, Envelope head) {
        LabelReading.read(caller, head, null, List.of());
        Map<String, List<String>> labels = new LinkedHashMap<>();
        for (String name : LabelReading.HEADERS) {
            List<String> values = head.headers(name);
            if (!values.isEmpty()) {
                labels.put(name, values);
            }
        }
        return labels;
    }

    /** Returns the model of a name at the account's present price, with the tiers that a channel grants; null if the key may use none of that name. */
    public @Nullable Model offered(KeyCaller caller, String name) {
        Model model = calls.models().find(name, calls.models().now(), caller.accountId());
        return model == null || !caller.mayUse(model.id())
                ? null
                : calls.models().offered(model);
    }

    /** Returns the time by which prices come into force. */
    public Instant now() {
        return calls.models().now();
    }

    /**
     * Checks a request without downloads, and without what was kept.
     *
     * @throws dev.tollgate.base.error.ApiException as of any call that is refused without money
     */
    public Checked check(Protocol protocol, KeyCaller caller, Envelope head, byte[] body, Lease memory) {
        return check(calls.open(protocol, caller, head), protocol, caller, body, memory);
    }

    private <R> Checked check(Reading<R> reading, Protocol protocol, KeyCaller caller, byte[] body, Lease memory) {
        R request = reading.take(body, memory);
        Model model = model(caller, reading, request);
        boolean isOpen = reading.opensKept(request);
        return new Checked(
                model, isOpen ? null : calls.prepare(protocol.name(), caller, reading, request, memory, null));
    }

    /**
     * Prepares a call.
     *
     * @throws dev.tollgate.base.error.ApiException as of any call
     */
    public Prepared prepare(
            Protocol protocol, KeyCaller caller, Envelope head, byte[] body, Lease memory, Arrival arrival) {
        return prepare(calls.open(protocol, caller, head), protocol, caller, body, memory, arrival);
    }

    private <R> Prepared prepare(
            Reading<R> reading, Protocol protocol, KeyCaller caller, byte[] body, Lease memory, Arrival arrival) {
        R request = reading.take(body, memory);
        model(caller, reading, request);
        if (reading.opensKept(request)) {
            calls.countFreeWork(caller.accountId());
            reading.openedKept();
            calls.findKept(caller, reading, request, memory);
        }
        MeteredCall call = calls.prepare(protocol.name(), caller, reading, request, memory, arrival);
        return new Prepared(call, outlet -> calls.sink(reading, request, outlet, call));
    }

    /** Refuses models whose answers do not fit into a line of JSON. */
    private <R> Model model(KeyCaller caller, Reading<R> reading, R request) {
        Model model = calls.model(caller, reading.model(request));
        if (model.makesImages() || model.speaks()) {
            throw ApiError.invalid(
                            "model",
                            "'model': '%s' makes %s, which a line of a batch cannot hold. Call it without a batch."
                                    .formatted(model.id(), model.speaks() ? "speech" : "images"))
                    .asException();
        }
        return model;
    }
}
