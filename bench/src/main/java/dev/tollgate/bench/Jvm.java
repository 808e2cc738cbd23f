package dev.tollgate.bench;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** The JDK this runs on; every Java process of a run uses the same. */
final class Jvm {
    private Jvm() {}

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * A small JVM for one of the benchmark's own processes. Its young generation is small, and all of its heap in memory from the start, so
     * that no collection holds up what is measured by more than 10 to 30 ms while thousands of streams begin (60 to 120 with a third of
     * 128 MB, whose pages the system first had to fill with zeros).
     */
    static List<String> self(String command) {
        return List.of(
                java(),
                "-Xms256m",
                "-Xmx256m",
                "-Xmn8m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                jar().toString(),
                command);
    }

    static Path jar() {
        try {
            return Path.of(Jvm.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
