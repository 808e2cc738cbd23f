package dev.tollgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * All processes the runner has started. They end with it: on close, by the shutdown hook, and, should the runner be killed, by
 * {@code bench/run}, which reads the file {@code pids}.
 */
final class Children implements AutoCloseable {
    /** The gateway drains for up to 30 s; a little more, then it is killed. */
    private static final int STOP_SECONDS = 35;

    private static final String UPSTREAM_SETTINGS = "(?:TOLLGATE|GEMINI|GOOGLE|VERTEX)_.*";

    private final Path directory;
    private final boolean pinning;
    private final List<Process> running = new ArrayList<>();

    /** @param directory for logs and {@code pids}; must exist */
    Children(Path directory, boolean pinning) {
        this.directory = directory;
        this.pinning = pinning;
        Runtime.getRuntime().addShutdownHook(new Thread(this::killAll));
    }

    /** Starts {@code command} on one set of CPUs; its error output (and, unless {@code piped}, its standard output) goes to {@code name.log}. */
    Process start(String name, String cpus, List<String> command, Map<String, String> environment, boolean piped) {
        List<String> pinned = new ArrayList<>(pinning ? List.of("taskset", "-c", cpus) : List.of());
        pinned.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(pinned);
        // A real upstream that the caller's shell names must never be asked by a benchmark.
        builder.environment().keySet().removeIf(variable -> variable.matches(UPSTREAM_SETTINGS));
        builder.environment().putAll(environment);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        if (!piped) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
        }
        try {
            Process process = builder.start();
            remember(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path log(String name) {
        return directory.resolve(name + ".log");
    }

    private synchronized void remember(Process process) throws IOException {
        running.add(process);
        Files.writeString(
                directory.resolve("pids"), process.pid() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Asks it to end as Ctrl-C would, waits, and kills it in the end. */
    static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void killAll() {
        running.forEach(Process::destroyForcibly);
    }

    @Override
    public synchronized void close() {
        running.forEach(Children::stop);
        try {
            Files.deleteIfExists(directory.resolve("pids"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
