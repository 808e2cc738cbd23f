package dev.tollgate.protocols.door;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.pool.Ask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A body that a protocol has read, for tests outside this package.
 *
 * @param request what the protocol made of it
 * @param print the hash by which a repeated request is recognised
 */
public record OpenedBody<R>(Reading<R> reading, R request, String print) {

    /** @throws dev.tollgate.base.error.ApiException if the protocol refuses the body */
    public static OpenedBody<?> of(Protocol protocol, Envelope envelope, byte[] body, Lease memory) {
        return opened(protocol.open(envelope), body, memory);
    }

    private static <R> OpenedBody<R> opened(Reading<R> reading, byte[] body, Lease memory) {
        R request = reading.take(body, memory);
        return new OpenedBody<>(reading, request, reading.print());
    }

    /** @throws dev.tollgate.base.error.ApiException for what the model cannot do */
    public void check(Model model) {
        reading.check(request, model);
    }

    public List<String> ignored(Model model) {
        return reading.ignored(request, model);
    }

    public @Nullable Long tokensMax() {
        return reading.tokensMax(request);
    }

    public @Nullable String tokensMaxField() {
        return reading.tokensMaxField(request);
    }

    public boolean isHeavy() {
        return reading.isHeavy(request);
    }

    /** Finds what is kept for the request. @throws dev.tollgate.base.error.ApiException if it is not */
    public void find(String accountId, Lease memory) {
        if (reading.opensKept(request)) {
            reading.findKept(request, accountId, KeyOwner.account("key"), memory);
            reading.load(request, accountId, memory);
        }
    }

    public Ask ask(Model model, String accountId, Lease memory) {
        return reading.ask(request, model, accountId, memory);
    }

    public Sink sink(Outlet outlet, MeteredCall call) {
        return reading.sink(request, outlet, call);
    }

    public String model() {
        return reading.model(request);
    }

    public boolean looksUp(Model model) {
        return reading.looksUp(request, model);
    }
}
