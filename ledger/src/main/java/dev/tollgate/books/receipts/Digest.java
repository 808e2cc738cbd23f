package dev.tollgate.books.receipts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digest of the previous receipt: SHA-256 over its canonical form without the signature, in lower-case hex (D42). */
final class Digest {

    /** The digest before the first receipt. */
    static final String NONE = "0".repeat(64);

    /** The digest of each thread. Creating one costs more than most of its uses. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(Digest::made);

    private Digest() {}

    static String of(String canonicalText) {
        return HexFormat.of().formatHex(sha256(canonicalText.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] sha256(byte[] bytes) {
        return SHA_256.get().digest(bytes);
    }

    private static MessageDigest made() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
