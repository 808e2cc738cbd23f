package dev.tollgate.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** The load generator in a process of its own: a phase goes in as a line, its result comes out as a line. */
final class LoadProcess {
    private static final int ANSWER_SECONDS = 30;

    private final OutputStream phases;
    private final BufferedReader results;

    LoadProcess(Process process) {
        phases = process.getOutputStream();
        results = process.inputReader(StandardCharsets.US_ASCII);
    }

    /** Blocks until the phase is over; throws where the load generator died or hangs. */
    LoadResult run(LoadPhase phase) {
        try {
            phases.write((phase.line() + "\n").getBytes(StandardCharsets.US_ASCII));
            phases.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the load generator has ended; see load.log", e);
        }
        String line = CompletableFuture.supplyAsync(this::readLine)
                .orTimeout(phase.millis() / 1_000 + ANSWER_SECONDS, TimeUnit.SECONDS)
                .join();
        return LoadResult.parse(line);
    }

    private String readLine() {
        try {
            String line = results.readLine();
            if (line == null) {
                throw new IllegalStateException("the load generator has ended; see load.log");
            }
            return line;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
