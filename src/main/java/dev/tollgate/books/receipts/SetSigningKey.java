package dev.tollgate.books.receipts;

import dev.tollgate.storage.SecretBox;
import java.security.SecureRandom;
import java.time.Instant;

/** Sets the signing key of new receipts. Earlier receipts keep their key, which stays in the database. */
public final class SetSigningKey implements ReceiptChange {

    private final SigningKey key;
    private final boolean replaces;

    private SetSigningKey(SigningKey key, boolean replaces) {
        this.key = key;
        this.replaces = replaces;
    }

    /** Makes a change that does nothing if there is a signing key. */
    public static SetSigningKey first(SecretBox secrets, SecureRandom random, Instant now) {
        return new SetSigningKey(SigningKey.random(secrets, random, now), false);
    }

    /** Makes a change that retires the present signing key. */
    public static SetSigningKey next(SecretBox secrets, SecureRandom random, Instant now) {
        return new SetSigningKey(SigningKey.random(secrets, random, now), true);
    }

    SigningKey key() {
        return key;
    }

    boolean replaces() {
        return replaces;
    }
}
