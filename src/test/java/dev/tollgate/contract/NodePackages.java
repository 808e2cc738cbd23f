package dev.tollgate.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.testing.Effort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packages that {@code src/test/npm/package-lock.json} names, in {@code target/npm}; the optional ones are for the long tests alone. */
final class NodePackages {

    private static final Path SOURCE = Path.of("src/test/npm");
    private static final Path TARGET = Path.of(Effort.isLong() ? "target/npm-long" : "target/npm");
    private static final String LOCK = "package-lock.json";
    private static final List<String> FILES = List.of(
            "package.json",
            LOCK,
            ".npmrc",
            "clients.mjs",
            "drive-openai.mjs",
            "drive-ai.mjs",
            "drive-langchain.mjs",
            "drive-genai.mjs");
    /** Is the lock that the packages were installed from, written when all of them are there. */
    private static final Path INSTALLED = TARGET.resolve("installed.json");

    private static final int PATIENCE_MINUTES = 5;
    private static final int NODE_MAJOR_LEAST = 20;

    private static final String NOT_RUN =
            "NOT RUN: the clients in JavaScript need Node.js " + NODE_MAJOR_LEAST + " or newer on the PATH, with npm";
    private static final boolean NODE_IS_THERE = nodeIsThere();

    private static boolean isInstalled;

    private NodePackages() {}

    /** @return the folder to run the script in */
    static synchronized Path installed() {
        assumeTrue(NODE_IS_THERE, NOT_RUN);
        if (isInstalled) {
            return TARGET; // others may be reading it
        }
        try {
            Files.createDirectories(TARGET);
            for (String name : FILES) {
                Files.copy(SOURCE.resolve(name), TARGET.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
            if (!Files.exists(INSTALLED) || Files.mismatch(INSTALLED, SOURCE.resolve(LOCK)) >= 0) {
                install();
                Files.copy(SOURCE.resolve(LOCK), INSTALLED, StandardCopyOption.REPLACE_EXISTING);
            }
            isInstalled = true;
            return TARGET;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void install() throws IOException {
        // What the machine has is compared with the lock, and needs no registry to say that it is the newest.
        List<String> command = new ArrayList<>(List.of("npm", "ci", "--ignore-scripts", "--prefer-offline"));
        if (!Effort.isLong()) {
            command.add("--omit=optional");
        }
        Run run = run(TARGET, command.toArray(String[]::new));
        if (run.exit() != 0) {
            throw new AssertionError("npm could not install the clients in JavaScript:\n" + run.output());
        }
    }

    /** Says aloud when it is not: a skipped test is easily overlooked. */
    private static boolean nodeIsThere() {
        if (nodeMajor() >= NODE_MAJOR_LEAST) {
            return true;
        }
        System.err.println(NOT_RUN);
        return false;
    }

    /** @return 0 where there is none */
    private static int nodeMajor() {
        try {
            String version = run(Path.of("."), "node", "--version").output().strip();
            return Integer.parseInt(version.substring(1, version.indexOf('.')));
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    private record Run(int exit, String output) {}

    private static Run run(Path folder, String... command) throws IOException {
        Path log = Files.createTempFile("tollgate-node", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                return new Run(-1, "it took too long\n" + Files.readString(log, StandardCharsets.UTF_8));
            }
            return new Run(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            Files.deleteIfExists(log);
        }
    }
}
