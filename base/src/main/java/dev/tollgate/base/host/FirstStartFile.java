package dev.tollgate.base.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code first-start} in the data folder: stores secrets that are shown once if the output is not a terminal, since a journal would keep printed ones.
 * Its owner's alone; gone once it has been of use. Thread-safe.
 */
public final class FirstStartFile {

    public static final String NAME = "first-start";

    /** The prefix of the line with the admin key. */
    public static final String ADMIN_KEY = "Admin key (for /admin): ";

    private static final String HEAD =
            "# Shown once. This file is deleted when the operator signs in: store what you need elsewhere.";

    private final Path folder;
    private final Path file;

    public FirstStartFile(Path dataFolder) {
        this.folder = dataFolder;
        this.file = dataFolder.resolve(NAME);
    }

    public Path path() {
        return file;
    }

    /** Writes the file, complete and private from its first moment. It replaces an earlier file but keeps its admin key, since no other key is created. */
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

    /** Deletes the file if it exists. */
    public void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
