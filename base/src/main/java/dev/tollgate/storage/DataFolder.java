package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of an installation. Other users of the machine cannot enter it, and its files are private as well. */
final class DataFolder {

    private static final Logger log = LoggerFactory.getLogger(DataFolder.class);

    /** Folders that an installation or the file system has here. */
    private static final Set<String> OWN = Set.of("spool", "media", "copy", "lost+found");

    private DataFolder() {}

    /** @throws CannotOpen if it cannot be created */
    static void make(Path folder) {
        try {
            if (Files.isDirectory(folder) && PrivateFiles.isOpen(folder) && isShared(folder)) {
                log.warn(
                        "the data folder {} stays open to other users of this machine because it holds other folders;"
                                + " use a folder of its own",
                        folder);
            } else {
                PrivateFiles.folder(folder);
            }
        } catch (IOException e) {
            throw new CannotOpen("Cannot make the data folder " + folder + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Returns whether other programs use the folder, for example /var/lib: closing it would shut them out. */
    private static boolean isShared(Path folder) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path other : folders) {
                String name = other.getFileName().toString();
                if (!OWN.contains(name) && !name.startsWith(".")) {
                    return true;
                }
            }
            return false;
        }
    }
}
