package dev.tollgate.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The packages that {@code app/src/test/npm/package-lock.json} names, in {@code target/npm}; the optional ones are for the long tests alone. */
public final class NodePackages {

    private static final Path SOURCE = Path.of("app/src/test/npm");
    private static final Path TARGET = Path.of(Effort.isLong() ? "target/npm-long" : "target/npm");
    private static final String LOCK = "package-lock.json";
    /** Node.js for machines whose own is older than the clients need. */
    private static final Path NODE_SOURCE = SOURCE.resolve("node");

    private static final Path NODE_TARGET = Path.of("target/npm-node");

    /** Coding agents, for the long tests alone: they are 1.7 GB. */
    private static final Path AGENTS_SOURCE = SOURCE.resolve("agents");

    private static final Path AGENTS_TARGET = Path.of("target/npm-agents");

    private static final int PATIENCE_MINUTES = 10;
    private static final int NODE_MAJOR_LEAST = 22;

    private static final String NOT_RUN = "NOT RUN: the clients in JavaScript need Node.js on the PATH, with npm";

    /** The version on the PATH; 0 if there is none. */
    private static final int NODE_MAJOR = nodeMajor();

    private static boolean isInstalled;

    private NodePackages() {}

    /** Returns the folder to run the script in, with its packages. */
    public static synchronized Path installed() {
        assumeTrue(NODE_MAJOR > 0, NOT_RUN);
        if (isInstalled) {
            return TARGET; // others may be reading it
        }
        try {
            install(SOURCE, TARGET, !Effort.isLong(), node());
            isInstalled = true;
            return TARGET;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs one of the scripts to its end. @return what it has printed; fails with that if it has failed */
    public static String said(String script, Path... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(node(), script));
        for (Path argument : arguments) {
            command.add(argument.toAbsolutePath().toString());
        }
        Run run = run(installed(), node(), command.toArray(String[]::new));
        if (run.exit() != 0) {
            throw new AssertionError(script + " has failed:\n" + run.output());
        }
        return run.output();
    }

    /** Returns the folder with the coding agents. */
    public static synchronized Path agents() {
        assumeTrue(NODE_MAJOR > 0, NOT_RUN);
        try {
            install(AGENTS_SOURCE, AGENTS_TARGET, false, node());
            return AGENTS_TARGET.toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the program to run the script with: the machine's, or one from npm if that is too old. */
    public static synchronized String node() {
        assumeTrue(NODE_MAJOR > 0, NOT_RUN);
        if (NODE_MAJOR >= NODE_MAJOR_LEAST) {
            return "node";
        }
        try {
            install(NODE_SOURCE, NODE_TARGET, false, "node");
            try (Stream<Path> packages = Files.list(NODE_TARGET.resolve("node_modules"))) {
                return packages.map(folder -> folder.resolve("bin/node"))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElseThrow(
                                () -> new AssertionError("the clients in JavaScript need Node.js " + NODE_MAJOR_LEAST
                                        + ", the machine has " + NODE_MAJOR + ", and npm has none for this system"))
                        .toAbsolutePath()
                        .toString();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param node runs npm, which leaves out optional packages that need a newer one */
    private static void install(Path source, Path target, boolean withoutOptional, String node) throws IOException {
        // The lock that the packages were installed from, written when all of them are there.
        Path installed = target.resolve("installed.json");
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (Files.exists(installed) && Files.mismatch(installed, source.resolve(LOCK)) < 0) {
            return;
        }
        // What the machine has is compared with the lock, and needs no registry to say that it is the newest.
        List<String> command = new ArrayList<>(List.of("npm", "ci", "--ignore-scripts", "--prefer-offline"));
        if (withoutOptional) {
            command.add("--omit=optional");
        }
        Run run = run(target, node, command.toArray(String[]::new));
        if (run.exit() != 0) {
            throw new AssertionError("npm could not install the clients in JavaScript:\n" + run.output());
        }
        Files.copy(source.resolve(LOCK), installed, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Prints that there is none: a skipped test is easily overlooked. */
    private static int nodeMajor() {
        try {
            String version =
                    run(Path.of("."), "node", "node", "--version").output().strip();
            return Integer.parseInt(version.substring(1, version.indexOf('.')));
        } catch (IOException | RuntimeException e) {
            System.err.println(NOT_RUN);
            return 0;
        }
    }

    public record Run(int exit, String output) {}

    /** @param node stands before others on the PATH */
    public static Run run(Path folder, String node, String... command) throws IOException {
        Path log = Files.createTempFile("tollgate-node", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            Path bin = Path.of(node).getParent();
            if (bin != null) {
                builder.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
            }
            Process process = builder.start();
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
