package dev.tollgate.stress;

import dev.tollgate.operator.cli.parts.Banner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The program in a process of its own, so that it can be killed. */
final class GatewayProcess implements AutoCloseable {

    private static final int START_SECONDS_MAX = 120;

    /** The arguments of a start that names no others. */
    static final List<String> USUAL = List.of("--port", "0", "--timeouts-drain", "0ms");

    /** What has to end even where the trials are ended from outside. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    private final Process process;
    private final Path log;
    private int port;

    private GatewayProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the process and returns; {@link #awaitReady} waits until it is ready.
     *
     * @param program the command up to the arguments of {@code serve}
     * @param environment variables in addition to the harness's own; if it names no upstream, the built-in sandbox answers
     */
    static GatewayProcess begin(List<String> program, Path data, Map<String, String> environment) {
        return begin(program, data, environment, USUAL);
    }

    /** Starts the process with these arguments. @param more arguments, the port among them */
    static GatewayProcess begin(List<String> program, Path data, Map<String, String> environment, List<String> more) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("--data", data.toString()));
        command.addAll(more);
        Path log = data.resolve("gateway.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("TOLLGATE_DEMO_CREDITS", "1");
        builder.environment().putAll(environment);
        try {
            Process started = builder.start();
            RUNNING.add(started);
            return new GatewayProcess(started, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An environment in which that upstream answers. */
    static Map<String, String> upstream(String url) {
        return Map.of("GOOGLE_GEMINI_BASE_URL", url);
    }

    /** Returns once calls are answered. A program that does not start in time is killed. */
    GatewayProcess awaitReady(HttpClient client) {
        CompletableFuture<Process> late =
                new CompletableFuture<Process>().completeOnTimeout(process, START_SECONDS_MAX, TimeUnit.SECONDS);
        late.thenAccept(Process::destroyForcibly);
        try {
            awaitPort();
            long end = System.nanoTime() + Duration.ofSeconds(START_SECONDS_MAX).toNanos();
            while (readiness(client) != 200) { // as long as a busy machine keeps its writer waiting
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("not ready, see " + log);
                }
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("see " + log, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            late.cancel(false);
        }
    }

    /** Returns once it listens. */
    void awaitPort() throws IOException {
        port = readPort(process.inputReader());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The status of its readiness. */
    int readiness(HttpClient client) throws IOException, InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                .timeout(Duration.ofSeconds(START_SECONDS_MAX))
                .build();
        return client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private int readPort(BufferedReader out) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(Banner.PAGES)) {
                return URI.create(line.substring(Banner.PAGES.length())).getPort();
            }
        }
        throw new IllegalStateException("it did not start, see " + log);
    }

    /** Says something to it that {@link Leashed} understands. */
    void say(char word) throws IOException {
        process.getOutputStream().write(word);
        process.getOutputStream().flush();
    }

    /** Returns once it has ended by itself. @return its exit code */
    int awaitOwnEnd() throws InterruptedException {
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end, see " + log);
        }
        return process.exitValue();
    }

    /** What it has said on standard error. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    /** Sends SIGKILL: nothing is flushed, no part is notified. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Asks it to end. */
    void stop() {
        process.destroy();
        awaitEnd();
    }

    /** Sends SIGTERM alone: {@link Process#destroy} would also close standard input, which ends a process on a {@link Leashed leash}. */
    void signal() {
        process.toHandle().destroy();
    }

    static void killAll() {
        RUNNING.forEach(Process::destroyForcibly);
    }

    private void awaitEnd() {
        RUNNING.remove(process);
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new IllegalStateException("it does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
