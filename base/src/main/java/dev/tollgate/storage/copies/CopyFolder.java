package dev.tollgate.storage.copies;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.base.words.Sentence;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The subfolder with the copies of one installation. Its file system may know no locks, links or permissions. Blocks, for as long as the file system
 * does.
 */
record CopyFolder(Path path) {

    static final String PREFIX = "tollgate-";

    private static final Pattern SUBFOLDER = Pattern.compile(PREFIX + "[0-9a-f]{8}");
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{8}T\\d{6}Z)\\.db");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final String SUM = ".sha256";
    private static final String PART = ".part";
    private static final int STEP_BYTES = 1 << 20;
    private static final Pattern SUM_LINE = Pattern.compile("([0-9a-f]{64})\\b.*", Pattern.DOTALL);

    /** Others may write to the folder, and a sum with its name is shorter. */
    private static final int SUM_BYTES_MAX = 1_024;

    /** The number of the newest copies that always stay. */
    private static final int NEWEST_KEPT = 2;

    /** A whole copy. @param at the instant of its snapshot, in seconds */
    record Copy(Path file, Instant at) {

        String name() {
            return String.valueOf(file.getFileName());
        }

        Path sum() {
            return file.resolveSibling(name() + SUM);
        }
    }

    /** Returns the subfolder of an installation. @param books its id, 8 hex digits */
    static CopyFolder of(Path folder, String books) {
        return new CopyFolder(folder.resolve(PREFIX + books));
    }

    /** Returns the subfolders of a folder, in the order of their names. */
    static List<CopyFolder> in(Path folder) throws IOException {
        List<CopyFolder> found = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path path : paths) {
                if (SUBFOLDER.matcher(String.valueOf(path.getFileName())).matches() && Files.isDirectory(path)) {
                    found.add(new CopyFolder(path));
                }
            }
        }
        found.sort(Comparator.comparing(it -> it.path().toString()));
        return found;
    }

    /** Returns a sentence, and what the other subfolders next to this one hold. */
    Sentence withOthers(Sentence why) throws IOException {
        List<Sentence> others = new ArrayList<>();
        for (CopyFolder each : in(Objects.requireNonNull(path.getParent()))) {
            if (!each.equals(this)) {
                others.add(sentence(
                        "{name} with {size}",
                        String.valueOf(each.path().getFileName()),
                        LocalCopy.megabytes(each.bytes())));
            }
        }
        return others.stream()
                .reduce((a, b) -> sentence("{a}, {b}", a, b))
                .map(all -> sentence("{a} {b}", why, sentence("Other copies there: {copies}.", all)))
                .orElse(why);
    }

    /** Returns the name of a copy. */
    static String name(Instant at) {
        return PREFIX + TIME.format(LocalDateTime.ofInstant(at, ZoneOffset.UTC)) + ".db";
    }

    /** Returns the time in a copy's name; null if it is no such name. */
    static @Nullable Instant time(@Nullable String name) {
        Matcher matcher = NAME.matcher(name == null ? "" : name);
        try {
            return matcher.matches()
                    ? LocalDateTime.parse(matcher.group(1), TIME).toInstant(ZoneOffset.UTC)
                    : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Returns the whole copies, newest first; none if there is no such folder. */
    List<Copy> copies() throws IOException {
        List<Copy> found = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(path, PREFIX + "*.db")) {
            for (Path file : paths) {
                Instant at = time(String.valueOf(file.getFileName()));
                if (at != null) {
                    found.add(new Copy(file, at));
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        found.sort(Comparator.comparing(Copy::at).reversed());
        return found;
    }

    /** Returns the bytes of the files in it. */
    long bytes() throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(path)) {
            for (Path file : paths) {
                bytes += file.toFile().length();
            }
        }
        return bytes;
    }

    /** Creates the folder, and deletes what a killed copy has left. */
    void prepare() throws IOException {
        PrivateFiles.folder(path);
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(path, "." + PREFIX + "*" + PART)) {
            for (Path file : paths) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Stores a file as a copy, in one stream. It has its name once it and its sum are on disk. @return whether only its owner can read it */
    boolean store(Path file, String name) throws IOException {
        Path part = path.resolve("." + name + PART);
        Path whole = path.resolve(name);
        if (Files.exists(whole)) {
            throw new FileAlreadyExistsException(whole.toString(), null, "there is such a copy already");
        }
        String sum = stream(file, part);
        Path sums = whole.resolveSibling(name + SUM);
        try (FileChannel out = PrivateFiles.open(
                sums, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap((sum + "  " + name + "\n").getBytes(StandardCharsets.US_ASCII)));
            out.force(true);
        }
        Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        sync(path);
        return !PrivateFiles.isOpen(whole);
    }

    private static void sync(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Some network file systems sync no folders; the file itself is synced.
        }
    }

    /** Copies a file in one stream, synced. @return its SHA-256 in hex */
    static String stream(Path from, Path to) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer step = ByteBuffer.allocateDirect(STEP_BYTES);
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = PrivateFiles.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (in.read(step.clear()) >= 0) {
                digest.update(step.flip());
                step.rewind();
                while (step.hasRemaining()) {
                    out.write(step);
                }
            }
            out.force(true);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the SHA-256 that is stored with a copy; null if none is, empty if there is something else. */
    static @Nullable String sum(Path copy) throws IOException {
        Path sums = copy.resolveSibling(copy.getFileName() + SUM);
        if (!Files.exists(sums)) {
            return null;
        }
        if (!Files.isRegularFile(sums)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(sums)) {
            String text = new String(in.readNBytes(SUM_BYTES_MAX), StandardCharsets.ISO_8859_1);
            Matcher matcher = SUM_LINE.matcher(text);
            return matcher.matches() ? matcher.group(1) : "";
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Deletes old copies: all but the two newest and the first of each day (UTC) that is kept. @param days their number, from today on */
    void rotate(int days, Instant now) throws IOException {
        List<Copy> copies = copies();
        LocalDate oldest = day(now).minusDays(days - 1L);
        Set<LocalDate> seen = new HashSet<>();
        for (Copy copy : copies.reversed()) {
            boolean isFirst = seen.add(day(copy.at()));
            boolean isKept = isFirst && !day(copy.at()).isBefore(oldest) || copies.indexOf(copy) < NEWEST_KEPT;
            if (!isKept) {
                Files.deleteIfExists(copy.file());
                Files.deleteIfExists(copy.sum());
            }
        }
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }
}
