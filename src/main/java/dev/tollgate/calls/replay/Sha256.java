package dev.tollgate.calls.replay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every JDK has. */
public final class Sha256 {

    /** One a thread, for what is digested at once: making one costs as much as a body of a few hundred bytes. */
    private static final ThreadLocal<MessageDigest> OWN = ThreadLocal.withInitial(Sha256::digest);

    private Sha256() {}

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As below, for bytes that are still to come. */
    public static MessageDigest begin(String label) {
        return begin(digest(), label);
    }

    private static MessageDigest begin(MessageDigest digest, String label) {
        digest.update(label.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return digest;
    }

    /** In lower-case hex, of a label, a zero byte and the bytes: the same bytes under two labels are two things. */
    public static String of(String label, byte[] bytes) {
        return HexFormat.of().formatHex(begin(OWN.get(), label).digest(bytes));
    }
}
