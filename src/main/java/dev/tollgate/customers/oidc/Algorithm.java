package dev.tollgate.customers.oidc;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import org.jspecify.annotations.Nullable;

/** How a token may be signed. What is not here is not taken, whatever the token says: neither nothing at all nor a shared secret. */
enum Algorithm {
    RS256("SHA256withRSA", 0),
    ES256("SHA256withECDSAinP1363Format", 64);

    private final String name;
    private final int bytes;

    /** @param bytes of a signature; 0: as long as the key says */
    Algorithm(String name, int bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    static @Nullable Algorithm of(String text) {
        return switch (text) {
            case "RS256" -> RS256;
            case "ES256" -> ES256;
            default -> null;
        };
    }

    /** @param key of the kind that goes with it */
    boolean isSignature(PublicKey key, byte[] signed, byte[] signature) {
        try {
            Signature check = Signature.getInstance(name);
            check.initVerify(key);
            check.update(signed);
            return (bytes == 0 || signature.length == bytes) && check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
