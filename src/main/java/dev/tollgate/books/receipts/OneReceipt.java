package dev.tollgate.books.receipts;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A call's receipt, and whether it is what it should be. Immutable.
 *
 * @param text as it is issued
 * @param hash of this one, which the next receipt names
 * @param previousHash of the one before it, or 64 zeros
 */
public record OneReceipt(
        String text,
        long sequence,
        long chargeMicros,
        long balanceAfterMicros,
        String keyId,
        String hash,
        String previousHash) {

    /** What was found when it was checked; what does not hold is false. */
    public record Checked(boolean signature, boolean previous, boolean charge) {}

    /** Blocks, and keeps a core busy for half a millisecond. Empty where the account has none of that call. */
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
        return SignedObject.parse(text.getBytes(StandardCharsets.UTF_8), SignedObject.RECEIPT);
    }

    /**
     * Checks it as somebody would who has it and the public keys. Blocks.
     *
     * @param chargedMicros what the ledger says
     */
    public Checked check(Receipts receipts, String accountId, long chargedMicros) {
        return new Checked(
                isSigned(PublicKeys.parse(receipts.keys())),
                previousHash.equals(hashBefore(receipts, accountId)),
                chargeMicros == chargedMicros);
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
