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

    /** A small JVM for one of the benchmark's own processes. */
    static List<String> self(String command) {
        return List.of(
                java(),
                "-Xms128m",
                "-Xmx128m",
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
