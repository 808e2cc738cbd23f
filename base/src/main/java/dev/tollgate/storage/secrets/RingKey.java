package dev.tollgate.storage.secrets;

import dev.tollgate.storage.secrets.SecretBox.Printer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A key of the ring. Thread-safe. */
final class RingKey {

    private static final String PRINTS = "tollgate prints";
    private static final String ID = "tollgate key id";
    private static final String HMAC = "HmacSHA256";
    private static final int ID_BYTES = 4;

    private final SecretKey key;
    private final SecretKey printKey;
    private final Mac prints;
    private final byte[] idBytes;
    private final String id;

    /** @param hex 64 hex digits */
    RingKey(String hex) {
        this.key = new SecretKeySpec(HexFormat.of().parseHex(hex), HMAC);
        this.printKey = new SecretKeySpec(hmac(PRINTS, new byte[0]), HMAC);
        this.prints = mac(printKey);
        this.idBytes = Arrays.copyOf(printer().print(ID, new byte[0]), ID_BYTES);
        this.id = HexFormat.of().formatHex(idBytes);
    }

    /** Returns eight hex digits, which do not reveal the key. */
    String id() {
        return id;
    }

    /** Returns the beginning of a value that names this key. */
    byte[] named(byte form) {
        byte[] head = new byte[1 + ID_BYTES];
        head[0] = form;
        System.arraycopy(idBytes, 0, head, 1, ID_BYTES);
        return head;
    }

    /** Copies the instance with the key: for a new one Java looks through its providers, which costs more than the hash of a short text. */
    Printer printer() {
        try {
            return new Printer((Mac) prints.clone());
        } catch (CloneNotSupportedException e) {
            return new Printer(mac(printKey));
        }
    }

    /** @return 32 bytes */
    byte[] hmac(String context, byte[] content) {
        return hmac(mac(key), context, content);
    }

    static byte[] hmac(Mac mac, String context, byte[] content) {
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

    @Override
    public String toString() {
        return "RingKey " + id;
    }
}
