package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.frame.Display;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The words for entries on pages, the customer's and the operator's. */
public final class EntryWords {

    private EntryWords() {}

    /** Returns the line's label on the page of a call: its charge or a refund. */
    public static String what(Entry entry) {
        return entry.kind() == EntryKind.REFUND ? say("Refunded") : say("Charged");
    }

    /** Returns the word for a line in an account's ledger. */
    public static String inLedger(LedgerLine line) {
        Entry entry = line.entry();
        return switch (entry.kind()) {
            case TOP_UP -> say("Credits added");
            case RESERVATION -> say("Held");
            case CHARGE -> say("Call");
            case RELEASE, EXPIRY -> say("Released");
            case REFUND -> say("Refund");
            case REVERSAL -> entry.amountMicros() > 0 ? say("Payment reinstated") : say("Payment reversed");
            case ADJUSTMENT -> line.isExpiry() ? say("Expired") : say("Correction");
        };
    }

    /** Returns the note on an entry in an account's ledger: the operator's words or the model, and the grants; empty if there is none. */
    public static String about(LedgerLine line) {
        Entry entry = line.entry();
        String reason = reason(entry);
        String about = Objects.requireNonNullElse(reason == null ? line.model() : reason, "");
        if (line.grants() == null || line.isExpiry()) {
            return about;
        }
        String grants = GrantWords.names(line.grants());
        String how = entry.kind() == EntryKind.CHARGE
                ? say("paid by {grants}", grants)
                : entry.amountMicros() > 0 ? say("to {grants}", grants) : say("from {grants}", grants);
        return about + (about.isEmpty() ? "" : " · ") + how;
    }

    /** Returns why an entry was made: the operator's words as they are, the program's own in the reader's language. */
    public static @Nullable String reason(Entry entry) {
        String reason = entry.reason();
        return reason == null ? null : reason(reason);
    }

    /** @param reason as the row has it: the program's own are in English there */
    private static String reason(String reason) {
        String number = reason.replaceAll("[^0-9]+", "");
        return switch (reason.replaceAll("[0-9]+", "#")) {
            case "Grant # expired" -> say("Grant {number} expired", number);
            case "voucher #" -> say("voucher {number}", number);
            case "Payment of $#" -> say("Payment of ${dollars}", number);
            case "Test payment of $#, no money moved" -> say("Test payment of ${dollars}, no money moved", number);
            case "credits to start with" -> say("credits to start with");
            case "credits at creation" -> say("credits at creation");
            case "demo credits" -> say("demo credits");
            case "account deleted" -> say("account deleted");
            case "Card refund" -> say("Card refund");
            case "Disputed payment" -> say("Disputed payment");
            case "Dispute won" -> say("Dispute won");
            case "Refunded or disputed before it was confirmed" -> say("Refunded or disputed before it was confirmed");
            default -> reason;
        };
    }

    /** Returns the change of the balance by an entry that belongs to no call, with sign and six decimals. */
    public static String change(Entry entry) {
        return sign(entry) + Display.exact(Math.abs(entry.amountMicros()));
    }

    private static String sign(Entry entry) {
        return entry.amountMicros() < 0 ? "−" : "+";
    }
}
