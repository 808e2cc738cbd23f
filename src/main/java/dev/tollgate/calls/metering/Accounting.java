package dev.tollgate.calls.metering;

import dev.tollgate.storage.Writer;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/**
 * What every call's books are kept with.
 *
 * @param excess tells of reports that cannot be true
 * @param later runs a task about a second from now, on any thread
 */
public record Accounting(
        Writer writer, Signatures signatures, InstantSource clock, ExcessReports excess, Executor later) {}
