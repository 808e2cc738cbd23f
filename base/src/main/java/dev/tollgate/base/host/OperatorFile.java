package dev.tollgate.base.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** A file that the operator names: a regular one, since a device or a pipe may have no end, or never begin, and read up to a limit. */
public final class OperatorFile {

    private OperatorFile() {}

    /** A file that is there and is not what can be read; the message goes on where its name has stood. */
    public static final class Unfit extends IOException {

        private static final long serialVersionUID = 1;

        private Unfit(String message) {
            super(message, null);
        }
    }

    /**
     * Opens a file of any length, for those who read it piece by piece.
     *
     * @throws Unfit when it is no regular file
     */
    public static InputStream open(Path file) throws IOException {
        // Looked at before it is opened: the open of a pipe waits for its other end.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new Unfit("is not a regular file");
        }
        return Files.newInputStream(file);
    }

    /** Returns whether every user of this machine may read the file; false if that is unknown. Access by its group is allowed: the owner has chosen it. */
    public static boolean isOpenToAll(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    }

    /**
     * The whole of a file.
     *
     * @throws Unfit when it is no regular file, or longer than that
     */
    public static byte[] read(Path file, int bytesMax) throws IOException {
        try (InputStream in = open(file)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new Unfit("has more than " + bytesMax + " bytes");
            }
            return bytes;
        }
    }
}
