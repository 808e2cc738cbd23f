package dev.tollgate.base.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code first-start} in the data folder: takes what is told once where nobody sits at a terminal, since what is printed then stays in a journal.
 * Its owner's alone; gone once it has been of use. Thread-safe.
 */
public final class FirstStartFile {

    public static final String NAME = "first-start";

    /** What the line of the admin key begins with. */
    public static final String ADMIN_KEY = "Admin key (for /admin): ";

    private static final String HEAD =
            "# Told this once. The file goes when the operator signs in: keep elsewhere what you need longer.";

    private final Path folder;
    private final Path file;

    public FirstStartFile(Path dataFolder) {
        this.folder = dataFolder;
        this.file = dataFolder.resolve(NAME);
    }

    public Path path() {
        return file;
    }

    /** Whole and private from its first moment; in the place of one that there was, whose admin key is told on: no other is made. */
    public void write(List<String> lines) throws IOException {
        PrivateFiles.folder(folder);
        List<String> all = new ArrayList<>(lines);
        if (exists()) {
            Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(ADMIN_KEY))
                    .forEach(all::add);
        }
        Path made = PrivateFiles.fileBeside(file, ".first-start", "");
        Files.writeString(made, HEAD + "\n" + String.join("\n", all) + "\n");
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    public boolean exists() {
        return Files.exists(file);
    }

    /** To do it twice is no error. */
    public void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
