package dev.tollgate.receipts;

import dev.tollgate.json.CanonicalJson;
import dev.tollgate.ledger.Settle;
import java.nio.charset.StandardCharsets;

/**
 * Adds the receipt of a charge to its account's chain; does nothing where the settlement charged nothing or came second. What does
 * not depend on the chain is rendered here, on the thread that makes the change, and not on the writer's.
 */
public final class WriteReceipt implements ReceiptChange {

    private final Settle settle;
    private final String accountId;
    private final String keyPrefix;
    private final String model;
    private final String priceVersion;
    private final String usage;

    /**
     * @param settle of the same unit
     * @param accountId whose reservation it settles
     * @param keyPrefix the beginning of the key that the call was made with
     * @param model as the answer named it
     * @param priceVersion which price the charge comes from
     * @param usageCanonical the usage object as it was printed, but in the form of RFC 8785: parsing and sorting it here would
     *     cost more than all the rest of a receipt
     */
    public WriteReceipt(
            Settle settle,
            String accountId,
            String keyPrefix,
            String model,
            String priceVersion,
            String usageCanonical) {
        this.settle = settle;
        this.accountId = accountId;
        this.keyPrefix = quoted(keyPrefix);
        this.model = quoted(model);
        this.priceVersion = quoted(priceVersion);
        this.usage = usageCanonical;
    }

    Settle settle() {
        return settle;
    }

    String accountId() {
        return accountId;
    }

    /** Half a character, which an upstream can put into its name, has no bytes to be hashed: it becomes a question mark. */
    private static String quoted(String text) {
        String wellFormed =
                hasSurrogates(text) ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8) : text;
        StringBuilder out = new StringBuilder(text.length() + 2);
        CanonicalJson.append(out, wellFormed);
        return out.toString();
    }

    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The receipt in its canonical form without the signature: the names below are in the RFC's order.
     *
     * @param room to make it in; what it holds is lost
     */
    String body(
            StringBuilder room,
            long sequence,
            long chargeMicros,
            long balanceAfterMicros,
            String keyId,
            String previousHash) {
        room.setLength(0);
        return room.append("{\"account\":\"")
                .append(accountId)
                .append("\",\"balance_after_micros\":")
                .append(balanceAfterMicros)
                .append(",\"charge_micros\":")
                .append(chargeMicros)
                .append(",\"key_id\":\"")
                .append(keyId)
                .append("\",\"key_prefix\":")
                .append(keyPrefix)
                .append(",\"model\":")
                .append(model)
                .append(",\"previous_hash\":\"")
                .append(previousHash)
                .append("\",\"price_version\":")
                .append(priceVersion)
                .append(",\"sequence\":")
                .append(sequence)
                .append(",\"task_id\":\"")
                .append(settle.reservationId())
                .append("\",\"time\":\"")
                .append(Times.text(settle.at()))
                .append("\",\"usage\":")
                .append(usage)
                .append('}')
                .toString();
    }
}
