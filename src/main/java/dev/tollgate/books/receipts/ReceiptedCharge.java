package dev.tollgate.books.receipts;

import dev.tollgate.base.json.WrittenJson;
import java.time.Instant;

/**
 * The origin of a charge in a receipt of form 2, so that a customer can compute it again (P8a). Amounts are in micro-credits.
 *
 * @param priceVersion the price of the charge
 * @param pricedAt the time at which that price was in force: the arrival of the call
 * @param stepTokens the step that the prompt is above, in tokens; 0 if it is above none
 * @param tier the word of the service tier that is charged
 * @param counts the raw counts of every component, an object in the form of RFC 8785
 * @param dueMicros the price of the counts
 * @param heldMicros the amount held for the call
 */
public record ReceiptedCharge(
        String priceVersion,
        Instant pricedAt,
        long stepTokens,
        String tier,
        WrittenJson counts,
        long dueMicros,
        long heldMicros) {

    /** Returns the relation of a charge to the price of its counts: whole, cut (the whole hold is charged, which is more) or shortfall. */
    String end(long chargeMicros) {
        return chargeMicros == dueMicros ? "whole" : chargeMicros > dueMicros ? "cut" : "shortfall";
    }
}
