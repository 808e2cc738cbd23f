package dev.tollgate.storage.copies;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Installation;
import dev.tollgate.storage.copies.CopyFolder.Copy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The copies from which one is restored, newest first (C32). Blocks.
 *
 * @param files not empty
 * @param needsSum whether a copy without a sum is passed over; a typed one has none
 */
public record CopyChoice(List<Path> files, boolean needsSum) {

    /** The room that a copy needs, as a share of its bytes. */
    private static final double ROOM = 1.1;

    public CopyChoice {
        files = List.copyOf(files);
    }

    /**
     * Finds the copies at a place.
     *
     * @param place a copy, the subfolder of an installation, or a folder with one
     * @param to the latest instant of a copy; null for the newest
     * @throws CannotOpen if there is none, with the reason
     */
    public static CopyChoice at(Path place, @Nullable Instant to) {
        try {
            if (Files.isRegularFile(place)) {
                Instant at = CopyFolder.time(String.valueOf(place.getFileName()));
                if (to != null && (at == null || at.isAfter(to))) {
                    throw new CannotOpen("--to chooses among the copies of a folder, and " + place
                            + (at == null ? " has no time in its name." : " is of a later time."));
                }
                return new CopyChoice(List.of(place), false);
            }
            List<Path> files = folder(place).copies().stream()
                    .filter(copy -> to == null || !copy.at().isAfter(to))
                    .map(Copy::file)
                    .toList();
            if (files.isEmpty()) {
                throw new CannotOpen(
                        "There is no copy in " + place + (to == null ? "." : " that is as old as " + to + "."));
            }
            return new CopyChoice(files, files.size() > 1);
        } catch (IOException e) {
            throw unreadable(place, e);
        }
    }

    private static CopyFolder folder(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            throw new CannotOpen("There is no copy and no folder of copies at " + place + ".");
        }
        CopyFolder own = new CopyFolder(place);
        if (!own.copies().isEmpty()) {
            return own;
        }
        List<CopyFolder> found = CopyFolder.in(place);
        if (found.size() > 1) {
            throw new CannotOpen(place + " has the copies of several installations. Name one of them: "
                    + found.stream().map(it -> it.path().toString()).collect(Collectors.joining(", ")) + ".");
        }
        return found.isEmpty() ? own : found.getFirst();
    }

    private static CannotOpen unreadable(Path place, IOException e) {
        return new CannotOpen("The copies in " + place + " cannot be read: " + FileTrouble.of(e) + ".", e);
    }

    /**
     * Puts the newest copy that is whole into a file. A copy without a sum, as {@code ./tollgate backup} makes it, is taken as it is.
     *
     * @param into does not exist
     * @param passed receives a sentence for each copy that was passed over
     * @return the copy
     * @throws CannotOpen if none is whole, or there is no room
     */
    public Path putInto(Path into, Consumer<String> passed) {
        return putInto(into, passed, passed);
    }

    /** Does the same. @param altered receives a sentence for each copy that is not as it was stored @param unreadable for each other one */
    Path putInto(Path into, Consumer<String> altered, Consumer<String> unreadable) {
        for (Path file : files) {
            try {
                if (!Files.isRegularFile(file)) { // reading a pipe would wait for ever
                    unreadable.accept(file + " is no plain file. It is passed over.");
                    continue;
                }
                requireRoom(file, into);
                Files.deleteIfExists(into);
                String sum = CopyFolder.sum(file);
                String found = CopyFolder.stream(file, into);
                if (!(sum == null && !needsSum || found.equals(sum))) {
                    altered.accept(file + (sum == null ? " has no SHA-256 beside it" : " is not as its SHA-256 says")
                            + ": it is passed over.");
                    continue;
                }
                String trouble = Installation.troubleOfCopy(into);
                if (trouble == null) {
                    return file;
                }
                Files.delete(into);
                unreadable.accept(file + " " + trouble + ". It is passed over.");
            } catch (IOException e) {
                unreadable.accept(file + " cannot be read: " + FileTrouble.of(e) + ". It is passed over.");
            }
        }
        throw new CannotOpen("No copy is whole. Nothing was changed.");
    }

    private static void requireRoom(Path file, Path into) throws IOException {
        long bytes = Files.size(file);
        Path folder = into.toAbsolutePath().getParent();
        if (folder != null && Files.getFileStore(folder).getUsableSpace() < bytes * ROOM) {
            throw new CannotOpen(
                    "There is no room in " + folder + " for " + file + ", which has " + bytes / 1_000_000 + " MB.");
        }
    }

    /** Returns the copies of earlier days (UTC) next to one, newest first; null if there are none. */
    static @Nullable CopyChoice ofDaysBefore(Path copy) {
        Instant at = CopyFolder.time(String.valueOf(copy.getFileName()));
        Path folder = copy.toAbsolutePath().getParent();
        if (at == null || folder == null) {
            return null;
        }
        LocalDate day = LocalDate.ofInstant(at, ZoneOffset.UTC);
        try {
            List<Path> files = new CopyFolder(folder)
                    .copies().stream()
                            .filter(it ->
                                    LocalDate.ofInstant(it.at(), ZoneOffset.UTC).isBefore(day))
                            .map(Copy::file)
                            .toList();
            return files.isEmpty() ? null : new CopyChoice(files, true);
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }
}
