package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the machine that look at what is shipped. */
final class Tool {

    private static final List<String> FOLDERS = List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin");

    private Tool() {}

    /** What a program said on both its outputs. */
    record Said(int exitCode, String text) {

        Said isGood() {
            assertThat(exitCode).as(text).isZero();
            return this;
        }
    }

    /** Its path; a test that needs it is skipped, with its name, where it is not installed. */
    static String named(String name) {
        Path there = FOLDERS.stream()
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of("/"));
        assumeTrue(Files.isRegularFile(there), name + " is not installed");
        return there.toString();
    }

    static Said run(String... command) throws IOException, InterruptedException {
        return run(Path.of("").toAbsolutePath(), Map.of(), 60, command);
    }

    /** @param environment variables in addition to PATH, which replace all others */
    static Said run(Path where, Map<String, String> environment, int secondsMax, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("tool", ".out");
        try {
            Process process = builder(where, environment, command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
                Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                        .forEach(ProcessHandle::destroyForcibly);
                throw new AssertionError(
                        String.join(" ", command) + " did not end; it said " + Files.readString(output));
            }
            return new Said(process.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    static ProcessBuilder builder(Path where, Map<String, String> environment, String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile());
        Map<String, String> mine = new HashMap<>(environment);
        mine.putIfAbsent("PATH", String.join(":", FOLDERS));
        builder.environment().clear();
        builder.environment().putAll(mine);
        return builder;
    }
}
