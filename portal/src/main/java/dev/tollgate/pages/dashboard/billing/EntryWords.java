package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.money.Credits;
import dev.tollgate.books.grants.PaidBy;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.customers.figures.LedgerPage;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine.BoughtPlan;
import dev.tollgate.customers.payments.Payment;
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

    /** Returns the word for a choice of the ledger's filter. */
    public static String ofKind(LedgerPage.Wanted wanted) {
        return switch (wanted) {
            case ALL -> say("all");
            case CALLS -> say("Calls");
            case ADDED -> say("Credits added");
            case REFUNDS -> say("Refunds");
            case REVERSALS -> say("Reversed payments");
            case CORRECTIONS -> say("Expired and corrected");
        };
    }

    /** Returns the exact change in dollars. */
    public static String dollars(LedgerLine line) {
        String dollars = Credits.dollars(Math.abs(line.amountMicros()));
        return (line.amountMicros() < 0 ? "−$" : "+$") + dollars;
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

    /** Returns the note on an entry in an account's ledger: what it is of, and the grants; empty if there is none. */
    public static String about(LedgerLine line) {
        Entry entry = line.entry();
        String about =
                Objects.requireNonNullElse(line.origin() == null ? line.model() : reason(line, line.origin()), "");
        if (line.grants() == null || line.isExpiry()) {
            return about;
        }
        String grants = GrantWords.names(line.grants());
        String how = entry.kind() == EntryKind.CHARGE
                ? say("paid by {grants}", grants)
                : entry.amountMicros() > 0 ? say("to {grants}", grants) : say("from {grants}", grants);
        return about + (about.isEmpty() ? "" : " · ") + how;
    }

    /** Returns why an entry was made: the operator's words as they are, all else in the reader's language. */
    private static @Nullable String reason(LedgerLine line, Origin origin) {
        return switch (origin.kind()) {
            case PAYMENT -> payment(line);
            case TEST_PAYMENT -> testPayment(line);
            case VOUCHER -> say("voucher {number}", String.valueOf(origin.id()));
            case PLAN ->
                line.period() == null
                        ? line.entry().reason()
                        : say(
                                "Plan {name}, period {number} of {periods}",
                                line.period().plan(),
                                line.period().number(),
                                line.period().periods());
            case START -> say("credits to start with");
            case CREATION -> say("credits at creation");
            case DEMO -> say("demo credits");
            case CARD_REFUND -> say("Card refund");
            case DISPUTE -> say("Disputed payment");
            case DISPUTE_WON -> say("Dispute won");
            case EARLY_REFUND -> say("Refunded or disputed before it was confirmed");
            case EXPIRY -> expiry(line);
            case DELETION -> say("account deleted");
            case GIFT, CALL, GRANT_END, PLAN_END, CORRECTION -> line.entry().reason();
        };
    }

    private static String expiry(LedgerLine line) {
        if (line.grants() == null) {
            return line.amountMicros() > 0
                    ? say("Expired credits of a payment that goes back")
                    : say("Expired credits of a payment that has come again");
        }
        return say(
                "Grant {number} expired",
                Long.toString(PaidBy.of(line.grants()).shares().getFirst().grant()));
    }

    private static String payment(LedgerLine line) {
        BoughtPlan bought = line.bought();
        return bought == null
                ? say("Payment of ${dollars}", paid(line))
                : say("Payment of {dollars} for plan {name}", PaymentTexts.dollars(bought.cents()), bought.name());
    }

    private static String testPayment(LedgerLine line) {
        BoughtPlan bought = line.bought();
        return bought == null
                ? say("Test payment of ${dollars}, no money moved", paid(line))
                : say(
                        "Test payment of {dollars} for plan {name}, no money moved",
                        PaymentTexts.dollars(bought.cents()),
                        bought.name());
    }

    private static String paid(LedgerLine line) {
        return Long.toString(line.amountMicros() / Payment.micros(1));
    }

    /** Returns the change of the balance by an entry that belongs to no call, with sign and six decimals. */
    public static String change(Entry entry) {
        return sign(entry) + Display.exact(Math.abs(entry.amountMicros()));
    }

    private static String sign(Entry entry) {
        return entry.amountMicros() < 0 ? "−" : "+";
    }
}
