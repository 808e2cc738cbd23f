package dev.tollgate.books.receipts;

import dev.tollgate.storage.SecretBox;
import java.security.SecureRandom;
import java.time.Instant;

/** Puts a new key in charge of the receipts to come. Those that are written stay with theirs, which is kept. */
public final class SetSigningKey implements ReceiptChange {

    private final SigningKey key;
    private final boolean replaces;

    private SetSigningKey(SigningKey key, boolean replaces) {
        this.key = key;
        this.replaces = replaces;
    }

    /** Does nothing where a key is in charge already. */
    public static SetSigningKey first(SecretBox secrets, SecureRandom random, Instant now) {
        return new SetSigningKey(SigningKey.random(secrets, random, now), false);
    }

    /** Retires the one that is in charge. */
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
