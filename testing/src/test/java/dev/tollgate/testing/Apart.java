package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs checks in a JVM of their own. Lincheck rewrites classes of the whole process that it runs in: in the shared process it would slow down
 * all other tests, and would have to wait until they are done.
 */
public final class Apart {

    private Apart() {}

    /** Runs {@code main} of a class of the tests to its end. Fails with all that it has printed unless it ends with 0. */
    public static void run(Class<?> check) {
        try {
            Process process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx512m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-XX:+EnableDynamicAgentLoading",
                            "-Dtest.long=" + Effort.isLong(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            check.getName()))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(printed).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
