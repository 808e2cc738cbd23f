package dev.tollgate.books.receipts;

import dev.tollgate.books.ledger.SetSigningKey;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs receipts, its private part sealed.
 *
 * @param id {@code sig_} and the beginning of the public key's SHA-256
 * @param publicKey base64 of the 32 bytes
 * @param sealedPrivate base64; opens with the installation's secret key
 * @param retiredAt time since which it signs no new receipts; null while it signs
 */
record SigningKey(
        String id,
        String publicKey,
        String sealedPrivate,
        Instant createdAt,
        @Nullable Instant retiredAt) {

    private static final int ID_BYTES = 8;

    /** The purpose of the sealed text; never to be changed. */
    private static final String PURPOSE = "receipt signing keys";

    static SigningKey random(SecretBox secrets, SecureRandom random, Instant now) {
        KeyPair pair = Ed25519.generate(random);
        byte[] raw = Ed25519.raw(pair.getPublic());
        String id = "sig_" + HexFormat.of().formatHex(Arrays.copyOf(Digest.sha256(raw), ID_BYTES));
        byte[] sealed = secrets.purpose(PURPOSE).seal(pair.getPrivate().getEncoded(), context(id));
        Base64.Encoder base64 = Base64.getEncoder();
        return new SigningKey(id, base64.encodeToString(raw), base64.encodeToString(sealed), now, null);
    }

    /** @param replaces whether it retires the present key */
    SetSigningKey setting(boolean replaces) {
        return new SetSigningKey(id, publicKey, sealedPrivate, replaces, createdAt);
    }

    PrivateKey open(SecretBox secrets) {
        return Ed25519.privateKey(
                secrets.purpose(PURPOSE).open(Base64.getDecoder().decode(sealedPrivate), context(id)));
    }

    private static String context(String id) {
        return "receipt signing key " + id;
    }

    /** Returns the private keys as they lie in the database. */
    static SealedValues sealed(SecretBox secrets) {
        return SealedValues.lasting(
                "keys that sign receipts",
                "sealed_private",
                "signing_key",
                new SealedValues.Column(
                        "SELECT id, sealed_private FROM signing_key WHERE id > ? ORDER BY id LIMIT ?",
                        SetSigningKey.SEALED_ANEW,
                        secrets.purpose(PURPOSE),
                        SigningKey::context));
    }

    @Override
    public String toString() {
        return id;
    }
}
