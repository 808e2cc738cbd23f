package dev.tollgate.storage.copies;

import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.storage.CannotOpen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The copy of a day that is checked (C37), in the data folder's {@code copy/day/}: further copies are made beside it. A copy lies in a folder of its name,
 * to be opened as a data folder. A process that is killed leaves a whole copy, which is checked again, and files that are deleted.
 *
 * <p>Threading: {@link #wants} and {@link #take} by the thread of the copies, the rest by one other thread.
 */
public final class DayCopy {

    private static final String BOOKS = "tollgate.db";

    /** The part of a copy's bytes that sorts may take on disk. */
    private static final int SORTED_PART = 2;

    private final Path folder;
    private volatile boolean isEmpty = true;
    private volatile @Nullable Instant checked;

    /** @param data the data folder */
    public DayCopy(Path data) {
        this.folder = data.resolve("copy").resolve("day");
        this.isEmpty = isEmpty();
    }

    private boolean isEmpty() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notes the newest copy whose check has ended. @param name of a copy; null for none */
    public void checked(@Nullable String name) {
        checked = CopyFolder.time(name);
    }

    /** Returns whether a copy is the first one of its day (UTC) that can be checked. From any thread. */
    boolean wants(Instant at) {
        Instant last = checked;
        return isEmpty && (last == null || day(last).isBefore(day(at)));
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }

    /** Takes a copy that is {@link #wants wanted}, whose file is moved here. */
    void take(Path file, Instant at) throws IOException {
        PrivateFiles.folder(folder);
        Path own = folder.resolve(CopyFolder.name(at));
        PrivateFiles.folder(own);
        Files.move(file, own.resolve(BOOKS));
        isEmpty = false;
    }

    /**
     * Returns the folder of the copy that waits, or null, and deletes what else a killed check has left. The folder's name is the copy's.
     *
     * @throws IOException if the folder cannot be read
     */
    public @Nullable Path waiting() throws IOException {
        if (isEmpty) {
            return null;
        }
        Path newest = null;
        for (Path own : list(folder)) {
            String name = String.valueOf(own.getFileName());
            if (CopyFolder.time(name) == null || !Files.exists(own.resolve(BOOKS))) {
                delete(own);
            } else if (newest == null || name.compareTo(String.valueOf(newest.getFileName())) > 0) {
                if (newest != null) {
                    delete(newest);
                }
                newest = own;
            } else {
                delete(own);
            }
        }
        if (newest == null) {
            isEmpty = true;
            return null;
        }
        for (Path file : list(newest)) {
            if (!file.endsWith(BOOKS)) {
                delete(file);
            }
        }
        return newest;
    }

    /** Returns the books of a copy that {@link #waiting waits}. */
    public static Path books(Path own) {
        return own.resolve(BOOKS);
    }

    /**
     * Asks for the room that a check takes on disk: half the size of the copy to sort, and beside the books for the copy of the day before, so that 1 GiB
     * stays free.
     *
     * @throws CannotOpen if it is not free, as the rest of a sentence
     */
    public static void requireRoom(Path own) throws IOException {
        long bytes = Files.size(books(own));
        requireFree(sorts(), bytes / SORTED_PART, "sorting", " SQLITE_TMPDIR names another folder.");
        requireFree(own, bytes + bytes / 10 + (1L << 30), "the copy of the day before", "");
    }

    private static void requireFree(Path folder, long bytes, String what, String advice) throws IOException {
        if (Files.getFileStore(folder).getUsableSpace() < bytes) {
            throw new CannotOpen(
                    what + " needs " + bytes / 1_000_000 + " MB in " + folder + ", which are not free." + advice);
        }
    }

    /** Returns the folder in which SQLite sorts what is too large for memory. It looks into the environment of the process itself. */
    private static Path sorts() {
        return Stream.of(System.getenv("SQLITE_TMPDIR"), System.getenv("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp")
                .filter(Objects::nonNull)
                .map(Path::of)
                .filter(Files::isWritable)
                .findFirst()
                .orElse(Path.of("."));
    }

    /** Deletes the copy, so that the next one can be taken. */
    public void forget(Path own) throws IOException {
        delete(own);
        isEmpty = isEmpty();
    }

    private static List<Path> list(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            List<Path> found = new ArrayList<>();
            files.forEach(found::add);
            found.sort(Comparator.naturalOrder());
            return found;
        }
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            for (Path file : list(path)) {
                delete(file);
            }
        }
        Files.deleteIfExists(path);
    }
}
