package dev.tollgate.testing;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The classes of the program without its tests, read once for all rules about dependencies. */
public final class OurClasses {

    /** The folders of classes on the class path, one for each module. */
    public static final List<Path> FOLDERS = Stream.of(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(it -> it.endsWith("classes"))
            .toList();

    public static final JavaClasses ALL = new ClassFileImporter()
            .importPaths(FOLDERS.stream().map(it -> it.resolve("dev/tollgate")).toList());

    private OurClasses() {}
}
