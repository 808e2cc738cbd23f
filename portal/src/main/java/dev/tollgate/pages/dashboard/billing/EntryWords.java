package dev.tollgate.pages.dashboard.billing;

import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.frame.Display;
import java.util.Objects;

/** The words for entries on pages, the customer's and the operator's. */
public final class EntryWords {

    private EntryWords() {}

    /** Returns the line's label on the page of a call: its charge or a refund. */
    public static String what(Entry entry) {
        return entry.kind() == EntryKind.REFUND ? "Refunded" : "Charged";
    }

    /** Returns the word for an entry in an account's ledger. */
    public static String inLedger(Entry entry) {
        return switch (entry.kind()) {
            case TOP_UP -> "Credits added";
            case RESERVATION -> "Held";
            case CHARGE -> "Call";
            case RELEASE, EXPIRY -> "Released";
            case REFUND -> "Refund";
            case REVERSAL -> entry.amountMicros() > 0 ? "Payment reinstated" : "Payment reversed";
            case ADJUSTMENT -> isExpiry(entry) ? "Expired" : "Correction";
        };
    }

    /** Returns the note on an entry in an account's ledger: the operator's words or the model, and the grants; empty if there is none. */
    public static String about(LedgerLine line) {
        Entry entry = line.entry();
        String reason = entry.reason();
        String about = Objects.requireNonNullElse(reason == null ? line.model() : reason, "");
        if (line.grants() == null || isExpiry(entry)) {
            return about;
        }
        String how = entry.kind() == EntryKind.CHARGE ? "paid by " : entry.amountMicros() > 0 ? "to " : "from ";
        return about + (about.isEmpty() ? "" : " · ") + how + GrantWords.names(line.grants());
    }

    /** Returns whether credits have left a grant because it has expired. The ledger alone writes such a reason below zero. */
    private static boolean isExpiry(Entry entry) {
        String reason = entry.reason();
        return reason != null && entry.amountMicros() < 0 && reason.matches("Grant [0-9]+ expired");
    }

    /** Returns the change of the balance by an entry that belongs to no call, with sign and six decimals. */
    public static String change(Entry entry) {
        return sign(entry) + Display.exact(Math.abs(entry.amountMicros()));
    }

    private static String sign(Entry entry) {
        return entry.amountMicros() < 0 ? "−" : "+";
    }
}
