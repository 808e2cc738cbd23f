package dev.tollgate.books.rollups;

import java.time.Instant;

/** Folds a few accounts' closed quarters into days, if no other node is at it. */
public final class FoldUsage implements RollupChange {

    private final Instant now;
    private boolean more;

    public FoldUsage(Instant now) {
        this.now = now;
    }

    Instant now() {
        return now;
    }

    void left(boolean isMore) {
        more = isMore;
    }

    /** Once applied: whether there is more to fold. */
    public boolean isMore() {
        return more;
    }
}
