package dev.tollgate.testing;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The program as something that starts fast: as it ships, with an archive of its classes as the JVM has loaded them once. Without it most of a trial is the start of a JVM.
 */
public final class Program {

    private static final String MAIN = "dev.tollgate.Main";
    private static final String LEASHED = "dev.tollgate.stress.Leashed";

    /** One for all classes of a run, made by the first that asks. */
    private static final class Packed {

        static final Program PROGRAM = new Program();
    }

    private final Path folder;
    private final String classPath;
    private final Path archive;

    private Program() {
        try {
            folder = Files.createTempDirectory("tollgate-program");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            classPath = packed(folder);
            archive = folder.resolve("program.jsa");
            train();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An archive of classes alone: an AOT cache costs more to make than the dozen starts of a run save. */
    private void train() throws IOException {
        Path data = Migrated.in(folder.resolve("data"));
        List<String> command = with("-XX:ArchiveClassesAtExit=" + archive);
        command.add(1, "-Xlog:disable");
        command.addAll(List.of(MAIN, "serve", "--port", "0", "--data", data.toString()));
        try (ServerProcess once = ServerProcess.start(command, folder.resolve("trained"))) {
            once.stop();
        }
    }

    /** Up to the arguments of {@code serve}, on a leash and a heap of 256 MB, without a log of the JVM. @param flags for the JVM, which win */
    public static List<String> command(String... flags) {
        List<String> command = Packed.PROGRAM.shared();
        command.addAll(command.indexOf("-cp"), List.of(flags));
        command.add(1, "-Xlog:disable");
        command.addAll(List.of(LEASHED, "serve"));
        return command;
    }

    /** Up to the command line of the program, as a shell starts it. */
    static List<String> plain() {
        List<String> command = Packed.PROGRAM.shared();
        command.add(MAIN);
        return command;
    }

    private List<String> shared() {
        return with(Files.exists(archive) ? "-XX:SharedArchiveFile=" + archive : "-Xshare:auto");
    }

    private List<String> with(String sharing) {
        return java(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                sharing,
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath);
    }

    /** A program of the tests themselves that starts as fast as the one that ships: most of its classes are that one's. */
    public static List<String> aroundIt(Class<?> main) {
        List<String> command = Packed.PROGRAM.shared();
        int path = command.indexOf("-cp") + 1;
        command.set(path, command.get(path) + File.pathSeparator + System.getProperty("java.class.path"));
        command.add(1, "-Xlog:disable");
        command.add(main.getName());
        return command;
    }

    /** A program of the tests themselves, on the first compiler alone. @param flags for the JVM */
    public static List<String> ofTests(Class<?> main, String... flags) {
        List<String> command = java(
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        command.addAll(1, List.of(flags));
        return command;
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** What ships, which the build has made before the tests, and the leash. Archives of classes take jars only. */
    private static String packed(Path folder) throws IOException {
        Path leash = folder.resolve("leash.jar");
        String leashed = LEASHED.replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(leash);
                JarOutputStream out = new JarOutputStream(file);
                InputStream in = Objects.requireNonNull(Program.class.getResourceAsStream("/" + leashed))) {
            out.putNextEntry(new JarEntry(leashed));
            in.transferTo(out);
        }
        return Path.of("target/tollgate.jar").toAbsolutePath() + File.pathSeparator + leash;
    }

    public static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
