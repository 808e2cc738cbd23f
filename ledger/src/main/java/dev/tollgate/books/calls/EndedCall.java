package dev.tollgate.books.calls;

import dev.tollgate.models.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code call}. Amounts are in micro-credits.
 *
 * @param number in its account's sequence, which it shares with the entries
 * @param labels their numbers with spaces between them; empty for none
 * @param endedAt not before the account's earlier numbers
 * @param receipts the account's receipts up to and with this call
 * @param receipt of the charge; null exactly if nothing was charged
 */
public record EndedCall(
        Begin begin,
        long number,
        String labels,
        Instant endedAt,
        Amounts amounts,
        long receipts,
        @Nullable ReceiptLink receipt,
        CallDetails details) {

    /** The facts of a call at its begin. */
    public record Begin(String id, String accountId, String keyId, String door, String modelId, Instant createdAt) {}

    /**
     * The amounts of a call.
     *
     * @param heldMicros the first hold and all extensions
     * @param sandboxMicros part of the charge in sandbox credits
     * @param balanceAfterMicros the account's balance with what is held
     * @param paidBy what grants paid of the charge, as {@code 7:100000 9:312345} in the order of payment; null if general credits alone paid it
     */
    public record Amounts(
            long heldMicros,
            long chargedMicros,
            long sandboxMicros,
            long balanceAfterMicros,
            @Nullable String paidBy) {

        /** Makes the amounts of a call that general credits alone paid. */
        public Amounts(long heldMicros, long chargedMicros, long sandboxMicros, long balanceAfterMicros) {
            this(heldMicros, chargedMicros, sandboxMicros, balanceAfterMicros, null);
        }
    }

    /**
     * The place of a receipt in its chain.
     *
     * @param hash the SHA-256 of its canonical form, 32 bytes that are never changed
     * @param keyNumber of the key that signs it
     */
    public record ReceiptLink(byte[] hash, long keyNumber) {}

    public String id() {
        return begin.id();
    }

    public String accountId() {
        return begin.accountId();
    }

    public String keyId() {
        return begin.keyId();
    }

    public String door() {
        return begin.door();
    }

    public String modelId() {
        return begin.modelId();
    }

    public Instant createdAt() {
        return begin.createdAt();
    }

    public long heldMicros() {
        return amounts.heldMicros();
    }

    public long chargedMicros() {
        return amounts.chargedMicros();
    }

    public long sandboxMicros() {
        return amounts.sandboxMicros();
    }

    public long balanceAfterMicros() {
        return amounts.balanceAfterMicros();
    }

    public @Nullable String paidBy() {
        return amounts.paidBy();
    }

    /** Returns the call with its labels. @param numbers with spaces between them */
    public EndedCall labelled(String numbers) {
        return new EndedCall(begin, number, numbers, endedAt, amounts, receipts, receipt, details);
    }

    /** Returns the call with the receipt of its charge. */
    public EndedCall with(ReceiptLink link) {
        return new EndedCall(begin, number, labels, endedAt, amounts, receipts, link, details);
    }

    public TaskStatus status() {
        return details.end().status();
    }

    /** Returns the model as the answer named it. */
    public String model() {
        return details.model() == null ? modelId() : details.model();
    }

    /** Returns whether the call has a price; else its hold was released. */
    public boolean isSettled() {
        return details.bill() != null;
    }

    /** Returns the price of the counts; 0 if the call has none. */
    public long dueMicros() {
        CallDetails.Bill bill = details.bill();
        return bill == null ? 0 : bill.dueMicros();
    }

    public long shortfallMicros() {
        return Math.max(0, dueMicros() - chargedMicros());
    }

    /** Returns whether it has a shortfall that counts against the account (D33). */
    public boolean isUncovered() {
        return shortfallMicros() > 0 && details.is(CallFlag.UNCOVERED);
    }

    /** Returns the raw counts; zeros for a call without a price. */
    public Usage usage() {
        CallDetails.Bill bill = details.bill();
        return bill == null ? Usage.NONE : bill.usage();
    }

    /** Returns the names of its {@code usage_flags} (decisions D19, D33, D37). */
    public List<String> usageFlags() {
        return CallFlag.ofUsage(details.flags(), shortfallMicros() > 0);
    }

    /** Returns the version of its price, or null. */
    public @Nullable String price() {
        CallDetails.Bill bill = details.bill();
        return bill == null ? null : bill.price();
    }
}
