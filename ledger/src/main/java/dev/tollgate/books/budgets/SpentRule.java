package dev.tollgate.books.budgets;

/** The one rule by which mails and pages say that a limit or a budget is used up, or nearly. Pure. */
public final class SpentRule {

    /** The percent from which on a limit is nearly used up. */
    public static final int NEAR_PERCENT = 80;

    private SpentRule() {}

    /**
     * Returns whether a limit is used up: all of it is charged, or most of it, and it has refused a call. One call that is larger than the
     * rest does not use up a limit of which less is charged.
     *
     * @param hasRefused whether the limit has refused a call in its present window
     */
    public static boolean isSpent(long chargedMicros, long limitMicros, boolean hasRefused) {
        return chargedMicros >= limitMicros || (hasRefused && isReached(chargedMicros, limitMicros, NEAR_PERCENT));
    }

    /** Returns whether a percent of a limit is used. */
    public static boolean isReached(long chargedMicros, long limitMicros, int percent) {
        return limitMicros > 0 && chargedMicros >= limitMicros - limitMicros / 100 * (100 - percent);
    }
}
