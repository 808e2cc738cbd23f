package dev.tollgate.testing;

import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.ledger.EntryKind;
import java.util.function.ToLongFunction;

/** Counts and sums over calls that have ended, for tests that ask a database how calls ended and what they moved. */
public final class Calls {

    /** The latest call by its start, of one instant the one that ended last. */
    public static final String LATEST = "SELECT id FROM call ORDER BY created_at DESC, number DESC, id DESC LIMIT 1";

    private Calls() {}

    /** Returns a query for the latest call of an account by its start. */
    public static String latestOf(String account) {
        return LATEST.replace(" ORDER", " WHERE account_id = '" + account + "' ORDER");
    }

    /** Returns the condition of calls that were charged, of an account. */
    public static String chargedOf(String account) {
        return "charged_micros > 0 AND account_id = '" + account + "'";
    }

    /** Returns the number of calls. @param where a condition on {@code call} */
    public static long count(ToLongFunction<String> database, String where) {
        return database.applyAsLong("SELECT COUNT(*) FROM call WHERE " + where);
    }

    /** Returns the micro-credits that calls were charged. @param where a condition on {@code call} */
    public static long chargedMicros(ToLongFunction<String> database, String where) {
        return database.applyAsLong("SELECT COALESCE(SUM(charged_micros), 0) FROM call WHERE " + where);
    }

    /** Returns the shortfalls of calls in micro-credits. @param where a condition on {@code call} */
    public static long shortfallMicros(ToLongFunction<String> database, String where) {
        return database.applyAsLong(
                "SELECT COALESCE(SUM(due_micros - charged_micros), 0) FROM call WHERE due_micros > charged_micros AND "
                        + where);
    }

    /** Returns the number of calls of an account with a mark. */
    public static long flagged(ToLongFunction<String> database, CallFlag flag, String account) {
        return count(database, "flags & " + flag.bit() + " <> 0 AND account_id = '" + account + "'");
    }

    /** Returns what movements of a kind came to in micro-credits, without what the platform bears. */
    public static long movedMicros(ToLongFunction<String> database, EntryKind kind) {
        return switch (kind) {
            case RESERVATION -> sum(database, "held_micros) FROM call");
            case CHARGE -> sum(database, "charged_micros) FROM call");
            case RELEASE -> sum(database, "held_micros - charged_micros) FROM call WHERE ending <> 'abandoned'");
            case EXPIRY -> sum(database, "held_micros) FROM call WHERE ending = 'abandoned'");
            case TOP_UP, REFUND, REVERSAL, ADJUSTMENT ->
                sum(database, "ABS(amount_micros)) FROM entry WHERE kind = '" + kind.code() + "'");
        };
    }

    private static long sum(ToLongFunction<String> database, String what) {
        return database.applyAsLong("SELECT COALESCE(SUM(" + what.replaceFirst("\\) FROM", "), 0) FROM"));
    }
}
