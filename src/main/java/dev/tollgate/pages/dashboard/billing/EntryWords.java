package dev.tollgate.pages.dashboard.billing;

import dev.tollgate.books.ledger.Bucket;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.pages.frame.Display;
import java.util.List;
import java.util.Objects;

/** The words for entries on pages, the customer's and the operator's. */
public final class EntryWords {

    private EntryWords() {}

    /** Returns the entry's label on the page of a call. @param all all entries of the call; the first one is the hold */
    public static String what(Entry entry, List<Entry> all) {
        if (entry.from() == Bucket.SHORTFALL) {
            return "Not covered, paid by the operator";
        }
        return switch (entry.kind()) {
            case RESERVATION -> isFirst(entry, all) ? "Held" : "Hold extended";
            case CHARGE -> "Charged";
            case RELEASE -> "Released";
            case EXPIRY -> "Released after its server stopped";
            case REFUND -> "Refunded";
            case TOP_UP, REVERSAL, ADJUSTMENT -> entry.kind().code();
        };
    }

    /** Returns the word for an entry in an account's ledger. */
    public static String inLedger(Entry entry) {
        return switch (entry.kind()) {
            case TOP_UP -> "Credits added";
            case RESERVATION -> "Held";
            case CHARGE -> "Call";
            case RELEASE, EXPIRY -> "Released";
            case REFUND -> "Refund";
            case REVERSAL -> entry.from() == Bucket.FUNDING ? "Payment reinstated" : "Payment reversed";
            case ADJUSTMENT -> "Correction";
        };
    }

    /** Returns the note on an entry in an account's ledger: the operator's words or the model; empty if there is none. */
    public static String about(LedgerLine line) {
        String reason = line.entry().reason();
        return Objects.requireNonNullElse(reason == null ? line.model() : reason, "");
    }

    /** Returns the change of the balance by an entry that belongs to no call, with sign and six decimals. */
    public static String change(Entry entry) {
        return (isTaken(entry) ? "−" : "+") + Display.exact(entry.amountMicros());
    }

    /** Returns the same change in dollars. */
    public static String changeInDollars(Entry entry) {
        return (isTaken(entry) ? "−" : "+") + Display.dollars(entry.amountMicros());
    }

    private static boolean isTaken(Entry entry) {
        return (entry.kind() == EntryKind.REVERSAL || entry.kind() == EntryKind.ADJUSTMENT)
                && entry.to() != Bucket.AVAILABLE;
    }

    private static boolean isFirst(Entry entry, List<Entry> all) {
        return all.stream().noneMatch(other -> other.sequence() < entry.sequence());
    }
}
