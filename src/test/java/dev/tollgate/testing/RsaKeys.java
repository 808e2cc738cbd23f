package dev.tollgate.testing;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;

/** One pair of keys for all that need any, since making one takes a second or more; thread-safe. */
public final class RsaKeys {

    private static final int BITS = 2048;
    private static final KeyPair PAIR = make();

    private RsaKeys() {}

    public static KeyPair pair() {
        return PAIR;
    }

    /** @param newline between its lines, as in {@code \\n} within JSON */
    public static String pem(String newline) {
        return "-----BEGIN PRIVATE KEY-----" + newline
                + Base64.getEncoder().encodeToString(PAIR.getPrivate().getEncoded()) + newline
                + "-----END PRIVATE KEY-----" + newline;
    }

    private static KeyPair make() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
