package dev.tollgate.testing;

import dev.tollgate.operator.cli.parts.Banner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.OS;

/** The program as the shell starts it: a process with an umask, whose standard error can be read. */
public final class ServerProcess implements AutoCloseable {

    private static final int SECONDS_MAX = 240;

    /** Tests that {@code nohup} runs would hand on that the signal is ignored. */
    private static final List<String> HEARS_HANG_UPS =
            OS.LINUX.isCurrentOs() ? List.of("env", "--default-signal=HUP") : List.of();

    private final Process process;
    private final Path errors;
    private final int port;

    private ServerProcess(Process process, Path errors, int port) {
        this.process = process;
        this.errors = errors;
        this.port = port;
    }

    /** @param errors takes standard error; returns when calls are answered */
    public static ServerProcess serve(
            String umask, Path data, Path errors, Map<String, String> environment, String... more) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0", "--data", data.toString()));
        arguments.addAll(List.of(more));
        Process process = start(umask, errors, environment, arguments);
        return new ServerProcess(process, errors, readPort(process, errors));
    }

    /** As the command says. */
    static ServerProcess start(List<String> command, Path errors) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
        return new ServerProcess(process, errors, readPort(process, errors));
    }

    /** Returns once it has ended as it was asked to. */
    void stop() {
        process.destroy();
        process.onExit().join();
    }

    /** Runs a command to its end. @return what it has printed */
    public static String run(String umask, Path errors, Map<String, String> environment, String... arguments) {
        Process process = start(umask, errors, environment, List.of(arguments));
        try (BufferedReader out = process.inputReader()) {
            String printed = String.join("\n", out.lines().toList());
            process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Process start(String umask, Path errors, Map<String, String> environment, List<String> arguments) {
        List<String> command = new ArrayList<>(HEARS_HANG_UPS);
        command.addAll(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
        command.addAll(Program.plain());
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int readPort(Process process, Path errors) {
        CompletableFuture<@Nullable Integer> late =
                new CompletableFuture<@Nullable Integer>().completeOnTimeout(0, SECONDS_MAX, TimeUnit.SECONDS);
        late.thenAccept(never -> process.destroyForcibly());
        try {
            BufferedReader out = process.inputReader();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(Banner.PAGES)) {
                    return URI.create(line.substring(Banner.PAGES.length())).getPort();
                }
            }
            throw new AssertionError("it did not start: " + Files.readString(errors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            late.cancel(false);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public Process process() {
        return process;
    }

    /** Everything that stands on standard error by now. */
    public String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
