package dev.tollgate.books.receipts;

import org.jspecify.annotations.Nullable;

/** An account's receipts, taken one after the other from the first on. One thread. */
final class Chain {

    private final PublicKeys keys;
    private @Nullable String account;
    private long sequence;
    private String hash = Digest.NONE;

    Chain(PublicKeys keys) {
        this.keys = keys;
    }

    /** @throws IllegalArgumentException with what is wrong with it, or with its place */
    void add(byte[] line) {
        SignedObject receipt = SignedObject.receipt(line);
        require(receipt.number("sequence") == sequence + 1, "not the receipt number " + (sequence + 1));
        require(account == null || account.equals(receipt.text("account")), "another account's receipt");
        require(receipt.text("previous_hash").equals(hash), "it does not follow the receipt before it");
        receipt.requireSignature(keys);
        receipt.requireCharge();
        account = receipt.text("account");
        sequence++;
        hash = Digest.of(receipt.body());
    }

    /** Null while it is empty. */
    @Nullable
    String account() {
        return account;
    }

    long sequence() {
        return sequence;
    }

    String hash() {
        return hash;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
