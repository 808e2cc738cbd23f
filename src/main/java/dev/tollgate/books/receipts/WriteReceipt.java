package dev.tollgate.books.receipts;

import dev.tollgate.base.json.CanonicalJson;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.receipts.ReceiptsPart.ReceiptChange;
import java.nio.charset.StandardCharsets;

/**
 * Adds the receipt of a charge to its account's chain; does nothing if the settlement charged nothing or came second.
 */
public final class WriteReceipt implements ReceiptChange {

    private final Settle settle;
    private final String accountId;
    private final String keyPrefix;
    private final String model;
    private final ReceiptedCharge charge;
    private final WrittenJson usage;

    /**
     * @param settle of the same unit
     * @param accountId whose reservation it settles
     * @param keyPrefix the beginning of the key that the call was made with
     * @param model as the answer named it
     * @param charge the origin of the charge
     * @param usageCanonical the usage object as it was printed, but in the form of RFC 8785: parsing and sorting it here would
     *     cost more than all the rest of a receipt
     */
    public WriteReceipt(
            Settle settle,
            String accountId,
            String keyPrefix,
            String model,
            ReceiptedCharge charge,
            WrittenJson usageCanonical) {
        this.settle = settle;
        this.accountId = accountId;
        this.keyPrefix = keyPrefix;
        this.model = model;
        this.charge = charge;
        this.usage = usageCanonical;
    }

    Settle settle() {
        return settle;
    }

    String accountId() {
        return accountId;
    }

    private static Utf8Buffer quoted(Utf8Buffer room, String text) {
        return isPlain(text) ? room.raw('"').raw(text).raw('"') : room.raw(canonical(text));
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** Half a character, which an upstream can put into its name, has no bytes to be hashed: it becomes a question mark. */
    private static byte[] canonical(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2);
        CanonicalJson.append(out, text);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes the receipt in its canonical form without the signature: the names below are in the RFC's order.
     *
     * @param room what it holds is lost
     */
    void body(
            Utf8Buffer room,
            long sequence,
            long chargeMicros,
            long balanceAfterMicros,
            String keyId,
            String previousHash) {
        room.clear();
        room.raw("{\"account\":\"").raw(accountId);
        sums(room, chargeMicros, balanceAfterMicros)
                .raw(",\"key_id\":\"")
                .raw(keyId)
                .raw("\",\"key_prefix\":");
        quoted(room, keyPrefix).raw(",\"model\":");
        quoted(room, model).raw(",\"previous_hash\":\"").raw(previousHash).raw("\",\"price_version\":");
        quoted(room, charge.priceVersion())
                .raw(",\"priced_at\":\"")
                .raw(Times.text(charge.pricedAt()))
                .raw("\",\"sequence\":")
                .number(sequence)
                .raw(",\"step\":")
                .number(charge.stepTokens())
                .raw(",\"task_id\":\"")
                .raw(settle.reservationId())
                .raw("\",\"tier\":\"")
                .raw(charge.tier())
                .raw("\",\"time\":\"")
                .raw(Times.text(settle.at()))
                .raw("\",\"usage\":")
                .raw(usage.utf8())
                .raw('}');
    }

    private Utf8Buffer sums(Utf8Buffer room, long chargeMicros, long balanceAfterMicros) {
        return room.raw("\",\"balance_after_micros\":")
                .number(balanceAfterMicros)
                .raw(",\"charge_micros\":")
                .number(chargeMicros)
                .raw(",\"counts\":")
                .raw(charge.counts().utf8())
                .raw(",\"due_micros\":")
                .number(charge.dueMicros())
                .raw(",\"end\":\"")
                .raw(charge.end(chargeMicros))
                .raw("\",\"form\":2,\"held_micros\":")
                .number(charge.heldMicros());
    }
}
