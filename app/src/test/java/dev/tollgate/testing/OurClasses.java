package dev.tollgate.testing;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.tollgate.Main;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/** The classes of the program without its tests, read once for all rules about dependencies. */
public final class OurClasses {

    public static final JavaClasses ALL = new ClassFileImporter().importPath(root());

    private OurClasses() {}

    /** The folder of our classes, and not a package, which would be looked for in each archive of the class path. */
    private static Path root() {
        try {
            return Path.of(Objects.requireNonNull(Main.class.getResource("Main.class"))
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
