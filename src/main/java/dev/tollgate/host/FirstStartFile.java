package dev.tollgate.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * {@code first-start} in the data folder: takes what is told once where nobody sits at a terminal, since what is printed then stays in a journal.
 * Its owner's alone; gone once it has been of use. Thread-safe.
 */
public final class FirstStartFile {

    public static final String NAME = "first-start";

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

    /** Whole and private from its first moment; in the place of one that there was. */
    public void write(List<String> lines) throws IOException {
        PrivateFiles.folder(folder);
        Path made = PrivateFiles.fileBeside(file, ".first-start", "");
        Files.writeString(made, HEAD + "\n" + String.join("\n", lines) + "\n");
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
