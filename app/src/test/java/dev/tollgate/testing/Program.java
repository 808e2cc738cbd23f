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
 * The compiled program as something that starts fast: its classes as a jar, and an archive of them as the JVM has loaded them
 * once. Without it most of a trial is the start of a JVM.
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

    private static String file(String type) {
        return type.replace('.', '/') + ".class";
    }

    /** Archives of classes take jars only. */
    private static String packed(Path folder) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.exists(path.resolve(file(MAIN)))) {
                entries.add(pack(path, folder.resolve("program.jar")).toString());
            } else if (Files.isRegularFile(path)) {
                entries.add(entry);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static Path pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            for (Path path : all.skip(1).toList()) {
                String name = classes.relativize(path).toString().replace(File.separatorChar, '/');
                if (Files.isDirectory(path)) {
                    out.putNextEntry(new JarEntry(name + "/")); // migrations are found by their folder
                } else {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(path, out);
                }
            }
            out.putNextEntry(new JarEntry(file(LEASHED)));
            try (InputStream leashed = Objects.requireNonNull(Program.class.getResourceAsStream("/" + file(LEASHED)))) {
                leashed.transferTo(out);
            }
        }
        return jar;
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
