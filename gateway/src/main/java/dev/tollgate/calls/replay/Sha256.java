package dev.tollgate.calls.replay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every JDK has. */
public final class Sha256 {

    /** The digest of each thread. Creating one costs as much as hashing a few hundred bytes. */
    private static final ThreadLocal<MessageDigest> OWN = ThreadLocal.withInitial(Sha256::digest);

    private Sha256() {}

    /** Returns a new digest. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts a digest of a label, a zero byte and the bytes that follow. */
    public static MessageDigest begin(String label) {
        return begin(digest(), label);
    }

    private static MessageDigest begin(MessageDigest digest, String label) {
        digest.update(label.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return digest;
    }

    /** Returns the SHA-256 in lower-case hex of a text's UTF-8. */
    public static String of(String text) {
        return HexFormat.of().formatHex(OWN.get().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns the SHA-256 in lower-case hex of a label, a zero byte and the bytes. Equal bytes under two labels have two hashes. */
    public static String of(String label, byte[] bytes) {
        return HexFormat.of().formatHex(begin(OWN.get(), label).digest(bytes));
    }
}
