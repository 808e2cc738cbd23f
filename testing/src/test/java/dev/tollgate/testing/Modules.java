package dev.tollgate.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The modules, as folders of the checkout, in which tests run. */
public final class Modules {

    /** The modules of the program; that of the shared parts of tests is none. */
    public static final List<String> PROGRAM =
            named().filter(it -> !it.equals("testing")).toList();

    private Modules() {}

    private static Stream<String> named() {
        try {
            return Pattern.compile("<module>(\\w+)</module>")
                    .matcher(Files.readString(Path.of("pom.xml")))
                    .results()
                    .map(it -> it.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the module whose folder of classes this is. */
    public static String nameOf(Path classes) {
        return String.valueOf(classes.toAbsolutePath().getParent().getParent().getFileName());
    }

    /** Returns the files of the program's Java sources. Fails if a module has none. */
    public static List<Path> sources() {
        List<Path> all = new ArrayList<>();
        for (String module : PROGRAM) {
            List<Path> found = files(Path.of(module, "src/main/java"), ".java");
            if (found.isEmpty()) {
                throw new IllegalStateException("the module " + module + " has no sources");
            }
            all.addAll(found);
        }
        return all;
    }

    /** Returns the folders of Java sources of tests that exist, those of their shared parts included. */
    public static List<Path> tests() {
        return named().map(module -> Path.of(module, "src/test/java"))
                .filter(Files::exists)
                .toList();
    }

    /** Returns the files below a folder whose names end so. */
    public static List<Path> files(Path folder, String end) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(it -> it.toString().endsWith(end)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
