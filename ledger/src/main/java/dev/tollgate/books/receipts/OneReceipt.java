package dev.tollgate.books.receipts;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A call's receipt, and its check. Immutable.
 *
 * @param text as issued
 * @param hash of this receipt, which the next receipt names
 * @param previousHash of the previous receipt, or 64 zeros
 */
public record OneReceipt(
        String text,
        long sequence,
        long chargeMicros,
        long balanceAfterMicros,
        String keyId,
        String hash,
        String previousHash) {

    /** The result of a check; false for each part that fails. */
    public record Checked(boolean signature, boolean previous, boolean charge) {}

    /** Returns the receipt of a call, or empty if the account has none. Blocks, and keeps a core busy for half a millisecond. */
    public static Optional<OneReceipt> find(Receipts receipts, String accountId, String taskId) {
        return receipts.find(accountId, taskId).sign().stream().findFirst().map(OneReceipt::of);
    }

    private static OneReceipt of(String text) {
        SignedObject receipt = parsed(text);
        return new OneReceipt(
                text,
                receipt.number("sequence"),
                receipt.number("charge_micros"),
                receipt.number("balance_after_micros"),
                receipt.text(Signer.KEY_ID),
                Digest.of(receipt.body()),
                receipt.text("previous_hash"));
    }

    private static SignedObject parsed(String text) {
        return SignedObject.receipt(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Checks it with the public keys, as a customer would. Blocks.
     *
     * @param chargedMicros as in the ledger
     */
    public Checked check(Receipts receipts, String accountId, long chargedMicros) {
        return new Checked(
                isSigned(PublicKeys.parse(receipts.keys())),
                previousHash.equals(hashBefore(receipts, accountId)),
                chargeMicros == chargedMicros && hash.equals(receipts.recordedHash(accountId, sequence)));
    }

    private boolean isSigned(PublicKeys keys) {
        try {
            parsed(text).requireSignature(keys);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private String hashBefore(Receipts receipts, String accountId) {
        if (sequence == 1) {
            return Digest.NONE;
        }
        List<String> before = receipts.page(accountId, sequence - 2, 1).sign();
        return before.isEmpty() ? "" : of(before.getFirst()).hash();
    }
}
