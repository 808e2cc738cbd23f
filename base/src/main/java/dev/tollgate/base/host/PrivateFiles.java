package dev.tollgate.base.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes files (0600) and folders (0700) that only their owner may open, from their first moment on, whatever the umask; and takes from
 * others what an earlier program has left to them. Where a file system knows no such permissions, files are made as it makes them.
 */
public final class PrivateFiles {

    private static final Logger log = LoggerFactory.getLogger(PrivateFiles.class);
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    /** All that others than the owner may do. */
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private PrivateFiles() {}

    /** Creates a folder and its missing parents, or closes an existing folder to other users. @return the folder */
    public static Path folder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            close(folder);
            return folder;
        }
        return Files.createDirectories(folder, attributes(folder, FOLDER));
    }

    /** Creates an empty file, or closes an existing file to other users and keeps its content. */
    public static void file(Path file) throws IOException {
        try {
            Files.createFile(file, attributes(file, FILE));
        } catch (FileAlreadyExistsException e) {
            close(file);
        }
    }

    /** Creates an empty file with a new name in the folder of another file. */
    public static Path fileBeside(Path other, String prefix, String suffix) throws IOException {
        Path folder = Objects.requireNonNull(other.toAbsolutePath().getParent(), "a file lies in a folder");
        return Files.createTempFile(folder, prefix, suffix, attributes(folder, FILE));
    }

    /** Opens a file. A file that this creates is private; the permissions of an existing file stay. */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        return FileChannel.open(file, Set.of(options), attributes(file, FILE));
    }

    /** Returns whether other users have any permission; false if that is unknown. */
    public static boolean isOpen(Path path) throws IOException {
        return knowsPermissions(path)
                && Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains);
    }

    /** Removes the permissions of other users from a file or folder and logs a warning, whether this succeeds or not. */
    public static void close(Path path) {
        try {
            if (isOpen(path)) {
                String before = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                take(path);
                log.warn(
                        "{} was open to other users of this machine ({}); from now on it is its owner's alone",
                        path,
                        before);
            }
        } catch (IOException e) {
            log.warn(
                    "{} may be accessible to other users of this machine, and its permissions cannot be changed: {}",
                    path,
                    e.toString());
        }
    }

    /** Gives a file that the program has just made, and could not make private at once, to its owner alone. */
    public static void closeOwn(Path file) throws IOException {
        if (knowsPermissions(file)) {
            Files.setPosixFilePermissions(file, FILE);
        }
    }

    private static void take(Path path) throws IOException {
        Set<PosixFilePermission> owners = EnumSet.copyOf(FOLDER);
        owners.retainAll(Files.getPosixFilePermissions(path));
        Files.setPosixFilePermissions(path, owners);
    }

    private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
        return knowsPermissions(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private static boolean knowsPermissions(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
