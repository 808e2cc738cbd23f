package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The file {@code tollgate.mark} in a data folder: there were books here. Without it a start in a folder that has lost its database would
 * begin new ones in silence. Written after an installation's first commit, so that a first start that failed leaves none; a copy of the folder
 * takes it along, and a backup that is put into an empty one gets it at its start. For the owner of the data lock.
 */
final class Mark {

    private static final String TEXT =
            "This folder holds the books of a Tollgate installation, in tollgate.db. If that file is missing, a start"
                    + " creates new books only with --new-installation.\n";

    private final SqliteFile database;
    private final Path file;

    Mark(SqliteFile database) {
        this.database = database;
        this.file = database.folder().resolve("tollgate.mark");
    }

    /** @throws CannotOpen when there were books that are not there */
    void check() {
        if (isSet() && database.isEmpty()) {
            throw new CannotOpen("The books of this installation are gone: " + database.file()
                    + (database.exists() ? " is empty. " : " does not exist. ")
                    + "Restore the file or a backup of it, or start with --new-installation to create new books"
                    + " without the old accounts, keys and credits.");
        }
    }

    boolean isSet() {
        return Files.exists(file);
    }

    void set() {
        if (isSet()) {
            return;
        }
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(TEXT.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        } catch (IOException e) {
            throw new CannotOpen("Cannot write " + file + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** @throws CannotOpen when the books are there */
    void remove() {
        if (!database.isEmpty()) {
            throw new CannotOpen("There are books in " + database.file()
                    + ": --new-installation creates new books only if the old ones are gone.");
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new CannotOpen("Cannot delete " + file + ": " + FileTrouble.of(e) + ".", e);
        }
    }
}
