package dev.tollgate.books.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A mark of a call: a bit of the column {@code flags}, never to be renumbered. */
public enum CallFlag {
    /** The upstream did not report all of its usage. */
    ESTIMATED(1),
    /** The upstream reported more than the call can have used. */
    CLAMPED(2),
    /** The total that it reported is not the sum of its parts. */
    TOTAL_MISMATCH(4),
    /** The shortfall counts against the account: balance or limits did not cover reported usage (D33). */
    UNCOVERED(8),
    STREAMED(16),
    /** The call compacted a conversation. */
    COMPACTION(32),
    /** The call's cost was reported by the upstream. */
    COST_REPORTED(64),
    /** The upstream reported an implausible cost, which is not used. */
    COST_REFUSED(128),
    /** The hold was less than the most, so that the searches could exceed the hold (D31). */
    ON_LESS(256),
    /** The call's own request was refused, blocked or answered with nothing that can be read: it failed or was charged without an answer, and no channel is to blame. */
    BY_REQUEST(512);

    /** The marks that a task shows, in their order. */
    private static final List<CallFlag> OF_USAGE = List.of(ESTIMATED, CLAMPED, TOTAL_MISMATCH);

    private final int bit;
    private final String code = name().toLowerCase(Locale.ROOT);

    CallFlag(int bit) {
        this.bit = bit;
    }

    public int bit() {
        return bit;
    }

    /** The name in JSON. */
    public String code() {
        return code;
    }

    public boolean isIn(int flags) {
        return (flags & bit) != 0;
    }

    /** Returns the names of the marks that a task shows as {@code usage_flags}. */
    static List<String> ofUsage(int flags, boolean isShort) {
        List<String> names = new ArrayList<>(2);
        for (CallFlag flag : OF_USAGE) {
            if (flag.isIn(flags)) {
                names.add(flag.code);
            }
        }
        if (isShort) {
            names.add("shortfall");
        }
        return names;
    }
}
