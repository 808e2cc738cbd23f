package dev.tollgate.storage.secrets;

import dev.tollgate.storage.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encryption at rest under the installation's secret key. Each purpose has a key of its own, derived from the secret key
 * (HMAC-SHA256), so that a leak about the key of one purpose does not affect another. Thread-safe.
 */
public final class SecretBox {

    private static final String CHECK = "tollgate secret key";
    private static final String PRINTS = "tollgate prints";
    private static final String SEALS = "tollgate seals ";
    private static final String HMAC = "HmacSHA256";

    private final SecretKey key;
    private final SecretKey printKey;
    private final Mac prints;
    private final SecureRandom random;

    /**
     * @param keyHex 64 hex digits
     * @throws IllegalArgumentException when it is not that; the message does not quote it
     */
    public SecretBox(String keyHex, SecureRandom random) {
        if (!keyHex.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException("a secret key is 64 hex digits");
        }
        byte[] bytes = HexFormat.of().parseHex(keyHex);
        this.key = new SecretKeySpec(bytes, HMAC);
        this.printKey = new SecretKeySpec(hmac(key, PRINTS, new byte[0]), HMAC);
        this.prints = mac(printKey);
        this.random = random;
    }

    /** @param name the purpose, never to be changed: text sealed for it cannot be opened for another purpose */
    public Purpose purpose(String name) {
        return new Purpose(new Seal(hmac(key, SEALS + name, new byte[0]), random));
    }

    /**
     * Encryption for one purpose. The first byte of a sealed text is its form. Thread-safe.
     */
    public static final class Purpose {

        private static final byte FORM = 1;

        private final Seal seal;

        private Purpose(Seal seal) {
            this.seal = seal;
        }

        /** @param context kind and owner of the content */
        public byte[] seal(byte[] plain, String context) {
            byte[] sealed = seal.seal(plain, context);
            byte[] whole = new byte[1 + sealed.length];
            whole[0] = FORM;
            System.arraycopy(sealed, 0, whole, 1, sealed.length);
            return whole;
        }

        /** @throws StoreException if it was sealed with another key or for another context, or was changed */
        public byte[] open(byte[] sealed, String context) {
            boolean isOfForm = sealed.length > 0 && sealed[0] == FORM;
            return seal.open(isOfForm ? Arrays.copyOfRange(sealed, 1, sealed.length) : new byte[0], context);
        }

        @Override
        public String toString() {
            return "Purpose";
        }
    }

    /**
     * Returns a keyed hash: the same content in the same context has the same hash, which does not reveal the content without the key.
     *
     * @return 32 bytes
     */
    public byte[] print(String context, byte[] content) {
        return printer().print(context, content);
    }

    /** Returns what makes many prints at less cost. */
    public Printer printer() {
        return new Printer(printMac());
    }

    /** Copies the instance with the key: for a new one Java looks through its providers, which costs more than the hash of a short text. */
    private Mac printMac() {
        try {
            return (Mac) prints.clone();
        } catch (CloneNotSupportedException e) {
            return mac(printKey);
        }
    }

    /** Makes keyed hashes as {@link SecretBox#print} does. For one thread. */
    public static final class Printer {

        private final Mac mac;

        private Printer(Mac mac) {
            this.mac = mac;
        }

        /** @return 32 bytes */
        public byte[] print(String context, byte[] content) {
            return hmac(mac, context, content);
        }
    }

    /**
     * Returns random numbers that are the same for the same seed and unpredictable without the key.
     *
     * @return a generator for one thread
     */
    public RandomGenerator drawn(String context, String seed) {
        AtomicLong next = new AtomicLong();
        return () -> ByteBuffer.wrap(
                        print(context, (seed + " " + next.getAndIncrement()).getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    private static byte[] hmac(SecretKey key, String context, byte[] content) {
        return hmac(mac(key), context, content);
    }

    private static byte[] hmac(Mac mac, String context, byte[] content) {
        mac.update(context.getBytes(StandardCharsets.UTF_8));
        mac.update((byte) 0);
        return mac.doFinal(content);
    }

    private static Mac mac(SecretKey key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 does not work here", e);
        }
    }

    /** Returns the value in the database that shows whether a start has the right key. */
    String check() {
        byte[] sealed = purpose(CHECK).seal(CHECK.getBytes(StandardCharsets.UTF_8), CHECK);
        return Base64.getEncoder().encodeToString(sealed);
    }

    boolean passes(String check) {
        try {
            byte[] opened = purpose(CHECK).open(Base64.getDecoder().decode(check), CHECK);
            return Arrays.equals(opened, CHECK.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | StoreException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "SecretBox";
    }
}
