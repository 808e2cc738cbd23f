package dev.tollgate.storage;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encryption at rest: AES-256-GCM under the installation's secret key, a fresh nonce for each sealing. What is sealed is bound to a
 * context, a text that says what it is and whose: it does not open under another. Thread-safe.
 */
public final class SecretBox {

    /** Hex digits of a key. */
    public static final int KEY_CHARS = 64;

    private static final String CHECK = "tollgate secret key";
    private static final String PRINTS = "tollgate prints";
    private static final String HMAC = "HmacSHA256";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecretKey printKey;
    private final SecureRandom random;

    /**
     * @param keyHex 64 hex digits
     * @throws IllegalArgumentException when it is not that; the message does not quote it
     */
    public SecretBox(String keyHex, SecureRandom random) {
        if (!keyHex.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException("a secret key is 64 hex digits");
        }
        this.key = new SecretKeySpec(HexFormat.of().parseHex(keyHex), "AES");
        this.printKey = new SecretKeySpec(hmac(key, PRINTS, new byte[0]), HMAC);
        this.random = random;
    }

    /** @return nonce, cipher text and tag in one */
    public byte[] seal(byte[] plain, String context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(plain);
            byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
            return whole;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM does not work here", e);
        }
    }

    /** @throws StoreException when it was sealed with another key or for another context, or has been changed */
    public byte[] open(byte[] sealed, String context) {
        if (sealed.length < NONCE_BYTES) {
            throw new StoreException("what was sealed is too short");
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES), context);
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new StoreException("what was sealed does not open with this key: " + context, e);
        }
    }

    /**
     * A keyed hash: the same content in the same context has the same print, and without the key nobody can tell which content it is of.
     *
     * @return 32 bytes
     */
    public byte[] print(String context, byte[] content) {
        return hmac(printKey, context, content);
    }

    private static byte[] hmac(SecretKey key, String context, byte[] content) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update(context.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 does not work here", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** What a database keeps to tell whether a start has the right key. */
    String check() {
        return Base64.getEncoder().encodeToString(seal(CHECK.getBytes(StandardCharsets.UTF_8), CHECK));
    }

    boolean passes(String check) {
        try {
            return Arrays.equals(
                    open(Base64.getDecoder().decode(check), CHECK), CHECK.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | StoreException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "SecretBox";
    }
}
