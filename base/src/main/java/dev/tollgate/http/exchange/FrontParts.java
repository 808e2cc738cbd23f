package dev.tollgate.http.exchange;

import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.HttpLimits;
import dev.tollgate.http.RefusalObserver;
import dev.tollgate.http.RequestObserver;
import java.util.function.BooleanSupplier;

/**
 * The parts that all exchanges of a front share. Its members are immutable or thread-safe.
 *
 * @param trustedHops proxies before this server that append to {@code X-Forwarded-For}
 * @param memory what bodies are charged to
 * @param callers connections of each network, or behind proxies its requests
 * @param leaving whether each connection ends with its next response
 * @param draining whether new requests are refused
 */
public record FrontParts(
        Routes routes,
        Cors cors,
        HttpLimits limits,
        int trustedHops,
        MemoryBudget memory,
        Aside aside,
        ByAddress callers,
        WrongKeys wrongKeys,
        BooleanSupplier leaving,
        BooleanSupplier draining,
        RefusalObserver refusals,
        RequestObserver observer) {

    boolean isLeaving() {
        return leaving.getAsBoolean();
    }

    public boolean isDraining() {
        return draining.getAsBoolean();
    }
}
