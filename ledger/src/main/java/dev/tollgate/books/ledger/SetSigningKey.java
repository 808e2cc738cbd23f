package dev.tollgate.books.ledger;

import java.sql.SQLException;
import java.time.Instant;

/** Sets the key that signs new receipts. Earlier receipts keep their key, which stays in the database. The outcome is whether it signs now. */
public final class SetSigningKey extends LedgerChange<Boolean> {

    /** Writes a private key as it is sealed under another secret key, unless another value is there: new value, id, old value. */
    public static final String SEALED_ANEW =
            "UPDATE signing_key SET sealed_private = ? WHERE id = ? AND sealed_private = ?";

    private final String id;
    private final String publicKey;
    private final String sealedPrivate;
    private final boolean replaces;
    private final Instant createdAt;

    /**
     * @param publicKey base64 of the 32 bytes
     * @param sealedPrivate base64; opens with the installation's secret key
     * @param replaces whether it retires the present key; else it does nothing if there is one
     */
    public SetSigningKey(String id, String publicKey, String sealedPrivate, boolean replaces, Instant createdAt) {
        this.id = id;
        this.publicKey = publicKey;
        this.sealedPrivate = sealedPrivate;
        this.replaces = replaces;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    String publicKey() {
        return publicKey;
    }

    String sealedPrivate() {
        return sealedPrivate;
    }

    Instant createdAt() {
        return createdAt;
    }

    @Override
    void need(Book book) {}

    @Override
    Boolean decideOver(Book book) throws SQLException {
        return book.sign(this, replaces);
    }
}
