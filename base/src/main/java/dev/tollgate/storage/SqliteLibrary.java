package dev.tollgate.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite itself, as its driver brings it for this kind of machine. At each start the driver would unpack it, read both again and compare them, a tenth of a
 * start; the launcher names a folder with an unpacked one instead ({@code org.sqlite.lib.path}). Where there is none, or it cannot be loaded from
 * there, the driver unpacks its own: for that the copy bears the name that the driver gives it.
 */
public final class SqliteLibrary {

    private SqliteLibrary() {}

    /** Copies the library so that the file is never there in part. @throws UncheckedIOException when it cannot be written */
    public static void copyTo(Path folder) {
        String name = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        Path part = folder.resolve(name + ".part");
        try (InputStream library = LibraryLoaderUtil.class.getResourceAsStream(resource)) {
            if (library == null) {
                return; // the driver has none for this machine, and will say so
            }
            Files.copy(library, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
