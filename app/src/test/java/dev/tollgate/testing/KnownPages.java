package dev.tollgate.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Digests of pages in which a costly reader has found nothing, a file of them. The reader passes over them, but in the long tests, and where golden
 * files are written. Used by one thread.
 */
public final class KnownPages {

    private static final int DIGEST_BYTES = 16;

    private final Path file;
    private final MessageDigest reader;
    private final Set<String> known;
    private final Set<String> asked = new TreeSet<>();

    /** @param readers files and folders of what reads the pages, and of what decides how they look */
    public KnownPages(String file, String... readers) {
        this.file = Path.of(file);
        try {
            reader = MessageDigest.getInstance("SHA-256");
            for (String each : readers) {
                try (Stream<Path> files = Files.walk(Path.of(each))) {
                    for (Path one : files.filter(Files::isRegularFile).sorted().toList()) {
                        reader.update(Files.readAllBytes(one));
                    }
                }
            }
            known = Effort.isLong() || Golden.WRITES ? Set.of() : Set.copyOf(Files.readAllLines(this.file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns whether the reader may pass over a page. @param page as {@link PageText} has it */
    public boolean has(String page) {
        try {
            MessageDigest digest = (MessageDigest) reader.clone();
            String its =
                    HexFormat.of().formatHex(digest.digest(page.getBytes(StandardCharsets.UTF_8)), 0, DIGEST_BYTES);
            asked.add(its);
            return known.contains(its);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Once nothing was found, records the pages that were asked for where golden files are written. */
    public void keep() throws IOException {
        if (Golden.WRITES) {
            Files.write(file, List.copyOf(asked));
        }
    }
}
