package dev.tollgate.pages.docs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of the documentation in another language than English: {@code docs/TAG/NAME.md}. Its first line names the English file from which it is
 * translated, by its SHA-256 (L16).
 *
 * @param text as it is in the file, its links as those of the English files
 * @param isOlder whether the English file has changed since
 */
record Translation(String text, boolean isOlder) {

    private static final Pattern ORIGIN = Pattern.compile("<!-- SHA-256 of (\\S+): ([0-9a-f]{64}) -->\n");

    /** @return null if there is none */
    static @Nullable Translation read(String tag, String file) {
        byte[] bytes = bytes(tag + "/" + file);
        return bytes == null ? null : of(file, bytes, Objects.requireNonNull(bytes(file)));
    }

    /** @param english the file of which it is one, as it is now */
    static Translation of(String file, byte[] bytes, byte[] english) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Matcher origin = ORIGIN.matcher(text);
        if (!origin.lookingAt() || !origin.group(1).equals(file)) {
            throw new IllegalStateException("a translation of " + file + " does not begin with its SHA-256");
        }
        return new Translation(
                text.substring(origin.end()).replace("](../", "]("),
                !origin.group(2).equals(sha256(english)));
    }

    /** Returns a file of the documentation; null if there is none. */
    static byte @Nullable [] bytes(String file) {
        try (InputStream stream = Translation.class.getResourceAsStream("/docs/" + file)) {
            return stream == null ? null : stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
