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

/** The folder of an installation: nobody else may enter it. What lies in it is private of itself, too. */
final class DataFolder {

    private static final Logger log = LoggerFactory.getLogger(DataFolder.class);

    /** What an installation, or the file system, has folders for. */
    private static final Set<String> OWN = Set.of("spool", "media", "lost+found");

    private DataFolder() {}

    /** @throws CannotOpen when it cannot be made */
    static void make(Path folder) {
        try {
            if (Files.isDirectory(folder) && PrivateFiles.isOpen(folder) && isShared(folder)) {
                log.warn(
                        "the data folder {} holds other folders than ours and stays open to other users of this machine;"
                                + " better is one that holds nothing else",
                        folder);
            } else {
                PrivateFiles.folder(folder);
            }
        } catch (IOException e) {
            throw new CannotOpen("Cannot make the data folder " + folder + ": " + FileTrouble.of(e) + ".", e);
        }
    }

    /** Closing a folder that others live in, /var/lib for example, would shut them out. */
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
