package dev.tollgate.calls.metering;

import dev.tollgate.storage.Writer;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/**
 * The parts that every call's books use.
 *
 * @param excess logs impossible usage reports
 * @param later runs a task about a second later, on any thread
 */
public record Accounting(
        Writer writer,
        Signatures signatures,
        InstantSource clock,
        ExcessReports excess,
        FreeEnds freeEnds,
        Executor later) {}
