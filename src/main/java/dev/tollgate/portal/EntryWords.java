package dev.tollgate.portal;

import dev.tollgate.ledger.Bucket;
import dev.tollgate.ledger.Entry;
import java.util.List;

/** What a call's entries are called on its pages, the customer's and the operator's. */
public final class EntryWords {

    private EntryWords() {}

    /** @param all of the call, for the first one that holds begins it */
    public static String what(Entry entry, List<Entry> all) {
        if (entry.from() == Bucket.SHORTFALL) {
            return "Not covered, the operator's";
        }
        return switch (entry.kind()) {
            case RESERVATION -> isFirst(entry, all) ? "Held" : "Held in addition";
            case CHARGE -> "Charged";
            case RELEASE -> "Returned";
            case EXPIRY -> "Returned after its server had gone";
            case REFUND -> "Refunded";
            case TOP_UP, REVERSAL, ADJUSTMENT -> entry.kind().code();
        };
    }

    private static boolean isFirst(Entry entry, List<Entry> all) {
        return all.stream().noneMatch(other -> other.sequence() < entry.sequence());
    }
}
